"""Hostile text never raises and is never long; every button of every answer works; in all three languages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands import COMMANDS
from bot.commands.text import CALLBACK, read
from bot.document import Actions, utf16
from bot.locales import UI
from bot.platforms import Reply
from bot.targets import ChatKind
from tests.fakes.desk import ADMIN, MEMBER, OWNER, Front, actions, front, text
from tests.samples import listed, paper

HOSTILE = (
    "x" * 10_000,
    "<b>bold</b> *b* _i_ `c` [l](http://evil.example) @everyone",
    "\n\n\r\n\t\0\x1b[31m",
    "\u202eright-to-left \u2066\u200b\ufeff",
    "'; DROP TABLE targets; --",
    "{count} {0} %s {topic.__class__}",
    "\ue0100\ue010 \ue0101\ue010",
    "as as as as " * 500,
    "(" * 2_000,
    '"' * 999,
    "-" * 500,
    "~ ~~ ~llm ~k3f9qa2x yes no ~ page 99999999999999999999",
    "9" * 4_000,
    "😀" * 3_000,
    "\ud800",
    "2405.17428 " * 1_000,
)
LONGEST = 6_000
"""UTF-16 units of an answer: a platform cuts that into two messages at most."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    path: Path = tmp_path_factory.mktemp("desk")
    with front(path, per_user=10**6) as made:
        made.fortnight(lambda n: 35)
        made.announce(listed("2605.00001", day=date(2026, 5, 18)))
        made.store.save_papers([paper("2605.00001", title="<b>Zebrafish</b> " * 50)])
        made.means.limits._chats._most = 10**6
        yield made


def sound(reply: Reply) -> None:
    """What every answer has to be."""
    said = text(reply)
    assert said.strip()
    assert utf16(said) <= LONGEST
    assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069\ue000-\uf8ff]", said)
    rows = [block for block in reply.document.blocks if isinstance(block, Actions)]
    assert len(rows) <= 5
    assert all(1 <= len(each.actions) <= 5 for each in rows)
    for action in actions(reply):
        assert action.label.strip()
        assert len(action.label) <= 80
        assert (action.command is None) != (action.url is None)
        if action.command is not None:
            found = read(action.command, kind="group")
            assert found is not None, action.command
            assert found.command != "help" or action.command.startswith("/help")
            assert len(action.command.encode()) <= CALLBACK


async def ask(desk: Front, typed: str, **given: object) -> None:
    if read(typed, kind=given.get("kind", "private")) is None:  # type: ignore[arg-type] # a ChatKind
        return
    replies = await desk.hears(desk.ask(typed, **given))
    assert replies
    for reply in replies:
        sound(reply)


@pytest.mark.parametrize("language", UI)
@pytest.mark.parametrize("number", range(len(HOSTILE)))
async def test_hostile_text_is_answered_within_bounds(desk: Front, number: int, language: str) -> None:
    await ask(desk, HOSTILE[number], locale=language)
    for command in COMMANDS:
        await ask(
            desk,
            f"/{command.name} {HOSTILE[number]}",
            locale=language,
            kind="group",
            actor=OWNER,
            title=HOSTILE[number],
        )


async def test_a_hostile_form_is_answered_too(desk: Front) -> None:
    for command in COMMANDS:
        for text_ in HOSTILE:
            options = {option.name: text_ for option in command.options}
            replies = await desk.hears(desk.ask("/list", command=command.name, options=options, actor=OWNER))
            for reply in replies:
                sound(reply)
        numbers = dict.fromkeys([option.name for option in command.options], -(10**30))
        assert await desk.hears(desk.ask("/list", command=command.name, options=numbers, actor=OWNER))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    typed=st.text(max_size=80),
    command=st.sampled_from([each.name for each in COMMANDS]),
    kind=st.sampled_from(["private", "group", "channel"]),
    actor=st.sampled_from([ADMIN, MEMBER, OWNER.id]),
    language=st.sampled_from([*UI, "", "de", "zh_Hant_TW", "\0", "x" * 99]),
)
def test_anything_typed_after_any_command_is_answered(  # noqa: PLR0917 - hypothesis names them
    desk: Front, typed: str, command: str, kind: ChatKind, actor: str, language: str
) -> None:
    asyncio.run(ask(desk, f"/{command} {typed}", kind=kind, actor=actor, locale=language))


@pytest.mark.parametrize("language", UI)
async def test_every_button_of_every_answer_can_be_pressed(tmp_path: Path, language: str) -> None:
    """All that can be reached by pressing, from every command; nothing fails, nothing is misunderstood."""
    with front(tmp_path, per_user=10**6) as desk:
        desk.means.limits._chats._most = 10**6
        desk.fortnight(lambda n: 31)
        todo = [f"/{each.name}" for each in COMMANDS] + [
            '/subscribe "mixture of experts" as MoE',
            "/schedule 9:00",
            "/help list",
        ]
        pressed: set[str] = set()
        while todo and len(pressed) < 250:
            carried = todo.pop(0)
            if carried in pressed:
                continue
            pressed.add(carried)
            for reply in await desk.hears(desk.ask(carried, locale=language, actor=OWNER)):
                sound(reply)
                todo += [each.command for each in actions(reply) if each.command]
        assert len(pressed) > 120
        assert {"/privacy confirm", "/subscribe ~llm yes", "/settings layout papers"} <= pressed
