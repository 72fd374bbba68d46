"""Where to read on about a paper: arXiv's own pages, and code or project pages its authors name. Pure.

A URL from an abstract or comment is shown only if its host is on the list here; a paper cannot send readers elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from bot.models import ARXIV, ArxivId, Paper

COOL_PAPERS = "https://papers.cool/arxiv"

MOST = 5
"""How many links one paper may bring with it."""

FORGES = ("github.com", "gitlab.com", "bitbucket.org", "codeberg.org")
"""Hosts of code."""

PROJECTS = ("huggingface.co", "doi.org", "zenodo.org", "kaggle.com")
"""Hosts of weights, data and archives; `*.github.io` and `*.gitlab.io` are allowed besides."""

_ALIASES = {"hf.co": "huggingface.co", "dx.doi.org": "doi.org"}
_PAGES = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.(github|gitlab)\.io")
_LONGEST = 300  # of one URL, and far beyond any real one
_READ = 20_000  # characters of an abstract or comment we look at

_HOSTS = "|".join(map(re.escape, (*FORGES, *PROJECTS, *_ALIASES)))
_CANDIDATE = re.compile(
    r"https?://[!-~]+"
    rf"|(?<![\w@./:-])(?:www\.)?(?:(?:{_HOSTS})/[!-~]*|[a-z0-9-]+\.(?:github|gitlab)\.io\b(?:/[!-~]*)?)",
    re.IGNORECASE | re.ASCII,
)
_LATEX = (  # what stands in URLs of abstracts: escaped characters, tildes, and braces that end one
    (re.compile(r"\\([_%#&~$-])(?:\{\})?"), r"\1"),
    (re.compile(r"\{(_)\}"), r"\1"),
    (re.compile(r"\$\\sim\$|\\textasciitilde(?:\{\})?|\\sim\b"), "~"),
    (re.compile(r"\\discretionary\{[^}]*\}\{[^}]*\}\{[^}]*\}|\\allowbreak\b|\\-"), ""),
    (re.compile(r"[{}<>\"\\|^`]"), " "),
)
_BROKEN = re.compile(r"(https?):\s+(?=//)", re.IGNORECASE)  # by whoever pasted the abstract
_GLUED = re.compile(r"(?<=.)https?://", re.IGNORECASE)  # two URLs without a space between
_STOPS = ".,;:!?'*~$&([]"
_SEGMENT = re.compile(r"[A-Za-z0-9._-]{1,100}")
_PATH = re.compile(r"(/[A-Za-z0-9._~%+,:;=()-]*)*")
_OWN_DOI = "/10.48550/"  # arXiv's: the paper itself
_OF_THE_FORGE = {"about", "apps", "explore", "features", "login", "marketplace", "orgs", "search", "settings", "topics"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperLinks:
    """`code` (forges) and `project` (everything else) hold at most `MOST` URLs together, each once."""

    abs: str
    pdf: str
    html: str
    code: tuple[str, ...]
    project: tuple[str, ...]
    cool_papers: str


def page(paper: Paper, *, named: int | None = None) -> str:
    """arXiv's page of `paper`, of the version `named` where somebody named one."""
    return f"{ARXIV}/abs/{_which(paper, named)}"


def links(paper: Paper, *, named: int | None = None) -> PaperLinks:
    """Links of `paper`; those to arXiv carry a version only where the asker `named` one."""
    which, found = _which(paper, named), found_links(paper)
    return PaperLinks(
        abs=page(paper, named=named),
        pdf=f"{ARXIV}/pdf/{which}",
        html=f"{ARXIV}/html/{which}",
        code=tuple(url for url in found if host(url) in FORGES),
        project=tuple(url for url in found if host(url) not in FORGES),
        cool_papers=f"{COOL_PAPERS}/{quote(paper.id, safe='/')}",
    )


def _which(paper: Paper, named: int | None) -> str:
    return quote(str(ArxivId(paper.id, named)), safe="/")


def found_links(paper: Paper) -> tuple[str, ...]:
    """Allowed URLs in the comment, then the abstract, in order; a repository or page counts once."""
    kept: dict[str, str] = {}
    for text in (paper.comment or "", paper.abstract):
        for candidate in _candidates(text[:_READ]):
            if url := allowed(candidate):
                kept.setdefault(_same(url), url)
    return tuple(kept.values())[:MOST]


def host(url: str) -> str:
    """Host of a URL that `allowed` gave."""
    return urlsplit(url).netloc


def name(url: str) -> str:
    """What to call a URL that `allowed` gave: `owner/repo`, the DOI, or the host of a page."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    if _PAGES.fullmatch(parts.netloc):
        return parts.netloc
    if parts.netloc == "doi.org":
        return path
    steps = path.split("/")
    if steps[0] in {"datasets", "spaces", "collections", "records", "record"}:
        steps = steps[1:]
    return "/".join(steps[:2]) or parts.netloc


def allowed(candidate: str) -> str | None:
    """`candidate` as the https URL we would show, or None if we would not.

    The host stands alone, without user or port, and is no punycode; on forges no query, no fragment and no `.git`.
    """
    url = candidate if "://" in candidate[:8] else f"https://{candidate}"
    if len(url) > _LONGEST or "//xn--" in url.lower() or not url.isascii():
        return None
    try:
        parts = urlsplit(url)
    except ValueError:  # a bracket that is no IPv6 address
        return None
    where = parts.netloc.lower().removeprefix("www.")
    where = _ALIASES.get(where, where)
    path = re.sub("/{2,}", "/", parts.path).rstrip("/")
    if where in FORGES:
        return _repository(where, path)
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        return None
    if _PAGES.fullmatch(where):
        tail = (f"?{parts.query}" if parts.query else "") + (f"#{parts.fragment}" if parts.fragment else "")
        return f"https://{where}{path or '/'}{tail}" if re.fullmatch(r"[?#\w=&%./~+-]*", tail, re.ASCII) else None
    if where not in PROJECTS or not path or path.startswith(("/papers/", _OWN_DOI)):
        return None
    return f"https://{where}{path}"


def _repository(where: str, path: str) -> str | None:
    steps = [step for step in path.split("/") if step]
    if not steps or steps[0].lower() in _OF_THE_FORGE or not all(_SEGMENT.fullmatch(s) for s in steps):
        return None
    if {".", ".."} & set(steps):
        return None
    steps[1:2] = [step.removesuffix(".git") for step in steps[1:2]]
    return f"https://{where}/{'/'.join(steps)}" if all(steps) else None


def _same(url: str) -> str:
    """By what two URLs are one: the repository on a forge, else everything but the fragment and letter case."""
    parts = urlsplit(url)
    if parts.netloc in FORGES:
        return "/".join([parts.netloc, *parts.path.strip("/").split("/")[:2]]).lower()
    return f"{parts.netloc}{parts.path.rstrip('/')}?{parts.query}".lower()


def _candidates(text: str) -> Iterator[str]:
    for pattern, by in _LATEX:
        text = pattern.sub(by, text)
    text = _GLUED.sub(lambda match: f" {match.group()}", _BROKEN.sub(r"\1:", text))
    for match in _CANDIDATE.finditer(text):
        if len(match.group()) <= 2 * _LONGEST:
            yield _trimmed(match.group())


def _trimmed(url: str) -> str:
    """Without the sentence's own punctuation, and without brackets that were not opened inside."""
    while url and (url[-1] in _STOPS or (url[-1] == ")" and url.count("(") < url.count(")"))):
        url = url[:-1]
    return url
