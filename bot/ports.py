"""What the core needs from the world, and the errors that are part of each promise."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, Protocol

from bot.full import Full
from bot.models import ArxivId, Depth, Digest, Listed, Note, Paper, Summary

Clock = Callable[[], datetime]
"""Now: aware, UTC."""

Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, how much there is (0: not known)."""


TEXT, WRITING = "fulltext", "writing"
"""What a summary in the making tells a Progress: that the text is read, in so many steps; that it is written."""


def no_progress(what: str, done: int, total: int) -> None:
    """For callers nobody watches."""


Glimpse = Callable[[Digest], None]
"""Papers that were asked for, as far as they are known: one without a summary is still being read."""


def no_glimpse(made: Digest) -> None:
    """For callers who wait for the whole."""


class BotError(Exception):
    """Base of everything we raise on purpose; its text tells a person what happened and what to do next."""

    usage = False
    """True if what was typed was wrong, rather than something failing."""


class UsageError(BotError):
    """What was typed cannot be understood; the text says what would be."""

    usage = True


# ---------------------------------------------------------------- arXiv


class SourceError(BotError):
    """arXiv gave nothing usable, after bounded retries. `retry_at` is when asking again makes sense, if known.

    `code` is stable; locales say it under `reason.<code>`. As text it ends with what to do next.
    """

    code = "failed"
    advice = "Check the settings of arXiv's addresses (ARXIV_…_URL)."

    def __init__(self, message: str, *, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.retry_at = retry_at

    def __str__(self) -> str:
        advice = f"Ask again after {self.retry_at:%H:%M} UTC." if self.retry_at else self.advice
        return f"{super().__str__()} {advice}"


class SourceRefused(SourceError):
    """It answered 403, 406, 429 or 503, or asked us to wait (a cooldown is under way)."""

    code = "refused"
    advice = "Ask again in some minutes."

    def __init__(self, message: str, *, status: int | None = None, retry_at: datetime | None = None) -> None:
        super().__init__(message, retry_at=retry_at)
        self.status = status


class SourceUnreachable(SourceError):
    """No connection, or no complete answer in time."""

    code = "unreachable"
    advice = "Check the network, then ask again."


class SourceGarbled(SourceError):
    """It answered, but not with what it promised: broken or hostile XML, a count that does not fit."""

    code = "garbled"
    advice = "This often passes: ask again in some minutes."


TextProblem = Literal[
    "no_text",
    "no_html",
    "no_pdf",
    "html_broken",
    "pdf_broken",
    "pdf_encrypted",
    "pdf_scanned",
    "too_large",
    "parse_timeout",
    "parse_crashed",
]
"""Why a paper's full text cannot be had; locales say each under `reason.<code>`."""


class NoText(SourceError):
    """There is no full text to be had of this paper, and asking again will not help; its abstract still stands.

    `code` is a TextProblem.
    """

    code = "no_text"
    advice = "Its abstract is all there is to go by."

    def __init__(self, message: str, *, code: TextProblem = "no_text") -> None:
        super().__init__(message)
        self.code = code


class NoPicture(SourceError):
    """This picture cannot be shown, and asking again will not help; a link to the figure stands in for it."""

    code = "no_picture"
    advice = "The figure is on arXiv's page."

    def __init__(self, message: str, *, code: str = "no_picture") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A figure's picture as it is shown: a whole PNG or JPEG, small, with nothing but its pixels in it."""

    body: bytes
    media_type: str
    width: int
    height: int


def no_picture(address: str) -> Picture | None:
    """For those who keep none."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What arXiv announced on `date` in the categories asked for.

    `notes` say when it is reconstructed, stored, incomplete or stale; `complete` is False if something may be missing.
    """

    date: date
    items: tuple[Listed, ...]
    notes: tuple[Note, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """What arXiv itself has for a query: papers first submitted in the last fourteen days, and the latest of them."""

    total: int
    latest: tuple[Paper, ...] = ()


class Announcements(Protocol):
    """What was announced. Raises SourceError only if nothing could be fetched and nothing is stored."""

    async def on(self, day: date | None, categories: Sequence[str], *, progress: Progress = no_progress) -> Announced:
        """The announcement of `day` (of arXiv's feed; None: the feed's own latest) in `categories`.

        `categories` are arXiv categories, archives, or patterns such as `cs.*`.
        """
        ...


class PaperLookup(Protocol):
    """Papers by id: the latest version, whatever version was named."""

    async def papers(
        self, ids: Sequence[ArxivId], *, progress: Progress = no_progress
    ) -> tuple[dict[str, Paper], tuple[Note, ...]]:
        """Found papers by key, and notes. An id arXiv does not know is absent from the dict.

        Raises SourceError if arXiv cannot be asked and some of `ids` are not stored.
        """
        ...


class FullText(Protocol):
    """The whole text of a paper, kept only as long as it is needed. It may take half a minute."""

    async def of(self, paper: Paper, *, progress: Progress = no_progress) -> Full:
        """Of the version `paper` has. Raises NoText if there is none, another SourceError if arXiv cannot be asked."""
        ...

    async def from_pdf(self, body: bytes) -> Full:
        """Of a file somebody sent, which is kept nowhere. Raises NoText."""
        ...


# ---------------------------------------------------------------- summaries


class SummaryError(BotError):
    """No summary from this summarizer. `code` is stable, for notes and statistics."""

    code = "failed"


class Refused(SummaryError):
    """The model declined to answer."""

    code = "refused"


class Filtered(SummaryError):
    """The provider's content filter stopped it."""

    code = "filtered"


class Truncated(SummaryError):
    """The answer was cut by the token limit."""

    code = "truncated"


class TooLong(SummaryError):
    """The paper does not fit the model's context."""

    code = "too_long"


class BadKey(SummaryError):
    """401 or 403: the key is wrong or may not use this model."""

    code = "bad_key"


class UnknownModel(SummaryError):
    """The server has no such model."""

    code = "unknown_model"


class RateLimited(SummaryError):
    """429. `after` is in seconds, if the server said."""

    code = "rate_limited"

    def __init__(self, message: str, *, after: float | None = None) -> None:
        super().__init__(message)
        self.after = after


class ServerFailed(SummaryError):
    """5xx, or no connection."""

    code = "server_failed"


class TimedOut(SummaryError):
    """No answer in time."""

    code = "timed_out"


class NoAbstract(SummaryError):
    """There is nothing to summarize it from; no model is asked."""

    code = "no_abstract"


class BadAnswer(SummaryError):
    """It answered, but not with a summary that stands the checks."""

    code = "bad_answer"


class BudgetSpent(SummaryError):
    """A budget of the day is used up; it starts again at 00:00 UTC.

    `of`: the calls, the money of all chats, or the money of the chat that asks.
    """

    code = "budget_spent"

    def __init__(self, message: str, *, of: Literal["calls", "day", "chat"] = "calls") -> None:
        super().__init__(message)
        self.of = of
        self.code = "chat_budget_spent" if of == "chat" else "budget_spent"


class NotAllowed(SummaryError):
    """Whoever asks may not cause model calls."""

    code = "not_allowed"


class Summarizer(Protocol):
    """One paper, one summary. `model` and `prompt_version` are part of the cache key."""

    model: str
    prompt_version: str

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        """Raises SummaryError. `progress` hears of TEXT and WRITING."""
        ...
