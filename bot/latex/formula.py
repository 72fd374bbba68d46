r"""A formula as one readable line: `\frac{1}{2}\sum_{i=1}^n x_i \le \log n` is `½ ∑ᵢ₌₁ⁿ xᵢ ≤ log n`. Pure.

What the source says becomes atoms; `atoms` knows how they stand beside each other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Final

from bot.latex import tables
from bot.latex.atoms import Atom, Kind, factor, joined, kind_of, script
from bot.latex.commands import character
from bot.latex.reader import Reader

Words = Callable[[str, int], str]
r"""Readable text of words inside a formula (`\text{if $x>0$}`), at a depth of nesting."""

DEEPEST = 12
"""Nesting that we follow; below it only letters and signs are kept."""

_NUMBER = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_LETTERS = re.compile(r"[A-Za-z]+")
_RUN = re.compile(r"'+|\.{3}|:=")
_INFIX = re.compile(r"\\(over|atop|choose)(?![A-Za-z])|\{")
_MARKUP = re.compile(r"\\[A-Za-z]+|[\\{}$^_&~]")
_PRIMES = {1: "′", 2: "″", 3: "‴"}
_ALPHABET_SWITCHES = frozenset(("cal", "frak", "scr", "bb"))


def formula(source: str, words: Words, *, depth: int = 0) -> str:
    r"""`source`, without its dollars, on one line; a space at either end only where the author asked for one.

    Never raises; what is not known keeps its name (`\jpsi` is `jpsi`).
    """
    return joined(_Formula(words, depth).read(source))


def raised(source: str, words: Words, *, up: bool, depth: int = 0) -> str:
    """`source` as a superscript, or (not `up`) as a subscript."""
    return script(joined(_Formula(words, depth).read(source), tight=True).strip(), up=up)


def letters_only(source: str) -> str:
    """What remains of `source` without any command or mark."""
    return _MARKUP.sub(" ", source)


class _Formula:
    """Reads one formula, or one argument of it, into atoms."""

    def __init__(self, words: Words, depth: int) -> None:
        self._words = words
        self._depth = depth
        self._out: list[Atom] = []

    def read(self, source: str, *, alphabet: str = "") -> list[Atom]:
        """The atoms of `source`, its letters in `alphabet` (empty: as they are)."""
        if self._depth > DEEPEST:
            return [Atom(letters_only(source), "words")]
        reader = Reader(source)
        if infix := _infix(reader):
            return self._infix(source[: infix.start()], infix[1], source[infix.end() :])
        while reader.pos < len(source):
            spaced = reader.skip_spaces()
            before = len(self._out)
            alphabet = self._next(reader, alphabet)
            if spaced and len(self._out) > before:
                self._out[before].spaced = True
        return self._out

    def _next(self, reader: Reader, alphabet: str) -> str:
        """Read what comes next; the answer is the alphabet from here on (a switch such as `\\cal` changes it)."""
        char = reader.peek()
        if char == "\\":
            return self._command(reader, reader.command(), alphabet)
        if match := _NUMBER.match(reader.text, reader.pos) or _LETTERS.match(reader.text, reader.pos):
            reader.pos = match.end()
            self._letters(match[0], alphabet)
        elif match := _RUN.match(reader.text, reader.pos):
            reader.pos = match.end()
            self._run(match[0])
        elif (content := reader.group()) is not None:
            self._group(content, alphabet)
        else:
            reader.pos += 1
            if char in {"^", "_"}:
                self._script(self._tight(reader.argument()), up=char == "^")
            elif char not in {"{", "}", "$"}:
                self._sign(" " if char in {"~", "&"} else char)
        return alphabet

    # ------------------------------------------------------------ one thing at a time

    def _add(self, text: str, kind: Kind = "ord") -> None:
        self._out.append(Atom(text, kind))

    def _sign(self, text: str) -> None:
        """A single character, or a symbol that was a command."""
        self._add(text, kind_of(text))

    def _letters(self, text: str, alphabet: str) -> None:
        if alphabet:
            self._out.append(Atom(tables.styled(text, alphabet), bare=True))
        elif text in tables.OPERATORS:
            self._add(text, "op")
        else:
            self._out.append(Atom(text, bare=True))

    def _run(self, text: str) -> None:
        if text[0] == "'":
            self._script(_PRIMES.get(len(text), "′" * len(text)), up=True)
        elif text == ":=":
            self._add(text, "rel")
        else:
            self._add("…", "inner")

    def _group(self, source: str, alphabet: str = "") -> None:
        atoms = self._inside(source, alphabet)
        if len(atoms) == 1:
            if atoms[0].kind in {"bin", "rel", "punct"}:  # {,} and {=} ask for no space
                atoms[0].kind = "ord"
            self._out.append(atoms[0])
        elif atoms:
            self._add(joined(atoms))

    def _script(self, text: str, *, up: bool) -> None:
        """Hang `text` on what stands before."""
        last = self._out[-1] if self._out else None
        if last is None or last.kind in {"rel", "open", "bin", "punct", "space"}:
            last = Atom("")
            self._out.append(last)
        if up:
            last.sup += script(text, up=True)
        else:
            last.sub += script(text, up=False)

    # ------------------------------------------------------------ commands

    def _command(self, reader: Reader, name: str, alphabet: str) -> str:  # noqa: C901 (a flat table of cases)
        if name in _ALPHABET_SWITCHES:
            return tables.ALPHABETS[name]
        if name in tables.SWITCHES:
            return ""
        if name in _BUILT:
            _BUILT[name](self, reader, name)
        elif name in tables.ALPHABETS:
            self._group(reader.argument(), tables.ALPHABETS[name])
        elif name in tables.WORDS:
            self._add(self._words(reader.argument(), self._depth + 1), "words")
        elif name in tables.PLAIN_ALPHABETS:
            self._plain(reader.argument())
        elif name in tables.MATH_ACCENTS:
            self._accent(self._inside(reader.argument(), alphabet), tables.MATH_ACCENTS[name])
        elif name in tables.AROUND and reader.peek() == "{":
            left, right = tables.AROUND[name]
            self._add(left + joined(self._inside(reader.argument())) + right)
        elif name in tables.SPACES:
            self._add(" ", "space")
        elif name in tables.SKIPPED:
            reader.optional()
            for _ in range(tables.SKIPPED[name]):
                reader.group()
        elif name not in tables.DROPPED:
            self._named(reader, name)
        return alphabet

    def _named(self, reader: Reader, name: str) -> None:
        """A symbol; or the name of what only the paper's own macros know, unless it has an argument to show."""
        symbol = tables.MATH_SYMBOLS.get(name)
        if name in tables.OPERATORS:
            self._add(symbol or name, "op")
        elif symbol is not None or not name.isalpha():
            self._sign(name if symbol is None else symbol)
        elif content := reader.group():
            self._group(content)
        else:
            self._out.append(Atom(name, bare=True, loose=True))

    def _plain(self, source: str) -> None:
        atoms = self._inside(source)
        text = joined(atoms)
        if len(atoms) == 1 and atoms[0].kind in {"op", "rel"}:
            self._out.append(atoms[0])
        elif atoms:
            self._out.append(Atom(text, bare=text.isalpha()))

    def _accent(self, atoms: list[Atom], mark: str) -> None:
        """`mark` over each letter; over more than four of them Unicode shows none."""
        base = atoms[0].text if len(atoms) == 1 else ""
        if 0 < len(base) <= 4 and base.isalnum():
            base = base.replace("ı", "i").replace("ȷ", "j")
            atoms[0].text = "".join(tables.accented(char, mark) for char in base)
            self._out.append(atoms[0])
        elif atoms:
            self._add(str(atoms[0]) if len(atoms) == 1 else f"({joined(atoms)})")

    # ------------------------------------------------------------ what is built of parts

    def _inside(self, source: str, alphabet: str = "") -> list[Atom]:
        return _Formula(self._words, self._depth + 1).read(source, alphabet=alphabet)

    def _tight(self, source: str) -> str:
        return joined(self._inside(source), tight=True).strip()

    def _infix(self, above: str, name: str, below: str) -> list[Atom]:
        r"""`{a \over b}`: all of the group before it and behind it."""
        if name == "choose":
            self._add(f"({self._tight(above)} choose {self._tight(below)})")
        else:
            self._fraction_of(self._inside(above), self._inside(below))
        return self._out

    def _fraction_of(self, above: list[Atom], below: list[Atom]) -> None:
        plain = f"{joined(above)}/{joined(below)}"
        if plain in tables.VULGAR:
            self._add(tables.VULGAR[plain])
        else:
            self._add(f"{factor(above, below=False)}/{factor(below, below=True)}", "inner")

    def fraction(self, reader: Reader, _name: str) -> None:
        self._fraction_of(self._inside(reader.argument()), self._inside(reader.argument()))

    def binomial(self, reader: Reader, _name: str) -> None:
        self._add(f"({self._tight(reader.argument())} choose {self._tight(reader.argument())})")

    def root(self, reader: Reader, _name: str) -> None:
        degree = self._tight(reader.optional() or "2")
        sign = {"2": "√", "3": "∛", "4": "∜"}.get(degree) or f"{script(degree, up=True)}√"
        self._add(sign + factor(self._inside(reader.argument()), below=True))

    def negation(self, reader: Reader, _name: str) -> None:
        self._sign(unicodedata.normalize("NFC", self._tight(reader.argument()) + "\u0338"))

    def operator(self, reader: Reader, _name: str) -> None:
        self._add(self._tight(reader.argument()), "op")

    def bar(self, _reader: Reader, _name: str) -> None:
        self._add("|", "rel")

    def modulus(self, reader: Reader, _name: str) -> None:
        self._add(f" (mod {joined(self._inside(reader.argument()))})", "words")

    def stacked(self, reader: Reader, name: str) -> None:
        """A remark over or under something; over a relation it goes, since nothing can hang there."""
        remark = self._tight(reader.argument())
        self._out.extend(base := self._inside(reader.argument()))
        if base and base[-1].kind != "rel":
            self._script(remark, up=name != "underset")

    def arrow(self, reader: Reader, name: str) -> None:
        reader.optional()
        remark = self._tight(reader.argument())
        self._add(("→" if name == "xrightarrow" else "←") + script(remark, up=True), "rel")

    def delimiter(self, reader: Reader, name: str) -> None:
        reader.skip_spaces()
        char = reader.peek()
        if char == "\\":
            text = tables.MATH_SYMBOLS.get(reader.command(), "")
        elif char in {"{", "}"}:
            text = ""
        else:
            reader.pos += 1
            text = {"<": "⟨", ">": "⟩", ".": ""}.get(char, char)
        kinds: dict[str, Kind] = {"left": "open", "right": "close", "middle": "rel"}
        self._add(text, kinds[name])

    def environment(self, reader: Reader, name: str) -> None:
        environment = (reader.group() or "").rstrip("*")
        left, right = tables.MATRICES.get(environment, ("", ""))
        if name == "end":
            self._add(right, "close")
        else:
            reader.optional()
            if environment in {"array", "tabular", "alignedat", "alignat"}:
                reader.group()
            self._add(left, "open")
        self._add(" ", "space")

    def link(self, reader: Reader, _name: str) -> None:
        parts = [f"{{{part}}}" for _ in range(2) if (part := reader.group()) is not None]
        self._add(self._words("\\href" + "".join(parts), self._depth + 1), "words")

    def character(self, reader: Reader, _name: str) -> None:
        self._add(character(reader.argument()), "words")


