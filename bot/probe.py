"""Whether a server accepts a secret: one request, bounded, after which the secret stands nowhere.

An address may hold it (Telegram's do), so no address and no text of a library's error is ever shown or logged.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any, TypeAlias
from urllib.parse import urlsplit

import requests
import urllib3
from requests.auth import AuthBase

MOST_BYTES = 4_000_000
"""Of an answer; the longest real list of models has some hundred thousand."""

_LOGGERS = ("urllib3.connectionpool", "urllib3.util.retry")
"""They log the address of every request."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`who` the server says we are, or what it has to offer; `steps` are what to do with it."""

    who: str
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """The server does not accept it."""

    why: str


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Nobody could say."""

    why: str


Verdict: TypeAlias = Accepted | Refused | Unchecked


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` is its JSON, None if it is none."""

    status: int
    body: Any = field(repr=False)


def get(url: str, *, headers: Mapping[str, str], secret: str, timeout: float) -> Answer | Unchecked:
    """GET `url`. `timeout` in seconds, for silence; the whole takes twice that at most. Raises nothing.

    Proxies are taken from the environment, credentials (.netrc) are not.
    """
    answers: list[Answer | Unchecked] = []

    def work() -> None:
        with _unlogged(secret):
            answers.append(_get(url, headers, timeout))

    # Neither looking up a name nor a server that drips its answer byte by byte is bounded by requests' time-outs.
    worker = Thread(target=work, daemon=True)
    worker.start()
    worker.join(2 * timeout)
    return answers[0] if answers else Unchecked(f"{_host(url)} did not answer within {2 * timeout:g} seconds")


def models(base: str, key: str, *, timeout: float) -> tuple[str, ...] | Refused | Unchecked:
    """The names of the models that an OpenAI-compatible server has for this key ('' where none is needed)."""
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    answer = get(f"{base.rstrip('/')}/models", headers=headers, secret=key, timeout=timeout)
    if isinstance(answer, Unchecked):
        return answer
    if answer.status in {401, 403}:
        return Refused("the server does not accept the key" if key else "the server wants a key")
    if (trouble := troubled(answer.status)) is not None:
        return trouble
    listed = answer.body.get("data") if isinstance(answer.body, dict) else None
    if not isinstance(listed, list):
        return Unchecked("the server does not list its models there (does the address end in /v1?)")
    names = (each.get("id") for each in listed if isinstance(each, dict))
    return tuple(name for name in names if isinstance(name, str))


def troubled(status: int) -> Unchecked | None:
    """What a status says about the server rather than about us."""
    match status:
        case 200:
            return None
        case 429:
            return Unchecked("the server asks us to wait")
        case _ if status >= 500:
            return Unchecked(f"the server failed ({status})")
    return Unchecked(f"the server gave an answer that is not understood ({status})")


def _get(url: str, headers: Mapping[str, str], timeout: float) -> Answer | Unchecked:
    try:
        with requests.get(url, auth=_Headers(headers), timeout=timeout, allow_redirects=False, stream=True) as response:
            read = bytearray()
            for chunk in response.iter_content(65_536):
                read += chunk
                if len(read) > MOST_BYTES:
                    return Unchecked(f"the answer of {_host(url)} is too long")
            return Answer(response.status_code, _json(read))
    except requests.exceptions.SSLError:
        why = f"there is no trusted connection to {_host(url)} (its certificate)"
    except requests.exceptions.ProxyError:
        why = "the proxy (HTTPS_PROXY) cannot be reached"
    except requests.exceptions.Timeout:
        why = f"{_host(url)} did not answer within {timeout:g} seconds"
    except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError):
        why = f"there is no connection to {_host(url)}"
    return Unchecked(why)


def _json(read: bytearray) -> Any:  # noqa: ANN401 - JSON is anything
    try:
        return json.loads(read)
    except (ValueError, RecursionError):
        return None


def _host(url: str) -> str:
    """The part of an address that never holds a secret."""
    try:
        return urlsplit(url).hostname or "the server"
    except ValueError:
        return "the server"


class _Headers(AuthBase):
    """Sends our headers as they are. Without any `auth`, requests would put a .netrc entry in the place of ours."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(self._headers)
        return request


@contextmanager
def _unlogged(secret: str) -> Iterator[None]:
    """Nothing that holds `secret` is logged meanwhile."""

    def is_clean(record: logging.LogRecord) -> bool:
        return not secret or secret not in record.getMessage()

    loggers = [logging.getLogger(name) for name in _LOGGERS]
    for logger in loggers:
        logger.addFilter(is_clean)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(is_clean)
