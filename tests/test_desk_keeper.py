"""Who looks after a chat, what they decide, and what they are told when they subscribe."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.access import Policy
from bot.commands.text import command, read
from bot.locales import say
from bot.platforms import Actor
from bot.targets import Target
from tests.fakes.desk import ADMIN, GROUP, MEMBER, OWNER, PRIVATE, Front, front, text
from tests.samples import listed, paper

CHANNEL = Target("memory", "-200")
HELD = 7


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- whoever changed it last


@pytest.mark.parametrize("change", ["/settings size 5", "/pause", "/unsubscribe LLM", "/subscribe rag", "/language ru"])
async def test_who_changed_a_chat_last_is_its_admin(at: Front, change: str) -> None:
    await at.follow("LLM", kind="group")
    at.admins.add("another")
    before = at.chats.admin(GROUP)
    if change.startswith("/subscribe"):
        await at.follow("RAG", kind="group", actor="another")
    else:
        await at.say(change, kind="group", actor="another")
    assert before == Actor("memory", ADMIN)
    assert at.chats.admin(GROUP) == Actor("memory", "another")


@pytest.mark.parametrize("ask", ["/settings", "/list", "/summarize 2405.17428", "/subscribe RAG"])
async def test_who_only_reads_is_not(at: Front, ask: str) -> None:
    await at.follow("LLM", kind="group")
    at.admins.add("another")
    await at.say(ask, kind="group", actor="another")
    assert at.chats.admin(GROUP) == Actor("memory", ADMIN)


async def test_who_may_not_change_it_is_not(at: Front) -> None:
    await at.follow("LLM", kind="group")
    await at.say("/pause", kind="group", actor=MEMBER)
    assert at.chats.admin(GROUP) == Actor("memory", ADMIN)


async def test_nobody_is_remembered_of_a_private_chat_or_of_one_nothing_is_kept_about(at: Front) -> None:
    await at.follow("LLM")
    await at.say("/pause", kind="group")
    assert at.chats.admin(PRIVATE) is None
    assert at.chats.admin(GROUP) is None
    assert at.chats.chat(GROUP) is None


async def test_a_chat_in_whose_own_name_an_admin_speaks_is_no_person(at: Front) -> None:
    itself = Actor("memory", GROUP.chat_id)
    at.admins.add(itself.id)
    await at.follow("LLM", kind="group", actor=itself)
    assert at.names(GROUP) == ["LLM"]
    assert at.chats.admin(GROUP) is None


@pytest.mark.parametrize(("policy", "remembered"), [("approve", True), ("owner", False)])
async def test_who_has_to_wait_for_the_owners_is_remembered_to_be_told(
    tmp_path: Path, policy: Policy, remembered: bool
) -> None:
    with front(tmp_path, policy=policy) as at:
        offered = await at.say("/subscribe LLM", kind="channel", target=CHANNEL)
        await at.press(offered, "Subscribe", kind="channel", target=CHANNEL)
        assert at.chats.admin(CHANNEL) == (Actor("memory", ADMIN) if remembered else None)


async def test_of_a_thread_nobody_has_changed_the_admin_is_its_chats(at: Front) -> None:
    thread = Target("memory", GROUP.chat_id, "7")
    await at.follow("LLM", kind="group")
    assert at.chats.admin(thread) == Actor("memory", ADMIN)
    at.admins.add("another")
    await at.follow("LLM", kind="group", target=thread, actor="another")
    assert at.chats.admin(thread) == Actor("memory", "another")
    assert at.chats.admin(GROUP) == Actor("memory", ADMIN)


async def test_what_a_chat_is_called_is_kept_up_to_date_by_every_ask(at: Front) -> None:
    await at.follow("LLM", kind="group")
    await at.say("/list", kind="group", actor=MEMBER, title="Readers of papers")
    await at.say("/list", kind="group", actor=MEMBER, title="")
    known = at.chats.chat(GROUP)
    assert known
    assert known.title == "Readers of papers"


async def test_what_waits_for_a_chat_goes_on_when_it_is_resumed_or_allowed(at: Front) -> None:
    thread = Target("memory", GROUP.chat_id, "7")
    for target in (GROUP, thread):
        await at.follow("LLM", kind="group", target=target)
    await at.say("/pause", kind="group")
    assert at.woken == []
    await at.say("/resume", kind="group")
    assert at.woken == [GROUP]
    await at.say(f"/allow {GROUP}", actor=OWNER)
    assert at.woken == [GROUP, GROUP, thread]


# ---------------------------------------------------------------- what is missing, said at once


async def test_who_subscribes_hears_what_we_may_not_do_there(at: Front) -> None:
    at.missing = ("Send Messages", "Embed Links")
    offered = await at.say("/subscribe LLM", kind="group")
    done = await at.press(offered, "Subscribe", kind="group")
    assert "missing: Send Messages, Embed Links" in text(done)
    assert at.names(GROUP) == ["LLM"]


async def test_where_all_is_well_and_where_one_is_alone_nothing_is_said(at: Front) -> None:
    offered = await at.say("/subscribe LLM", kind="group")
    assert "missing" not in text(await at.press(offered, "Subscribe", kind="group"))
    at.missing = ("Send Messages",)
    alone = await at.say("/subscribe LLM")
    assert "missing" not in text(await at.press(alone, "Subscribe"))


# ---------------------------------------------------------------- /settle


@pytest.fixture
async def held(at: Front) -> Front:
    """A message to GROUP may have arrived."""
    await at.follow("LLM", kind="group")
    at.undecided.messages[HELD] = GROUP
    return at


@pytest.mark.parametrize(("word", "resend", "key"), [("send", True, "sent"), ("drop", False, "dropped")])
async def test_the_admin_who_was_asked_decides_in_private(held: Front, word: str, resend: bool, key: str) -> None:
    assert text(await held.say(f"/settle {HELD} {word}")) == say("en", f"notice.settle.{key}")
    assert held.undecided.settled == [(HELD, resend)]


async def test_pressed_twice_the_first_decides(held: Front) -> None:
    await held.say(f"/settle {HELD} drop")
    assert text(await held.say(f"/settle {HELD} send")) == say("en", "notice.settle.done")
    assert held.undecided.settled == [(HELD, False)]


async def test_an_owner_and_an_admin_who_is_there_decide_too(held: Front) -> None:
    held.undecided.messages[8] = GROUP
    held.admins.add("another")
    await held.say(f"/settle {HELD} send", actor=OWNER)
    await held.say("/settle 8 send", actor="another", kind="group")
    assert held.undecided.settled == [(HELD, True), (8, True)]


@pytest.mark.parametrize("where", [{"kind": "group", "actor": MEMBER}, {"actor": MEMBER}, {"actor": "another"}])
async def test_nobody_else_decides(held: Front, where: dict[str, str]) -> None:
    held.admins.add("another")  # of that chat, but asking elsewhere: it cannot be looked up from there
    reply = await held.say(f"/settle {HELD} send", **where)
    assert text(reply) == say("en", "notice.settle.not_yours")
    assert reply.private
    assert held.undecided.settled == []


@pytest.mark.parametrize("typed", ["/settle", "/settle 7", "/settle 7 perhaps", "/settle 99 send", "/settle x send"])
async def test_what_is_no_decision_changes_nothing(held: Front, typed: str) -> None:
    assert text(await held.say(typed)) == say("en", "notice.settle.done")
    assert held.undecided.settled == []


async def test_a_decision_that_waited_because_we_were_away_is_carried_out(held: Front) -> None:
    late = held.ask(f"/settle {HELD} send", at=held.now.replace(hour=1))
    await held.hears(late)
    assert held.undecided.settled == [(HELD, True)]


async def test_only_buttons_know_of_it(at: Front) -> None:
    assert "/settle" not in text(await at.say("/help"))
    assert "/settle" not in text(await at.say("/help", actor=OWNER))
    said = read(command("settle", 123_456_789, "send"), kind="private")
    assert said
    assert said.options == {"message": 123_456_789, "what": "send"}


# ---------------------------------------------------------------- counting ahead


async def test_what_was_counted_when_it_was_announced_is_not_read_again(at: Front) -> None:
    days = at.fortnight(lambda n: 4, title="Language model")
    await at.desk.announced()
    at.announce(listed("2605.99998", day=days[0], version=1))  # too late for what was counted a moment ago
    at.store.save_papers([paper("2605.99998", title="Language model", categories=("cs.CL",))])
    offered = await at.say("/subscribe LLM")
    assert "About 4 papers a day (last 14 days: 4–4)" in text(offered)
    assert "2605.99998" not in str(offered.document)
