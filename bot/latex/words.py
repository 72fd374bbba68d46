r"""LaTeX among words: styles, quotes, dashes, lists, formulas. Pure.

What only the paper's own macros know keeps its words (`\gls{DRL}` is DRL), or, if it has none, its name
(`we propose \method` is better read as "we propose method" than as "we propose").
"""

from __future__ import annotations

import re
from functools import partial

from bot.document import Bold, Italic, Math, Text
from bot.latex import tables
from bot.latex.atoms import script
from bot.latex.commands import COMMANDS, accent, address
from bot.latex.formula import DEEPEST, formula, letters_only, raised
from bot.latex.reader import Reader
from bot.latex.spacing import DROP, Piece, Styled, tidy

Style = type[Styled]

_SCAN = re.compile(
    r"""
    (?=[\\$h{}^_~`'"-])(?:  # so that plain words are passed quickly
      (?P<url>(?:\\(?:noindent|url)?)?https?://(?:[^\s{}\\$<>"`|^']|\\[_%&#~])+)
    | (?P<path>(?<=[A-Z]:)(?<![A-Za-z][A-Z]:)(?:\\[A-Za-z][\w.-]*){1,20}(?![\w{]))
    | (?P<verb>\\(?:verb|lstinline)\*?(?P<mark>[^\w\s{*])(?P<verbatim>.{0,300}?)(?P=mark))
    | (?P<command>\\)
    | (?P<dollar>\$)
    | (?P<brace>[{}])
    | (?P<script>[\^_])
    | (?P<tie>~)
    | (?P<quote>``|''|`|")
    | (?P<dash>--+>?)
    )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPTION = re.compile(r"(?<!\S)--[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_SINGLE = re.compile(r"`([^`'\\${}\n]{1,80})'(?![A-Za-z])")
_POWER = re.compile(r"\^([-+]?[0-9]{1,3}(?![0-9])|[A-Za-z*+-](?![A-Za-z0-9_^]))")
_INDEX = re.compile(r"_([0-9]{1,2}(?![0-9a-z_])|[a-z](?![A-Za-z0-9_]))")
_BASE = re.compile(r"(?:\A|[^A-Za-z_\\])(?:[A-Za-z]|[A-Z][A-Za-z])\Z")  # H_2, x_i, Ba_4
_DIGIT_NEXT = re.compile(r"\s[-0-9.]")

_DISPLAY = frozenset(("equation", "align", "gather", "multline", "eqnarray", "math", "displaymath", "dmath", "flalign"))
_JOINING = tables.BINARY | tables.RELATIONS


def words(source: str, depth: int = 0) -> str:
    """`source` in readable words, spaces at its ends kept."""
    return "".join(span.text for span in tidy(pieces(source, depth)))


def pieces(source: str, depth: int = 0) -> list[Piece]:
    """`source` as spans, not yet tidied (see `spacing`). Never raises."""
    text = _Words()
    text.read(source, Text, depth)
    return text.out


class _Words:
    """What has been said so far, and whether a quotation is open."""

    def __init__(self) -> None:
        self.out: list[Piece] = []
        self._quoting = False

    def read(self, source: str, style: Style, depth: int) -> None:
        """Say `source` in `style`."""
        if depth > DEEPEST:
            self._say(letters_only(source), style)
            return
        reader = Reader(source)
        while match := _SCAN.search(source, reader.pos):
            self._say(source[reader.pos : match.start()], style)
            reader.pos = match.start()
            style = self._mark(reader, match, style, depth)
        self._say(source[reader.pos :], style)

    def _say(self, text: str, style: Style) -> None:
        if text:
            self.out.append(style(text))

    def _last(self) -> str:
        return self.out[-1].text[-1:] if self.out else ""

    # ------------------------------------------------------------ marks

    def _mark(self, reader: Reader, match: re.Match[str], style: Style, depth: int) -> Style:
        """Say what `match` begins; the answer is the style from here on."""
        kind = match.lastgroup
        if kind == "command" or (kind == "path" and match[0].split("\\")[1] in tables.SYMBOLS):
            return self._command(reader, style, depth)
        if kind == "dollar":
            self._dollar(reader, style, depth)
        elif kind == "brace":
            self._group(reader, style, depth)
        elif kind == "script":
            self._script(reader, style, depth)
        else:
            reader.pos = match.end()
            if kind == "url":
                self._say(address(match[0]), style)
            elif kind == "path":
                self._say(match[0].replace("\\", "/"), style)
            elif kind == "verb":
                self._say(match["verbatim"].replace("\\", "∖"), style)
            else:
                self._sign(reader, match[0], style)
        return style

    def _group(self, reader: Reader, style: Style, depth: int) -> None:
        content = reader.group()
        if content is None:
            reader.pos += 1
        else:
            self.read(content, style, depth + 1)

    def _sign(self, reader: Reader, sign: str, style: Style) -> None:
        """Ties, quotes and dashes; the reader stands behind them."""
        start = reader.pos - len(sign)
        before, after = reader.text[start - 1 : start], reader.text[reader.pos : reader.pos + 2]
        if sign == "~":
            about = (not before or before in " ([<\n") and (after[:1] == " " or after.lstrip("\\$.")[:1].isdigit())
            sign = "~" if about or before == "/" else " "
        elif sign == "``" or (sign == "''" and not self._quoting and (not before or before in " (\n")):
            sign, self._quoting = "“", True
        elif sign == "''" or (sign == '"' and self._quoting):
            sign, self._quoting = "”", False
        elif sign == "`":
            if match := _SINGLE.match(reader.text, start):
                reader.pos = match.end()
                sign = f"‘{match[1]}’"
            elif before.isalpha() and after[:1].isalpha():
                sign = "'"
        elif sign.startswith("--") and not sign.endswith(">"):
            if match := _OPTION.match(reader.text, start):
                reader.pos = match.end()
                sign = match[0]
            else:
                sign = "–" if sign == "--" else "—"
        self._say(sign, style)

    def _script(self, reader: Reader, style: Style, depth: int) -> None:
        """A super- or subscript outside of a formula: if its author marked it as one, or nothing else is likely."""
        start = reader.pos
        sign = reader.peek()
        reader.pos += 1
        if reader.peek() == "\\" or (reader.peek() == "{" and reader.pos in reader.closing):
            self._say(raised(reader.argument(), words, up=sign == "^", depth=depth + 1), style)
            return
        before = reader.text[max(0, start - 3) : start]
        match = None
        if sign == "^" and (before[-1:].isalnum() or before[-1:] in {")", "]", "}"}):
            match = _POWER.match(reader.text, start)
        elif sign == "_" and (_BASE.search(before) or (self._last().isalpha() and not self._last().isascii())):
            match = _INDEX.match(reader.text, start)
        text = script(match[1], up=sign == "^") if match else sign
        if match and sign not in text:
            reader.pos = match.end()
            self._say(text, style)
        else:
            self._say(sign, style)

    # ------------------------------------------------------------ formulas

    def _dollar(self, reader: Reader, style: Style, depth: int) -> None:
        content = reader.dollars()
        if content is not None:
            self._formula(content, style, depth)
            return
        if reader.text.startswith("$$", reader.pos):
            reader.pos += 1
        elif reader.is_money():
            self._say("$", style)
        reader.pos += 1

    def _formula(self, source: str, style: Style, depth: int) -> None:
        r"""A formula, or (`$\texttt{SPECS}$`) words that only look like one."""
        if _is_only_words(source):
            self.read(source.strip(), style, depth + 1)
            return
        text = formula(source, words, depth=depth + 1)
        shown = text.strip()
        if not shown.strip("—–"):
            self._say(text, style)
            return
        self._say(" " if text.startswith(" ") else "", style)
        self.out.append(Math(shown, " ".join(source.split())))
        self._say(" " if text.endswith(" ") else "", style)

    def _environment(self, reader: Reader, name: str, style: Style, depth: int) -> None:
        environment = reader.group() or ""
        self._say(" ", style)
        if name == "end":
            return
        if environment.rstrip("*") in _DISPLAY:
            content = reader.until(f"\\end{{{environment}}}")
            if content is not None:
                self._formula(content, style, depth)
                self._say(" ", style)
            return
        reader.optional()
        if environment.startswith("tab"):
            reader.group()

    # ------------------------------------------------------------ commands

    def _command(self, reader: Reader, style: Style, depth: int) -> Style:  # noqa: C901 (a flat table of cases)
        """Say the command that begins here; the answer is the style from here on."""
        start = reader.pos
        name = reader.command()
        if name in tables.SWITCHES:
            reader.skip_spaces()
            return _styled(name, style)
        if name in {"(", "["}:
            content = reader.until("\\)" if name == "(" else "\\]")
            if content is not None:
                self._formula(content, style, depth)
        elif name in {"begin", "end"}:
            self._environment(reader, name, style, depth)
        elif name in COMMANDS:
            self._say(COMMANDS[name](reader, partial(words, depth=depth + 1)), style)
        elif name in tables.WORDS:
            self.read(reader.argument(), _styled(name, style), depth + 1)
        elif name in tables.ACCENTS:
            self._say(accent(name, reader, partial(words, depth=depth + 1)), style)
        elif name in tables.SKIPPED:
            _skip(reader, tables.SKIPPED[name])
            self._say(DROP if name in tables.CITATIONS else "", style)
        elif name == "replaced":  # of the package "changes": {new}{old}
            self.read(reader.argument(), style, depth + 1)
            reader.group()
        elif name in tables.SPACES:
            self._say(" ", style)
        elif name in tables.ARITY:
            reader.pos = start
            self._formula(reader.argument(), style, depth)
        elif name not in tables.DROPPED:
            self._named(reader, name, style, depth)
        return style

    def _named(self, reader: Reader, name: str, style: Style, depth: int) -> None:
        """A symbol, or a macro of the paper's own."""
        symbol = tables.SYMBOLS.get(name) or tables.MATH_SYMBOLS.get(name)
        before = self._last()
        if name in tables.LETTERS:
            reader.skip_spaces()
        if before.isdigit() and name == "deg":
            symbol = "°"
        if before.isdigit() and symbol in _JOINING and _DIGIT_NEXT.match(reader.text, reader.pos):
            reader.skip_spaces()  # 0.75\pm 0.07
        if symbol is not None or not name.isalpha():
            self._say(name if symbol is None else symbol, style)
            return
        if reader.peek() == "[":
            place = reader.pos
            reader.optional()
            if reader.peek() != "{":
                reader.pos = place
        said = False
        while content := reader.group():
            self._say(" " if said else "", style)
            self.read(content, style, depth + 1)
            said = True
        if not said:
            self._say(f" {name}" if before.isalnum() else name, style)


def _is_only_words(source: str) -> bool:
    """Is `source` one command with words, or one link?"""
    reader = Reader(source.strip())
    if reader.peek() != "\\":
        return False
    name = reader.command()
    groups = 2 if name in {"href", "hyperlink"} else 1
    if name not in tables.WORDS | tables.LINKS or any(reader.group() is None for _ in range(groups)):
        return False
    return reader.pos == len(reader.text)


def _skip(reader: Reader, arguments: int) -> None:
    while reader.optional() is not None:
        pass
    for _ in range(arguments):
        reader.group()


def _styled(name: str, style: Style) -> Style:
    if name in tables.ITALIC:
        return Italic
    return Bold if name in tables.BOLD else style
