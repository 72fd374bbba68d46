"""The sections, tables and figures of a page while it is being read: texts are caught, paragraphs gathered. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.document import Math
from bot.full import Figure, Section, SectionKind, Table
from bot.fulltext.parsed import LONGEST, Parsed
from bot.fulltext.sections import numbered, sorted_out
from bot.fulltext.text import line
from bot.ports import NoText

MOST_FORMULAS = 500
"""Of one section whose source is kept."""
MOST_ROWS = 300
LONGEST_ROW = 2_000

_LABEL = re.compile(
    r"\s*((?:Figure|Fig\.?|Table|Tab\.?|Algorithm|Listing|Scheme)\s+[\w.]{1,8}?)\s*[:.|]\s+", re.IGNORECASE
)


@dataclass(slots=True, kw_only=True)
class Draft:
    """A section being read."""

    title: str = ""
    number: str = ""
    level: int = 1
    appendix: bool = False
    paragraphs: list[str] = field(default_factory=list)
    formulas: dict[Math, None] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Float:
    """A figure or a table being read."""

    kind: str
    label: str = ""
    anchor: str = ""
    captions: list[str] = field(default_factory=list)
    rows: list[str] = field(default_factory=list)
    pictures: list[tuple[str | None, str]] = field(default_factory=list)


class Drafts:
    """What was read so far. Text goes to whoever catches it, else to the paragraph under way."""

    def __init__(self) -> None:
        self.title = ""
        self.now = Draft()  # the section under way
        self.drafts: list[Draft] = [self.now]
        self.figures: list[Figure] = []
        self.tables: list[Table] = []
        self.hidden = False
        self.prefix = ""
        self._caught: list[list[str]] = []
        self._buffer: list[str] = []
        self._footnotes: list[str] = []
        self._length = 0

    @property
    def is_catching(self) -> bool:
        """Does somebody wait for the text of an element?"""
        return bool(self._caught)

    def say(self, text: str | None) -> None:
        """Text of the page, in its order."""
        if text:
            (self._caught[-1] if self._caught else self._buffer).append(text)

    def catch(self) -> None:
        """What is said from now on is for `caught`."""
        self._caught.append([])

    def caught(self) -> str:
        """What was said since the last `catch`, on one line."""
        return line("".join(self._caught.pop()))

    def formula(self, math: Math, *, display: bool) -> None:
        """A formula, in the text and among those whose source is kept."""
        self.say(f" {math.text} " if display else math.text)
        if math.source and math.source != math.text and len(self.now.formulas) < MOST_FORMULAS:
            self.now.formulas[math] = None

    def pause(self) -> None:
        """A block begins or ends: so does a paragraph unless somebody catches it. Raises NoText if it is too much."""
        if self._caught:
            self._caught[-1].append(" ")
            return
        text = line("".join(self._buffer))
        self._buffer.clear()
        if any(char.isalnum() for char in text):
            self._paragraph(self.prefix + text)
            self.prefix = ""
        for footnote in self._footnotes:
            self._paragraph(f"Footnote: {footnote}")
        self._footnotes.clear()

    def footnote(self, text: str) -> None:
        """Stands after the paragraph that has its mark."""
        if any(char.isalnum() for char in text):
            self._footnotes.append(text)

    def section(self, heading: str, *, level: int, appendix: bool) -> None:
        """A heading: what follows stands below it."""
        self.pause()
        self.prefix = ""
        number, title = numbered(heading)
        self._begin(Draft(title=title, number=number, level=level, appendix=appendix))

    def resume(self, draft: Draft) -> None:
        """A section has ended: what follows belongs to the one around it."""
        self.pause()
        self.now = draft

    def titled(self, title: str) -> None:
        """The paper's title; what stands before it are leftovers of the conversion."""
        if title and not self.title:
            self.title = title
            self.drafts = []
            self._begin(Draft())

    def unheaded(self) -> None:
        """What follows stands below no heading."""
        self.pause()
        self._begin(Draft())

    def finished(self, floating: Float) -> None:
        """A figure or table with all that stands in it."""
        caption = " ".join(floating.captions)
        label = floating.label.strip(" .:|")
        if not label and (match := _LABEL.match(caption)):
            label, caption = match[1].strip(" ."), caption[match.end() :]
        if floating.rows:
            self.tables.append(Table(label=label, caption=caption, rows=tuple(floating.rows[:MOST_ROWS])))
        if floating.pictures or (floating.kind == "figure" and caption):
            url, alt = next((each for each in floating.pictures if each[0]), (None, ""))
            self.figures.append(
                Figure(
                    label=label,
                    caption=caption,
                    url=url,
                    alt=alt,
                    anchor=floating.anchor,
                    panels=max(1, len(floating.pictures)),
                )
            )

    def parsed(self) -> Parsed:
        """All of it, sorted out."""
        self.pause()
        sections = [
            Section(
                title=each.title,
                kind=SectionKind.OTHER,
                paragraphs=tuple(each.paragraphs),
                level=each.level,
                number=each.number,
                formulas=tuple(each.formulas),
            )
            for each in self.drafts
        ]
        return Parsed(
            title=self.title,
            sections=sorted_out(sections, appendix=[each.appendix for each in self.drafts]),
            figures=tuple(self.figures),
            tables=tuple(self.tables),
            hidden=self.hidden,
        )

    def _begin(self, draft: Draft) -> None:
        self.now = draft
        self.drafts.append(draft)

    def _paragraph(self, text: str) -> None:
        self._length += len(text)
        if self._length > LONGEST:
            raise NoText("The paper's text is longer than any we read.", code="too_large")
        self.now.paragraphs.append(text)
