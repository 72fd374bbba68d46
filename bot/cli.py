"""The command line: arguments in, exit codes out. Results on stdout, everything else on stderr.

Exit codes: 0 done (an empty day too), 1 could not, 2 wrong usage. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date as Date  # noqa: N812 - an option is called date
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TextIO

import typer

if TYPE_CHECKING:
    from bot.document import Document
    from bot.models import ArxivId, Digest
    from bot.ports import Progress

app = typer.Typer(
    name="paperboy",
    help="Research papers for the people who talk about them: what arXiv announced, picked, summarized, delivered.",
    no_args_is_help=True,
    rich_markup_mode=None,  # importing rich for --help alone would cost a quarter of a second
    pretty_exceptions_enable=False,  # a traceback with local variables could show a secret
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


class Layout(StrEnum):
    """How much of each paper."""

    TITLES = "titles"
    COMPACT = "compact"
    FULL = "full"


class Format(StrEnum):
    """What is written to stdout."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


Language = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Language to write in (en, zh, ru, ja, de, ...).  [default: the locale's]"),
]
AsFormat = Annotated[Format, typer.Option("--format", help="What to print.")]


def main() -> None:
    """The `paperboy` command."""
    try:
        app(prog_name="paperboy")
    except BrokenPipeError:  # somebody closed the pipe: `paperboy digest ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version  # noqa: PLC0415 - only here

        typer.echo(f"paperboy {version('paperboy')}")
        raise typer.Exit


@app.callback()
def _root(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what is done, on stderr.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    logging.basicConfig(
        stream=sys.stderr,
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


@app.command()
def demo(language: Language = None) -> None:
    """A digest of the bundled papers: offline, without any key."""
    with _answering():
        spoken = _language(language)
        from bot.compose import digest as compose  # noqa: PLC0415 - heavy
        from bot.demo import demo as make  # noqa: PLC0415 - heavy

        with _progress() as progress:
            made = asyncio.run(make(progress=progress))
        _show(compose(made, language=spoken))
        name = "paperboy" if shutil.which("paperboy") else ".venv/bin/paperboy"
        typer.echo(
            f"\nNext, from arXiv itself: {name} digest --topic LLM"
            f"\nOne paper:               {name} summarize 2405.17428"
            f"\nIn a chat:               {name} init",
            err=True,
        )


@app.command()
def digest(  # noqa: PLR0917 - options, which are named on the command line
    topic: Annotated[
        list[str],
        typer.Option(metavar="TOPIC", help="A catalogue name (LLM) or a query (cs.CL); repeat."),
    ],
    day: Annotated[
        str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="Date of arXiv's feed.  [default: latest]")
    ] = None,
    language: Language = None,
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="Papers in full; the others by title.")] = 10,
    layout: Annotated[Layout, typer.Option(help="How much of each paper.")] = Layout.FULL,
    form: AsFormat = Format.TEXT,
) -> None:
    """What arXiv announced: fetched, selected, summarized, laid out. Marks nothing as seen."""
    with _answering():
        spoken, date = _language(language), _date(day)
        from bot.topics.catalogue import topic as named  # noqa: PLC0415 - only here

        topics = tuple({each.name: each for each in map(named, topic)}.values())
        from bot.app import newsroom  # noqa: PLC0415 - heavy
        from bot.compose import digest as compose  # noqa: PLC0415 - heavy
        from bot.settings import Settings  # noqa: PLC0415 - heavy

        async def make(progress: Progress) -> Digest:
            async with newsroom(Settings.read()) as room:
                return await room.digest(topics, day=date, language=spoken, limit=limit, progress=progress)

        with _progress() as progress:
            made = asyncio.run(make(progress))
        _write(made, spoken, form, lambda: compose(made, language=spoken, layout=layout.value))


