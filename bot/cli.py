"""The command line: arguments in, exit codes out. Results on stdout, everything else on stderr.

Exit codes: 0 done (an empty day too), 1 could not, 2 wrong usage. Nothing heavy is imported before a command runs.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import terminal
from bot.terminal import Format

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.document import Figure
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


class Tabular(StrEnum):
    """What is written to stdout where there is no text of papers."""

    TEXT = "text"
    JSON = "json"


Language = Annotated[
    str | None,
    typer.Option(metavar="CODE", help="Language to write in (en, zh, ru, ja, de, ...).  [default: the locale's]"),
]
AsFormat = Annotated[Format, typer.Option("--format", help="What to print.")]
AsTable = Annotated[Tabular, typer.Option("--format", help="What to print.")]


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
    with terminal.answering():
        spoken = terminal.language(language)
        from bot.compose import digest as compose  # noqa: PLC0415 - heavy
        from bot.demo import demo as make  # noqa: PLC0415 - heavy

        with terminal.progress() as progress:
            made = asyncio.run(make(progress=progress))
        terminal.show(compose(made, language=spoken))
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
    with terminal.answering():
        spoken, date = terminal.language(language), terminal.date(day)
        from bot.topics.catalogue import topic as named  # noqa: PLC0415 - only here

        topics = tuple({each.name: each for each in map(named, topic)}.values())
        from bot.app import newsroom  # noqa: PLC0415 - heavy
        from bot.compose import digest as compose  # noqa: PLC0415 - heavy
        from bot.settings import Settings  # noqa: PLC0415 - heavy

        async def make(progress: Progress) -> Digest:
            async with newsroom(Settings.read()) as room:
                return await room.digest(topics, day=date, language=spoken, limit=limit, progress=progress)

        with terminal.progress() as progress:
            made = asyncio.run(make(progress))
        terminal.write(made, spoken, form, lambda: compose(made, language=spoken, layout=layout.value))


@app.command()
def summarize(
    ids: Annotated[
        list[str],
        typer.Argument(metavar="ID...", help="arXiv ids or links, any way people name a paper; or one PDF of yours."),
    ],
    language: Language = None,
    brief: Annotated[
        bool, typer.Option("--brief/--deep", help="From the abstract, or from the whole text and in parts.")
    ] = False,
    form: AsFormat = Format.TEXT,
) -> None:
    """Papers on demand: their latest version, summarized.

    In depth only where a model is set up; without one, by sentences of the abstract.
    """
    with terminal.answering():
        spoken = terminal.language(language)
        if len(ids) == 1 and ids[0].lower().endswith(".pdf") and Path(ids[0]).is_file():
            _summarize_file(Path(ids[0]), spoken, form)
            return
        from bot.sources.ids import NotAnId, find  # noqa: PLC0415 - only here

        asked: dict[str, ArxivId] = {}
        for text in ids:
            found = find(text)
            if not found:
                raise NotAnId(text)
            asked |= {each.key: each for each in found if each.key not in asked}
        from bot.app import reading_room  # noqa: PLC0415 - heavy
        from bot.compose import papers as compose  # noqa: PLC0415 - heavy
        from bot.settings import Settings  # noqa: PLC0415 - heavy

        async def make(
            progress: Progress,
        ) -> tuple[Digest, tuple[ArxivId, ...], Mapping[str, Sequence[Figure]]]:
            async with reading_room(Settings.read()) as (room, figures):
                made, missing = await room.on_demand(
                    tuple(asked.values()), language=spoken, depth="brief" if brief else "deep", progress=progress
                )
                shown = figures is not None and form is not Format.JSON
                return made, missing, await figures.of(made, language=spoken) if figures and shown else {}

        with terminal.progress() as progress:
            made, missing, shown = asyncio.run(make(progress))
        terminal.write(made, spoken, form, lambda: compose(made, language=spoken, figures=shown))
        if missing:
            raise typer.Exit(1)


def _summarize_file(path: Path, spoken: str, form: Format) -> None:
    from bot.file_command import summarized  # noqa: PLC0415 - heavy
    from bot.ports import UsageError  # noqa: PLC0415 - cheap, but only here
    from bot.settings import Settings  # noqa: PLC0415 - heavy

    if form is Format.JSON:
        raise UsageError("JSON is of arXiv's papers. A PDF of yours is shown as text or markdown.")
    with terminal.progress() as progress:
        made = asyncio.run(summarized(Settings.read(), path, language=spoken, progress=progress))
    terminal.write_document(made, form)


@app.command()
def init() -> None:
    """Set it up: asks for tokens and key, checks each, writes .env."""
    with terminal.answering():
        from bot.init import init as ask  # noqa: PLC0415 - heavy

        code = ask(stdin=sys.stdin, stdout=sys.stdout, environ=os.environ, path=Path(".env"))
    if code:
        raise typer.Exit(code)


@app.command()
def run() -> None:
    """Serve the chats: the platforms that are set up, or this terminal if none is."""
    with terminal.answering():
        from bot.run import run as serve  # noqa: PLC0415 - heavy
        from bot.settings import Settings  # noqa: PLC0415 - heavy

        def announce(line: str) -> None:
            typer.echo(line, err=True)

        asyncio.run(serve(Settings.read(), environ=os.environ, announce=announce))
        if sys.stdout is not None and not sys.stdout.closed:
            sys.stdout.flush()  # if nobody reads any more, `main` hears of it here and not the interpreter at its end


@app.command()
def costs(
    days: Annotated[
        int, typer.Option(metavar="N", min=1, max=3660, help="The last N days (UTC), today included.")
    ] = 30,
    form: AsTable = Tabular.TEXT,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.png", help="Write a plot too, US dollars a day by model.")
    ] = None,
) -> None:
    """What model calls cost: by day, model, purpose, chat and paper."""
    with terminal.answering():
        from bot.app import adapter  # noqa: PLC0415 - heavy, as all of these
        from bot.costs.commands import spent  # noqa: PLC0415
        from bot.costs.report import to_json  # noqa: PLC0415
        from bot.settings import Settings  # noqa: PLC0415

        found, shown = spent(Settings.read(), days=days), adapter("costs")
        if plot is not None:
            shown.plot(plot, found)
        if form is Tabular.JSON:
            terminal.utf8().write(to_json(found))
        else:
            shown(sys.stdout).show(found)


@app.command("compare-models")
def compare_models(  # noqa: PLR0917 - options, which are named on the command line
    models: Annotated[list[str], typer.Argument(metavar="MODEL...", help="Names of models of your server.")],
    papers: Annotated[int, typer.Option(metavar="N", min=1, max=1000, help="How many papers each model gets.")] = 10,
    stored: Annotated[
        bool, typer.Option("--stored", help="Papers of the latest stored announcement, not the bundled ones.")
    ] = False,
    language: Language = None,
    form: AsTable = Tabular.TEXT,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE.png", help="Write a plot too: quality by cost, the Pareto front marked."),
    ] = None,
) -> None:
    """The same papers through several models: quality, cost, latency.

    Quality is what the checks say. Calls count towards the budget of the day; summaries are not kept.
    """
    with terminal.answering():
        spoken = terminal.language(language)
        from bot.app import adapter  # noqa: PLC0415 - heavy, as all of these
        from bot.costs.commands import compared  # noqa: PLC0415
        from bot.costs.compare import to_json  # noqa: PLC0415
        from bot.settings import Settings  # noqa: PLC0415

        shown = adapter("costs")
        if plot is not None:
            shown.check(plot)  # before anything is paid
        with terminal.progress() as progress:
            making = compared(Settings.read(), models, papers=papers, stored=stored, language=spoken, progress=progress)
            trials = asyncio.run(making)
        if form is Tabular.JSON:
            terminal.utf8().write(to_json(trials, language=spoken))
        else:
            shown(sys.stdout).compared(trials)
        if plot is not None:
            shown.plot_compared(plot, trials)
    if not any(trial.seconds for trial in trials):
        raise typer.Exit(1)
