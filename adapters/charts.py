"""Plots as PNG files: days as stacked bars, models as points. Drawn with Pillow, whose own font has Latin letters.

A plotting library would weigh ten times as much as all we draw with it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageFont

from bot.ports import BotError

WIDTH, HEIGHT = 1200, 640
LEFT, RIGHT, TOP, BOTTOM = 110, 300, 70, 80
"""Margins; the names stand on the right."""

COLOURS: Final = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#999999")
"""Okabe and Ito's, which those who see fewer colours tell apart too."""

_INK, _GRID, _PAPER = "#222222", "#dddddd", "#ffffff"
_SMALL, _LARGE = 18, 26
_TICKS = 4
_LONGEST = 28
_BEYOND = 120
"""Of the axis: where those stand of which we do not know how far they are."""


class NotDrawn(BotError):
    """The file cannot be written; the text says why."""


@dataclass(frozen=True, slots=True)
class Series:
    """One name, one colour, one value for each label."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """`x` None: unknown; it stands beyond the axis. `marked` points are joined by a line."""

    name: str
    x: float | None
    y: float
    marked: bool = False


def bars(
    path: Path, *, title: str, labels: Sequence[str], series: Sequence[Series], unit: Callable[[float], str]
) -> None:
    """Write `path`: a bar for each of `labels`, made of one piece of each of `series`, from below. Raises NotDrawn."""
    page = _Page(title)
    totals = [sum(values) for values in zip(*(each.values for each in series), strict=True)] or [0.0] * len(labels)
    scale = _Scale(max(totals, default=0))
    page.across(scale, unit)
    slot = page.width / max(1, len(labels))
    for n in range(len(labels)):
        below = 0.0
        left = LEFT + slot * n + slot * 0.15
        for number, each in enumerate(series):
            if each.values[n]:
                box = (left, page.y((below + each.values[n]) / scale.top), left + slot * 0.7, page.y(below / scale.top))
                page.draw.rectangle(box, fill=_colour(number))
            below += each.values[n]
    every = max(1, math.ceil(len(labels) / 10))
    for n in range(0, len(labels), every):
        page.text(LEFT + slot * (n + 0.5), HEIGHT - BOTTOM + 12, labels[n], anchor="ma")
    for number, each in enumerate(series):
        page.key(number, each.name)
    page.save(path)


def scatter(
    path: Path,
    *,
    title: str,
    points: Sequence[Point],
    x_name: str,
    y_name: str,
    x_unit: Callable[[float], str],
    y_unit: Callable[[float], str],
) -> None:
    """Write `path`: each of `points` with a number, which its name has on the right. Raises NotDrawn."""
    page = _Page(title)
    known = [point.x for point in points if point.x is not None]
    xs, ys = _Scale(max(known, default=0)), _Scale(max((point.y for point in points), default=0))
    page.across(ys, y_unit)
    if len(known) < len(points):
        page.width -= _BEYOND
    for n in range(_TICKS + 1):
        page.text(page.x(n / _TICKS), HEIGHT - BOTTOM + 12, x_unit(xs.top * n / _TICKS), anchor="ma")
    page.text(LEFT + page.width / 2, HEIGHT - 34, x_name, anchor="ma")
    page.text(LEFT, TOP - 30, y_name, anchor="la")
    beyond = LEFT + page.width + 0.7 * _BEYOND
    if len(known) < len(points):
        page.text(beyond, HEIGHT - BOTTOM + 12, "unknown", anchor="ma")
    placed = [(beyond if point.x is None else page.x(point.x / xs.top), page.y(point.y / ys.top)) for point in points]
    line = sorted(place for place, point in zip(placed, points, strict=True) if point.marked and point.x is not None)
    if len(line) > 1:
        page.draw.line(line, fill=_INK, width=2)
    for number, ((x, y), point) in enumerate(zip(placed, points, strict=True)):
        size = 10 if point.marked else 7
        box = (x - size, y - size, x + size, y + size)
        outline = _INK if point.marked else None
        page.draw.ellipse(box, fill=_colour(number), outline=outline, width=3)
        page.text(x + size + 4, y - size - 14, str(number + 1), anchor="la")
        page.key(number, f"{number + 1} {'* ' if point.marked else ''}{point.name}")
    page.save(path)


@dataclass(frozen=True, slots=True)
class _Scale:
    """From 0 to a round number that is no less than the most."""

    most: float

    @property
    def top(self) -> float:
        if self.most <= 0:
            return 1.0
        step = self.most / _TICKS
        power = 10.0 ** math.floor(math.log10(step))
        return _TICKS * power * next(n for n in (1, 2, 2.5, 5, 10) if step <= n * power * (1 + 1e-9))


class _Page:
    def __init__(self, title: str) -> None:
        self.image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
        self.draw = ImageDraw.Draw(self.image)
        self._small, self._large = ImageFont.load_default(_SMALL), ImageFont.load_default(_LARGE)
        self.draw.text((LEFT, 8), _latin(title), fill=_INK, font=self._large)
        self.width = WIDTH - LEFT - RIGHT

    def x(self, share: float) -> float:
        return LEFT + self.width * share

    def y(self, share: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * share

    def across(self, scale: _Scale, unit: Callable[[float], str]) -> None:
        """Lines from left to right, and what they stand for."""
        for n in range(_TICKS + 1):
            y = self.y(n / _TICKS)
            self.draw.line(((LEFT, y), (WIDTH - RIGHT, y)), fill=_INK if n == 0 else _GRID, width=1)
            self.text(LEFT - 10, y, unit(scale.top * n / _TICKS), anchor="rm")

    def text(self, x: float, y: float, said: str, *, anchor: str) -> None:
        self.draw.text((x, y), _latin(said), fill=_INK, font=self._small, anchor=anchor)

    def key(self, number: int, name: str) -> None:
        """A colour and its name; those that find no room are left out."""
        y = TOP + 28 * number
        if y > HEIGHT - BOTTOM:
            return
        left = WIDTH - RIGHT + 20
        self.draw.rectangle((left, y, left + 16, y + 16), fill=_colour(number))
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 3] + "..."
        self.text(left + 26, y - 2, short, anchor="la")

    def save(self, path: Path) -> None:
        try:
            self.image.save(path, format="PNG")
        except OSError as exc:
            raise NotDrawn(f"{path} cannot be written ({exc.strerror or 'the disk failed'}).") from None


def _colour(number: int) -> str:
    return COLOURS[number % len(COLOURS)]


def _latin(text: str) -> str:
    """What the font can show; other letters become `?`."""
    return "".join(char if char.isprintable() and ord(char) < 0x250 else "?" for char in text)
