"""The fake arXiv with papers' own pages and files: /html/ID and /pdf/ID, with version or without."""

from __future__ import annotations

from collections.abc import Mapping

from bot.models import Paper
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_faults import Answer

_HTML = {"Content-Type": "text/html; charset=utf-8"}


class TextArxiv(FakeArxiv):
    """`pages` and `files` are by versioned id, `pictures` by what follows /html/; the rest is 404, as at arXiv."""

    def __init__(
        self,
        *,
        pages: Mapping[str, bytes] | None = None,
        files: Mapping[str, bytes] | None = None,
        pictures: Mapping[str, bytes] | None = None,
        interval: float = 0.0,
    ) -> None:
        super().__init__(interval=interval)
        self.pages = dict(pages or {})
        self.files = dict(files or {})
        self.pictures = dict(pictures or {})

    def _page(self, path: str) -> Answer:
        kind, _, name = path.removeprefix("/").partition("/")
        if kind == "html" and name in self.pictures:
            return Answer(200, self.pictures[name], {"Content-Type": "image/png"})
        if kind == "html" and name in self.pages:
            return Answer(200, self.pages[name], _HTML)
        if kind == "pdf" and name in self.files:
            body = self.files[name]
            return Answer(200, body, {"Content-Type": "application/pdf"} if body.startswith(b"%PDF") else _HTML)
        return Answer(404, b"<html>No HTML for this paper</html>", _HTML)


def numbered(number: int = 17428, *, version: int | None = 2) -> Paper:
    """A paper that has a text."""
    return Paper(
        id=f"2405.{number:05}",
        version=version,
        title="How Models Read",
        authors=("Ada Lovelace",),
        abstract="We study how models read.",
    )
