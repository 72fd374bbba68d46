"""What the fake arXiv writes: API, feeds and pages in the form of the real ones in `tests/data/arxiv`. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from xml.sax.saxutils import escape, quoteattr

from bot.models import Listed, Paper
from bot.sources.calendar import NEW_YORK

FEED_LIMIT = 2000

_API_HEAD = """<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
"""


def api_page(papers: Sequence[Paper], *, query: str, total: int, start: int, size: int) -> bytes:
    """A page of results: `papers` of `total`."""
    name = hashlib.sha1(query.encode(), usedforsecurity=False).hexdigest()[:27]
    head = f"""{_API_HEAD}  <id>https://arxiv.org/api/{name}</id>
  <title>arXiv Query: {escape(query)}</title>
  <updated>2026-04-12T22:10:19Z</updated>
  <link href={quoteattr("https://arxiv.org/api/query?" + query)} type="application/atom+xml"/>
  <opensearch:itemsPerPage>{size}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
"""
    return (head + "".join(map(_api_entry, papers)) + "</feed>\n").encode()


def api_error(what: str) -> bytes:
    """An error of the API, which it sends with status 400."""
    url = "https://arxiv.org/api/errors#" + what.replace(" ", "_")
    return f"""{_API_HEAD}  <id>https://arxiv.org/</id>
  <title>arXiv Search Results</title>
  <updated>2026-04-12T22:59:06Z</updated>
  <opensearch:itemsPerPage>1</opensearch:itemsPerPage>
  <opensearch:totalResults>1</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <entry>
    <id>{escape(url)}</id>
    <title>Error</title>
    <updated>2026-04-12T22:59:06Z</updated>
    <link href={quoteattr(url)} rel="alternate" type="text/html"/>
    <summary>{escape(what)}</summary>
    <author>
      <name>arXiv api core</name>
    </author>
  </entry>
</feed>
""".encode()


def _api_entry(paper: Paper) -> str:
    optional = [
        f"    <arxiv:{tag}>{escape(value)}</arxiv:{tag}>\n"
        for tag, value in (("comment", paper.comment), ("journal_ref", paper.journal_ref), ("doi", paper.doi))
        if value
    ]
    categories = "".join(
        f'    <category term={quoteattr(each)} scheme="http://arxiv.org/schemas/atom"/>\n' for each in paper.categories
    )
    authors = "".join(f"    <author>\n      <name>{escape(each)}</name>\n    </author>\n" for each in paper.authors)
    return f"""  <entry>
    <id>http://arxiv.org/abs/{paper.versioned_id}</id>
    <title>{escape(paper.title)}</title>
    <updated>{_zulu(paper.updated or paper.published)}</updated>
    <link href="https://arxiv.org/abs/{paper.versioned_id}" rel="alternate" type="text/html"/>
    <link href="https://arxiv.org/pdf/{paper.versioned_id}" rel="related" type="application/pdf" title="pdf"/>
    <summary>{escape(paper.abstract)}</summary>
{categories}    <published>{_zulu(paper.published)}</published>
{"".join(optional)}    <arxiv:primary_category term={quoteattr(paper.primary_category or "")}/>
{authors}  </entry>
"""


def _zulu(moment: datetime | None) -> str:
    return (moment or datetime(2020, 1, 1, tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed(
    name: str, items: Sequence[Listed], *, day: date, categories: frozenset[str], limit: int = FEED_LIMIT
) -> bytes:
    """The feed `name` of `day`: what was announced in `categories`, its types as arXiv's own code works them out.

    Its order is theirs too: what is new comes last, and is what a feed that is too long loses.
    """
    midnight = datetime.combine(day, time(), NEW_YORK)
    built = midnight.astimezone(UTC).isoformat(timespec="microseconds")
    kinds = [(announce_type(item, categories), item) for item in items if categories & set(item.paper.categories)]
    order = ["replace-cross", "replace", "cross", "new"]
    kinds.sort(key=lambda each: order.index(each[0]))
    title = ", ".join(name.split("+"))
    entries = "".join(_feed_entry(item, kind, midnight, built) for kind, item in kinds[:limit])
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" \
xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">
  <id>http://rss.arxiv.org/atom/{escape(name)}</id>
  <title>{escape(title)} updates on arXiv.org</title>
  <updated>{built}</updated>
  <link href={quoteattr("http://rss.arxiv.org/atom/" + name)} rel="self" type="application/atom+xml"/>
  <subtitle>{escape(title)} updates on the arXiv.org e-print archive.</subtitle>
{entries}</feed>
""".encode()


def announce_type(item: Listed, categories: frozenset[str]) -> str:
    """What an announcement is to somebody who reads `categories`."""
    version = (item.announcement and item.announcement.version) or item.paper.version or 1
    own = item.paper.primary_category in categories
    if version > 1:
        return "replace" if own else "replace-cross"
    return "new" if own else "cross"


def _feed_entry(item: Listed, kind: str, midnight: datetime, built: str) -> str:
    paper = item.paper
    version = (item.announcement and item.announcement.version) or paper.version or 1
    optional = [
        f"    <{tag}>{escape(value)}</{tag}>\n"
        for tag, value in (
            ("dc:rights", paper.license),
            ("arxiv:journal_reference", paper.journal_ref),
            ("arxiv:DOI", paper.doi),
        )
        if value
    ]
    categories = "".join(f"    <category term={quoteattr(each)}/>\n" for each in paper.categories)
    return f"""  <entry>
    <id>oai:arXiv.org:{paper.id}v{version}</id>
    <title>{escape(paper.title)}</title>
    <updated>{built}</updated>
    <link href="https://arxiv.org/abs/{paper.id}" rel="alternate" type="text/html"/>
    <summary>arXiv:{paper.id}v{version} Announce Type: {kind} \nAbstract: {escape(paper.abstract)}</summary>
{categories}    <published>{midnight.isoformat()}</published>
    <arxiv:announce_type>{kind}</arxiv:announce_type>
{"".join(optional)}    <dc:creator>{escape(", ".join(paper.authors))}</dc:creator>
  </entry>
"""


def page(paper: Paper, *, kind: str) -> bytes:
    """A minimal abs or html page."""
    body = f"<h1>{escape(paper.title)}</h1><blockquote>{escape(paper.abstract)}</blockquote>"
    return f"<!DOCTYPE html><html><head><title>[{paper.id}] {kind}</title></head><body>{body}</body></html>".encode()


def pdf() -> bytes:
    """A real PDF of one empty page."""
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def listing(category: str, items: Sequence[Listed], *, day: date) -> bytes:
    """The page of what is new in a category, with its date and counts."""
    here = [item for item in items if category in item.paper.categories]
    entries = "".join(f'<dt><a href="/abs/{item.paper.id}">arXiv:{item.paper.id}</a></dt>' for item in here)
    stated = f"Showing new listings for {day:%A}, {day.day} {day:%B %Y}"
    count = f"Total of {len(here)} entries; showing {len(here)} of {len(here)} entries"
    return f"<!DOCTYPE html><html><body><h3>{stated}</h3><p>{count}</p><dl>{entries}</dl></body></html>".encode()
