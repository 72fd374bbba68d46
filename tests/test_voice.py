"""What is said at once: it goes ahead of digests, is tried again if it surely did not arrive, and never said twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from random import Random

import pytest

from adapters.memory import Fault, Memory
from bot.commands.saying import button, row
from bot.delivery.pacing import Pacing
from bot.delivery.voice import LONGEST_SILENCE, TRIES, Voice
from bot.document import Document, Paragraph, Text
from bot.platforms import BadFormat, DeliveryError, Fatal, NotSent, Part, RetryLater, TargetGone, Unknown
from bot.targets import Chat, Target
from tests.fakes.virtual_time import virtually

YOU, OTHER = Target("memory", "you"), Target("memory", "other")
CHAT = Chat(target=YOU, kind="private")
HELLO = Document((Paragraph((Text("hello"),)), row(button("Go", "help"))))


def heard(memory: Memory, scene: Callable[[Voice, Pacing], Awaitable[object]]) -> list[str]:
    """What stands in the chat after `scene`."""

    async def run() -> None:
        pacing = Pacing({"memory": memory.caps})
        await scene(Voice({"memory": memory}, pacing, random=Random(1)), pacing)  # noqa: S311 - a test's dice

    virtually(run())
    return memory.texts(YOU)


def speak(voice: Voice, _: Pacing) -> Awaitable[None]:
    return voice.say(CHAT, HELLO, about=OTHER)


def failing(*errors: DeliveryError, arrives: bool = False) -> Memory:
    memory = Memory()
    memory.faults.extend(Fault(error, arrives=arrives) for error in errors)
    return memory


def test_it_is_said_with_buttons_about_another_chat() -> None:
    memory = Memory()
    assert heard(memory, speak) == ["hello"]
    assert memory.arrived[0].part.payload["about"] == str(OTHER)


@pytest.mark.parametrize("error", [NotSent("no"), RetryLater(3), RetryLater(3, everywhere=True)])
def test_what_surely_did_not_arrive_is_tried_again(error: DeliveryError) -> None:
    memory = failing(error, error)
    assert heard(memory, speak) == ["hello"]
    assert memory.arrived[0].at >= 1
    assert memory.calls == 3


def test_the_silence_that_is_asked_for_is_kept() -> None:
    memory = failing(RetryLater(20))
    heard(memory, speak)
    assert memory.arrived[0].at >= 20


def test_a_silence_everywhere_holds_for_others_too() -> None:
    memory = failing(RetryLater(20, everywhere=True))

    async def scene(voice: Voice, pacing: Pacing) -> None:
        first = asyncio.create_task(voice.say(CHAT, HELLO))
        await asyncio.sleep(1)
        async with pacing.turn("memory", "other", "private", urgent=True):
            assert asyncio.get_running_loop().time() >= 20
        await first

    assert heard(memory, scene) == ["hello"]


@pytest.mark.parametrize(
    "error", [NotSent("no"), RetryLater(1), RetryLater(LONGEST_SILENCE + 1), TargetGone("left"), Fatal("odd")]
)
def test_what_cannot_be_said_is_an_error(error: DeliveryError) -> None:
    memory = failing(*[error] * TRIES)

    async def scene(voice: Voice, pacing: Pacing) -> None:
        with pytest.raises(type(error)):
            await speak(voice, pacing)
        assert asyncio.get_running_loop().time() < LONGEST_SILENCE

    assert heard(memory, scene) == []


def test_what_may_have_arrived_is_not_said_again() -> None:
    memory = failing(Unknown("cut"), arrives=True)

    async def scene(voice: Voice, pacing: Pacing) -> None:
        with pytest.raises(Unknown):
            await speak(voice, pacing)

    assert heard(memory, scene) == ["hello"]


@pytest.mark.parametrize("again", [True, False])
def test_a_form_that_is_refused_gives_way_to_plain_text(again: bool) -> None:
    memory = failing(BadFormat(again=again))
    assert heard(memory, speak) == ["hello\nGo: /help"]
    assert "buttons" not in memory.arrived[0].part.payload


@dataclass
class Learning(Memory):
    """Renders otherwise after its first form was refused."""

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> Sequence[Part]:
        parts = super().render(document, chat=chat, about=about)
        return [
            replace(part, payload={**part.payload, "form": "simple"} if self.calls else part.payload) for part in parts
        ]


@pytest.mark.parametrize(("refusals", "said"), [(1, "hello"), (2, "hello\nGo: /help")])
def test_a_platform_that_has_learned_another_form_is_given_that_first(refusals: int, said: str) -> None:
    memory = Learning()
    memory.faults.extend([Fault(BadFormat(again=True)), Fault(BadFormat())][:refusals])
    assert heard(memory, speak) == [said]
    assert memory.arrived[0].part.payload.get("form") == ("simple" if refusals == 1 else None)


def test_a_platform_that_never_answers_is_given_up() -> None:
    memory = Memory(latency=10_000)

    async def scene(voice: Voice, pacing: Pacing) -> None:
        with pytest.raises(Unknown):
            await speak(voice, pacing)
        assert asyncio.get_running_loop().time() < 100

    assert heard(memory, scene) == []


def test_a_platform_that_is_not_running_is_an_error() -> None:
    async def scene(voice: Voice, _: Pacing) -> None:
        with pytest.raises(NotSent):
            await voice.say(Chat(target=Target("elsewhere", "1"), kind="private"), HELLO)

    assert heard(Memory(), scene) == []
