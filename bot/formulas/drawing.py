"""Drawing formulas in a process that can be killed, once for all who ask: many chats get the same papers."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from bot.formulas.bounds import HEAVIEST, LONGEST, MOST
from bot.fulltext.process import Limits, answered
from bot.ports import NoText

logger = logging.getLogger(__name__)

WORKER = (sys.executable, "-P", "-s", "-m", "bot.formulas.worker")
USUAL = Limits(seconds=10.0, processor=5, memory=512 << 20, output=HEAVIEST + 100)

KEPT = 64
"""Sheets that are remembered, refusals included; real ones have some ten thousand bytes."""

_HEAD = re.compile(rb"(\d{1,2}(?: \d{1,2}){0,9})\n")
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A PNG with `sources` on it, LaTeX without dollars, numbered from 1 in this order."""

    png: bytes
    sources: tuple[str, ...]


class Drawing:
    """Draws one sheet at a time, since each takes a process."""

    def __init__(self, *, limits: Limits = USUAL, command: Sequence[str] = WORKER) -> None:
        self._limits = limits
        self._command = command
        self._known: OrderedDict[tuple[str, ...], Drawn | None] = OrderedDict()
        self._turn = asyncio.Lock()

    async def __call__(self, sources: Sequence[str]) -> Drawn | None:
        """Those of `sources` that can be drawn, each once; None: none can. Never raises for what they say."""
        wanted = tuple(dict.fromkeys(each for each in sources if 0 < len(each) <= LONGEST))[:MOST]
        if not wanted:
            return None
        async with self._turn:
            if wanted not in self._known:
                self._known[wanted] = await self._drawn(wanted)
            self._known.move_to_end(wanted)
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
            return self._known[wanted]

    async def _drawn(self, sources: tuple[str, ...]) -> Drawn | None:
        command = (*self._command, str(self._limits.memory), str(self._limits.processor))
        try:
            output = await answered(command, json.dumps(sources).encode("utf-8"), self._limits)
        except NoText as exc:
            logger.warning("formulas could not be drawn: %s", exc.code)
            return None
        return _read(output, sources)


def _read(output: bytes, sources: tuple[str, ...]) -> Drawn | None:
    """The worker's answer, which hostile formulas may have written: nothing of it is believed."""
    match = _HEAD.match(output)
    places = [int(place) for place in match[1].split()] if match else []
    png = output[match.end() :] if match else b""
    if not png.startswith(_PNG) or sorted(set(places)) != places or places[-1] >= len(sources):
        return None
    return Drawn(png=png, sources=tuple(sources[place] for place in places))