@app.command()
def summarize(
    ids: Annotated[list[str], typer.Argument(metavar="ID...", help="arXiv ids or links, any way people name a paper.")],
    language: Language = None,
    form: AsFormat = Format.TEXT,
) -> None:
    """Papers on demand: their latest version, summarized."""
    with _answering():
        spoken = _language(language)
        from bot.sources.ids import NotAnId, find  # noqa: PLC0415 - only here

        asked: dict[str, ArxivId] = {}
        for text in ids:
            found = find(text)
            if not found:
                raise NotAnId(text)
            asked |= {each.key: each for each in found if each.key not in asked}
        from bot.app import newsroom  # noqa: PLC0415 - heavy
        from bot.compose import papers as compose  # noqa: PLC0415 - heavy
        from bot.settings import Settings  # noqa: PLC0415 - heavy

        async def make(progress: Progress) -> tuple[Digest, tuple[ArxivId, ...]]:
            async with newsroom(Settings.read()) as room:
                return await room.on_demand(tuple(asked.values()), language=spoken, progress=progress)

        with _progress() as progress:
            made, missing = asyncio.run(make(progress))
        _write(made, spoken, form, lambda: compose(made, language=spoken))
        if missing:
            raise typer.Exit(1)


@app.command()
def init() -> None:
    """Set it up: asks for tokens and key, checks each, writes .env."""
    with _answering():
        from bot.init import init as ask  # noqa: PLC0415 - heavy

        code = ask(stdin=sys.stdin, stdout=sys.stdout, environ=os.environ, path=Path(".env"))
    if code:
        raise typer.Exit(code)


@app.command()
def run() -> None:
    """Serve the chats: the platforms that are set up, or this terminal if none is."""
    with _answering():
        from bot.run import run as serve  # noqa: PLC0415 - heavy
        from bot.settings import Settings  # noqa: PLC0415 - heavy

        def announce(line: str) -> None:
            typer.echo(line, err=True)

        asyncio.run(serve(Settings.read(), environ=os.environ, announce=announce))
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()  # if nobody reads any more, `main` hears of it here and not the interpreter at its end


# ---------------------------------------------------------------- what every command shares


@contextmanager
def _answering() -> Iterator[None]:
    """Errors we raise on purpose become one clear message and an exit code; anything else is a bug and shows itself."""
    from bot.ports import BotError  # noqa: PLC0415 - cheap, but only here

    try:
        yield
    except BotError as exc:
        _fail(str(exc), 2 if exc.usage else 1)
    except KeyboardInterrupt:
        _fail("Stopped.", 130)


def _fail(message: str, code: int) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(code)


def _language(given: str | None) -> str:
    from bot.languages import from_locale, known  # noqa: PLC0415 - only here

    return known(given) if given else from_locale(os.environ)


def _date(given: str | None) -> Date | None:
    from bot.ports import UsageError  # noqa: PLC0415 - cheap, but only here

    if not given:
        return None
    try:
        return datetime.strptime(given, "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        raise UsageError(f"{given[:20]!r} is not a date. Write one as 2026-05-20.") from None


@contextmanager
def _progress() -> Iterator[Progress]:
    from bot.app import adapter  # noqa: PLC0415 - heavy

    with adapter("console").progress(sys.stderr) as report:
        yield report


def _show(document: Document) -> None:
    from bot.app import adapter  # noqa: PLC0415 - heavy

    adapter("console")(sys.stdout).show(document)


def _utf8() -> TextIO:
    """Standard output for programs, which expect UTF-8 whatever the terminal speaks."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8")
    return sys.stdout


def _write(made: Digest, language: str, form: Format, document: Callable[[], Document]) -> None:
    match form:
        case Format.JSON:
            from bot.envelope import to_json  # noqa: PLC0415 - only here

            _utf8().write(to_json(made, language=language))
        case Format.MARKDOWN:
            from bot.app import adapter  # noqa: PLC0415 - heavy

            _utf8().write(adapter("markdown")().render(document()))
        case Format.TEXT:
            _show(document())
    sys.stdout.flush()
