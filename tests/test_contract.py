"""The promises of bot.platforms, kept by every platform alike. What they are proven on stands in `tests.contract`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.document import Card, Document, Heading, Item, ListBlock, Paragraph, Text, utf16
from bot.document_json import dumps, loads
from bot.models import Paper, Topic
from bot.platforms import Actor, Ask, DeliveryError, MessageRef, Part, Reply, RetryLater, TargetMoved, Unknown
from bot.ports import Picture
from bot.targets import Chat, ChatKind, Target
from tests.contract import ERRORS, SUBJECTS, Subject
from tests.documents import documents, lines
from tests.samples import NOW

properties = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
limits = st.integers(60, 160)


@pytest.fixture(params=sorted(SUBJECTS))
async def subject(request: pytest.FixtureRequest) -> AsyncIterator[Subject]:
    async with SUBJECTS[request.param]() as made:
        yield made


def chat_of(subject: Subject) -> Chat:
    return Chat(target=subject.target, kind="group")


def said(*texts: str) -> Document:
    return Document((Heading((Text("Digest"),)), *(Paragraph((Text(text),)) for text in texts)))


def digest(papers: int) -> Document:
    """A head with a line a paper, then each of them at length."""
    names = [f"Paper {number}" for number in range(1, papers + 1)]
    cards = (
        Card((Heading((Text(f"{n}. {name}"),)), Paragraph((Text("word " * 500),))), f"2405.0000{n}", n)
        for n, name in enumerate(names, 1)
    )
    lines_ = ListBlock(tuple(Item((Text(name),), number) for number, name in enumerate(names, 1)))
    return Document((Heading((Text("Digest"),)), lines_, *cards))


def one(subject: Subject, text: str) -> Part:
    (part,) = subject.platform.render(said(text), chat=chat_of(subject))
    return part


def both_forms(subject: Subject, document: Document, limit: int) -> Iterator[Sequence[Part]]:
    platform = subject.limited(limit)
    assert platform.caps.text == limit
    yield platform.render(document, chat=chat_of(subject))
    yield platform.plain(document, chat=chat_of(subject))


def assert_all_there(lines_: Iterator[str], text: str) -> None:
    """Every character of every line, in order, white space aside."""
    there = iter("".join(text.split()))
    for line in lines_:
        for char in "".join(line.split()):
            assert char in there, f"{char!r} of {line!r} is lost or out of order"


# ---------------------------------------------------------------- rendering


@properties
@given(document=documents(), limit=limits)
def test_every_part_fits_and_says_something(subject: Subject, document: Document, limit: int) -> None:
    for parts in both_forms(subject, document, limit):
        assert parts
        for part in parts:
            assert subject.visible(part).strip()
            assert utf16(subject.counted(part)) <= limit


@properties
@given(document=documents(), limit=limits)
def test_nothing_is_lost_in_any_form(subject: Subject, document: Document, limit: int) -> None:
    for parts in both_forms(subject, document, limit):
        assert_all_there(lines(document.blocks), " ".join(map(subject.visible, parts)))


@properties
@given(document=documents(), limit=limits)
def test_a_part_can_be_made_again_in_plain_form_from_its_slice(
    subject: Subject, document: Document, limit: int
) -> None:
    platform = subject.limited(limit)
    for part in platform.render(document, chat=chat_of(subject)):
        simpler = platform.plain(part.slice, chat=chat_of(subject))
        assert_all_there(lines(part.slice.blocks), " ".join(map(subject.visible, simpler)))


@properties
@given(document=documents(), limit=limits)
def test_rendering_is_deterministic_and_can_be_stored(subject: Subject, document: Document, limit: int) -> None:
    for first, second in zip(both_forms(subject, document, limit), both_forms(subject, document, limit), strict=True):
        assert first == second
        for part in first:
            assert json.loads(json.dumps(part.payload)) == part.payload
            assert loads(dumps(part.slice)) == part.slice


def test_what_says_nothing_is_no_message(subject: Subject) -> None:
    document = Document((Paragraph((Text("x" * 60),)), Heading((Text(""),)), Paragraph((Text(" \n"),))))
    for parts in both_forms(subject, document, 60):
        assert [subject.visible(part).strip() for part in parts] == ["x" * 60]


def test_caps_make_sense(subject: Subject) -> None:
    caps = subject.platform.caps
    assert caps.text >= 500
    assert caps.idempotent == (caps.nonce_window > 0)
    assert all(pace.count > 0 and pace.seconds > 0 for pace in (caps.overall, caps.chat))


# ---------------------------------------------------------------- sending and editing


async def test_what_is_sent_arrives_and_says_where(subject: Subject) -> None:
    ref = await subject.platform.send(subject.target, one(subject, "hello"), nonce="n1")

    assert (ref.chat_id, bool(ref.message_id)) == (subject.target.chat_id, True)
    (seen,) = subject.seen()
    assert seen.target == subject.target
    assert "hello" in seen.text


async def test_an_edit_replaces_what_was_there(subject: Subject) -> None:
    ref = await subject.platform.send(subject.target, one(subject, "before"), nonce="n1")
    await subject.platform.edit(ref, one(subject, "after"))

    (seen,) = subject.seen()
    assert "after" in seen.text
    assert "before" not in seen.text


async def test_editing_what_is_not_there_is_a_delivery_error(subject: Subject) -> None:
    with pytest.raises(DeliveryError):
        await subject.platform.edit(MessageRef(subject.target.chat_id, "999999"), one(subject, "x"))


async def test_two_messages_that_say_the_same_are_two(subject: Subject) -> None:
    for nonce in ("n1", "n2"):
        await subject.platform.send(subject.target, one(subject, "same"), nonce=nonce)
    assert len(subject.seen()) == 2


async def test_the_same_nonce_is_the_same_message_where_the_platform_says_so(subject: Subject) -> None:
    refs = [await subject.platform.send(subject.target, one(subject, "same"), nonce="n1") for _ in range(2)]

    assert (len(subject.seen()) == 1) == subject.platform.caps.idempotent
    assert (refs[0] == refs[1]) == subject.platform.caps.idempotent


async def test_after_a_cut_answer_the_nonce_saves_from_a_second_message(subject: Subject) -> None:
    subject.cut()
    with pytest.raises(Unknown):
        await subject.platform.send(subject.target, one(subject, "once"), nonce="n1")
    await subject.platform.send(subject.target, one(subject, "once"), nonce="n1")

    assert len(subject.seen()) == (1 if subject.platform.caps.idempotent else 2)


async def test_later_parts_stand_in_the_roots_thread_where_there_are_threads(subject: Subject) -> None:
    parts = subject.platform.render(digest(papers=5), chat=chat_of(subject))
    if len(parts) == 1:
        pytest.skip(f"{subject.platform.name} takes all of it in one message")
    root = await subject.platform.send(subject.target, parts[0], nonce="n1")
    for number, part in enumerate(parts[1:3]):
        await subject.platform.send(subject.target, part, nonce=f"m{number}", root=root)

    first, *more = [seen.thread for seen in subject.seen()]
    assert len(set(more)) == 1
    assert (more[0] != first) == subject.platform.caps.threads


# ---------------------------------------------------------------- what goes wrong


@pytest.mark.parametrize("event", ERRORS)
async def test_whatever_goes_wrong_is_exactly_one_class(subject: Subject, event: str) -> None:
    if event not in subject.provoke:
        pytest.skip(f"{subject.platform.name} has no such thing as {event!r}")
    subject.provoke[event]()
    with pytest.raises(DeliveryError) as raised:
        await subject.platform.send(subject.target, one(subject, "x"), nonce="n1")

    error = raised.value
    assert type(error) is ERRORS[event]
    if isinstance(error, RetryLater):
        assert error.after > 0
        assert error.everywhere == (event == "asked to wait everywhere")
    if isinstance(error, TargetMoved):
        assert error.new.platform == subject.platform.name
        assert error.new != subject.target


@pytest.mark.parametrize("event", ["no connection", "asked to wait in this chat", "we were removed"])
async def test_what_did_not_arrive_certainly_did_not(subject: Subject, event: str) -> None:
    if event not in subject.provoke:
        pytest.skip(f"{subject.platform.name} has no such thing as {event!r}")
    subject.provoke[event]()
    with pytest.raises(DeliveryError):
        await subject.platform.send(subject.target, one(subject, "x"), nonce="n1")
    assert subject.seen() == []


async def test_one_failure_is_over_after_one_failure(subject: Subject) -> None:
    subject.provoke["no connection"]()
    with pytest.raises(DeliveryError):
        await subject.platform.send(subject.target, one(subject, "x"), nonce="n1")
    await subject.platform.send(subject.target, one(subject, "x"), nonce="n1")
    assert len(subject.seen()) == 1


async def test_what_we_may_not_do_is_named(subject: Subject) -> None:
    assert list(await subject.platform.check(subject.target)) == []
    subject.take_rights()
    assert list(await subject.platform.check(subject.target))


# ---------------------------------------------------------------- what people say


class Echo:
    """A core that answers twice: at once, and then what it was asked."""

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        yield Reply(said("reading"), private=True)
        yield Reply(said(f"{ask.command} {ask.options.get('ids', '')}"))

    async def target_lost(self, target: Target, reason: str) -> None: ...

    async def target_back(
        self,
        target: Target,
        *,
        kind: ChatKind,
        title: str,
        by: Actor | None = None,
        locale: str = "en",
        aside: bool = False,
    ) -> None: ...

    async def target_lacks(self, target: Target, missing: Sequence[str]) -> None: ...

    async def target_moved(self, old: Target, new: Target) -> None: ...

    def picture(self, address: str) -> Picture | None:
        return None

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        return ()

    async def followed(self, target: Target) -> Sequence[Topic]:
        return ()

    async def posted(self, target: Target, message_id: str) -> Document | None:
        return None

    def turn(self, target: Target, kind: ChatKind) -> AbstractAsyncContextManager[object]:
        return nullcontext()


async def _is_admin() -> bool:
    return False


async def test_what_people_say_reaches_the_core_and_its_answers_reach_them(subject: Subject) -> None:
    running = asyncio.create_task(subject.platform.run(Echo()))
    await asyncio.sleep(0)
    ask = Ask(
        update="u1",
        actor=Actor(subject.platform.name, "7"),
        target=subject.target,
        kind="group",
        command="summarize",
        at=NOW,
        is_admin=_is_admin,
        options={"ids": "2405.17428"},
    )
    replies = await subject.say(ask)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert [reply.private for reply in replies] == [True, False]
    assert replies[-1].document == said("summarize 2405.17428")
    assert running.cancelled()