def _infix(reader: Reader) -> re.Match[str] | None:
    r"""Where `\over` or its like divides the text, outside of groups."""
    place = 0
    while match := _INFIX.search(reader.text, place):
        if match[1]:
            return match
        place = reader.closing.get(match.start(), match.start()) + 1
    return None


_BUILT: Final[dict[str, Callable[[_Formula, Reader, str], None]]] = {
    **dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"), _Formula.fraction),
    **dict.fromkeys(("binom", "dbinom", "tbinom"), _Formula.binomial),
    **dict.fromkeys(("operatorname", "mathop", "DeclareMathOperator"), _Formula.operator),
    **dict.fromkeys(("pmod", "pod"), _Formula.modulus),
    **dict.fromkeys(("overset", "stackrel", "underset"), _Formula.stacked),
    **dict.fromkeys(("xrightarrow", "xleftarrow"), _Formula.arrow),
    **dict.fromkeys(("left", "right", "middle"), _Formula.delimiter),
    **dict.fromkeys(("begin", "end"), _Formula.environment),
    **dict.fromkeys(tables.LINKS, _Formula.link),
    "sqrt": _Formula.root,
    "not": _Formula.negation,
    "mid": _Formula.bar,
    "unicode": _Formula.character,
}
"""Commands whose arguments become something else than their atoms in a row."""
