"""The composition root: the one place that knows everybody. Nothing heavy is imported before it is used."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.settings import Settings

if TYPE_CHECKING:
    from requests import Session

    from bot.batches.provider import Provider
    from bot.costs.prices import Prices
    from bot.digest import Newsroom
    from bot.figures.pictures import Pictures
    from bot.figures.service import Figures
    from bot.files import Files
    from bot.fulltext.fetch import Rooms
    from bot.models import Depth
    from bot.platforms import Marks, Platform
    from bot.ports import Announcements, FullText
    from bot.questions.service import Questions
    from bot.sources.count import ArxivCount
    from bot.sources.gate import Priority
    from bot.store import Store
    from bot.summaries.llm import ModelSummarizer
    from bot.summaries.service import Summaries


def now() -> datetime:
    """The clock everybody is given."""
    return datetime.now(UTC)


def adapter(name: str) -> Any:  # noqa: ANN401 - a factory's signature is its adapter's own
    """The factory of an adapter, looked up by name; adapters are imported nowhere else."""
    from adapters import load  # noqa: PLC0415 - the core does not know them

    return load(name)


def platforms(environ: Mapping[str, str], *, marks: Marks) -> list[Platform]:
    """The chat platforms that are set up in `environ` or `.env`. Raises SettingsError."""
    from adapters import CHATS  # noqa: PLC0415 - as above

    made = (adapter(name)(environ, clock=now, marks=marks) for name in CHATS)
    return [platform for platform in made if platform is not None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batching:
    """What batches are made of, where a model is set up."""

    models: Mapping[Depth, ModelSummarizer]
    provider: Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What every command that fetches and summarizes is made of. The `modest` ones make no model call."""

    store: Store
    announcements: Announcements
    summaries: Summaries
    modest: Summaries
    newsroom: Newsroom
    modest_newsroom: Newsroom
    count: ArxivCount
    prices: Prices
    texts: FullText
    questions: Questions
    batching: Batching | None = None
    files: Files
    pictures: Pictures | None = None


@asynccontextmanager
async def newsroom(settings: Settings) -> AsyncIterator[Newsroom]:
    """Everything `digest` and `summarize` need, closed at the end. Raises StoreError, PricesError."""
    async with AsyncExitStack() as stack:
        yield (await parts(settings, stack)).newsroom


@asynccontextmanager
async def reading_room(settings: Settings) -> AsyncIterator[tuple[Newsroom, Figures | None]]:
    """As `newsroom`, and who knows the figures of papers, as links; None: nobody wants them."""
    from bot.figures.service import Figures  # noqa: PLC0415 - heavy

    async with AsyncExitStack() as stack:
        made = await parts(settings, stack)
        yield made.newsroom, Figures(made.texts, None) if settings.figures != "off" else None


async def parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    """The parts; `stack` closes them. Raises StoreError, PricesError."""
    from bot.bundle import bundled  # noqa: PLC0415 - heavy, as all of these
    from bot.costs.prices import read  # noqa: PLC0415
    from bot.digest import Newsroom  # noqa: PLC0415
    from bot.sources.announcements import ArxivAnnouncements  # noqa: PLC0415
    from bot.sources.count import ArxivCount  # noqa: PLC0415
    from bot.sources.gate import Priority, session  # noqa: PLC0415
    from bot.sources.lookup import ArxivLookup  # noqa: PLC0415
    from bot.store import Store  # noqa: PLC0415
    from bot.topics.taxonomy import ARCHIVES  # noqa: PLC0415

    prices = read(settings.prices)
    store = stack.enter_context(Store(settings.db))

    def polite(priority: Priority) -> Any:  # noqa: ANN401 - a requests.Session, not imported for its type alone
        return stack.enter_context(
            session(
                store,
                priority=priority,
                api_url=settings.arxiv_api_url,
                feed_url=settings.arxiv_feed_url,
                site_url=settings.arxiv_site_url,
                clock=now,
                delay=settings.arxiv_delay,
                timeout=settings.arxiv_timeout,
                contact=settings.contact,
            )
        )

    people = polite(Priority.PEOPLE)
    announcements = ArxivAnnouncements(
        store=store,
        session=polite(Priority.ANNOUNCEMENTS),
        backfill=polite(Priority.BACKFILL),
        feed_url=settings.arxiv_feed_url,
        api_url=settings.arxiv_api_url,
        watched=settings.categories,
        archives=ARCHIVES,
        clock=now,
    )
    lookup = ArxivLookup(store=store, session=people, api_url=settings.arxiv_api_url)
    full = texts(settings, store, stack)
    made, modest, batching, questions, files = await services(settings, store, stack, prices=prices, texts=full)
    rooms = [
        Newsroom(
            announcements=announcements,
            lookup=lookup,
            summaries=each,
            watched=settings.categories,
            bundled=bundled(),
        )
        for each in (made, modest)
    ]
    return Parts(
        store=store,
        announcements=announcements,
        summaries=made,
        modest=modest,
        newsroom=rooms[0],
        modest_newsroom=rooms[1],
        count=ArxivCount(people, settings.arxiv_api_url, clock=now),
        prices=prices,
        texts=full,
        batching=batching,
        questions=questions,
        files=files,
        pictures=pictures(settings, store, stack) if settings.figures == "on" else None,
    )


