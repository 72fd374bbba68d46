"""LaTeX that is left in abstracts, and the time it takes: ours beside plain pylatexenc, in the same run.

Reads `papers/*.jsonl.xz` (lines with an "abstract") of the folder in PAPERBOY_DATA, or of `../shared/data`; without
either, the sample in `tests/data/latex`.
"""

from __future__ import annotations

import json
import logging
import lzma
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pylatexenc.latex2text import LatexNodes2Text

from bot.latex import readable

SAMPLE = Path(__file__).parent.parent / "data" / "latex" / "sample.jsonl"
BESIDE = 300
"""Abstracts with LaTeX that both convert; pylatexenc takes about 10 ms for one."""

_MARKED = re.compile(r"[\\${}]")
_SET = re.compile(r"\\\{|\\[lr]brace|\\left\\|\\set\b|\{cases\}")
_MONEY = re.compile(r"\$\s?\.?[0-9]|(?:[0-9]|US)\$")
_PLACEHOLDER = re.compile(r"<(?:cit\.|ref)>", re.IGNORECASE)
_SPACING = re.compile(r"\s{2}|\n")
_FALLBACK = re.compile(r"[\^_]")


@dataclass(slots=True)
class Converted:
    """Of how many texts something is left. A dollar of money and the brace of a set are no residue.

    `fallback` is `^` or `_`, which Unicode sometimes forces; `spacing` are doubled spaces and line breaks.
    """

    texts: int
    milliseconds: float = 0.0  # a text
    left: int = 0  # any of the next five
    raised: int = 0
    backslash: int = 0
    dollar: int = 0
    brace: int = 0
    placeholder: int = 0
    spacing: int = 0
    fallback: int = 0

    def count(self, source: str, text: str) -> None:
        """Add what is left of `source` in `text`."""
        backslash = "\\" in text
        dollar = "$" in _MONEY.sub("", text)
        brace = ("{" in text or "}" in text) and not _SET.search(source)
        placeholder = _PLACEHOLDER.search(text) is not None
        self.backslash += backslash
        self.dollar += dollar
        self.brace += brace
        self.placeholder += placeholder
        self.left += backslash or dollar or brace or placeholder
        self.spacing += _SPACING.search(text) is not None
        self.fallback += _FALLBACK.search(text) is not None


def _converted(convert: Callable[[str], str], sources: Sequence[str]) -> Converted:
    done = Converted(texts=len(sources))
    results: list[tuple[str, str]] = []
    started = time.perf_counter()
    for source in sources:
        try:
            results.append((source, convert(source)))
        except Exception:  # noqa: BLE001 (what is compared may raise anything; it is counted and printed)
            done.raised += 1
    done.milliseconds = (time.perf_counter() - started) * 1000 / max(1, len(sources))
    done.left = done.raised
    for source, text in results:
        done.count(source, text)
    return done


def texts() -> tuple[str, list[str]]:
    """Where the abstracts come from, and they."""
    for folder in (os.environ.get("PAPERBOY_DATA", ""), "../shared/data"):
        files = sorted(Path(folder, "papers").glob("*.jsonl.xz")) if folder else []
        if files:
            return f"{len(files)} files in {folder}", [text for file in files for text in _abstracts(file)]
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    return "the bundled sample of hard cases", [json.loads(line)["text"] for line in lines]


def _abstracts(file: Path) -> Iterator[str]:
    with lzma.open(file, "rt", encoding="utf-8") as lines:
        for line in lines:
            if abstract := json.loads(line).get("abstract"):
                yield abstract


def main() -> None:
    """Print what is left of LaTeX and the time, beside pylatexenc alone and over everything."""
    where, sources = texts()
    marked = [source for source in sources if _MARKED.search(source)]
    beside = marked[:: max(1, len(marked) // BESIDE)][:BESIDE]
    print(f"{len(sources)} texts from {where}; {len(beside)} of the {len(marked)} with LaTeX beside pylatexenc alone:")

    logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)  # it logs every text it cannot parse
    plain = LatexNodes2Text(math_mode="text")  # type: ignore[no-untyped-call]  # it ships no types
    ours = _converted(readable, beside)
    theirs = _converted(plain.latex_to_text, beside)
    print(f"  ours       {_line(ours)}")
    print(f"  pylatexenc {_line(theirs)}")
    print(f"  pylatexenc takes {theirs.milliseconds / ours.milliseconds:.1f} times as long")
    print(f"  ours, all  {_line(_converted(readable, sources))}")


def _line(done: Converted) -> str:
    share = 100 / max(1, done.texts)
    return (
        f"residue {done.left * share:6.2f} % (raised {done.raised}, backslash {done.backslash}, dollar {done.dollar}, "
        f"brace {done.brace}, placeholder {done.placeholder}) · broken spacing {done.spacing * share:5.2f} % · "
        f"^ or _ {done.fallback * share:5.2f} % · {done.milliseconds:.3f} ms a text"
    )


if __name__ == "__main__":
    main()
