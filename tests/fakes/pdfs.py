"""PDF files made to measure: pages of words at places, locked, scanned, broken, bombs. The standard library makes them.

Format: ISO 32000-1; encryption is its standard handler, revision 2 (RC4, 40 bits), which every reader knows.
"""

from __future__ import annotations

import hashlib
import textwrap
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 612, 792
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A line of text whose first letter stands at `x`, `y` (points from below). `mode` 3 is invisible."""

    text: str
    x: float
    y: float
    size: float = 10
    bold: bool = False
    colour: tuple[float, float, float] = (0, 0, 0)
    mode: int = 0
    turned: bool = False

    def drawn(self) -> str:
        place = f"0 1 -1 0 {self.x} {self.y}" if self.turned else f"1 0 0 1 {self.x} {self.y}"
        said = self.text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        red, green, blue = self.colour
        return (
            f"BT {red} {green} {blue} rg {self.mode} Tr /{'F2' if self.bold else 'F1'} {self.size} Tf {place} Tm "
            f"({said}) Tj ET"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    colour: tuple[float, float, float]

    def drawn(self) -> str:
        red, green, blue = self.colour
        return f"{red} {green} {blue} rg {self.x} {self.y} {self.width} {self.height} re f"


@dataclass(frozen=True, slots=True)
class Picture:
    """A grey picture over the whole page, as a scanner makes."""

    def drawn(self) -> str:
        return f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im1 Do Q"


Drawn = Words | Box | Picture


def pdf(pages: Iterable[Sequence[Drawn]], *, password: str | None = None, packed: bool = True) -> bytes:
    """A PDF of `pages`; with a `password`, nobody reads it without."""
    contents = ["\n".join(each.drawn() for each in page).encode("cp1252", "replace") for page in pages]
    streams = [(zlib.compress(body), b"/Filter/FlateDecode") if packed else (body, b"") for body in contents]
    return assembled(streams, password=password)


def assembled(streams: Sequence[tuple[bytes, bytes]], *, password: str | None = None) -> bytes:
    """A PDF whose pages have these content streams, each with what its dictionary says beside the length."""
    kids = b" ".join(b"%d 0 R" % (6 + 2 * at) for at in range(len(streams)))
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(streams)),
        3: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        4: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica-Bold/Encoding/WinAnsiEncoding>>",
        5: _stream(b"\x80", b"/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8"),
    }
    key, trailer = b"", b""
    if password is not None:
        owner, user, key = _locks(password.encode("latin-1"))
        last = 6 + 2 * len(streams)
        objects[last] = b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (owner.hex().encode(), user.hex().encode())
        trailer = b"/Encrypt %d 0 R/ID[<00><00>]" % last
    for at, (body, more) in enumerate(streams):
        page = 6 + 2 * at
        objects[page] = (
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents %d 0 R"
            b"/Resources<</Font<</F1 3 0 R/F2 4 0 R>>/XObject<</Im1 5 0 R>>>>>>" % (WIDTH, HEIGHT, page + 1)
        )
        objects[page + 1] = _stream(_rc4(_object_key(key, page + 1), body) if key else body, more)
    return _file(objects, trailer)


def scanned(pages: int = 2) -> bytes:
    """Pages that are pictures."""
    return pdf([[Picture()]] * pages)


def bomb(megabytes: int) -> bytes:
    """A page whose content, packed twice, unpacks to so many megabytes of spaces."""
    once = zlib.compressobj(9)
    body = b"".join([*(once.compress(b" " * (1 << 20)) for _ in range(megabytes)), once.flush()])
    return assembled([(zlib.compress(body, 9), b"/Filter[/FlateDecode/FlateDecode]")])


def column(
    text: str,
    *,
    x: float = 72,
    top: float = 700,
    width: int = 80,
    size: float = 10,
    indent: bool = False,
    colour: tuple[float, float, float] = (0, 0, 0),
) -> list[Drawn]:
    """`text` set in lines of `width` characters, downwards from `top`; lines are 1.2 of the size apart."""
    lines = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
    return [
        Words(text=line, x=x + (12 if indent and not at else 0), y=top - at * size * 1.2, size=size, colour=colour)
        for at, line in enumerate(lines)
    ]


def _stream(body: bytes, more: bytes) -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(body), more, body)


def _file(objects: dict[int, bytes], trailer: bytes) -> bytes:
    made = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number in sorted(objects):
        places[number] = len(made)
        made += b"%d 0 obj\n%s\nendobj\n" % (number, objects[number])
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % places[number] for number in sorted(objects))
    made += b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(made)


def _locks(password: bytes) -> tuple[bytes, bytes, bytes]:
    """The O and U entries and the file's key (algorithms 2, 3 and 4 of the standard)."""
    padded = (password + _PADDING)[:32]
    owner = _rc4(hashlib.md5(padded).digest()[:5], padded)  # noqa: S324 - as the format has it
    key = hashlib.md5(padded + owner + b"\xfc\xff\xff\xff" + b"\x00").digest()[:5]  # noqa: S324 - likewise
    return owner, _rc4(key, _PADDING), key


def _object_key(key: bytes, number: int) -> bytes:
    salted = key + number.to_bytes(3, "little") + b"\x00\x00"
    return hashlib.md5(salted).digest()[: len(key) + 5]  # noqa: S324 - likewise


def _rc4(key: bytes, body: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in body:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)
