"""Papers on demand, and digests at once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.document import Card, Details
from bot.harvest import Arrivals
from bot.locales import say
from bot.platforms import Reply
from bot.ports import SourceRefused, SourceUnreachable
from bot.targets import Settings, State
from tests.fakes.deliveries import delivered
from tests.fakes.desk import GROUP, MEMBER, NOW, OWNER, PRIVATE, Front, front, labels, text
from tests.samples import paper


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- /summarize


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("/summarize 2405.17428", {}),
        ("/summarize https://arxiv.org/pdf/2405.17428v1", {}),
        ("2405.17428", {}),
        ("/summarize", {"replied_to": "see https://arxiv.org/abs/2405.17428", "kind": "group", "actor": MEMBER}),
        ("/summarize this one", {"replied_to": "2405.17428", "kind": "group"}),
    ],
)
async def test_a_paper_is_summarized_however_it_is_named(at: Front, typed: str, given: dict[str, object]) -> None:
    assert text(await at.say(typed, **given)).startswith("NV-Embed: Improved Techniques\n")


async def test_a_summary_is_in_the_language_of_the_chat(at: Front) -> None:
    await at.say("2405.17428", locale="zh-hans")
    await at.say("/language ja+en")
    await at.say("2405.17428")
    assert at.reading.languages == ["zh", "ja+en"]


async def test_in_a_chat_of_two_languages_a_paper_is_said_in_both(at: Front) -> None:
    await at.say("/language en+zh")
    assert "TL;DR: T\nT in zh\n" in text(await at.say("2405.17428"))


async def test_abstract_and_passages_are_left_to_buttons_where_nothing_folds(at: Front) -> None:
    reply = await at.say("2405.17428")
    shown = [block for block in cards(reply)[0].blocks if isinstance(block, Details)]
    assert [block.kind for block in shown] == ["takeaways"]
    assert cards(reply)[0].number is None
    at.chats.ensure(PRIVATE, kind="private", title="", languages=("en",), now=NOW)
    at.chats.save_settings(PRIVATE, Settings(form="rich"), next_due_at=None)
    folded = [block for block in cards(await at.say("2405.17428"))[0].blocks if isinstance(block, Details)]
    assert [block.kind for block in folded] == ["takeaways", "evidence", "abstract"]


async def test_in_a_group_there_is_one_thing_to_unfold_whatever_its_form(at: Front) -> None:
    at.chats.ensure(GROUP, kind="group", title="", languages=("en",), now=NOW)
    at.chats.save_settings(GROUP, Settings(form="rich"), next_due_at=None)
    shown = cards(await at.say("/summarize 2405.17428", kind="group"))[0].blocks
    assert [block.kind for block in shown if isinstance(block, Details)] == ["takeaways"]


async def test_several_papers_have_numbers(at: Front) -> None:
    at.reading.known = {"2405.17428": "NV-Embed", "2409.15700": "Another"}
    assert [card.number for card in cards(await at.say("2405.17428 2409.15700"))] == [1, 2]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("/summarize 2405.17428 9999.99999", "“9999.99999” is not a paper I can find."),
        ("2405.17428, 2413.00001,123.4567", "“2413.00001, 123.4567” is not a paper I can find."),
        ("/summarize 2405.17428 9999.99999 please", "NV-Embed"),
        ("is 2405.17428 worth 1234.5678?", "NV-Embed"),
    ],
)
async def test_in_a_list_of_ids_one_that_is_none_is_named(at: Front, typed: str, first: str) -> None:
    assert text(await at.say(typed)).startswith(first)


def cards(reply: Reply) -> list[Card]:
    return [block for block in reply.document.blocks if isinstance(block, Card)]


async def test_a_slow_summary_says_at_once_what_is_read(at: Front) -> None:
    at.patience = 0.0
    at.restart()
    at.reading.wait = lambda: asyncio.sleep(0.002)
    at.store.save_papers([paper(title="NV-Embed: Improved Techniques for Training")])
    first, last = await at.hears(at.ask("2405.17428"))
    assert text(first) == "Reading NV-Embed …"
    assert text(last).startswith("NV-Embed: Improved")
    assert text((await at.hears(at.ask("/summarize 2409.15700v2")))[0]) == "Reading 2409.15700v2 …"
    assert text((await at.hears(at.ask("2405.17428 2409.15700")))[0]) == "Reading 2 papers …"


async def test_several_papers_are_read_and_what_is_too_many_is_said(at: Front) -> None:
    reply = await at.say("/summarize " + " ".join(f"2405.0000{n}" for n in range(1, 8)))
    assert at.reading.asked == [tuple(f"2405.0000{n}" for n in range(1, 6))]
    assert "2 more were named; I read 5 at a time" in text(reply)


async def test_what_is_no_id_is_explained_with_one_that_works(at: Front) -> None:
    reply = await at.say("banana")
    assert text(reply) == "“banana” is not a paper I can find. Send an arXiv id (2405.17428) or a link."
    assert text(await at.press(reply, "Try a paper")).startswith("NV-Embed")
    assert "reply with it to a message" in text(await at.say("/summarize"))
    assert (await at.say("/summarize banana", kind="group")).private


async def test_the_name_of_a_topic_may_have_meant_the_topic(at: Front) -> None:
    reply = await at.say("大模型", locale="zh")
    assert text(await at.press(reply, "订阅大语言模型", locale="zh")).startswith("大语言模型\n")


async def test_a_paper_nobody_knows_is_said_so(at: Front) -> None:
    assert "arXiv does not know 2401.00001" in text(await at.say("2401.00001"))


async def test_arxiv_out_of_reach_is_said_with_when_to_try_again(at: Front) -> None:
    at.reading.error = SourceUnreachable("https://secret.example/?q=… failed")
    reply = await at.say("2405.17428")
    assert text(reply).splitlines() == [
        "arXiv could not be asked: no connection, or no complete answer in time.",
        "Try again in a few minutes.",
    ]
    at.reading.error = SourceRefused("403", retry_at=NOW + timedelta(minutes=40))
    assert "Try again after 12:40 UTC" in text(await at.say("2405.17428"))


async def test_who_asks_too_often_hears_when_to_come_back(tmp_path: Path) -> None:
    with front(tmp_path, per_user=2) as desk:
        for _ in range(2):
            await desk.say("2405.17428")
        desk.now += timedelta(minutes=10)
        reply = await desk.say("2405.17428")
        assert text(reply) == "That was a lot within an hour. Ask again after 13:00 UTC."
        assert reply.private
        assert len(desk.reading.asked) == 2
        assert text(await desk.say("2405.17428", actor=MEMBER)).startswith("NV-Embed"), "others may"
        await desk.say("/subscribe ~llm sample")
        assert desk.poster.previews == [], "a sample costs as much"
        for _ in range(3):
            assert text(await desk.say("2405.17428", actor=OWNER)).startswith("NV-Embed"), "owners always"
        desk.now += timedelta(minutes=51)
        assert text(await desk.say("2405.17428")).startswith("NV-Embed")


async def test_a_chat_without_the_model_gets_what_is_there_without_a_call(tmp_path: Path) -> None:
    with front(tmp_path, policy="approve") as desk:
        reply = await desk.say("2405.17428")
        assert desk.reading.asked == []
        assert desk.modest.asked == [("2405.17428",)]
        assert "NV-Embed" in text(reply)


async def test_asks_do_not_wait_for_each_other(at: Front) -> None:
    gate = asyncio.Event()
    at.reading.wait = gate.wait
    slow = asyncio.create_task(at.say("2405.17428"))
    assert "nothing" in text(await at.say("/list")).lower()
    await at.follow("llm")
    gate.set()
    assert text(await slow).startswith("NV-Embed")


# ---------------------------------------------------------------- /digest


async def test_an_admins_digest_posts_what_has_come_once(at: Front) -> None:
    await at.follow("llm", kind="group")
    ask = at.ask("/digest", kind="group", update="memory:77")
    assert [text(reply) for reply in await at.hears(ask)] == ["The digest is on its way: 3 papers."]
    await at.hears(ask)
    assert at.poster.periods == ["ask:memory:77"]
    at.poster.papers = 0
    Arrivals(at.chats).add(NOW.date(), NOW)
    assert text(await at.say("/digest", kind="group")) == "Nothing has matched since the last digest."


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.PAUSED, "Paused: /resume starts the digests again."),
        (State.LOST, "I may no longer post here (no rights). It goes on when I may."),
    ],
)
async def test_a_digest_that_would_wait_for_the_chat_is_not_said_to_be_on_its_way(
    at: Front, state: State, said: str
) -> None:
    await at.follow("llm", kind="group")
    at.chats.set_state(GROUP, state, reason="no rights" if state is State.LOST else "")
    answer = await at.say("/digest", kind="group")
    assert text(answer).splitlines()[0] == said
    assert labels(answer) == ["Resume"]
    assert at.poster.periods == []
    await at.press(answer, "Resume", kind="group")
    assert "on its way" in text(await at.say("/digest", kind="group"))


async def test_a_digest_before_anything_was_read_says_that_it_is_being_read(at: Front) -> None:
    await at.follow("llm")
    at.poster.papers = 0
    assert text(await at.say("/digest")) == say("en", "cmd.digest.not_read_yet")
    Arrivals(at.chats).add(NOW.date(), NOW)
    assert text(await at.say("/digest")) == say("en", "cmd.digest.nothing")


async def test_a_members_digest_is_where_the_last_one_is_and_what_waits(at: Front) -> None:
    await at.follow("llm", kind="group")
    reply = await at.say("/digest", kind="group", actor=MEMBER)
    assert text(reply).splitlines() == ["There has been no digest here yet.", "3 papers wait for the next one."]
    assert at.poster.periods == []
    await delivered(at, GROUP, date(2026, 5, 18))
    said = text(await at.say("/digest", kind="group", actor=MEMBER))
    assert "The last one: the digest of 18 May 2026 (Mon) (https://example.org/1)." in said


async def test_a_digest_that_cannot_be_made_says_why(at: Front) -> None:
    await at.follow("llm")
    at.poster.error = SourceUnreachable("x")
    assert "arXiv could not be asked" in text(await at.say("/digest"))
