"""When a digest is all there, its first message leads to the others, on a platform whose messages have addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import Fault, Memory
from bot.digest_table import DigestItem
from bot.platforms import BadFormat, Fatal, MessageRef, NotSent, Part, RetryLater, Unknown
from bot.targets import Chat, Target
from tests.fakes.chats import A, Office, Play, parts_of, passes, say, when

PAPERS = ("p1", "p2", "p3")
ITEMS = [DigestItem(paper_id=paper, topic="LLM") for paper in PAPERS]


@dataclass
class Linked(Memory):
    """Its first message says where the others are. `goes_wrong`: the call of that number."""

    goes_wrong: dict[int, Fault] = field(default_factory=dict)
    asked: list[Mapping[str, str]] = field(default_factory=list)

    def linked(self, part: Part, posts: Mapping[str, str], *, chat: Chat) -> Part:
        self.asked.append(dict(posts))
        head = re.split(r" p\d=", str(part.payload["text"]))[0]
        said = " ".join([head, *(f"{paper}={url}" for paper, url in posts.items())])
        return part if part.payload["text"] == said else Part({"text": said}, part.slice)

    async def send(self, target: Target, part: Part, **given: Any) -> MessageRef:  # noqa: ANN401 - as Memory takes it
        self._arm()
        ref = await super().send(target, part, **given)
        return replace(ref, url=f"at/{ref.message_id}")

    async def edit(self, ref: MessageRef, part: Part) -> None:
        self._arm()
        await super().edit(ref, part)

    def _arm(self) -> None:
        if self.calls + 1 in self.goes_wrong:
            self.faults.append(self.goes_wrong[self.calls + 1])


def digest() -> list[Part]:
    return [*parts_of("head"), *(Part({"text": paper}, say(paper, paper)) for paper in PAPERS)]


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


def posted(play: Play, memory: Linked, *, minutes: int = 30) -> Office:
    async def scenario(office: Office, _: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", digest(), items=ITEMS)
            await passes(minutes=minutes)

    return play(scenario, memory)


def test_the_first_message_leads_to_the_others_when_the_last_is_there(play: Play) -> None:
    memory = Linked()
    office = posted(play, memory)
    assert memory.texts(A) == ["head p1=at/2 p2=at/3 p3=at/4", *PAPERS]
    assert memory.asked[0] == {"p1": "at/2", "p2": "at/3", "p3": "at/4"}
    assert memory.calls == 5, "four messages and one edit"
    assert office.rows("state, edit") == [("sent", None)] * 4


def test_what_never_arrived_is_not_led_to(play: Play) -> None:
    memory = Linked(goes_wrong={2: when(Fatal("no"))})
    posted(play, memory)
    assert memory.texts(A)[0] == "head p2=at/2 p3=at/3"


def test_the_others_are_led_to_though_the_last_never_arrives(play: Play) -> None:
    memory = Linked(goes_wrong={4: when(Fatal("no"))})
    posted(play, memory)
    assert memory.texts(A)[0] == "head p1=at/2 p2=at/3"


def test_a_last_message_that_comes_late_is_waited_for(play: Play) -> None:
    memory = Linked(goes_wrong={4: when(NotSent("no")), 5: when(NotSent("no"))})
    posted(play, memory)
    assert memory.texts(A)[0].startswith("head p1=")


def test_an_edit_that_fails_leaves_the_first_message_as_it_was(play: Play) -> None:
    memory = Linked(goes_wrong={5: when(Fatal("cannot be edited"))})
    office = posted(play, memory)
    assert memory.texts(A)[0] == "head"
    assert office.rows("edit") == [None] * 4


def test_one_that_was_refused_in_its_form_is_left_in_peace(play: Play) -> None:
    memory = Linked(goes_wrong={1: when(BadFormat("no"))})
    posted(play, memory)
    assert memory.asked == []
    assert len(memory.texts(A)) == 4


def test_a_message_that_is_changed_later_leads_to_the_others_again(play: Play) -> None:
    memory = Linked()

    async def scenario(office: Office, _: Memory) -> None:
        async with office.running() as outbox:
            digest_id = await outbox.post(A, "p1", digest(), items=ITEMS)
            await passes(minutes=5)
            assert digest_id is not None
            await outbox.edit_part(digest_id, 0, say("another head"))
            await passes(minutes=5)

    play(scenario, memory)
    assert memory.texts(A)[0] == "another head p1=at/2 p2=at/3 p3=at/4"
    assert memory.calls == 7


def test_what_the_first_message_is_to_become_anyway_is_not_lost_by_it(play: Play) -> None:
    memory = Linked(goes_wrong={4: when(RetryLater(60))})

    async def scenario(office: Office, _: Memory) -> None:
        async with office.running() as outbox:
            digest_id = await outbox.post(A, "p1", digest(), items=ITEMS)
            await passes(seconds=30)
            assert digest_id is not None
            assert len(memory.texts(A)) == 3, "the last is still to come"
            await outbox.edit_part(digest_id, 0, say("another head"))
            await passes(minutes=5)

    play(scenario, memory)
    assert memory.texts(A)[0] == "another head p1=at/2 p2=at/3 p3=at/4"


def test_papers_in_the_first_message_itself_lead_to_themselves(play: Play) -> None:
    memory = Linked()

    async def scenario(office: Office, _: Memory) -> None:
        async with office.running() as outbox:
            first = Part({"text": "head"}, say("head", "p0"))
            items = [DigestItem(paper_id="p0", topic="LLM"), *ITEMS]
            await outbox.post(A, "p1", [first, *digest()[1:]], items=items)
            await passes(minutes=30)

    play(scenario, memory)
    assert memory.asked[0] == {"p1": "at/2", "p2": "at/3", "p3": "at/4"}


def test_digests_in_a_row_are_each_led_through(play: Play) -> None:
    memory = Linked()

    async def scenario(office: Office, _: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", digest(), items=ITEMS)
            await outbox.post(A, "p2", digest(), items=ITEMS)
            await passes(minutes=30)

    play(scenario, memory)
    assert [text for text in memory.texts(A) if "head" in text] == [
        "head p1=at/2 p2=at/3 p3=at/4",
        "head p1=at/6 p2=at/7 p3=at/8",
    ]


def test_a_message_alone_is_not_changed(play: Play) -> None:
    memory = Linked()

    async def scenario(office: Office, _: Memory) -> None:
        async with office.running() as outbox:
            await outbox.post(A, "p1", [Part({"text": "p1"}, say("p1", "p1"))], items=ITEMS[:1])
            await outbox.tell(A, "notice", parts_of("one", "two"))
            await passes(minutes=30)

    play(scenario, memory)
    assert memory.texts(A) == ["p1", "one", "two"]
    assert memory.asked == []


def test_one_whose_fate_is_not_known_yet_is_waited_for(play: Play) -> None:
    memory = Linked(goes_wrong={4: when(Unknown("cut"), arrives=True)})
    office = posted(play, memory, minutes=60)
    assert memory.texts(A)[0].startswith("head p1=")
    assert set(office.rows()) == {"sent"}
