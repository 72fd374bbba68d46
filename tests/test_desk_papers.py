"""What one does with a paper one was shown: its abstract, its passages, what one thinks of it, the rest of a digest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.commands import BY_NAME
from bot.commands.paper_buttons import DEEDS, alone, opening, single
from bot.commands.text import fits, read
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.digest_table import DigestItem
from bot.document import Card, Document, Paragraph, Quote, Text
from bot.locales import UI
from bot.models import Checks, Takeaway
from bot.platforms import Part, Place
from bot.ports import SourceUnreachable
from bot.targets import Access
from tests.fakes.desk import ADMIN, GROUP, MEMBER, NOW, Front, front, labels, text
from tests.samples import paper, summary, summary_key

ID = "2405.17428"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        made.store.save_papers([paper(ID, title="NV-Embed: Improved", abstract="We embed. It is good.", version=1)])
        yield made


def summarized(at: Front, language: str = "en", **given: object) -> None:
    """A model said something of the paper."""
    said = {"takeaways": (Takeaway("It is first.", "NV-Embed is No. 1."), Takeaway("It is small.", "It is small."))}
    checks = Checks(statements=3, supported=3)
    made = summary(paper_id=ID, language=language, checks=checks, **{**said, **given})
    at.store.save_summary(summary_key(paper_id=ID, language=language, model=f"m {given}"), made, at=NOW)


# ---------------------------------------------------------------- the buttons


@pytest.mark.parametrize("key", [ID, "hep-th/9901001", "cond-mat/0703001", "2601.123456"])
def test_the_buttons_of_a_paper_are_commands_that_fit_everywhere(key: str) -> None:
    for language in UI:
        row = single(key, language).actions
        assert len({action.label for action in row}) == len(row) == 6
        for action, name in zip(row, DEEDS, strict=True):
            assert action.command
            assert fits(action.command)
            said = read(action.command, kind="group")
            assert said
            assert (said.command, *said.options.values()) == (name, key)
    assert fits(opening(key))
    assert opening(key) == f"/summarize {key}"


def test_only_a_paper_that_stands_alone_has_its_buttons() -> None:
    card = Card((Paragraph((Text("x"),)),), key=ID)
    words = Paragraph((Text("x"),))
    assert alone((words, card, words)) is card
    assert alone((card, card)) is None
    assert alone((replace(card, number=1),)) is None
    assert alone((replace(card, key=""),)) is None
    assert alone((words,)) is None


# ---------------------------------------------------------------- /abstract


async def test_an_abstract_is_shown_with_its_title_and_for_the_asker_alone(at: Front) -> None:
    reply = await at.say(f"/abstract {ID}", kind="group", actor=MEMBER)
    assert text(reply).splitlines() == [
        f"NV-Embed: Improved (https://arxiv.org/abs/{ID}) · {ID}",
        "> We embed. It is good.",
    ]
    assert reply.private
    assert at.reading.asked == at.modest.asked == [], "nobody was asked"


async def test_a_translation_comes_with_it_where_a_model_made_one(at: Front) -> None:
    summarized(at, "zh", abstract_translation="我们做嵌入. 很好.")
    assert text(await at.say(f"/abstract {ID}", locale="zh")).splitlines()[1:] == [
        "> We embed. It is good.",
        "译文",
        "> 我们做嵌入。很好。",
    ]
    assert "译文" not in text(await at.say(f"/abstract {ID}", locale="ru"))
    summarized(at, "ru")
    await at.say("/language ru+zh")
    assert "> 我们做嵌入。很好。" in text(await at.say(f"/abstract {ID}")), "whichever of its languages has one"


async def test_a_paper_we_do_not_have_is_asked_for_so_often_and_no_oftener(tmp_path: Path) -> None:
    with front(tmp_path, per_user=1) as desk:
        reply = await desk.say("/abstract 2405.17428v2")
        assert "An abstract." in text(reply)
        assert desk.modest.asked == [("2405.17428v2",)]
        assert desk.reading.asked == [], "no model is needed"
        reply = await desk.say("/evidence 2409.00001")
        assert "That was a lot" in text(reply)
        assert "That was a lot" in text(await desk.say("/like 2409.00001"))
        assert "That was a lot" in text(await desk.say("/save 2409.00001"))
        desk.now += timedelta(hours=2)
        assert "arXiv does not know 2409.00001" in text(await desk.say("/abstract 2409.00001"))


async def test_a_paper_we_have_costs_nobody_anything(tmp_path: Path) -> None:
    with front(tmp_path, per_user=1) as desk:
        desk.store.save_papers([paper(ID)])
        for command in ("abstract", "evidence", "like", "dislike", "save") * 3:
            assert "That was a lot" not in text(await desk.say(f"/{command} {ID}"))
        assert desk.modest.asked == []
        assert "NV-Embed" in text(await desk.say(ID)), "and takes nothing from what one may ask"


async def test_arxiv_out_of_reach_is_said(at: Front) -> None:
    at.modest.error = SourceUnreachable("x")
    assert "arXiv could not be asked" in text(await at.say("/abstract 2409.00001"))


@pytest.mark.parametrize("command", ["abstract", "evidence", "like", "dislike", "save"])
async def test_a_paper_is_named_or_taken_from_the_message_it_replies_to(at: Front, command: str) -> None:
    reply = await at.say(f"/{command}", replied_to=f"see https://arxiv.org/abs/{ID}")
    assert "NV-Embed" in text(reply) or "Saved" in text(reply)
    assert f"/{command} 2405.17428" in text(await at.say(f"/{command}"))
    assert "“banana” is not a paper" in text(await at.say(f"/{command} banana"))


async def test_a_paper_without_an_abstract_has_none(at: Front) -> None:
    at.store.save_papers([paper("2405.00002", abstract="")])
    assert "I have no abstract of it." in text(await at.say("/abstract 2405.00002"))


# ---------------------------------------------------------------- /evidence


async def test_every_statement_stands_above_its_passage(at: Front) -> None:
    summarized(at)
    reply = await at.say(f"/evidence {ID}", kind="group")
    assert text(reply).splitlines()[1:] == [
        "1. It is first.",
        "> NV-Embed is No. 1.",
        "2. It is small.",
        "Each of 3 statements has its passage in the source · from the abstract",
    ]
    assert reply.private
    assert at.reading.asked == [], "no model is asked for what was said already"


async def test_what_was_said_in_the_language_of_the_chat_comes_first(at: Front) -> None:
    summarized(at)
    assert "It is first." in text(await at.say(f"/evidence {ID}", locale="zh")), "else what was said in English"
    summarized(at, "zh", takeaways=(Takeaway("它是第一.", "NV-Embed is No. 1."),))
    assert "1. 它是第一。\n" in text(await at.say(f"/evidence {ID}", locale="zh"))


async def test_the_latest_version_a_model_read_is_what_counts(at: Front) -> None:
    summarized(at, takeaways=(Takeaway("New.", "As it is now."),))
    old = summary(paper_id=ID, takeaways=(Takeaway("Old.", "As it was."),))
    at.store.save_summary(summary_key(paper_id=ID, version=0, model="z"), old, at=NOW + timedelta(days=1))
    assert "As it is now." in text(await at.say(f"/evidence {ID}"))


async def test_without_a_models_summary_the_abstract_is_the_evidence(at: Front) -> None:
    reply = await at.say(f"/evidence {ID}")
    assert "No model has summarized it" in text(reply)
    assert [block for block in reply.document.blocks if isinstance(block, Quote)]
    assert labels(reply) == [f"Summarize {ID}"]


# ---------------------------------------------------------------- /like and /dislike


async def test_a_vote_is_noted_changed_and_taken_back(at: Front) -> None:
    said = [text(await at.say(f"/{command} {ID}")) for command in ("like", "dislike", "dislike", "like")]
    assert said == ["Noted: 👍 NV-Embed", "Noted: 👎 NV-Embed", "Taken back: NV-Embed", "Noted: 👍 NV-Embed"]
    kept = at.means.people.kept()
    assert (kept.likes, kept.dislikes) == (1, 0)


async def test_a_vote_told_twice_is_one_vote(at: Front) -> None:
    ask = at.ask(f"/like {ID}", update="memory:7")
    first, again = [text((await at.hears(ask))[-1]) for _ in range(2)]
    assert first == again == "Noted: 👍 NV-Embed"
    assert at.means.people.kept().likes == 1


async def test_votes_are_each_persons_own(at: Front) -> None:
    await at.say(f"/like {ID}", kind="group", actor=MEMBER)
    assert "Noted" in text(await at.say(f"/like {ID}", kind="group"))
    await at.say(f"/like {ID}", kind="group", actor=MEMBER)
    assert at.means.people.kept().likes == 1


# ---------------------------------------------------------------- /rest


async def digest_of(at: Front, shown: int, left: int, slug: str = "abc") -> None:
    """A digest of Monday with papers numbered from 1; of the last we know no more than the id."""
    ids = [f"2605.{number:05d}" for number in range(1, shown + left + 1)]
    at.store.save_papers([paper(id_, title=f"Paper {int(id_[5:])}") for id_ in ids[:-1]])
    at.chats.ensure(GROUP, kind="group", title="", languages=("en",), now=NOW)
    items = [DigestItem(paper_id=id_, topic="LLM", shown=number < shown) for number, id_ in enumerate(ids)]
    outbox = Outbox(at.store.database, {}, Pacing({}), clock=at.clock)
    part = Part({}, Document((Paragraph((Text("x"),)),)))
    await outbox.post(GROUP, slug, [part], items=items, day=date(2026, 5, 18), slug=slug)


async def test_the_rest_of_a_digest_is_listed_by_title_with_the_numbers_it_has_there(at: Front) -> None:
    await digest_of(at, shown=2, left=3)
    reply = await at.say("/rest abc", kind="group", actor=MEMBER)
    assert text(reply).splitlines() == [
        "3–5 of 5 in the digest of 18 May 2026 (Mon)",
        "3. Paper 3 (https://arxiv.org/abs/2605.00003) · 2605.00003 (https://arxiv.org/abs/2605.00003)",
        "4. Paper 4 (https://arxiv.org/abs/2605.00004) · 2605.00004 (https://arxiv.org/abs/2605.00004)",
        "5. 2605.00005 (https://arxiv.org/abs/2605.00005)",
        "For a summary of one, send me /summarize and its id.",
    ]
    assert reply.private
    assert labels(reply) == []


async def test_pages_follow_each_other_to_the_last_paper(at: Front) -> None:
    await digest_of(at, shown=10, left=45)
    first = await at.say("/rest abc")
    assert text(first).splitlines()[0].startswith("11–30 of 55")
    assert labels(first) == ["›"]
    second = await at.press(first, "›")
    assert text(second).splitlines()[0].startswith("31–50 of 55")
    assert labels(second) == ["‹", "›"]
    third = await at.press(second, "›")
    assert text(third).splitlines()[0].startswith("51–55 of 55")
    assert labels(third) == ["‹"]
    assert text(await at.press(third, "‹")) == text(second)
    assert "nothing more" in text(await at.say("/rest abc 9"))
    assert text(await at.say("/rest abc 0")) == text(first)


async def test_a_page_that_is_full_is_the_last_if_nothing_is_left(at: Front) -> None:
    await digest_of(at, shown=10, left=20)
    assert labels(await at.say("/rest abc")) == []


async def test_only_who_knows_a_digests_name_reads_it_and_from_anywhere(at: Front) -> None:
    await digest_of(at, shown=1, left=2)
    assert "Paper 2" in text(await at.say("/rest abc", actor="stranger")), "in their own private chat"
    for wrong in ("/rest abd", "/rest", "/rest ab%", "/rest ABC"):
        assert "no longer have that digest" in text(await at.say(wrong))
    at.chats.forget(GROUP)
    assert "no longer have that digest" in text(await at.say("/rest abc"))


# ---------------------------------------------------------------- where answers go


@pytest.mark.parametrize(
    ("command", "place", "apart"),
    [
        (f"/abstract {ID}", Place.BELOW, True),
        (f"/evidence {ID}", Place.BELOW, True),
        ("/abstract banana", Place.ASIDE, False),
        (f"/like {ID}", Place.ASIDE, False),
        (f"/dislike {ID}", Place.ASIDE, False),
        (f"/save {ID}", Place.ASIDE, False),
        ("/saved", Place.BELOW, True),
        ("/saved 2", Place.INSTEAD, True),
        ("/saved bibtex", Place.BELOW, True),
        (f"/saved remove {ID}", Place.INSTEAD, True),
        ("/rest abc", Place.BELOW, True),
        ("/rest abc 1", Place.INSTEAD, True),
        ("/rest gone", Place.ASIDE, False),
        ("/rest gone 2", Place.ASIDE, False),
    ],
)
async def test_answers_to_buttons_go_where_they_belong(at: Front, command: str, place: Place, apart: bool) -> None:
    await digest_of(at, shown=1, left=2)
    await at.say(f"/save {ID}", kind="group")
    pressed = await at.say(command, kind="group", pressed=True)
    assert (pressed.place, pressed.apart, pressed.private) == (place, apart, True)
    typed = await at.say(command, kind="group")
    assert (typed.place, typed.private) == (Place.BELOW, True)


async def test_none_of_them_stands_in_a_menu_and_all_of_them_work_when_typed() -> None:
    for name in {*DEEDS, "saved", "rest"} - {"ask"}:
        assert BY_NAME[name].menu == "none"


@pytest.mark.parametrize("name", [*DEEDS, "saved"])
async def test_a_blocked_chat_gets_none_of_it(at: Front, name: str) -> None:
    at.chats.ensure(GROUP, kind="group", title="", languages=("en",), now=NOW)
    at.chats.set_access(GROUP, Access.BLOCKED)
    await at.say(f"/{name} {ID}", kind="group", actor=ADMIN)
    kept = at.means.people.kept()
    assert (kept.saved, kept.likes, kept.dislikes) == (0, 0, 0)


@pytest.mark.parametrize(("command", "kept"), [("save", 1), ("like", 1), ("abstract", 0)])
async def test_what_one_keeps_is_kept_even_if_we_were_away(at: Front, command: str, kept: int) -> None:
    reply = await at.say(f"/{command} {ID}", at=NOW - timedelta(minutes=11))
    assert text(reply).startswith("I was away")
    found = at.means.people.kept()
    assert found.saved + found.likes == kept
