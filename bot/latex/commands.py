r"""Commands among words that say one plain text: accents, links, quantities, notes, numbers. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from bot.latex import tables
from bot.latex.atoms import script
from bot.latex.reader import Reader

Words = Callable[[str], str]
"""LaTeX to readable text, spaces at its ends kept."""

_ESCAPED = re.compile(r"\\([_%&#~])")
_SCHEME = re.compile(r"(?:https?://)?(?:www\.)?")
_NAMES = re.compile(r"\\([A-Za-z]+)")
_HEX = re.compile(r"\s*[xX\"]([0-9A-Fa-f]{2,6})\s*\Z")
_LONGEST_LINK = 500


def address(url: str) -> str:
    r"""A link as it is typed into a browser: `\_` is `_`; one glued to its command (`\noindenthttps://`) is freed."""
    url = url.strip().removeprefix("\\noindent").removeprefix("\\url")
    return _ESCAPED.sub(r"\1", url).translate({ord(mark): None for mark in "\\{}$"})[:_LONGEST_LINK]


def accent(name: str, reader: Reader, words: Words) -> str:
    r"""A letter with its accent (`\'e`, `\v{s}`, `\c c`).

    Where no letter follows it is what people mean who write so: a quote (`\"so\"`), a sign (`\~8B`), or nothing.
    """
    here, there = reader.peek(), reader.text[reader.pos + 1 : reader.pos + 2]
    if name.isalpha() and not (here in {"{", "\\"} or (here.isspace() and there.isalpha())):
        return name  # \d+ is no accent
    if not (here.isalpha() or here.isspace() or here in {"{", "\\"}) or (here.isspace() and not name.isalpha()):
        return name
    grouped = here == "{"
    text = words(reader.argument()).strip()
    greek = tables.SYMBOLS.get(name + text, "")
    if len(text) > 1 and "α" <= greek <= "ω":  # "\k{appa}": a \kappa that somebody's table of accents took apart
        return greek
    letter = text[:1].replace("ı", "i").replace("ȷ", "j")
    if not letter.isalpha():
        return text or ("" if name.isalpha() or grouped else name)
    accented = tables.accented(letter, tables.ACCENTS[name])
    if len(accented) > 1 and not grouped:
        accented = letter if name.isalpha() else name + letter
    return accented + text[1:]


def character(code: str) -> str:
    r"""The character of `\unicode{x2014}`; empty if there is none, or it is a mark of LaTeX."""
    match = _HEX.match(code)
    number = int(match[1], 16) if match else 0
    shown = chr(number) if number <= 0x10FFFF else ""
    return shown if shown.isprintable() and shown not in set("\\{}$") else ""


def link(reader: Reader, words: Words) -> str:
    """The words of a link, and where it leads if they do not say so themselves."""
    url = address(reader.group() or "")
    place = reader.pos
    reader.skip_spaces()
    label = reader.group()
    if label is None:
        reader.pos = place
    label = words(label or "").strip()
    same = _SCHEME.sub("", label, count=1).rstrip("/").lower() == _SCHEME.sub("", url, count=1).rstrip("/").lower()
    if not label or "://" in label or same:
        return url or label
    return f"{label} ({url})" if "://" in url else label


def _quantity(reader: Reader, words: Words) -> str:
    r"""A number and its units, as siunitx has them: `\SI{40}{\milli\second}` is 40 ms."""
    reader.optional()
    shown = []
    while (part := reader.group()) is not None:
        names = _NAMES.findall(part)
        if names and all(name in tables.UNITS for name in names):
            shown.append("".join(tables.UNITS[name] for name in names))
        else:
            shown.append(words(part).strip())
    return " ".join(shown).replace(" %", "%")


def _ding(reader: Reader, words: Words) -> str:
    """Circled numbers of the Dingbats font as (1), (2) …; ticks, crosses; other ornaments as a bullet."""
    number = reader.group() or ""
    if number.isdecimal():
        for first in (172, 182, 192, 202):
            if first <= int(number[:4]) < first + 10:
                return f"({int(number[:4]) - first + 1})"
    return {"51": "✓", "52": "✓", "55": "✗", "56": "✗"}.get(number, "•")


def _roman(reader: Reader, words: Words) -> str:
    if not reader.peek().isdecimal():
        return ""
    return ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")[int(reader.argument())]


def _footnote(reader: Reader, words: Words) -> str:
    return f" ({words(reader.group() or '').strip().removesuffix('.')})"


def _left_out(reader: Reader, words: Words) -> str:
    reader.until("\\fi")
    return ""


COMMANDS: Final[dict[str, Callable[[Reader, Words], str]]] = {
    **dict.fromkeys(tables.LINKS, link),
    **dict.fromkeys(("SI", "qty", "num", "si", "unit", "ang", "qtyproduct", "numproduct"), _quantity),
    "footnote": _footnote,
    "ding": _ding,
    "romannumeral": _roman,
    "unicode": lambda reader, words: character(reader.argument()),
    "textsuperscript": lambda reader, words: script(words(reader.argument()).strip(), up=True),
    "textsubscript": lambda reader, words: script(words(reader.argument()).strip(), up=False),
    "item": lambda reader, words: f" {words(reader.optional() or '•')} ",
    "iffalse": _left_out,
}
"""What a command says; it takes its own arguments."""
