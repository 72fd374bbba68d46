"""A paper's HTML as arXiv serves it (LaTeXML, classes `ltx_…`), as its readers see it. Pure.

Class names: https://math.nist.gov/~BMiller/LaTeXML/manual/.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from bot.fulltext.parsed import Parsed
from bot.fulltext.visible import sheet
from bot.fulltext.walk import Walk
from bot.ports import NoText

_SAID = re.compile(r"License: (?P<name>[A-Za-z0-9 .-]{1,60})")

LEAST = 200
"""Characters without which a page holds no paper: arXiv also serves conversions that failed."""


def parse(body: bytes, *, url: str, encoding: str | None = "utf-8") -> Parsed:
    """The paper in a page that came from `url`, below whose site its pictures are. Raises NoText."""
    page = _tree(body, encoding)
    root = _paper(page)
    if root is None:
        raise NoText("The page holds no paper.", code="no_html")
    base = next((str(each.get("href")) for each in page.iter("base") if each.get("href")), None)
    styles = sheet(str(each.text or "") for each in page.iter("style"))
    parsed = Walk(styles, lambda source: picture_url(source, page=url, base=base)).read(root)
    if parsed.length < LEAST:
        raise NoText("The page holds hardly any text.", code="html_broken")
    return replace(parsed, license=_license(page, root))


def _license(page: Any, root: Any) -> str:  # noqa: ANN401 - lxml has no types
    """What arXiv itself says above the paper (`<a id="license-tr">License: CC BY 4.0</a>`); '' if that is not clear.

    The paper may say what it likes within its own element: one that names a licence there too is believed nothing.
    """
    found = [each for each in page.iter() if each.get("id") == "license-tr"]
    if len(found) != 1 or root is found[0] or root in found[0].iterancestors():
        return ""
    match = _SAID.fullmatch(" ".join("".join(found[0].itertext()).split()))
    return match["name"] if match else ""


def picture_url(source: str, *, page: str, base: str | None = None) -> str | None:
    """Where a picture of a paper's `page` is; None unless that is below the same site's /html/.

    Some of arXiv's pages state a base, some name pictures `2405.17428v1/x1.png`, some just `x1.png`.
    """
    try:
        full = urljoin(urljoin(page, base) if base else page, source)
        here, there = urlsplit(page), urlsplit(full)
        if not base and there.path.count("/") <= here.path.count("/"):  # which leads beside the paper, not into it
            full = urljoin(f"{page}/", source)
            there = urlsplit(full)
    except ValueError:
        return None
    same = (there.scheme, there.netloc) == (here.scheme, here.netloc)
    root = here.path[: here.path.find("/html/") + len("/html/")]
    return full if same and there.path.startswith(root) and full.isprintable() and len(full) < 500 else None


def _tree(body: bytes, encoding: str | None) -> Any:  # noqa: ANN401 - lxml has no types
    parser = lxml_html.HTMLParser(
        encoding=encoding, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:
        return lxml_html.document_fromstring(body, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as exc:
        raise NoText(f"The page cannot be parsed ({type(exc).__name__}).", code="html_broken") from None


def _paper(page: Any) -> Any:  # noqa: ANN401 - as above
    for wanted in ("article", "div"):
        for element in page.iter(wanted):
            if "ltx_document" in element.get("class", "").split():
                return element
    return next(page.iter("article"), None)
