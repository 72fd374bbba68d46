"""Under which licences a paper's figures may be shown elsewhere, with its authors and the licence named. Pure.

Free are Creative Commons' licences and the public domain. NoDerivatives is among them: bringing a picture to another
size and format is no adaptation (section 2(a)(4) of the 4.0 licences, section 3 of the older ones), and we cut and
change nothing else. So is NonCommercial: nobody pays us for a figure. An operator who earns money with their chats sets
PAPERBOY_FIGURES=links. arXiv's own licence lets arXiv alone distribute a paper: we link to the figure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

_CC = "https://creativecommons.org"
_KINDS = "by|by-sa|by-nd|by-nc|by-nc-sa|by-nc-nd"
_TEXT = r"(?:/|/(?:legalcode|deed)(?:\.[a-z]{2,3}(?:[-_][a-z]{2,4})?)?)?"
"""How an address of a licence may end: with its text, or what people are told of it, in some language."""
_LICENCE = re.compile(
    rf"https?://(?:www\.)?creativecommons\.org/licenses/(?P<kind>{_KINDS})/(?P<version>1\.0|2\.0|2\.5|3\.0|4\.0){_TEXT}"
)
_DOMAIN = re.compile(
    rf"https?://(?:www\.)?creativecommons\.org/(?:licenses/publicdomain|publicdomain/(?P<kind>zero|mark)/1\.0){_TEXT}"
)
_NAMED = re.compile(rf"cc (?P<kind>{_KINDS}) (?P<version>\d\.\d)")
_OTHERS: Mapping[str, str] = MappingProxyType(
    {
        "cc zero": f"{_CC}/publicdomain/zero/1.0/",
        "cc0": f"{_CC}/publicdomain/zero/1.0/",
        "cc0 1.0": f"{_CC}/publicdomain/zero/1.0/",
        "public domain": f"{_CC}/publicdomain/mark/1.0/",
        "arxiv.org perpetual non-exclusive license": "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    }
)


@dataclass(frozen=True, slots=True)
class Licence:
    """A free one: as people call it, and where it is read."""

    name: str
    url: str


def free(url: str | None) -> Licence | None:
    """The licence that `url` names; None if it is not free, or none we know. The address shown is made here."""
    if url is None:
        return None
    if match := _LICENCE.fullmatch(url.strip().lower()):
        kind, version = match["kind"], match["version"]
        return Licence(f"CC {kind.upper()} {version}", f"{_CC}/licenses/{kind}/{version}/")
    if match := _DOMAIN.fullmatch(url.strip().lower()):
        if match["kind"] == "zero":
            return Licence("CC0 1.0", f"{_CC}/publicdomain/zero/1.0/")
        return Licence("Public Domain", f"{_CC}/publicdomain/mark/1.0/")
    return None


def address(name: str) -> str | None:
    """The URL of a licence as arXiv's pages call it ("CC BY-NC-SA 4.0"); None for what they never say."""
    said = " ".join(name.lower().split())
    if match := _NAMED.fullmatch(said):
        return f"{_CC}/licenses/{match['kind']}/{match['version']}/"
    return _OTHERS.get(said)
