"""Which tags a rich message may have, and what may stand in what. Pure.

https://core.telegram.org/bots/api#rich-messages, HTML style.
"""

from __future__ import annotations

from typing import Literal

INLINE = frozenset(
    {
        *("b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "mark", "sub", "sup", "a", "br"),
        *("tg-spoiler", "tg-emoji", "tg-time", "tg-math", "tg-reference"),
    }
)
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
MEDIA = frozenset({"img", "video", "audio"})
BLOCKS = (
    HEADINGS
    | MEDIA
    | {
        *("p", "pre", "footer", "hr", "ul", "ol", "li", "blockquote", "aside", "figure", "tg-collage", "tg-slideshow"),
        *("tg-map", "table", "tr", "details", "tg-math-block"),
    }
)
"""Each counts: list items, table rows and nested ones too."""

PARTS = {
    "li": {"ul", "ol"},
    "tr": {"table"},
    "caption": {"table"},
    "td": {"tr"},
    "th": {"tr"},
    "summary": {"details"},
    "figcaption": {"figure", "tg-collage", "tg-slideshow"},
    "cite": {"blockquote", "aside", "figure"},
}
"""What stands only in something."""

VOID = frozenset({"br", "hr", "img", "tg-map"})
RAW = frozenset({"tg-math", "tg-math-block"})
"""Their words are LaTeX: no tags inside, newlines kept."""

NEEDS_WORDS = HEADINGS | {"pre", "li", "blockquote", "aside", "summary", "details", "tg-collage", "tg-slideshow"} | RAW
"""Empty ones refuse the whole message; an empty paragraph is fine."""

ATTRIBUTES = {
    "a": frozenset({"href", "name"}),
    "code": frozenset({"class"}),
    "ol": frozenset({"start", "type", "reversed"}),
    "img": frozenset({"src", "alt", "tg-spoiler"}),
    "video": frozenset({"src", "tg-spoiler"}),
    "audio": frozenset({"src"}),
    "table": frozenset({"bordered", "striped"}),
    "td": frozenset({"colspan", "rowspan", "align", "valign"}),
    "th": frozenset({"colspan", "rowspan", "align", "valign"}),
    "details": frozenset({"open"}),
    "tg-emoji": frozenset({"emoji-id"}),
    "tg-time": frozenset({"unix", "format"}),
    "tg-reference": frozenset({"name"}),
    "tg-map": frozenset({"lat", "long", "zoom"}),
}
"""Others are ignored, and noted."""

_FLOW = frozenset({"", "li", "blockquote", "details"})
_TEXTUAL = HEADINGS | {"p", "footer", "aside", "summary", "caption", "figcaption", "cite", "td", "th"}
_GALLERIES = frozenset({"figure", "tg-collage", "tg-slideshow"})


def may_stand(tag: str, parent: str) -> Literal["unknown", "misplaced"] | None:
    """Why `tag` ("#text": words) may not stand directly in `parent` ("": the message), or None."""
    if tag != "#text" and tag not in INLINE and tag not in BLOCKS and tag not in PARTS:
        return "unknown"
    if parent in RAW:
        fits = tag == "#text"
    elif parent == "pre":
        fits = tag in {"#text", "code"}
    elif tag in PARTS:
        fits = parent in PARTS[tag]
    elif tag == "#text" or tag in INLINE:
        fits = parent in _FLOW or parent in _TEXTUAL or parent in INLINE
    elif parent in _GALLERIES:
        fits = tag in MEDIA or (parent == "figure" and tag in _GALLERIES)
    else:
        fits = parent in _FLOW
    return None if fits else "misplaced"
