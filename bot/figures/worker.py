"""Makes one hostile picture small and harmless in a process of its own: bytes on stdin, one answer on stdout.

`python -m bot.figures.worker MEMORY SECONDS`, confined as `bot.fulltext.worker` is. The answer is a line,
`image/png WIDTH HEIGHT`, and the new file, or `broken`. Nothing of the old file but its pixels is in the new one.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Sequence

from PIL import Image, ImageOps, MpoImagePlugin, UnidentifiedImageError, WebPImagePlugin

from bot.figures.bounds import HEAVIEST, LARGEST, LIGHT, MOST_PIXELS, NARROWEST, SMALLEST
from bot.fulltext.worker import confine

FORMATS = ("PNG", "JPEG", "GIF", WebPImagePlugin.WebPImageFile.format, MpoImagePlugin.MpoImageFile.format)
"""MPO are JPEGs of some cameras. Its module brings the reader of EXIF with it, which says what is up."""
_QUALITIES = (90, 80, 65, 45)


class Broken(Exception):
    """It is no picture, or none worth showing."""


def main(arguments: Sequence[str]) -> int:
    """Answers, whatever the file: a status other than 0 is a crash."""
    memory, seconds = arguments
    Image.preinit()  # decoders are loaded while files can still be opened
    confine(memory=int(memory), seconds=int(seconds))
    try:
        answer = shrunk(sys.stdin.buffer.read())
    except (
        Broken,
        MemoryError,
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ):
        answer = b"broken\n"  # Pillow's decoders raise all of these for a damaged file
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


def shrunk(body: bytes) -> bytes:
    """The answer for the picture in `body`: its first frame on white, at most LARGEST a side. Raises as in `main`."""
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(io.BytesIO(body), formats=FORMATS) as given:
        short, long = sorted(given.size)
        if short < SMALLEST or long > NARROWEST * short or short * long > MOST_PIXELS:
            raise Broken
        given.seek(0)
        given.draft("RGB", (LARGEST, LARGEST))  # a JPEG is decoded no larger than it will be shown
        picture = _flat(ImageOps.exif_transpose(given))
    picture.thumbnail((LARGEST, LARGEST), Image.Resampling.LANCZOS)
    if len(picture.getcolors(1) or ()) == 1:  # nothing but one colour
        raise Broken
    kind, new = _encoded(picture)
    return f"{kind} {picture.width} {picture.height}\n".encode("ascii") + new


def _flat(given: Image.Image) -> Image.Image:
    """Its pixels alone, on white: no metadata, no profile, no comment."""
    if given.mode.startswith("I"):  # sixteen bits of grey
        given = given.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    seen = given.convert("RGBA")
    page = Image.new("RGB", seen.size, "white")
    page.paste(seen, mask=seen.getchannel("A"))
    return page


def _encoded(picture: Image.Image) -> tuple[str, bytes]:
    sharp = io.BytesIO()
    picture.save(sharp, "PNG", optimize=True)
    if sharp.tell() <= LIGHT:
        return "image/png", sharp.getvalue()
    for quality in _QUALITIES:
        soft = io.BytesIO()
        picture.save(soft, "JPEG", quality=quality, optimize=True)
        if soft.tell() <= HEAVIEST:
            return "image/jpeg", soft.getvalue()
    raise Broken


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status)  # nothing a hostile file has prepared runs at the end
