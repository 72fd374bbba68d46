"""The top papers of a digest at a fixed hour: asked for in depth, in a batch of their own, from a text fetched once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.batches import planning
from bot.batches.requests import source_of, source_text
from bot.full import Full, Section, SectionKind, Table
from bot.models import Note, Paper
from bot.ports import NoText, Progress, SourceUnreachable, no_progress
from bot.summaries.deep import deep_source
from tests.fakes.batching import AT_NINE, NINE, Agency, agency, papers
from tests.fakes.newsroom import HALL, ROOM, TUESDAY
from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai_answers import invented_number
from tests.fakes.openai_batches import Batches as FakeBatches
from tests.samples import paper

FULL = Full(
    source="html",
    title="Language model",
    sections=(
        Section(
            title="Method",
            number="3",
            kind=SectionKind.METHOD,
            paragraphs=("Edges are drawn in proportion to their influence. A tree keeps the sums of 64 groups.",),
        ),
        Section(
            title="Results",
            number="5",
            kind=SectionKind.RESULTS,
            paragraphs=("On road networks memory falls to 41 GB. The largest graph has 97 million nodes.",),
        ),
    ),
    tables=(Table(label="Table 2", caption="Speed on OGB.", rows=("model | speed", "FastGraph | 3.5")),),
)


class Library:
    """The port FullText; `up` False: arXiv cannot be asked; `has` False: it has none."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.up = self.has = True

    async def of(self, paper: Paper, *, progress: Progress = no_progress) -> Full:
        self.asked.append(paper.id)
        if not self.up:
            raise SourceUnreachable("no connection")
        if not self.has:
            raise NoText("There is none.")
        return FULL

    async def from_pdf(self, body: bytes) -> Full:
        raise NoText("There is none.")


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


@pytest.fixture
def provider(server: FakeOpenAI) -> FakeBatches:
    return server.batches


@pytest.fixture
def library() -> Library:
    return Library()


@pytest.fixture
def bot(tmp_path: Path, server: FakeOpenAI, library: Library) -> Iterator[Agency]:
    """Five papers for a room at nine, three of them in depth; a brief one is asked for at once, to see the form."""
    made = agency(tmp_path, server, deep_top=3, texts=library)
    made.world.arxiv.days[TUESDAY] = papers(5)
    made.world.add(ROOM, AT_NINE, due=NINE)
    yield made
    made.world.close()


def texts(provider: FakeBatches, id_: str) -> list[str]:
    return [str(each["body"]["messages"][1]["content"]) for each in provider.requests(id_)]


def complete(provider: FakeBatches) -> None:
    for id_ in provider.all:
        assert provider.begin(id_) == "in_progress"
        provider.run(id_=id_)
        provider.end(id_=id_)


def kept(bot: Agency) -> list[str]:
    """The texts that are kept for answers to come."""
    return bot.world.store.database.read(
        lambda conn: [row[0] for row in conn.execute("SELECT source FROM batch_items WHERE source IS NOT NULL")]
    )


async def test_each_paper_is_asked_for_in_its_depth_once(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches, library: Library
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        brief, deep = sorted(provider.all, key=lambda id_: len(provider.requests(id_)))
        assert ["97 million" in text for text in texts(provider, brief)] == [False]
        assert ["97 million" in text for text in texts(provider, deep)] == [True] * 3
        complete(provider)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert [each.depth for each in bot.stored()] == ["brief", "brief", "deep", "deep", "deep"]
        assert "from the abstract" not in await bot.nine()
    assert (bot.live, bot.ran, bot.spent().calls) == (1, 4, 5)
    assert len(library.asked) == 3
    assert {each.source for each in bot.stored() if each.depth == "deep"} == {"html"}
    assert sorted(row["purpose"] for row in bot.usage()) == ["brief"] * 2 + ["deep"] * 3
    assert all(row["cost"] == (row["prompt_tokens"] + 4 * row["completion_tokens"]) * 500 for row in bot.usage()[1:])


async def test_what_is_reserved_is_no_less_than_what_is_counted(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        reserved = {row["id"]: row["prompt_tokens"] for row in bot.usage()}
        complete(provider)
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert all(reserved[row["id"]] >= row["prompt_tokens"] for row in bot.usage())
    assert max(reserved.values()) > planning.TEXT


async def test_an_answer_is_held_against_the_text_that_was_sent_after_a_restart_without_arxiv(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches, library: Library
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(kept(bot)) == 3
    library.up = False
    async with bot.start() as batches:
        server.faults.append(invented_number)
        complete(provider)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        said = [each for each in bot.stored() if each.depth == "deep"]
    assert len(said) == 3
    assert {each.source for each in said} == {"html"}
    assert all(each.checks.supported == each.checks.statements for each in said)
    assert kept(bot) == []


async def test_texts_of_a_batch_that_is_dropped_are_not_kept(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(kept(bot)) == 3
        for id_ in provider.all:
            provider.end("failed", id_=id_)
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert kept(bot) == []


async def test_a_paper_whose_text_cannot_be_had_now_is_asked_about_when_its_digest_is_due(
    bot: Agency, provider: FakeBatches, library: Library
) -> None:
    library.up = False
    async with bot.start() as batches:
        await bot.morning(batches)
        complete(provider)
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert [each.depth for each in bot.stored()] == ["brief", "brief"]
    assert kept(bot) == []


async def test_without_its_text_a_paper_is_asked_about_by_its_abstract(
    bot: Agency, provider: FakeBatches, library: Library
) -> None:
    library.has = False
    async with bot.start() as batches:
        await bot.morning(batches)
        complete(provider)
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert {each.source for each in bot.stored()} == {"abstract"}
    assert len(bot.stored()) == 5


async def test_a_batch_holds_so_many_deep_ones(bot: Agency, provider: FakeBatches) -> None:
    bot.most_deep = 1
    async with bot.start() as batches:
        await bot.morning(batches)
        assert sorted(len(provider.requests(id_)) for id_ in provider.all) == [1, 1]
        complete(provider)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert "from the abstract" not in await bot.nine()
    assert (bot.live, bot.ran) == (3, 2)


async def test_who_shows_titles_alone_asks_for_nothing_in_depth(bot: Agency, provider: FakeBatches) -> None:
    bot.world.add(ROOM, replace(AT_NINE, layout="titles"), due=NINE)
    bot.world.add(HALL, replace(AT_NINE, layout="titles"), due=NINE)
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(provider.requests()) == 4
    assert {row["purpose"] for row in bot.usage()} == {"brief"}


def test_a_text_is_kept_exactly() -> None:
    made = deep_source(paper(title="A \ud800 title", abstract="It is \u2028 so. $x^2$ is 3."), FULL)
    source = replace(made, notes=(Note("text_cut", {"read": 40, "total": 90}),))
    assert source.heads
    assert source_of(source_text(source)) == source
