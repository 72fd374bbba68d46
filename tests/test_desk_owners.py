"""What the owners of the bot decide, who they are, and what they see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.commands.means import Owners
from bot.costs import usage_table
from bot.costs.cause import Cause
from bot.costs.usage_table import Allowance
from bot.locales import say
from bot.models import Checks, Usage
from bot.platforms import NotSent
from bot.targets import Access, Target
from tests.fakes.desk import (
    ADMIN,
    GROUP,
    MEMBER,
    NOW,
    OWNER,
    Front,
    actions,
    command_of,
    front,
    labels,
    owner_code,
    text,
)
from tests.samples import summary, summary_key


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, policy="approve") as made:
        yield made


# ---------------------------------------------------------------- owners decide


async def test_owners_are_asked_once_and_their_answer_lets_the_chat_go_on(at: Front) -> None:
    offered = await at.say("/subscribe MoE", kind="group")
    assert text(await at.press(offered, "Subscribe", kind="group")) == say("en", "cmd.ask_owners.asked")
    assert text(await at.press(offered, "Subscribe", kind="group")) == say("en", "cmd.ask_owners.again")
    [(owner, question)] = at.notified
    assert owner == OWNER
    assert "Readers" in text(question)
    assert labels(question) == ["Allow", "Allow without model", "Block"]
    assert at.names(GROUP) == []

    answered = await at.press(question, "Allow", actor=OWNER)
    assert "Readers" in text(answered)
    [(target, news)] = at.told
    assert target == GROUP
    await at.press(news, "Go on", kind="group")
    assert at.names(GROUP) == ["Mixture of experts"]


@pytest.mark.parametrize(("label", "access"), [("Allow without", Access.NO_MODEL), ("Block", Access.BLOCKED)])
async def test_owners_may_say_less_than_yes(at: Front, label: str, access: Access) -> None:
    await at.follow("MoE", kind="group")
    [(_, question)] = at.notified
    await at.press(question, label, actor=OWNER)
    chat = at.chats.chat(GROUP)
    assert chat is not None
    assert chat.access is access
    assert bool(at.told) is (access is not Access.BLOCKED), "one that is blocked is not told so unasked"


async def test_an_owner_who_answers_twice_tells_the_chat_once(at: Front) -> None:
    await at.follow("MoE", kind="group")
    [(_, question)] = at.notified
    allow = at.ask(command_of(question, "Allow"), actor=OWNER)
    first, again = await at.hears(allow), await at.hears(allow)
    assert text(first[-1]) == text(again[-1])
    assert len(at.told) == 1


async def test_the_chat_that_cannot_be_told_is_allowed_all_the_same(at: Front) -> None:
    await at.follow("MoE", kind="group")
    at.shut_out = NotSent("gone")
    reply = await at.say("/allow memory:-100", actor=OWNER)
    assert say("en", "cmd.owners.not_told") in text(reply)
    chat = at.chats.chat(GROUP)
    assert chat is not None
    assert chat.access is Access.ALLOWED


async def test_owners_who_cannot_be_reached_are_asked_again_next_time(at: Front) -> None:
    at.silent_owners = NotSent("no connection")
    reply = await at.say("/subscribe ~llm yes", kind="group")
    assert text(reply) == say("en", "cmd.ask_owners.unreachable")
    at.silent_owners = None
    assert text(await at.say("/subscribe ~llm yes", kind="group")) == say("en", "cmd.ask_owners.asked")


async def test_an_owner_is_asked_in_the_language_of_their_private_chat(at: Front) -> None:
    await at.say("/language zh", actor=OWNER, target=Target("memory", "owner"))
    await at.follow("MoE", kind="group")
    [(_, question)] = at.notified
    assert "批准" in labels(question)


# ---------------------------------------------------------------- who the owner is


async def test_without_an_owner_the_chat_is_told_how_to_have_one(tmp_path: Path) -> None:
    with front(tmp_path, policy="approve", owners=Owners()) as desk:
        reply = await desk.say("/subscribe ~llm yes")
        assert text(reply) == say("en", "cmd.ask_owners.nobody")


async def test_the_code_printed_at_start_makes_its_sender_the_owner_once(tmp_path: Path) -> None:
    code = owner_code()
    with front(tmp_path, policy="owner", owners=Owners(code=code)) as desk:
        assert text(await desk.say("/start WRONGONE", actor=MEMBER)) == say("en", "cmd.claim.wrong")
        assert text(await desk.say(f"/start {code.code.lower()}", actor=ADMIN)) == say("en", "cmd.claim.right")
        assert desk.chats.mark("owners") == "memory:admin"
        assert text(await desk.say("/stats", actor=ADMIN)).startswith("How things are")
        late = await desk.say(f"/start {code.code}", actor=MEMBER)
        assert text(late).startswith("I am Paperboy"), "a used code is a word like any other"
        assert text(await desk.say("/stats", actor=MEMBER)) == say("en", "cmd.owners_only")


async def test_guessing_the_code_is_slowed_down(tmp_path: Path) -> None:
    with front(tmp_path, owners=Owners(code=owner_code())) as desk:
        answers = [text(await desk.say(f"/start GUESS{n}")) for n in range(7)]
        assert answers[-1] == say("en", "cmd.claim.wait")
        assert len(set(answers[:5])) == 1


async def test_what_owners_ask_for_is_listed_page_by_page(at: Front) -> None:
    for number in range(23):
        at.chats.ensure(
            Target("memory", f"-{number}"), kind="group", title=f"Group {number}", languages=("en",), now=NOW
        )
    first = await at.say("/chats", actor=OWNER)
    assert "Group 9" in text(first)
    assert "Group 10" not in text(first)
    last = await at.say("/chats 99", actor=OWNER)
    assert "Group 22" in text(last)
    assert labels(last) == ["‹"]
    assert "Group 0" in text(await at.say("/chats three", actor=OWNER))
    assert [each.command for each in actions(first)] == ["/chats 2"]


@pytest.mark.parametrize("chat", ["", " x", " telegram", " :", " memory:", " memory:7 why", " " + "x" * 500 + ":1"])
async def test_a_chat_that_is_none_is_explained(at: Front, chat: str) -> None:
    for command in ("/allow", "/block"):
        reply = await at.say(f"{command}{chat}", actor=OWNER)
        assert text(reply).startswith(("Name a chat", "I know no chat"))


async def test_stats_say_what_is_there_and_whether_the_feed_is_fresh(at: Front) -> None:
    empty = text(await at.say("/stats", actor=OWNER))
    assert "No announcement has been read yet" in empty
    at.fortnight(lambda n: 2)
    at.store.take_model_call(NOW.date(), cap=9)
    full = text(await at.say("/stats", actor=OWNER))
    assert "Papers stored: 30" in full
    assert "Model calls today (UTC): 1 of 1000" in full
    assert "feed is fresh: 19 May 2026 (Tue)" in full
    at.now = NOW.replace(day=25)
    assert "feed is still that of 19 May 2026 (Tue); 25 May 2026 (Mon) was expected" in text(
        await at.say("/stats", actor=OWNER)
    )


async def test_stats_count_what_the_checks_made_of_summaries(at: Front) -> None:
    made = summary(checks=Checks(statements=6, supported=6, dropped=2, repaired=1), usage=Usage(calls=2))
    at.store.save_summary(summary_key(), made, at=NOW)

    assert "30 days: 1, asked for again: 1; statements: 6, left out: 2, put right: 1" in text(
        await at.say("/stats", actor=OWNER)
    )


async def spend(at: Front, target: Target | None, cost: int | None, *, day: int = 19, model: str = "big") -> None:
    """One model call for `target` at `cost` nanodollars (None: its price is unknown)."""
    at.store.database.write(
        lambda db: usage_table.reserve(
            db,
            at=NOW.replace(day=day),
            cause=Cause(target=target),
            model=model,
            most=Usage(prompt_tokens=1000, completion_tokens=200),
            cost=cost,
            allowance=Allowance(),
        )
    )


async def test_stats_tell_owners_in_private_what_models_cost(at: Front) -> None:
    await at.follow("MoE", kind="group", actor=OWNER)
    await spend(at, GROUP, 250_000_000)
    await spend(at, Target("memory", "-9"), 125_000_000, day=18, model="dear")
    await spend(at, None, None, model="nameless")
    told = text(await at.say("/stats", actor=OWNER))

    assert "Models: $0.25 of ∞ today, $0.3750 in 30 days" in told
    assert "price is unknown, in 30 days: 1" in told
    assert "▄█ (at most $0.25)" in told
    assert "big, 30 days: $0.25; calls: 1, tokens: 1,200" in told
    assert "nameless, 30 days: price unknown" in told
    assert "Readers, 30 days: $0.25; calls: 1" in told
    assert "memory:-9, 30 days: $0.1250" in told
    assert "Without a chat, 30 days: price unknown" in told


async def test_where_others_read_along_stats_say_nothing_of_money(at: Front) -> None:
    await spend(at, GROUP, 250_000_000)
    told = text(await at.say("/stats", actor=OWNER, kind="group"))
    assert "$" not in told
    assert say("en", "cmd.stats.money_private") in told
