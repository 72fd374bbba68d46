"""Papers people keep: nobody else's to see, kept once, listed by pages, taken along as BibTeX, forgotten on demand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.document import Code, Paragraph
from bot.locales import say
from bot.people import MOST_SAVED, People, TooManySaved
from bot.platforms import Actor
from bot.store import Store
from tests.fakes.desk import ADMIN, GROUP, MEMBER, NOW, OWNER, PRIVATE, Front, front, labels, text
from tests.samples import paper

ID, OTHER = "2405.17428", "2409.15700"
ANNA, BORIS = Actor("memory", "anna"), Actor("other", "anna")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        made.store.save_papers([paper(ID, title="NV-Embed: Improved"), paper(OTHER, title="Making Text Embedders")])
        yield made


def kept(at: Front, actor: str = ADMIN) -> list[str]:
    return at.means.people.saved(Actor("memory", actor))


# ---------------------------------------------------------------- /save


async def test_a_paper_is_saved_once_for_who_asked_and_can_be_taken_out_again(at: Front) -> None:
    reply = await at.say(f"/save {ID}v1", kind="group", actor=MEMBER)
    assert text(reply) == "Saved. You keep 1 paper now."
    assert reply.private
    assert (kept(at, MEMBER), kept(at)) == ([ID], [])
    again = await at.say(f"/save {ID}", kind="group", actor=MEMBER)
    assert text(again) == "Saved before; you keep 1 paper."
    assert labels(again) == ["Take out", "What I saved"]
    undone = await at.press(reply, "Undo", kind="group", actor=MEMBER)
    assert text(undone) == "Taken out: 1 paper."
    assert kept(at, MEMBER) == []
    await at.press(undone, "Save again", kind="group", actor=MEMBER)
    assert kept(at, MEMBER) == [ID]


async def test_several_are_saved_in_one_go_and_what_is_not_there_is_said(at: Front) -> None:
    reply = await at.say(f"/save {ID}, {OTHER} and 2401.00001")
    assert text(reply).splitlines() == ["Saved. You keep 2 papers now.", "arXiv does not know 2401.00001."]
    assert labels(reply) == ["What I saved"]
    assert sorted(kept(at)) == [ID, OTHER]
    assert text(await at.say("/save 2401.00001")) == "arXiv does not know 2401.00001."


async def test_a_reply_saves_the_first_paper_of_the_message(at: Front) -> None:
    await at.say("/save", replied_to=f"{OTHER} and {ID}")
    assert kept(at) == [OTHER]


async def test_a_save_told_twice_answers_the_same(at: Front) -> None:
    ask = at.ask(f"/save {ID}", update="memory:9")
    first, again = [text((await at.hears(ask))[-1]) for _ in range(2)]
    assert first == again
    assert kept(at) == [ID]
    undo = at.ask(f"/saved remove {ID}", update="memory:10")
    first, again = [text((await at.hears(undo))[-1]) for _ in range(2)]
    assert first == again == "Taken out: 1 paper."
    await at.hears(at.ask(f"/save {ID}", update="memory:9"))
    assert kept(at) == [], "an old save comes back no more"


# ---------------------------------------------------------------- /saved


async def test_the_list_has_the_latest_first_and_only_ones_own(at: Front) -> None:
    assert "saved nothing yet" in text(await at.say("/saved"))
    await at.say(f"/save {ID}")
    at.now += timedelta(seconds=1)
    await at.say(f"/save {OTHER}")
    reply = await at.say("/saved", kind="group")
    assert text(reply).splitlines() == [
        "What you saved: 2 papers",
        f"1. Making Text Embedders (https://arxiv.org/abs/{OTHER}) · {OTHER} (https://arxiv.org/abs/{OTHER})",
        f"2. NV-Embed: Improved (https://arxiv.org/abs/{ID}) · {ID} (https://arxiv.org/abs/{ID})",
        "To take one out: /saved remove ID",
    ]
    assert reply.private
    assert "saved nothing yet" in text(await at.say("/saved", kind="group", actor=MEMBER))
    assert "saved nothing yet" in text(await at.say("/saved bibtex", kind="group", actor=MEMBER))


async def test_a_long_list_has_pages(at: Front) -> None:
    ids = [f"2605.{number:05d}" for number in range(1, 46)]
    at.store.save_papers([paper(id_) for id_ in ids])
    await at.say(f"/save {' '.join(ids)}")
    first = await at.say("/saved")
    assert labels(first) == ["BibTeX", "›"]
    second = await at.press(first, "›")
    assert labels(second) == ["BibTeX", "‹", "›"]
    third = await at.press(second, "›")
    assert labels(third) == ["BibTeX", "‹"]
    listed = [re.findall(r"(?m)^(\d+)\. ", text(page)) for page in (first, second, third)]
    assert [int(number) for page in listed for number in page] == list(range(1, 46))
    shown = re.findall(r"· (\S+)", "\n".join(map(text, (first, second, third))))
    assert sorted(shown) == ids
    assert text(await at.say("/saved 99")) == text(third)
    assert text(await at.say("/saved 0")) == text(await at.say("/saved what is this")) == text(first)
    await at.say(f"/saved remove {' '.join(ids[:5])}")
    assert labels(await at.say("/saved 2")) == ["BibTeX", "‹"], "a full page may be the last"


async def test_taking_out_needs_a_paper_that_is_there(at: Front) -> None:
    assert "/saved remove 2405.17428" in text(await at.say("/saved remove"))
    assert "not among the papers you saved" in text(await at.say(f"/saved remove {ID}"))
    await at.say(f"/save {ID} {OTHER}")
    assert text(await at.say(f"/saved remove {ID} {OTHER}")) == "Taken out: 2 papers."


async def test_a_person_keeps_so_many_and_is_told(at: Front) -> None:
    people = at.means.people
    people.save(Actor("memory", ADMIN), [f"2601.{number:05d}" for number in range(1, MOST_SAVED + 1)], update="u")
    assert "You keep 1000 papers" in text(await at.say(f"/save {ID}"))
    assert ID not in kept(at)
    assert "Saved." in text(await at.say(f"/save {ID}", actor=MEMBER))
    await at.say("/saved remove 2601.00001")
    assert "Saved." in text(await at.say(f"/save {ID}"))


async def test_bibtex_is_copied_entry_by_entry_with_its_lines(at: Front) -> None:
    ids = [f"2605.{number:05d}" for number in range(1, 13)]
    at.store.save_papers([paper(id_, authors=("Ada Lovelace",)) for id_ in ids])
    await at.say(f"/save {' '.join(ids)}")
    first = await at.press(await at.say("/saved"), "BibTeX")
    assert text(first).startswith("BibTeX, 1–10 of 12\n@misc{lovelace2605.00012,\n  title = {T},\n")
    codes = [block for block in first.document.blocks if isinstance(block, Paragraph)]
    assert all(isinstance(block.spans[0], Code) and len(block.spans) == 1 for block in codes)
    assert len(codes) == 10
    second = await at.press(first, "›")
    assert text(second).count("@misc") == 2
    assert labels(second) == ["‹"]


# ---------------------------------------------------------------- /privacy


async def test_a_member_deletes_what_is_theirs_and_nothing_else(at: Front) -> None:
    await at.follow("llm", kind="group")
    for actor in (ADMIN, MEMBER):
        await at.say(f"/save {ID}", kind="group", actor=actor)
        await at.say(f"/dislike {ID}", kind="group", actor=actor)
    told = await at.say("/privacy", kind="group", actor=MEMBER)
    assert "Of you now" not in text(told), "in a group everybody reads it"
    asked = await at.press(told, "Delete my data", kind="group", actor=MEMBER)
    assert kept(at, MEMBER) == [ID], "it is asked twice"
    gone = await at.press(asked, "Yes", kind="group", actor=MEMBER)
    assert text(gone) == "Deleted what was yours: papers saved: 1, 👍 and 👎: 1."
    assert gone.private
    assert (kept(at, MEMBER), kept(at)) == ([], [ID])
    assert at.names(GROUP) == ["LLM"]
    assert at.means.people.kept().dislikes == 1


async def test_an_admin_who_deletes_the_chats_data_deletes_nobodys_own(at: Front) -> None:
    await at.follow("llm", kind="group")
    for actor in (ADMIN, MEMBER):
        await at.say(f"/save {ID}", kind="group", actor=actor)
    asked = await at.press(await at.say("/privacy", kind="group"), "Delete this chat", kind="group")
    await at.press(asked, "Yes", kind="group")
    assert at.chats.chat(GROUP) is None
    assert kept(at, MEMBER) == kept(at) == [ID]


async def test_in_private_ones_own_and_the_chats_are_the_same(at: Front) -> None:
    await at.follow("llm")
    await at.say(f"/save {ID}")
    await at.say(f"/like {ID}")
    told = await at.say("/privacy")
    assert "papers saved: 1, 👍 and 👎: 1" in text(told)
    assert labels(told) == ["Delete my data"]
    done = await at.press(await at.press(told, "Delete"), "Yes")
    assert text(done) == say("en", "cmd.privacy.deleted")
    assert at.chats.chat(PRIVATE) is None
    assert at.means.people.kept().saved == at.means.people.kept().likes == 0


async def test_whoever_runs_this_sees_how_much_is_kept_and_not_of_whom(at: Front) -> None:
    await at.say(f"/save {ID}")
    await at.say(f"/dislike {ID}", actor=MEMBER)
    said = text(await at.say("/stats", actor=OWNER))
    assert "Papers people saved: 1, 👍 0, 👎 1" in said
    assert MEMBER not in said


# ---------------------------------------------------------------- people in a store


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    with Store(tmp_path / "people.db") as store:
        yield People(store, clock=lambda: NOW)


def test_the_same_id_on_two_platforms_is_two_people(people: People) -> None:
    people.save(ANNA, [ID], update="1")
    people.vote(BORIS, ID, -1, update="2")
    assert people.saved(BORIS) == []
    assert people.kept(ANNA) == people.forget(ANNA)
    assert people.kept().dislikes == 1
    assert people.kept(ANNA).saved == 0


def test_what_is_too_much_saves_nothing_and_may_be_tried_again(people: People) -> None:
    people.save(ANNA, [f"2601.{number:05d}" for number in range(1, MOST_SAVED)], update="1")
    with pytest.raises(TooManySaved):
        people.save(ANNA, [ID, OTHER], update="2")
    assert len(people.saved(ANNA)) == MOST_SAVED - 1
    assert people.save(ANNA, [ID], update="2") == 1, "the update had no effect, so it is not used up"
    assert people.save(ANNA, [ID], update="3") == 0, "what is there already is not too much"