def texts(settings: Settings, store: Store, stack: AsyncExitStack) -> FullText:
    """The whole texts of papers, from arXiv's site alone. `stack` forgets them."""
    from bot.fulltext.fetch import Shelf  # noqa: PLC0415 - heavy, as all of these
    from bot.fulltext.service import FullTexts  # noqa: PLC0415
    from bot.sources.gate import Priority  # noqa: PLC0415

    session = _reading(settings, store, stack, priority=Priority.PEOPLE)
    made = FullTexts(Shelf(session, settings.arxiv_site_url))
    stack.callback(made.close)
    return made


def pictures(settings: Settings, store: Store, stack: AsyncExitStack) -> Pictures:
    """The pictures of papers, from arXiv's site alone. `stack` forgets them. Needs a running event loop to be used."""
    from bot.figures.pictures import ROOMS, Pictures, Wall  # noqa: PLC0415 - heavy, as all of these
    from bot.sources.gate import Priority  # noqa: PLC0415

    # Whoever waits for words goes first.
    session = _reading(settings, store, stack, priority=Priority.BACKFILL, rooms=ROOMS)
    made = Pictures(Wall(session, settings.arxiv_site_url))
    stack.callback(made.close)
    return made


def _reading(
    settings: Settings, store: Store, stack: AsyncExitStack, *, priority: Priority, rooms: Rooms | None = None
) -> Session:
    """A session for what stands on arXiv's site, as `reading_session` has it. `stack` closes it."""
    from bot.fulltext.fetch import reading_session  # noqa: PLC0415 - heavy

    return stack.enter_context(
        reading_session(
            store,
            site_url=settings.arxiv_site_url,
            clock=now,
            delay=settings.arxiv_delay,
            timeout=settings.arxiv_timeout,
            contact=settings.contact,
            priority=priority,
            rooms=rooms,
        )
    )


async def services(
    settings: Settings, store: Store, stack: AsyncExitStack, *, prices: Prices, texts: FullText
) -> tuple[Summaries, Summaries, Batching | None, Questions, Files]:
    """The summary service, one that asks no model, what batches need, who answers questions, who reads files people
    send. `stack` closes them.
    """
    from bot.files import Files  # noqa: PLC0415 - heavy, as all of these
    from bot.glossary.reading import shipped  # noqa: PLC0415
    from bot.questions.reader import Reader  # noqa: PLC0415
    from bot.questions.service import Questions  # noqa: PLC0415
    from bot.summaries.extractive import Extractive  # noqa: PLC0415
    from bot.summaries.service import Summaries  # noqa: PLC0415

    model = deep = batching = None
    if settings.has_model:
        from bot.batches.provider import Provider  # noqa: PLC0415
        from bot.costs.budget import allowance, budget  # noqa: PLC0415
        from bot.summaries.llm import client, create  # noqa: PLC0415

        spend = budget(store.database, prices=prices, allowance=allowance(settings), clock=now)
        model = await stack.enter_async_context(create(settings, spend))
        deep = await stack.enter_async_context(create(settings, spend, depth="deep", texts=texts))
        provider = Provider(await stack.enter_async_context(client(settings)), clock=now)
        batching = Batching(models={"brief": model, "deep": deep}, provider=provider)

    def service(*, asks: bool) -> Summaries:
        return Summaries(
            store,
            extractive=Extractive(),
            model=model,
            deep_model=deep,
            asks=asks,
            clock=now,
            daily_cap=settings.daily_calls,
            concurrency=settings.model_concurrency,
        )

    reader = Reader(deep.endpoint, glossaries=deep.glossaries, timeout=settings.model_timeout) if deep else None
    questions = Questions(
        texts=texts,
        reader=reader,
        clock=now,
        concurrency=settings.model_concurrency,
        glossaries=deep.glossaries if deep else shipped,
    )
    files = Files(texts, extractive=Extractive(), model=deep)
    return service(asks=True), service(asks=False), batching, questions, files
