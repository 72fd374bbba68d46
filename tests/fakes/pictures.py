"""Pictures of papers, harmless and hostile ones."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, ImageDraw

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300"><script>alert(1)</script><rect/></svg>'
HTML = b"<!DOCTYPE html><html><body><img src=x onerror=alert(1)></body></html>"


def plot(width: int = 640, height: int = 400, *, mode: str = "RGB") -> Image.Image:
    """Axes and a line, as papers have them."""
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    draw.line([(40, 20), (40, height - 40), (width - 20, height - 40)], fill="black", width=3)
    draw.line([(40, height - 60), (width // 2, height // 2), (width - 30, 30)], fill=(200, 30, 30), width=4)
    draw.rectangle([60, 40, 160, 90], fill=(30, 90, 200))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "PNG", **details: object) -> bytes:
    """`image` as a file."""
    file = io.BytesIO()
    image.save(file, kind, **details)
    return file.getvalue()


def noise(width: int = 2000, height: int = 1500) -> Image.Image:
    """What no format makes small."""
    return Image.effect_noise((width, height), 90).convert("RGB")


def bomb(width: int = 60_000, height: int = 60_000) -> bytes:
    """A small file that says it is a huge picture, and is."""
    packer = zlib.compressobj(9)
    row = bytes(1 + width // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return _png(width, height, rows)


def claims(width: int, height: int) -> bytes:
    """A file that says it is so large and holds next to nothing."""
    return _png(width, height, zlib.compress(b"\x00" * 64))


def _png(width: int, height: int, rows: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
