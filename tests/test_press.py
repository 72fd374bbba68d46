"""Digests as they are made: how long they wait, what they say then, what becomes of them when summaries are late."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.memory import Arrived, Memory
from adapters.plain_text import text_of
from bot.database import StoreError
from bot.digest_table import left
from bot.document import Actions, Card, Document
from bot.models import Depth, Paper, Summary
from bot.platforms import MessageRef, Part
from bot.ports import Progress, ServerFailed, no_progress
from bot.targets import Access, Chat, ChatKind, Settings, Target
from bot.topics.catalogue import topic
from tests.fakes.newsroom import HALL, NO_QUIET, ROOM, TUESDAY, World, announced
from tests.fakes.summarizers import FakeSummarizer
from tests.fakes.virtual_time import virtually

FIRST, SECOND = "2605.00002", "2605.00001"  # of the same rank: the latest comes first
PERIOD = "2026-05-19T00:00:00+00:00"


@dataclass
class Slow(FakeSummarizer):
    """Takes so many seconds over a paper, or a paper in a language; its headline says which paper it is."""

    seconds: dict[str, float] = field(default_factory=dict)

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        await asyncio.sleep(self.seconds.get(f"{paper.id} {language}", self.seconds.get(paper.id, 0)))
        made = await super().summarize(paper, language=language, depth=depth)
        return replace(made, tldr=f"big says in {language}", headline=f"news of {paper.id}")


@dataclass
class Edited(Memory):
    """Remembers which messages were edited; `broken` is a chat for which it cannot render any more."""

    edits: list[str] = field(default_factory=list)
    broken: Target | None = None

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        if chat.target == self.broken:
            raise RuntimeError("a bug")
        return super().render(document, chat=chat, about=about)

    async def edit(self, ref: MessageRef, part: Part) -> None:
        await super().edit(ref, part)
        self.edits.append(ref.message_id)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "paperboy.db", memory=Edited(), model=Slow())
    made.arxiv.days[TUESDAY] = [announced(FIRST, TUESDAY), announced(SECOND, TUESDAY)]
    yield made
    made.close()


def play(world: World, scene: Callable[[World], Awaitable[None]], *, rest: float = 3600) -> None:
    async def run() -> None:
        async with world.start():
            await world.engine.look()
            await scene(world)
            await asyncio.sleep(rest)

    virtually(run())


async def post(world: World, settings: Settings = NO_QUIET, **given_: object) -> bool:
    return await post_to(world, ROOM, settings, **given_)


async def post_to(world: World, target: Target, settings: Settings = NO_QUIET, **given_: object) -> bool:
    chat = world.add(target, settings, **given_)  # type: ignore[arg-type] # arguments of it
    harvest = await asyncio.to_thread(world.harvester.of, chat)
    return await world.press.post(harvest, period=PERIOD)


def slow(world: World, **seconds: float) -> None:
    """The model takes so long over these: `first`, `second`, or `first_zh`."""
    ids = {"first": FIRST, "second": SECOND}
    assert isinstance(world.model, Slow)
    for name, value in seconds.items():
        which, _, language = name.partition("_")
        world.model.seconds[f"{ids[which]} {language}".strip()] = value


def edits(world: World) -> int:
    assert isinstance(world.memory, Edited)
    return len(world.memory.edits)


def buttons(message: Arrived) -> list[list[str]]:
    return [[each["command"] for each in row] for row in message.part.payload["buttons"]]


# ---------------------------------------------------------------- how long it waits


def test_a_digest_waits_for_its_summaries_and_goes_as_soon_as_they_are_there(world: World) -> None:
    slow(world, first=300)

    async def scene(world: World) -> None:
        assert await post(world)

    play(world, scene)
    (message,) = world.memory.arrived
    assert 300 <= message.at < 310
    assert message.text.count("big says in en") == 2
    assert edits(world) == 0


def test_after_ten_minutes_it_goes_with_the_papers_own_sentences_marked_as_such(world: World) -> None:
    slow(world, first=10_000)

    async def scene(world: World) -> None:
        assert await post(world)

    play(world, scene, rest=60)
    (message,) = world.memory.arrived
    assert 600 <= message.at < 610
    assert "TL;DR · from the abstract: A language model. It is good." in message.text
    assert message.text.count("big says in en") == 1, "what was there in time is not thrown away"
    assert "1 summary is made of sentences of the abstract" in message.text


def test_who_asked_waits_twenty_seconds_and_is_told_how_many(world: World) -> None:
    slow(world, first=10_000)

    async def scene(world: World) -> None:
        assert await world.press.post_now(world.add(ROOM), period="ask:1") == 2
        world.arxiv.days[TUESDAY].append(announced("2605.00003", TUESDAY))
        await world.engine.look()
        await asyncio.sleep(60)
        assert await world.press.waiting(world.add(ROOM)) == 1
        assert await world.press.post_now(world.add(ROOM), period="ask:1") == 0, "told twice it is the same digest"

    play(world, scene, rest=60)
    (message,) = world.memory.arrived
    assert 20 <= message.at < 25


def test_two_who_ask_at_the_same_time_get_one_digest(world: World) -> None:
    """A button pressed twice is two asks: the second comes while the summaries of the first are made."""
    slow(world, first=10)
    posted: list[int] = []

    async def scene(world: World) -> None:
        chat = world.add(ROOM)
        posted.extend(await asyncio.gather(*(world.press.post_now(chat, period=f"ask:{n}") for n in range(2))))

    play(world, scene, rest=60)
    assert sorted(posted) == [0, 2]
    assert len(world.memory.arrived) == 1


def test_what_somebody_asked_for_while_the_digest_was_made_does_not_come_twice(world: World) -> None:
    slow(world, first=300)

    async def scene(world: World) -> None:
        due = asyncio.create_task(post(world))
        await asyncio.sleep(60)
        assert await world.press.post_now(world.add(ROOM), period="ask:1") == 2
        assert not await due, "all of it is there"

    play(world, scene)
    assert len(world.memory.arrived) == 1


def test_what_another_digest_did_not_bring_comes_with_this_one(world: World) -> None:
    slow(world, first=300)

    async def scene(world: World) -> None:
        due = asyncio.create_task(post(world))
        await asyncio.sleep(60)
        assert await world.outbox.post(ROOM, "ask:1", [], seen=[(SECOND, 1)])
        assert await due

    play(world, scene)
    (message,) = world.memory.arrived
    assert FIRST in message.text
    assert SECOND not in message.text
    assert "1 paper\n" in message.text, "it is counted without"


# ---------------------------------------------------------------- late summaries


def test_when_the_summary_comes_after_all_the_message_says_it_everywhere(world: World) -> None:
    slow(world, first=700)
    before: list[str] = []

    async def scene(world: World) -> None:
        await post(world)
        await asyncio.sleep(50)
        before.append(world.texts())

    play(world, scene)
    assert f"1. Language model {FIRST} (https://arxiv.org/abs/{FIRST}) — H" in before[0]
    (message,) = world.memory.arrived
    assert message.text.count("big says in en") == 2
    assert f"1. Language model {FIRST} (https://arxiv.org/abs/{FIRST}) — news of {FIRST}" in message.text, (
        "the list too"
    )
    assert "abstract" not in message.text, "nothing is counted that is no longer so"
    assert len(before[0].splitlines()) > len(message.text.splitlines())
    assert edits(world) == 1


def test_only_messages_that_say_something_else_are_edited(world: World) -> None:
    slow(world, second=700)

    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, layout="papers"))
        await asyncio.sleep(60)
        assert len(world.memory.texts(ROOM)) == 3

    play(world, scene)
    day, first, second = world.memory.arrived
    assert isinstance(world.memory, Edited)
    assert world.memory.edits == [day.ref.message_id, second.ref.message_id]
    assert "big says in en" in first.text
    assert "big says in en" in second.text


def test_titles_are_edited_too(world: World) -> None:
    slow(world, second=700)

    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, layout="titles"))

    play(world, scene)
    assert f"news of {SECOND}" in world.texts()


def test_a_second_language_that_is_late_is_added(world: World) -> None:
    slow(world, first_zh=700)

    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, languages=("en", "zh")))
        await asyncio.sleep(60)
        assert world.texts().count("big says in zh") == 1
        assert world.texts().count("big says in en") == 2
        assert "abstract" not in world.texts(), "nothing is missing in the first language"

    play(world, scene)
    assert world.texts().count("big says in zh") == 2


def test_a_model_that_fails_in_the_end_leaves_the_papers_as_they_are(world: World) -> None:
    slow(world, first=700)
    world.model.failures = {FIRST: ServerFailed("no")}

    async def scene(world: World) -> None:
        await post(world)

    play(world, scene)
    assert "TL;DR · from the abstract: A language model." in world.texts()
    assert "big says in en" in world.texts()


def test_one_digest_that_cannot_be_edited_harms_no_other(world: World) -> None:
    slow(world, first=700)

    async def scene(world: World) -> None:
        await asyncio.gather(post_to(world, ROOM), post_to(world, HALL))
        assert isinstance(world.memory, Edited)
        world.memory.broken = ROOM

    play(world, scene)
    assert world.texts(ROOM).count("big says in en") == 1
    assert world.texts(HALL).count("big says in en") == 2


# ---------------------------------------------------------------- what it says


def test_a_digest_is_short_and_its_button_leads_to_the_rest(world: World) -> None:
    world.memory.invitations["private"] = "https://example.org/us"

    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, size=1))

    play(world, scene)
    (message,) = world.memory.arrived
    assert "It is good.\nIt is good" not in message.text
    assert "1 of 2 papers" in message.text
    assert SECOND not in message.text
    assert "How to use me (https://example.org/us)" in message.text
    assert buttons(message)[0] == ["/rest slug1"]
    found = world.store.database.read(lambda conn: left(conn, "slug1", offset=0, limit=9))
    assert found
    assert (found.day, found.count, found.total, found.papers) == (TUESDAY, 1, 2, ((2, SECOND),))


def test_the_buttons_of_a_late_edit_still_lead_to_the_same_rest(world: World) -> None:
    slow(world, first=700)

    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, size=1))

    play(world, scene)
    (message,) = world.memory.arrived
    assert edits(world) == 1
    assert buttons(message)[0] == ["/rest slug1"]


def test_hashtags_stand_below_once_each(world: World) -> None:
    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, hashtags=True), topics=("LLM", "RAG"))

    play(world, scene)
    assert world.texts().splitlines()[-1] == "#LLM #RAG"


def test_a_period_is_posted_once_and_an_empty_day_is_one_line(world: World) -> None:
    async def scene(world: World) -> None:
        assert await post(world)
        assert not await post(world)
        harvest = await asyncio.to_thread(world.harvester.of, world.add(ROOM))
        assert not harvest
        assert await world.press.post(harvest, period="another")

    play(world, scene)
    assert len(world.memory.arrived) == 2
    assert world.memory.texts(ROOM)[1] == "Nothing new for LLM this time.", "something of it matched, and came"


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        (-30, ["Nothing that arXiv announced on 19 May 2026 (Tue) matches RAG."]),
        (6, ["Nothing new for RAG this time."]),
    ],
)
def test_a_line_on_an_empty_day_blames_the_announcement_only_if_that_had_nothing(
    world: World, hours: int, said: list[str]
) -> None:
    async def scene(world: World) -> None:
        since = world.clock() + timedelta(hours=hours)
        assert await post(world, topics=("RAG",), since=since)

    play(world, scene)
    assert world.memory.texts(ROOM) == said


def test_a_chat_that_was_forgotten_meanwhile_gets_nothing(world: World) -> None:
    slow(world, first=60)

    async def scene(world: World) -> None:
        posting = asyncio.create_task(post(world))
        await asyncio.sleep(30)
        await asyncio.to_thread(world.chats.forget, ROOM)
        assert not await posting

    play(world, scene)
    assert world.memory.arrived == []


@pytest.mark.parametrize(
    ("silent", "kind", "quietly"),
    [(None, "group", True), (None, "private", False), (False, "group", False), (True, "private", True)],
)
def test_it_is_silent_where_people_talk_unless_they_say_otherwise(
    world: World, silent: bool | None, kind: ChatKind, quietly: bool
) -> None:
    async def scene(world: World) -> None:
        await post(world, replace(NO_QUIET, silent=silent), kind=kind)

    play(world, scene)
    assert [message.silent for message in world.memory.arrived] == [quietly]


def test_a_chat_without_the_model_costs_nothing(world: World) -> None:
    async def scene(world: World) -> None:
        await post(world, access=Access.NO_MODEL)

    play(world, scene)
    assert world.model.asked == []
    assert "TL;DR · from the abstract" in world.texts()


def test_a_store_that_fails_is_an_error_one_can_catch(world: World) -> None:
    async def scene(world: World) -> None:
        chat = world.add(ROOM, replace(NO_QUIET, languages=("en", "zh")))
        harvest = await asyncio.to_thread(world.harvester.of, chat)
        world.store.close()
        with pytest.raises(StoreError):
            await world.press.post(harvest, period=PERIOD)

    play(world, scene, rest=0)


def test_a_sample_is_one_short_message_and_marks_nothing(world: World) -> None:
    told: list[Document] = []

    async def scene(world: World) -> None:
        chat = world.add(ROOM, replace(NO_QUIET, layout="papers", hashtags=True))
        told.append(await world.press.preview(chat, [topic("LLM")], limit=1))
        assert await world.press.waiting(chat) == 2

    play(world, scene)
    (document,) = told
    assert [type(block).__name__ for block in document.blocks if isinstance(block, Card | Actions)] == ["Card"]
    assert "1 of 2 papers" in text_of(document.blocks)
    assert SECOND not in text_of(document.blocks)
    assert "#LLM" not in text_of(document.blocks)
    assert world.memory.arrived == []
