"""Making a picture small in a process that can be killed: whatever a file does to its decoder, it is one error here."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from bot.figures.bounds import HEAVIEST, LARGEST
from bot.fulltext.process import Limits, answered
from bot.ports import NoPicture, NoText, Picture

WORKER = (sys.executable, "-P", "-s", "-m", "bot.figures.worker")
USUAL = Limits(seconds=15.0, processor=10, memory=1 << 30, output=HEAVIEST + 100)

_HEAD = re.compile(rb"(image/(?:png|jpeg)) ([1-9]\d{0,3}) ([1-9]\d{0,3})\n")
_MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}


async def shrink(body: bytes, *, limits: Limits = USUAL, command: Sequence[str] = WORKER) -> Picture:
    """The picture in `body`, as it may be shown. Raises NoPicture, and takes `limits` at most."""
    try:
        output = await answered((*command, str(limits.memory), str(limits.processor)), body, limits)
    except NoText as exc:
        raise NoPicture("The picture was too much to read.", code=exc.code) from None
    match = _HEAD.match(output)
    if match is None:
        raise NoPicture("The picture is damaged, or none that can be shown.", code="broken")
    kind, (width, height) = match[1].decode("ascii"), map(int, match.groups()[1:])
    new = output[match.end() :]
    if max(width, height) > LARGEST or not new.startswith(_MAGIC[kind]):  # the worker read a hostile file
        raise NoPicture("The picture is none that was asked for.", code="broken")
    return Picture(body=new, media_type=kind, width=width, height=height)
