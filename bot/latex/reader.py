"""Reading TeX piece by piece: commands, groups, arguments, and which dollars are money. Pure.

Nothing here recurses and every scan is linear, whatever the text: `pylatexenc`'s own parser takes about 9 ms for an
abstract and descends as deep as braces are nested, so that we take its tables (`tables`), not its parser.
"""

from __future__ import annotations

import re

from bot.latex.tables import ARITY

_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_COMMAND = re.compile(r"\\(?:([A-Za-z]+)\*?|(.))", re.DOTALL)
_SPACES = re.compile(r"\s*")
_DOLLAR = re.compile(r"\\.|[{$]", re.DOTALL)

_GROUPS = re.compile(r"\{[^{}]*\}")
_NAMES = re.compile(r"\\[A-Za-z]+")
_TEX = re.compile(r"[\\^_=<>+{}|]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_TWO_WORDS = re.compile(r"[A-Za-z]{2,}[^A-Za-z]+[A-Za-z]{2,}")
_PROSE = re.compile(r"(?:(?<![A-Za-z])[A-Za-z]{2,}[,.;:]?\s{1,9}){2}[A-Za-z]{2,}")
_AMOUNT = re.compile(r"\.?[0-9]")
_CURRENCY = re.compile(r"(?:[0-9]|(?<![A-Za-z])(?:US|HK|NT|NZ|AU|CA|SG|[ACSR]))\Z")


class Reader:
    """A place in a TeX text. Every read moves it forward, and none past the end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pos = 0
        self._closing: dict[int, int] | None = None

    @property
    def closing(self) -> dict[int, int]:
        """Where the group that opens at a place ends; a brace without partner is not in it."""
        if self._closing is None:
            self._closing, open_braces = {}, []
            for match in _BRACE.finditer(self.text):
                if match[0] == "{":
                    open_braces.append(match.start())
                elif match[0] == "}" and open_braces:
                    self._closing[open_braces.pop()] = match.start()
        return self._closing

    def peek(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.pos : self.pos + 1]

    def skip_spaces(self) -> bool:
        """Go past white space; was there any?"""
        start = self.pos
        self.pos = _SPACES.match(self.text, start).end()  # type: ignore[union-attr]  # it matches the empty text
        return self.pos > start

    def command(self) -> str:
        """The name of the command that begins here (a letter name, or one character; empty at the end)."""
        match = _COMMAND.match(self.text, self.pos)
        if match is None:  # a lone backslash at the end
            self.pos += 1
            return ""
        self.pos = match.end()
        return match[1] or match[2]

    def group(self) -> str | None:
        """The content of the group that begins here, or None if none does."""
        end = self.closing.get(self.pos) if self.peek() == "{" else None
        if end is None:
            return None
        content = self.text[self.pos + 1 : end]
        self.pos = end + 1
        return content

    def argument(self) -> str:
        r"""What a command takes here: a group's content, one command (with what it takes), or one character.

        Empty where nothing can be taken: at the end, before `}`, `$` or `&`.
        """
        self.skip_spaces()
        content = self.group()
        if content is not None:
            return content
        start = self.pos
        if self.peek() == "\\":
            for _ in range(ARITY.get(self.command(), 0)):
                self.skip_spaces()
                if self.group() is None:
                    self.pos += self.peek().isalnum()
        elif self.peek() not in {"{", "}", "$", "&"}:
            self.pos += 1
        return self.text[start : self.pos]

    def optional(self) -> str | None:
        """The content of the `[…]` that begins here, or None if none does."""
        if self.peek() != "[":
            return None
        end = self.text.find("]", self.pos, self.pos + 200)
        if end < 0:
            return None
        content = self.text[self.pos + 1 : end]
        self.pos = end + 1
        return content

    def until(self, mark: str) -> str | None:
        """What stands before the next `mark`, going past it; None (and no move) if there is no more."""
        end = self.text.find(mark, self.pos)
        if end < 0:
            return None
        content = self.text[self.pos : end]
        self.pos = end + len(mark)
        return content

    def dollars(self) -> str | None:
        """The formula between the dollar here and its partner, going past both; None if this dollar opens none."""
        if self.text.startswith("$$", self.pos):
            start = self.pos
            self.pos += 2
            formula = self.until("$$")
            if formula is None:
                self.pos = start
            return formula
        end = self._next_dollar(self.pos + 1)
        if end is None:
            return None
        formula = self.text[self.pos + 1 : end]
        before, after = self.text[max(0, self.pos - 4) : self.pos], self.text[end + 1 : end + 2]
        if not _is_formula(formula, before=before, after=after):
            return None
        self.pos = end + 1
        return formula

    def is_money(self) -> bool:
        """Does the dollar here stand beside an amount or a country's letters?"""
        before = self.text[max(0, self.pos - 4) : self.pos]
        after = self.text[self.pos + 1 : self.pos + 2]
        return _AMOUNT.match(self.text, self.pos + 1) is not None or (
            _CURRENCY.search(before) is not None and not after.isalpha()
        )

    def _next_dollar(self, start: int) -> int | None:
        r"""The next dollar outside of groups (`\text{if $x$}` has dollars of its own)."""
        while match := _DOLLAR.search(self.text, start):
            if match[0] == "$":
                return match.start()
            start = self.closing.get(match.start(), match.start()) + 1 if match[0] == "{" else match.end()
        return None


def _is_formula(inside: str, *, before: str, after: str) -> bool:
    """Is what stands between two dollars a formula, not the words between two amounts?"""
    marked = _TEX.search(inside) is not None
    words = _WORD.search(_NAMES.sub("", inside)) is not None
    if _AMOUNT.match(inside):
        if _CURRENCY.search(before) and before[-1:].isalpha():  # US$3M … $5
            return False
        if after.isdigit() and (words or not marked):  # $5 and $10, $100K-$200K
            return False
        if words and inside[-1].isspace():  # $5, or $x$
            return False
        if not marked and _TWO_WORDS.search(inside):  # $5 per query ($)
            return False
    if before[-1:].isdigit() and inside[:1].isspace() and words and not marked:  # 100$ and 200$
        return False
    if inside[:1].isspace() and after.isdigit() and words and not marked:
        return False
    return _PROSE.search(_NAMES.sub("", _GROUPS.sub("", inside))) is None
