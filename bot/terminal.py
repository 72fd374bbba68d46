"""What every command of the command line shares: errors into exit codes, what is typed into values, results on stdout.

Nothing heavy is imported before it is used.
"""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date as Date  # noqa: N812 - an option is called date
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NoReturn, TextIO

import typer

if TYPE_CHECKING:
    from bot.document import Document
    from bot.models import Digest
    from bot.ports import Progress


class Format(StrEnum):
    """What is written to stdout."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


@contextmanager
def answering() -> Iterator[None]:
    """Errors we raise on purpose become one clear message and an exit code; anything else is a bug and shows itself."""
    from bot.ports import BotError  # noqa: PLC0415 - cheap, but only here

    try:
        yield
    except BotError as exc:
        fail(str(exc), 2 if exc.usage else 1)
    except KeyboardInterrupt:
        fail("Stopped.", 130)


def fail(message: str, code: int) -> NoReturn:
    """One line on stderr, and the end."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def language(given: str | None) -> str:
    """The language that was asked for, else the locale's. Raises UnknownLanguage."""
    from bot.languages import from_locale, known  # noqa: PLC0415 - only here

    return known(given) if given else from_locale(os.environ)


def date(given: str | None) -> Date | None:
    """The day that was asked for. Raises UsageError."""
    from bot.ports import UsageError  # noqa: PLC0415 - cheap, but only here

    if not given:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise UsageError(f"{given[:20]!r} is not a date. Write one as 2026-05-20.") from None


@contextmanager
def progress() -> Iterator[Progress]:
    """What is being done, on stderr."""
    from bot.app import adapter  # noqa: PLC0415 - heavy

    with adapter("console").progress(sys.stderr) as report:
        yield report


def show(document: Document) -> None:
    """On stdout, for people."""
    from bot.app import adapter  # noqa: PLC0415 - heavy

    adapter("console")(sys.stdout).show(document)


def utf8() -> TextIO:
    """Standard output for programs, which expect UTF-8 whatever the terminal speaks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout


def write(made: Digest, language: str, form: Format, document: Callable[[], Document]) -> None:
    """On stdout: the envelope of `made`, or `document`, which says the same."""
    if form is not Format.JSON:
        write_document(document(), form)
        return
    from bot.envelope import to_json  # noqa: PLC0415 - only here

    utf8().write(to_json(made, language=language))
    sys.stdout.flush()


def write_document(document: Document, form: Format) -> None:
    """On stdout, as Markdown or for people."""
    if form is Format.MARKDOWN:
        from bot.app import adapter  # noqa: PLC0415 - heavy

        utf8().write(adapter("markdown")().render(document))
    else:
        show(document)
    sys.stdout.flush()
