"""What is kept for a while in memory: how long, how much, and what makes room."""

from __future__ import annotations

import asyncio

import pytest

from bot.briefly import Briefly
from tests.fakes.virtual_time import virtually


def test_it_is_kept_for_so_long_from_when_it_was_put() -> None:
    async def scene() -> None:
        kept: Briefly[str, int] = Briefly(600, most=2)
        kept.put("a", 1)
        await asyncio.sleep(500)
        kept.put("a", 2)
        await asyncio.sleep(599)
        assert kept.get("a") == 2
        await asyncio.sleep(2)
        assert (kept.get("a"), len(kept)) == (None, 0)

    virtually(scene())


async def test_what_was_asked_for_longest_ago_makes_room() -> None:
    kept: Briefly[str, int] = Briefly(600, most=2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert (kept.get("a"), kept.get("b"), kept.get("c")) == (1, None, 3)
    kept.clear()
    assert len(kept) == 0


async def test_a_failure_is_raised_again() -> None:
    kept: Briefly[str, int] = Briefly(600, most=2)
    kept.put("a", ValueError("no"))
    for _ in range(2):
        with pytest.raises(ValueError, match="no"):
            kept.get("a")
