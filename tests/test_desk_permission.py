"""Who may do what: command × role × access × policy, each asked at the desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.access import Policy
from bot.commands import COMMANDS
from bot.locales import say
from bot.platforms import Actor, NotSent, Reply
from bot.targets import Access, Target
from bot.topics.catalogue import topic
from tests.fakes.desk import (
    ADMIN,
    GROUP,
    MEMBER,
    NOW,
    OWNER,
    Front,
    front,
    text,
)
from tests.samples import paper

READ = (
    "/start",
    "/help",
    "/list",
    "/why 2405.17428",
    "/abstract 2405.17428",
    "/evidence 2405.17428",
    "/depth 2405.17428",
    "/pdf",
    "/save 2405.17428",
    "/saved",
    "/like 2405.17428",
    "/dislike 2405.17428",
    "/rest 0123456789abcdef",
    "/settle 7 send",
    "/privacy",
    "/privacy mine",
    "/settings",
    "/settings layout",
    "/schedule",
    "/schedule ~keep",
    "/language",
    "/subscribe",
    "/subscribe RAG",
    "/subscribe ~rag narrow",
    "/unsubscribe",
)
CHANGE = (
    "/subscribe ~rag yes",
    "/subscribe ~rag no",
    "/settings layout titles",
    "/schedule 18:00",
    "/language zh+en",
    "/resume",
)
LESS = ("/pause", "/unsubscribe llm")
MODEL = ("/summarize 2405.17428", "/ask 2405.17428 how large is it?", "/compare 2405.17428 2405.17429")
OWNERS = ("/chats", "/allow memory:-100", "/block memory:-100", "/stats")

ANYTHING = ("open", "approve", "owner")
TABLE: tuple[tuple[str, tuple[str, ...], tuple[str, ...], str], ...] = (
    # kind of command, policies, access of the chat, who is answered how: member / admin / owner
    ("read", ANYTHING, ("none", "asked", "allowed", "no_model"), "done done done"),
    ("read", ANYTHING, ("blocked",), "blocked blocked done"),
    ("change", ("open",), ("none", "asked", "allowed", "no_model"), "admins done done"),
    ("change", ("approve",), ("allowed", "no_model"), "admins done done"),
    ("change", ("approve",), ("none",), "admins asked done"),
    ("change", ("approve",), ("asked",), "admins again done"),
    ("change", ("owner",), ("none", "asked", "allowed", "no_model"), "owners owners done"),
    ("change", ANYTHING, ("blocked",), "blocked blocked done"),
    ("less", ("open", "approve"), ("none", "asked", "allowed", "no_model"), "admins done done"),
    ("less", ("owner",), ("none", "asked", "allowed", "no_model"), "owners owners done"),
    ("less", ANYTHING, ("blocked",), "blocked blocked done"),
    ("model", ("open",), ("none", "asked", "allowed"), "full full full"),
    ("model", ("open",), ("no_model",), "modest modest full"),
    ("model", ("approve", "owner"), ("none", "asked", "no_model"), "modest modest full"),
    ("model", ("approve", "owner"), ("allowed",), "full full full"),
    ("model", ANYTHING, ("blocked",), "blocked blocked full"),
    ("owners", ANYTHING, ("none", "asked", "allowed", "no_model"), "owners owners done"),
    ("owners", ANYTHING, ("blocked",), "blocked blocked done"),
    ("digest", ("open",), ("none", "asked", "allowed", "no_model"), "where posted posted"),
    ("digest", ("approve",), ("allowed", "no_model"), "where posted posted"),
    ("digest", ("approve",), ("none",), "where asked posted"),
    ("digest", ("approve",), ("asked",), "where again posted"),
    ("digest", ("owner",), ("none", "asked", "allowed", "no_model"), "where where posted"),
    ("digest", ANYTHING, ("blocked",), "blocked blocked posted"),
)
GROUPS = {"read": READ, "change": CHANGE, "less": LESS, "model": MODEL, "owners": OWNERS, "digest": ("/digest",)}
ROLES = {"member": Actor("memory", MEMBER), "admin": Actor("memory", ADMIN), "owner": OWNER}
REFUSALS = {
    "admins": "cmd.admins_only.group",
    "owners": "cmd.owners_only",
    "blocked": "cmd.blocked",
    "asked": "cmd.ask_owners.asked",
    "again": "cmd.ask_owners.again",
}


def outcome(desk: Front, reply: Reply, before: tuple[int, int, int]) -> str:
    """What became of an ask, in the words of TABLE."""
    for name, key in REFUSALS.items():
        if text(reply) == say("en", key):
            return name
    if text(reply).startswith(say("en", "cmd.digest.none_yet")):
        return "where"
    if desk.questions.asked:
        *_, how = desk.questions.asked.pop()
        return {"model": "full", "modest": "modest"}[how]
    after = (len(desk.reading.asked), len(desk.modest.asked), len(desk.poster.periods))
    if after == before:
        return "done"
    return {0: "full", 1: "modest", 2: "posted"}[next(n for n in range(3) if after[n] != before[n])]


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, policy="approve") as made:
        yield made


def test_the_table_has_every_command_and_every_case() -> None:
    assert {command.split()[0][1:] for group in GROUPS.values() for command in group} == {
        each.name for each in COMMANDS
    }
    cases = [
        (kind, policy, access) for kind, policies, accesses, _ in TABLE for policy in policies for access in accesses
    ]
    assert len(cases) == len(set(cases)) == len(GROUPS) * 3 * 5


@pytest.mark.parametrize("policy", ANYTHING)
@pytest.mark.parametrize("access", ["none", "asked", "allowed", "no_model", "blocked"])
async def test_everybody_may_what_the_table_says(tmp_path: Path, policy: Policy, access: str) -> None:
    with front(tmp_path, policy=policy) as desk:
        desk.store.save_papers([paper(), paper("2405.17429")])
        wrong = []
        number = 0
        for kind, policies, accesses, outcomes in TABLE:
            if policy not in policies or access not in accesses:
                continue
            for command in GROUPS[kind]:
                for (role, actor), expected in zip(ROLES.items(), outcomes.split(), strict=True):
                    number += 1
                    target = Target("memory", f"-{number}")
                    chats = desk.chats
                    chats.ensure(target, kind="group", title="Readers", languages=("en",), now=NOW)
                    chats.subscribe(target, topic("llm"), since=NOW)
                    chats.set_access(target, None if access == "none" else Access(access))
                    before = (len(desk.reading.asked), len(desk.modest.asked), len(desk.poster.periods))
                    stored = (chats.chat(target), chats.subscriptions(target))
                    reply = await desk.say(command, kind="group", actor=actor, target=target)
                    found = outcome(desk, reply, before)
                    if found != expected:
                        wrong.append((kind, command, role, found, expected))
                    if (
                        found in REFUSALS
                        and found != "asked"
                        and (chats.chat(target), chats.subscriptions(target)) != stored
                    ):
                        wrong.append((kind, command, role, "refused but changed", ""))
                    desk.restart()  # limits and what is known of admins are another test's
        assert wrong == []


async def test_the_platform_is_asked_for_admins_only_where_that_matters(at: Front) -> None:
    at.store.save_papers([paper()])
    for command in (*READ, *MODEL, *OWNERS):
        await at.say(command, kind="group", actor=MEMBER)
    for command in CHANGE:
        await at.say(command, kind="group", actor=OWNER)
        await at.say(command, kind="private")
    assert at.asked_for_admins == 0
    for command in CHANGE:
        await at.say(command, kind="group", actor=MEMBER)
    assert at.asked_for_admins == 1, "and what it said is remembered for some seconds"


async def test_a_refusal_is_told_in_private(at: Front) -> None:
    reply = await at.say("/pause", kind="group", actor=MEMBER)
    assert reply.private
    assert "/summarize" in text(reply)


async def test_a_platform_that_does_not_say_who_is_an_admin_changes_nothing(at: Front) -> None:
    at.unreachable = NotSent("no connection")
    reply = await at.say("/settings layout titles", kind="group")
    assert text(reply) == say("en", "cmd.platform_failed")
    assert at.chats.chat(GROUP) is None
