"""The Batch API of an OpenAI-compatible server: five calls, each bounded in bytes and time."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias, cast

from bot.batches.requests import ENDPOINT
from bot.ports import BotError, Clock
from bot.summaries import failures
from bot.summaries.failures import Failure
from bot.summaries.transport import fetched

if TYPE_CHECKING:
    from openai import AsyncAPIResponse, AsyncOpenAI

    _Open: TypeAlias = Callable[..., AbstractAsyncContextManager[AsyncAPIResponse[object]]]

logger = logging.getLogger(__name__)

TIMEOUT: Final = 120.0
"""Seconds one call may take; a file of some megabytes goes up or down meanwhile."""

MOST_SAID: Final = 2_000_000
"""Bytes of an answer that is no file; a list of a hundred batches has some hundred thousand."""

MOST_FILE: Final = 100_000_000
"""Bytes of an output file we read; two thousand answers have some ten million."""

MOST_LISTED: Final = 100
"""Batches among which one is looked for: OpenAI lists no more at a time, the latest first."""

MOST_REASONS: Final = 3
"""Codes of errors of a batch that are repeated."""

_ID: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.:-]{0,199}")
_CODE: Final = re.compile(r"(?!none$)[a-z]{2,24}(?:_[a-z]{2,24}){0,4}", re.IGNORECASE)

MARK: Final = "paperboy"
"""The key of a batch's metadata that says which of ours it is."""


class NotOffered(BotError):
    """The server has no Batch API, or not for this key: there is no use in asking it again today. `status`: what it
    answered.
    """

    def __init__(self, status: int) -> None:
        super().__init__(f"The model server takes no batches ({status}).")
        self.status = status


class Passing(BotError):
    """This call failed and the next one may not. `sure`: it had no effect."""

    def __init__(self, message: str, *, sure: bool) -> None:
        super().__init__(message)
        self.sure = sure


class Gone(BotError):
    """The server knows no such batch or file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How a batch stands. `files` have what became of its requests, as far as there is anything to say; `reasons` are
    the codes of what was wrong with the batch itself.
    """

    status: str
    files: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()

    @property
    def is_over(self) -> bool:
        """Nothing more will come of it."""
        return self.status in {"completed", "failed", "expired", "cancelled"}


class Provider:
    """Raises NotOffered, Passing and, where something is named, Gone."""

    def __init__(self, client: AsyncOpenAI, *, clock: Clock, seconds: float = TIMEOUT) -> None:
        self._client = client
        self._clock = clock
        self._seconds = seconds

    async def upload(self, lines: bytes) -> str:
        """The id of the input file."""
        create = cast("_Open", self._client.files.with_streaming_response.create)
        opening = create(file=("paperboy.jsonl", lines, "application/jsonl"), purpose="batch")
        return _id(await self._said(opening))

    async def create(self, file: str, *, mark: str) -> str:
        """The id of a new batch of that file, to be found again by `mark`."""
        create = cast("_Open", self._client.batches.with_streaming_response.create)
        opening = create(input_file_id=file, endpoint=ENDPOINT, completion_window="24h", metadata={MARK: mark})
        return _id(await self._said(opening))

    async def find(self, mark: str) -> str | None:
        """The id of the batch with this mark, if it was made."""
        listing = cast("_Open", self._client.batches.with_streaming_response.list)
        found = await self._said(listing(limit=MOST_LISTED))
        listed = found.get("data")
        if not isinstance(listed, list):
            raise Passing("The model server's list of batches cannot be read.", sure=True)
        for each in listed:
            if isinstance(each, dict) and isinstance(of := each.get("metadata"), dict) and of.get(MARK) == mark:
                return _id(each)
        return None

    async def look(self, batch: str) -> Progress:
        """How it stands."""
        retrieve = cast("_Open", self._client.batches.with_streaming_response.retrieve)
        return _progress(await self._said(retrieve(batch), named=True))

    async def cancel(self, batch: str) -> None:
        """Ask that no more of it be run; that may take minutes, and what was run is still to be had."""
        cancel = cast("_Open", self._client.batches.with_streaming_response.cancel)
        await self._said(cancel(batch), named=True)

    async def read(self, file: str) -> bytes:
        """What stands in a file; nothing if it is too large to be ours."""
        content = cast("_Open", self._client.files.with_streaming_response.content)
        return await self._body(content(file), most=MOST_FILE, named=True)

    async def delete(self, file: str) -> None:
        """Papers and summaries are kept there no longer than needed. Raises nothing: they expire anyway."""
        delete = cast("_Open", self._client.files.with_streaming_response.delete)
        try:
            await self._body(delete(file), most=MOST_SAID, named=True)
        except BotError as exc:
            logger.info("a file of a batch stays with the provider: %s", exc)

    async def _said(
        self, opening: AbstractAsyncContextManager[AsyncAPIResponse[object]], *, named: bool = False
    ) -> Mapping[str, object]:
        body = await self._body(opening, most=MOST_SAID, named=named)
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise Passing("The model server's answer about a batch cannot be read.", sure=False)
        return found

    async def _body(
        self, opening: AbstractAsyncContextManager[AsyncAPIResponse[object]], *, most: int, named: bool
    ) -> bytes:
        found = await fetched(opening, seconds=self._seconds, most=most, clock=self._clock)
        if isinstance(found, Failure):
            raise _meaning(found, named=named)
        return found


def _meaning(failure: Failure, *, named: bool) -> BotError:
    """What a failure says. A server that refuses a batch does so with all of them; what it took is still there."""
    status = failure.status
    if status is None:
        return Passing("The model server gave no answer about a batch.", sure=not failure.arrived)
    if named and status in {404, 410}:
        return Gone(f"The model server does not know a batch, or a file of it ({status}).")
    passing = named or status in {408, 409, 425, 429} or (status >= 500 and status not in {501, 505})
    if passing or failures.has_no_quota(failure):
        return Passing(f"The model server could not deal with a batch ({status}).", sure=400 <= status < 500)
    return NotOffered(status)


def _id(found: Mapping[str, object]) -> str:
    id_ = found.get("id")
    if isinstance(id_, str) and _ID.fullmatch(id_):  # it becomes part of an address
        return id_
    raise Passing("The model server did not say what it calls a batch.", sure=False)


def _progress(found: Mapping[str, object]) -> Progress:
    files = (found.get(name) for name in ("output_file_id", "error_file_id"))
    errors = found.get("errors")
    wrong = errors.get("data") if isinstance(errors, dict) else None
    codes = (str(each.get("code")) for each in wrong or () if isinstance(each, dict)) if isinstance(wrong, list) else ()
    return Progress(
        status=str(found.get("status"))[:40],
        files=tuple(_id({"id": file}) for file in files if isinstance(file, str) and file),
        reasons=tuple(dict.fromkeys(code for code in codes if _CODE.fullmatch(code)))[:MOST_REASONS],
    )
