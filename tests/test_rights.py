"""What we may not do in a chat is asked of its platform, which keeps nobody waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from adapters.memory import Memory
from bot.platforms import NotSent
from bot.rights import MOST, PATIENCE, Rights, all_is_well
from bot.targets import Target
from tests.fakes.virtual_time import virtually

ROOM = Target("memory", "room")


@dataclass
class Checking(Memory):
    """Raises `error`, or takes `seconds`, when it is asked what we may not do."""

    error: Exception | None = None
    seconds: float = 0.0

    async def check(self, target: Target) -> Sequence[str]:
        await asyncio.sleep(self.seconds)
        if self.error is not None:
            raise self.error
        return await super().check(target)


def missing(memory: Memory, target: Target = ROOM) -> tuple[str, ...]:
    return virtually(Rights({"memory": memory}).missing(target))


def test_what_is_missing_is_named_and_a_long_list_is_cut() -> None:
    assert missing(Memory(missing={ROOM: ["Send Messages"]})) == ("Send Messages",)
    assert len(missing(Memory(missing={ROOM: [str(n) for n in range(100)]}))) == MOST


@pytest.mark.parametrize("error", [NotSent("no connection"), ValueError("a bug")])
def test_a_platform_that_cannot_say_is_no_error_but_a_bug_is_logged(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    assert missing(Checking(missing={ROOM: ["x"]}, error=error)) == ()
    assert ("Traceback" in caplog.text) == isinstance(error, ValueError)


def test_a_platform_that_takes_too_long_is_not_waited_for() -> None:
    assert missing(Checking(missing={ROOM: ["x"]}, seconds=PATIENCE + 1)) == ()
    assert missing(Checking(missing={ROOM: ["x"]}, seconds=PATIENCE - 1)) == ("x",)


@pytest.mark.parametrize(
    ("memory", "allowed"),
    [
        (Memory(), True),
        (Memory(missing={ROOM: ["x"]}), False),
        (Checking(error=NotSent("no")), False),
        (Checking(seconds=PATIENCE + 1), False),
    ],
)
def test_only_a_platform_that_says_so_allows_it(memory: Memory, allowed: bool) -> None:
    assert virtually(Rights({"memory": memory}).is_allowed(ROOM)) == allowed


def test_of_a_platform_that_is_not_running_nothing_is_known() -> None:
    assert missing(Memory(), Target("elsewhere", "1")) == ()
    assert virtually(all_is_well(ROOM)) == ()
