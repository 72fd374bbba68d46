"""Secrets that must be in no log: every record is made without them, whoever logs it and wherever it goes.

Telegram's token is part of every address its API has, so any library that logs or raises an address tells it.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

HIDDEN = "***"

QUIET = ("httpx", "httpcore", "telegram")
"""Loggers that tell addresses, and what people wrote, below WARNING."""


REPORTED = "telegram.request.BaseRequest"
"""Logs, with its traceback, each page that a proxy sends in the Bot API's place; it raises the same, which we log."""


def is_news(record: logging.LogRecord) -> bool:
    """A filter: is it more than what is raised as well?"""
    return not str(record.msg).startswith("Can not load invalid JSON data")


class Scrubber:
    """A factory of log records: those of `make`, without `secrets`."""

    def __init__(self, make: Callable[..., logging.LogRecord]) -> None:
        self._make = make
        self.secrets: set[str] = set()

    def __call__(self, *args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - as logging calls it
        record = self._make(*args, **kwargs)
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit: logging itself says so, with all of them
            message = f"{record.msg} {record.args!r}"
        clean = self.clean(message)
        if clean != message:
            record.msg, record.args = clean, None
        if record.exc_info and record.exc_info[0] is not None:
            told = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            clean = self.clean(told)
            if clean != told:  # what formats it later must not see the original
                record.exc_info, record.exc_text = None, clean
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return record

    def clean(self, text: str) -> str:
        """`text` without any secret."""
        for secret in sorted(self.secrets, key=len, reverse=True):
            text = text.replace(secret, HIDDEN)
        return text


def hide(*secrets: str) -> Scrubber:
    """From now on no log record of this process has one of `secrets`, or what stands behind the colon of one."""
    scrubber = logging.getLogRecordFactory()
    if not isinstance(scrubber, Scrubber):
        scrubber = Scrubber(scrubber)
        logging.setLogRecordFactory(scrubber)
    for secret in secrets:
        scrubber.secrets |= {part for part in (secret, secret.rpartition(":")[2]) if len(part) >= 8}
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(REPORTED).addFilter(is_news)
    return scrubber
