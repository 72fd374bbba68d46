"""One HTTP call to a model server, bounded in bytes and time. A failure is a value, and holds nothing secret."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, TypeVar

from bot.ports import Clock
from bot.summaries import failures
from bot.summaries.failures import Failure

if TYPE_CHECKING:
    from openai import AsyncAPIResponse

    T = TypeVar("T")


async def fetched(
    opening: AbstractAsyncContextManager[AsyncAPIResponse[T]], *, seconds: float, most: int, clock: Clock
) -> bytes | Failure:
    """The answer's bytes; none if there are more than `most` (a server may send without end).

    `seconds` are those from first to last byte. The client's exceptions carry headers and text along: they end
    here.
    """
    import httpx2  # noqa: PLC0415 - the transport openai uses; read errors come as its own
    import openai  # noqa: PLC0415 - takes a second to import

    try:
        async with asyncio.timeout(seconds):
            return await _read(opening, most)
    except (TimeoutError, openai.APITimeoutError, httpx2.TimeoutException) as exc:
        return Failure(kind="timeout", arrived=not isinstance(exc.__cause__, httpx2.ConnectTimeout))
    except openai.APIStatusError as exc:
        headers = {name.lower(): value for name, value in exc.response.headers.items()}
        return failures.failure(status=exc.status_code, body=exc.body, headers=headers, now=clock())
    except (openai.APIConnectionError, httpx2.TransportError) as exc:
        return Failure(kind="unreachable", arrived=not isinstance(exc.__cause__, httpx2.ConnectError))
    except (openai.APIError, httpx2.HTTPError):
        return Failure(kind="garbled")


async def _read(opening: AbstractAsyncContextManager[AsyncAPIResponse[T]], most: int) -> bytes:
    async with opening as response:
        body = bytearray()
        async for chunk in response.iter_bytes():
            body += chunk
            if len(body) > most:
                return b""
    return bytes(body)
