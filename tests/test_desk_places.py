"""Where an answer goes: below what was typed; for a button, where its command says; aside, what is for one person."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.commands.text import read
from bot.platforms import Actor, Ask, Place
from bot.targets import ChatKind, Target
from tests.fakes.desk import ADMIN, MEMBER, NOW, Front, front


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as opened:
        yield opened


async def places(desk: Front, text: str, *, who: str, kind: ChatKind = "group", pressed: bool = True) -> list[Place]:
    said = read(text, kind=kind)
    assert said is not None

    async def is_admin() -> bool:
        return who == ADMIN

    ask = Ask(
        update=f"u {text} {who} {kind} {pressed}",
        actor=Actor("memory", who),
        target=Target("memory", kind),
        kind=kind,
        command=said.command,
        options=said.options,
        at=NOW,
        is_admin=is_admin,
        pressed=pressed,
    )
    return [reply.place async for reply in desk.desk.ask(replace(ask))]


@pytest.mark.parametrize(
    ("text", "who", "kind", "place"),
    [
        ("/settings size 5", ADMIN, "group", Place.INSTEAD),
        ("/settings size 5", MEMBER, "group", Place.ASIDE),
        ("/subscribe RAG", ADMIN, "group", Place.INSTEAD),
        ("/subscribe ~stale yes", ADMIN, "group", Place.ASIDE),
        ("/subscribe ~stale yes", MEMBER, "private", Place.INSTEAD),
        ("/summarize 2405.17428", MEMBER, "group", Place.BELOW),
        ("/why 2405.17428", MEMBER, "group", Place.BELOW),
    ],
)
async def test_a_button_is_answered_where_its_command_says(
    desk: Front, text: str, who: str, kind: ChatKind, place: Place
) -> None:
    assert set(await places(desk, text, who=who, kind=kind)) == {place}
    assert set(await places(desk, text, who=who, kind=kind, pressed=False)) == {Place.BELOW}
