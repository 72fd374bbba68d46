"""Going through a paper's HTML in reading order: what becomes a heading, a paragraph, a table, a figure. Pure.

Nothing here recurses: pages may be nested as deep as somebody likes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from bot.fulltext.drafts import Drafts
from bot.fulltext.floats import Act, Floats
from bot.fulltext.formulas import formula
from bot.fulltext.parsed import Parsed
from bot.fulltext.text import lowered, raised
from bot.fulltext.visible import Look, Sheet, Unseen, look_of


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


DISGUISED = 20
"""Letters that make a disguise worth telling of; a stray white full stop is not."""

_SKIPPED_TAGS = _words(
    """
    script style noscript template iframe object embed canvas audio video form button input select textarea nav aside
    footer head title desc link meta dialog map area rp rt datalist
    """
)
_SKIPPED = _words(
    """
    ltx_bibliography ltx_bibitem ltx_biblist ltx_acknowledgements ltx_TOC ltx_toc_compact ltx_authors ltx_author
    ltx_creator ltx_author_notes ltx_dates ltx_date ltx_classification ltx_page_header ltx_page_footer ltx_page_navbar
    ltx_page_logo ltx_pagination ltx_ERROR ltx_rdf ltx_note_mark ltx_note_type ltx_tag_note ltx_role_footnotemark
    ltx_role_thanks ltx_role_institutetext ltx_role_affiliationtext ltx_role_address ltx_role_email ltx_indexphrase
    ltx_listing_data ltx_title_contents package-alerts
    """
)
_BLOCKS = _words(
    """
    p div section article main header ul ol li dl dt dd blockquote pre figure figcaption table thead tbody tfoot tr
    details summary fieldset hr address center h1 h2 h3 h4 h5 h6
    """
)
_HEADINGS = {"h1": 1, "h2": 1, "h3": 2, "h4": 3, "h5": 4, "h6": 5}
_LEVELS: Mapping[str, int] = {
    "ltx_title_part": 1,
    "ltx_title_chapter": 1,
    "ltx_title_section": 1,
    "ltx_title_appendix": 1,
    "ltx_title_subsection": 2,
    "ltx_title_subsubsection": 3,
    "ltx_title_paragraph": 4,
    "ltx_title_subparagraph": 5,
}
_RUN_IN = ("ltx_title_theorem", "ltx_title_proof", "ltx_runin", "ltx_title_example", "ltx_title_float")
_CITED = re.compile(r"[\[(]?[\d,;\s–-]+[\])]?")


class Walk:
    """Reads one page; an element is entered, and left again unless it was passed over.

    `address` says where a picture is.
    """

    def __init__(self, styles: Sheet, address: Callable[[str], str | None]) -> None:
        self._sheet = styles
        self._drafts = Drafts()
        self._floats = Floats(self._drafts, address=address, at_end=self._at_end)
        self._looks = [Look()]
        self._leave: list[list[Act]] = []  # for each open element, what is to be done when it ends
        self._appendix = 0
        self._in_abstract = 0
        self._drawing = False  # within a drawing, where only what is set as text is text

    def read(self, root: Any) -> Parsed:  # noqa: ANN401 - as above
        """The whole of `root`."""
        open_: list[tuple[Any, Iterator[Any]]] = []
        if self._enter(root):
            open_.append((root, iter(root)))
        while open_:
            element, children = open_[-1]
            child = next(children, None)
            if child is None:
                open_.pop()
                self._close()
                if open_:
                    self._say(element.tail)
            elif self._enter(child):
                open_.append((child, iter(child)))
            else:
                self._say(child.tail)
        return self._drafts.parsed()

    def _enter(self, element: Any) -> bool:  # noqa: ANN401 - as above
        """Whether to go into it."""
        tag = element.tag
        if not isinstance(tag, str):
            return False
        classes = frozenset(element.get("class", "").split())
        if tag in _SKIPPED_TAGS or not _SKIPPED.isdisjoint(classes):
            return False
        look = look_of(tag, element.attrib, self._sheet.style(tag, element.attrib), self._looks[-1])
        if isinstance(look, Unseen):
            self._passed_over(element, look)
            return False
        if tag == "math":
            self._formula(element, look)
            return False
        if tag == "img":
            self._floats.picture(element.get("src") or "", element.get("alt") or "")
            return False
        if tag == "br":
            self._drafts.say(" ")
            return False
        if self._in_abstract and tag in _HEADINGS:  # it says "Abstract"
            return False
        self._looks.append(look)
        self._leave.append([self._looks.pop])
        if tag in {"svg", "foreignobject"}:
            self._at_end(partial(setattr, self, "_drawing", self._drawing))
            self._drawing = tag == "svg"
        self._open(tag, classes, element.attrib)
        if self._floats.in_table and "font-size" in element.get("style", ""):
            self._drafts.say(" ")  # 0.34 and, smaller, its deviation 0.01
        self._say(element.text)
        return True

    def _say(self, text: str | None) -> None:
        if not self._drawing:
            self._drafts.say(text)

    def _close(self) -> None:
        for act in reversed(self._leave.pop()):
            act()

    def _at_end(self, act: Act) -> None:
        self._leave[-1].append(act)

    def _open(self, tag: str, classes: frozenset[str], attributes: Mapping[str, str]) -> None:
        is_heading = tag in _HEADINGS or "ltx_title" in classes
        if is_heading and not self._drafts.is_catching:
            self._heading(tag, classes)
            return
        if tag in _BLOCKS or "ltx_p" in classes or "ltx_block" in classes:
            self._drafts.pause()
            self._at_end(self._drafts.pause)
        if tag == "section":
            self._at_end(partial(self._drafts.resume, self._drafts.now))
        if "ltx_appendix" in classes:
            self._appendix += 1
            self._at_end(self._left_appendix)
        if "ltx_abstract" in classes:
            self._abstract()
        else:
            self._open_within(tag, classes, attributes)

    def _open_within(self, tag: str, classes: frozenset[str], attributes: Mapping[str, str]) -> None:
        """What stands within a paragraph, a list or a figure."""
        if "ltx_note" in classes:
            self._drafts.catch()
            self._at_end(lambda: self._drafts.footnote(self._drafts.caught()))
        elif tag == "cite" or "ltx_cite" in classes:
            self._drafts.catch()
            self._at_end(self._cited)
        elif tag in {"sup", "sub"}:
            self._drafts.catch()
            script = raised if tag == "sup" else lowered
            self._at_end(lambda: self._drafts.say(script(self._drafts.caught())))
        elif "ltx_tag_item" in classes:
            self._drafts.catch()
            self._at_end(self._item)
        elif tag == "li":
            self._drafts.prefix = "• "
        else:
            self._floats.open(tag, classes, attributes)

    # ------------------------------------------------------------ headings

    def _heading(self, tag: str, classes: frozenset[str]) -> None:
        if "ltx_title_document" in classes or (tag == "h1" and not self._drafts.title and not classes):
            self._drafts.pause()
            self._drafts.catch()
            self._at_end(self._titled)
            return
        if any(name in classes for name in _RUN_IN) and not any(name in classes for name in _LEVELS):
            self._drafts.pause()
            self._at_end(lambda: self._drafts.say(" "))
            return
        level = next((_LEVELS[name] for name in classes if name in _LEVELS), _HEADINGS.get(tag, 5))
        self._drafts.catch()
        self._at_end(lambda: self._headed(level))

    def _titled(self) -> None:
        said = self._drafts.caught()
        self._drafts.titled(said)

    def _headed(self, level: int) -> None:
        heading = self._drafts.caught()
        if heading:
            self._drafts.section(heading, level=level, appendix=bool(self._appendix))

    def _left_appendix(self) -> None:
        self._appendix -= 1

    def _abstract(self) -> None:
        self._in_abstract += 1
        self._drafts.section("Abstract", level=1, appendix=False)
        self._at_end(self._left_abstract)

    def _left_abstract(self) -> None:
        self._in_abstract -= 1
        self._drafts.unheaded()

    # ------------------------------------------------------------ within paragraphs

    def _formula(self, element: Any, look: Look) -> None:  # noqa: ANN401 - as above
        found = formula(element, look)
        if found is not None:
            self._drafts.formula(found, display=element.get("display") == "block")

    def _cited(self) -> None:
        """`[12, 13]` says nothing without the references, but would pass for numbers of the paper."""
        said = self._drafts.caught()
        if not _CITED.fullmatch(said):
            self._drafts.say(said)

    def _item(self) -> None:
        mark = self._drafts.caught()
        self._drafts.prefix = f"{mark} " if any(char.isalnum() for char in mark) else "• "

    def _passed_over(self, element: Any, how: Unseen) -> None:  # noqa: ANN401 - as above
        if how is Unseen.DISGUISED:  # in a drawing we do not know what stands behind a title in white
            letters = sum(char.isalnum() for text in element.itertext() for char in text)
            self._drafts.hidden |= letters >= DISGUISED and not self._drawing
