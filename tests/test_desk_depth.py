"""In depth for whoever wants it: folded away where messages fold, else behind a button, wherever many read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.document import Card, Details
from bot.models import Checks, Digest, Summary, SummaryPart, Takeaway
from bot.platforms import Reply
from bot.ports import Glimpse, Progress
from tests.fakes.desk import MEMBER, NOW, Front, front, labels, text
from tests.samples import paper, summary, summary_key

ID = "2405.17428"
PARTS = (
    SummaryPart("problem", (Takeaway("It was slow.", "Slow it was.", "1 Introduction"),)),
    SummaryPart("results", (Takeaway("It is fast.", "Fast it is.", "4 Results"),)),
)
DEEP = summary(
    paper_id=ID,
    depth="deep",
    source="html",
    parts=PARTS,
    takeaways=tuple(each for part in PARTS for each in part.statements),
    checks=Checks(statements=3, supported=3),
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, folds=False) as made:
        made.store.save_papers([paper(ID, title="NV-Embed: Improved", version=1)])
        made.reading.meanwhile = _deepened
        yield made


async def _deepened(made: Digest, progress: Progress, glimpse: Glimpse) -> None:
    """The model has said it in depth."""
    object.__setattr__(made, "entries", tuple(replace(entry, summary=DEEP) for entry in made.entries))


def kept(at: Front, made: Summary, *, after: timedelta = timedelta()) -> None:
    key = summary_key(paper_id=ID, language=made.language, depth=made.depth)
    at.store.save_summary(key, made, at=NOW + after)


def unfolds(reply: Reply) -> list[str]:
    (card,) = (block for block in reply.document.blocks if isinstance(block, Card))
    return [block.kind for block in card.blocks if isinstance(block, Details)]


async def test_where_nothing_folds_a_group_has_the_tldr_and_a_button(at: Front) -> None:
    reply = await at.say(f"/summarize {ID}", kind="group", actor=MEMBER)
    assert unfolds(reply) == []
    assert "It is fast." not in text(reply)
    assert "TL;DR: T" in text(reply)
    assert "Each of 3 statements has its passage in the source" in text(reply)
    assert labels(reply) == ["In depth"]


async def test_in_private_all_of_it_is_there(at: Front) -> None:
    reply = await at.say(f"/summarize {ID}")
    assert unfolds(reply) == ["takeaways"]
    assert "2. It is fast." in text(reply)
    assert labels(reply) == []


async def test_where_messages_fold_a_group_has_the_tldr_and_one_part_to_unfold(at: Front) -> None:
    at.folds = True
    reply = await at.say(f"/summarize {ID}", kind="group")
    assert unfolds(reply) == ["takeaways"]
    assert labels(reply) == []


async def test_the_button_says_it_to_whoever_presses(at: Front) -> None:
    kept(at, DEEP)
    kept(at, summary(paper_id=ID, tldr="in brief"), after=timedelta(hours=1))
    asked = await at.say(f"/summarize {ID}", kind="group", actor=MEMBER)
    reply = await at.press(asked, "In depth", kind="group", actor=MEMBER, pressed=True)
    assert (reply.private, reply.apart) == (True, True)
    assert text(reply).splitlines() == [
        f"NV-Embed: Improved (https://arxiv.org/abs/{ID}) · {ID}",
        "Problem",
        "1. It was slow.",
        "Results",
        "2. It is fast.",
        "Each of 3 statements has its passage in the source · from the full text (HTML)",
    ]


async def test_what_is_not_kept_any_more_can_be_had_again(at: Front) -> None:
    kept(at, summary(paper_id=ID))
    reply = await at.say(f"/depth {ID}", kind="group")
    assert text(reply) == "I do not have it in depth any more."
    assert labels(reply) == [f"Summarize {ID}"]
    assert text(await at.say("/depth 2409.15700")).startswith("I do not have it")
    assert text(await at.say("/depth banana")).startswith("“banana” is not a paper")


async def test_it_is_said_in_the_languages_of_the_chat(at: Front) -> None:
    kept(at, DEEP)
    assert "I do not have" not in text(await at.say(f"/depth {ID}"))
    await at.say("/language de")
    assert "I do not have it" in text(await at.say(f"/depth {ID}"))
