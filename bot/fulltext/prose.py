"""Lines of a PDF into sections: headings by their look and words, paragraphs, captions, hyphens undone. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bot.full import Figure, Section, SectionKind, Table
from bot.fulltext.layout import Line
from bot.fulltext.parsed import Parsed
from bot.fulltext.sections import bare, is_cut, kind_of, numbered, sorted_out
from bot.fulltext.text import line as one_line

LONGEST_HEADING = 100
MOST_WORDS = 14

_CAPTION = re.compile(
    r"(?P<kind>fig(?:ure|\.)?|table|tab\.)\s*(?P<number>\d{1,3}|[IVX]{1,5}|[A-Z]\.?\d{1,2})\s*(?P<stop>[.:|])?\s*",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(r"(?i:abstract)\s*[—–:.-]+\s*(?=\S)|A\s?B\s?S\s?T\s?R\s?A\s?C\s?T\s*[—–:.-]*\s*$")
_ITEM = re.compile(r"(?:[•▪‣◦–]|\(?(?:\d{1,2}|[ivx]{1,4}|[a-h])\)|\d{1,2}\.)\s")
_ENDS = re.compile(r"[.!?:][\"”’')\]]*$")
_LETTERED = re.compile(r"(?P<number>[A-Z])\s+(?P<title>[A-Z]\w.*)")
_WORD = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
_PLAIN_NAME = re.compile(
    r"abstract|introduction|related works?|background|preliminaries|methods?|methodology|materials and methods|approach"
    r"|(?:experimental )?(?:results?|setup|evaluation)|experiments?|results? and discussions?"
    r"|discussions?(?: and conclusions?)?|limitations?(?: and future work)?|conclusions?(?: and future work)?"
    r"|concluding remarks|future work|summary|ethics statement|broader impact|appendix|appendices"
    r"|supplementary materials?",
    re.IGNORECASE,
)


@dataclass(slots=True, kw_only=True)
class _Draft:
    title: str = ""
    number: str = ""
    level: int = 1
    appendix: bool = False
    paragraphs: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Flow:
    """A paragraph under way: the main text is one, what is set smaller (notes, captions) another."""

    text: str = ""
    last: Line | None = None
    caption: re.Match[str] | None = None
    interrupted: bool = False


def parsed(lines: Sequence[Line], *, usual: float, pages: int, read: int, hidden: bool) -> Parsed:
    """What the lines say; `usual` is the size of the main text."""
    return _Writer(lines, usual).parsed(pages=pages, read=read, hidden=hidden)


class _Writer:
    def __init__(self, lines: Sequence[Line], usual: float) -> None:
        self._lines = lines
        self._usual = usual
        self._known = _known(lines)
        self._drafts = [_Draft()]
        self._main, self._small = _Flow(), _Flow()
        self._figures: list[Figure] = []
        self._tables: list[Table] = []
        self._referred = False  # the references have begun

    def parsed(self, *, pages: int, read: int, hidden: bool) -> Parsed:
        title, at = self._title()
        heading: Line | None = None
        for line in self._lines[at:]:
            if heading is not None and _continues(heading, line) and not _is_numbered(line.text):
                self._drafts[-1].title = one_line(f"{self._drafts[-1].title} {line.text}")
                heading = line
                continue
            heading = self._taken(line)
        self._end(self._main)
        self._end(self._small)
        self._front()
        sections = [
            Section(
                title=each.title,
                kind=SectionKind.OTHER,
                paragraphs=tuple(each.paragraphs),
                level=each.level,
                number=each.number,
            )
            for each in self._drafts
        ]
        return Parsed(
            title=title,
            sections=sorted_out(sections, appendix=[each.appendix for each in self._drafts]),
            figures=tuple(self._figures),
            tables=tuple(self._tables),
            pages=pages,
            read=read,
            hidden=hidden,
        )

    def _taken(self, line: Line) -> Line | None:
        """Take in one line; gives it back if it is a heading, which may go on."""
        run_in = _ABSTRACT.match(line.text)
        if run_in and len(self._drafts) == 1:
            self._head("Abstract", level=1)
            rest = line.text[run_in.end() :]
            if rest:
                self._main = _Flow(rest, line)
            return None
        if self._is_heading(line):
            number, title = numbered(line.text)
            lettered = _LETTERED.fullmatch(line.text)
            if self._referred and lettered:
                number, title = lettered["number"], lettered["title"]
            self._head(title, number=number, level=self._level(number))
            return line
        self._flow(line)
        return None

    # ------------------------------------------------------------ headings

    def _title(self) -> tuple[str, int]:
        """The largest words of the first page's upper half, if they are larger than the text; and where they end."""
        first = [line for line in self._lines[:40] if line.page == 0]
        largest = max((line.size for line in first), default=0.0)
        if largest < 1.15 * self._usual:
            return "", 0
        begin = next(at for at, line in enumerate(first) if line.size == largest)
        end = begin
        while end < len(first) and first[end].size > 0.97 * largest and end - begin < 6:
            end += 1
        return one_line(" ".join(line.text for line in first[begin:end])), end

    def _is_heading(self, line: Line) -> bool:
        text = line.text
        words = bare(text)
        if len(text) > LONGEST_HEADING or len(text.split()) > MOST_WORDS or not re.search(r"[A-Za-z]{3}", text):
            return False
        if _CAPTION.match(text) or text[-1] in ",;:" or (text[-1] == "." and not is_cut(text)):
            return False
        is_known = is_cut(text) or _is_plain_name(words)
        stands_out = line.bold or line.size > 1.08 * self._usual
        number, _ = numbered(text)
        if self._referred and not is_known:  # authors' initials are no numbers
            return stands_out and words[:1].isupper() and bool(number or _LETTERED.fullmatch(text))
        if number or _LETTERED.fullmatch(text):
            emphasized = stands_out or line.italic or (words.isupper() and not number.isdigit())
            return words[:1].isupper() and ((is_known and bool(number)) or (emphasized and bool(number)))
        return is_known if stands_out or words.lower() == text.lower() else line.size > 1.12 * self._usual

    def _level(self, number: str) -> int:
        if number.isalpha() and len(number) == 1 and any(_is_roman(each.number) for each in self._drafts):
            return 1 if _is_roman(number) and self._follows(number) else 2
        return number.count(".") + 1

    def _follows(self, number: str) -> bool:
        """Is a letter that may be a Roman number the next one of the sections?"""
        romans = [each.number for each in self._drafts if _is_roman(each.number) and each.level == 1]
        order = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"]
        return len(romans) < len(order) and number == order[len(romans)]

    def _head(self, title: str, *, number: str = "", level: int) -> None:
        self._end(self._main)
        self._end(self._small)
        self._referred |= re.match(r"references|bibliography", bare(title), re.IGNORECASE) is not None
        appendix = self._referred and not is_cut(title)
        self._drafts.append(_Draft(title=one_line(title), number=number, level=level, appendix=appendix))

    def _front(self) -> None:
        """Before the first heading stand authors and addresses; where no heading says Abstract, it is there too."""
        front = self._drafts[0]
        if len(self._drafts) == 1:
            return
        if not any(kind_of(each.title) is SectionKind.ABSTRACT for each in self._drafts[1:]):
            front.title = "Abstract"
            front.paragraphs = [each for each in front.paragraphs if len(each) >= 300]
        else:
            front.paragraphs = []

    # ------------------------------------------------------------ paragraphs

    def _flow(self, line: Line) -> None:
        is_small = line.size < 0.95 * self._usual
        caption = _CAPTION.match(line.text)
        if caption and not (caption["stop"] or caption.end() == len(line.text)):
            caption = None
        flow = self._small if is_small or caption or self._small_goes_on(line) else self._main
        if caption or (flow.last is not None and self._breaks(flow, line)):
            self._end(flow)
        if flow is self._main and self._small.text:
            self._end(self._small)
        other = self._main if flow is self._small else self._small
        other.interrupted = True
        flow.interrupted = False
        flow.caption = flow.caption or caption
        flow.text = self._joined(flow.text, line.text)
        flow.last = line

    def _small_goes_on(self, line: Line) -> bool:
        """Does a caption set as large as the text go on?"""
        last = self._small.last
        return (
            self._small.caption is not None
            and last is not None
            and (last.page, last.column) == (line.page, line.column)
            and 0 < last.y - line.y < 1.5 * line.size
            and abs(last.size - line.size) < 0.05 * line.size
        )

    def _breaks(self, flow: _Flow, line: Line) -> bool:
        """Does `line` begin a new paragraph?"""
        last = flow.last
        if last is None:
            return True
        ended = _ENDS.search(flow.text) is not None
        if flow.interrupted or (last.page, last.column) != (line.page, line.column) or line.y > last.y:
            return ended or (line.text[:1].isupper() and flow.caption is not None)
        room = line.end - line.begin
        if last.y - line.y > 1.6 * line.size or abs(last.size - line.size) > 0.1 * line.size:
            return True
        if _ITEM.match(line.text) and ended:
            return True
        indented = 0.6 * line.size < line.left - line.begin < 5 * line.size and last.left - last.begin < 0.4 * line.size
        was_short = last.right < last.end - 0.12 * room
        return ended and (indented or was_short)

    def _end(self, flow: _Flow) -> None:
        text = one_line(flow.text)
        if flow.caption is not None:
            said = one_line(flow.text[flow.caption.end() :])
            kind = "Figure" if flow.caption["kind"].lower().startswith("fig") else "Table"
            label = f"{kind} {flow.caption['number']}"
            if kind == "Figure":
                self._figures.append(Figure(label=label, caption=said))
            else:
                self._tables.append(Table(label=label, caption=said))
        elif sum(char.isalpha() for char in text) >= 3:
            self._drafts[-1].paragraphs.append(text)
        flow.text, flow.last, flow.caption, flow.interrupted = "", None, None, False

    def _joined(self, before: str, after: str) -> str:
        if not before:
            return after
        if not re.search(r"[A-Za-z]-$", before) or not after[:1].isalpha():
            return f"{before} {after}"
        head, tail = re.findall(r"[A-Za-z-]+$", before)[0][:-1], (_WORD.match(after) or [""])[0]
        whole, parted = (head + tail).lower(), f"{head}-{tail}".lower()
        keeps = after[:1].isupper() or (self._known[whole] <= self._known[parted] and self._known[parted] > 0)
        keeps |= "-" in head and not self._known[whole]
        return before + after if keeps else before[:-1] + after


def _known(lines: Iterable[Line]) -> Counter[str]:
    """The words that stand within lines."""
    return Counter(
        word.lower()
        for line in lines
        for word in _WORD.findall(line.text if line.text[-1:] != "-" else line.text.rpartition(" ")[0])
    )


def _continues(heading: Line, line: Line) -> bool:
    """Is `line` the second line of a heading?"""
    return (
        (line.page, line.column) == (heading.page, heading.column)
        and line.bold == heading.bold
        and (heading.bold or heading.size != line.size)
        and abs(line.size - heading.size) < 0.03 * heading.size
        and 0 < heading.y - line.y < 1.5 * heading.size
        and len(line.text) < LONGEST_HEADING
        and heading.right > heading.end - 0.2 * (heading.end - heading.begin)
    )


def _is_numbered(text: str) -> bool:
    return bool(numbered(text)[0])


def _is_roman(number: str) -> bool:
    return bool(number) and all(char in "IVX" for char in number)


def _is_plain_name(words: str) -> bool:
    """Is this, whole, what sections are called in every paper? `Model` is not: it may be a cell of a table."""
    return _PLAIN_NAME.fullmatch(words) is not None
