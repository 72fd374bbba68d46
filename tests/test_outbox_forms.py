"""A message refused as it is goes out in the next simpler form, made of the same slice. In virtual time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapters.memory import Memory
from adapters.plain_text import text_of
from bot.document import Document
from bot.platforms import BadFormat, MessageRef, Part
from bot.targets import Chat, Target
from tests.fakes.chats import A, Office, Play, passes, say


@pytest.fixture
def play(tmp_path: Path) -> Iterator[Play]:
    with Play(tmp_path / "paperboy.db") as opened:
        yield opened


@dataclass
class Fashionable(Memory):
    """Has a form of its own that its server may refuse; then it renders in the usual one. `stubborn`: never learns."""

    refuses: tuple[str, ...] = ()
    stubborn: bool = False
    learned: bool = False

    def render(self, document: Document, *, chat: Chat, **given: object) -> Sequence[Part]:
        form = "usual" if self.learned else "rich"
        return [Part({"text": f"{form}: {text_of(document.blocks)}"}, document)]

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        form = str(part.payload["text"]).partition(":")[0]
        if form in self.refuses:
            self.calls += 1
            self.learned = not self.stubborn
            raise BadFormat("not like this", again=form == "rich")
        return await super().send(target, part, nonce=nonce, root=root, silent=silent)


@pytest.mark.parametrize(
    ("platform", "arrives", "calls"),
    [
        (Fashionable(), ["rich: one", "rich: two"], 2),
        (Fashionable(refuses=("rich",)), ["usual: one", "usual: two"], 4),
        (Fashionable(refuses=("rich", "usual")), ["one", "two"], 6),
        (Fashionable(refuses=("rich",), stubborn=True), ["one", "two"], 4),
    ],
    ids=["accepted", "learned", "both refused", "never learns"],
)
def test_each_simpler_form_is_tried_once(play: Play, platform: Fashionable, arrives: list[str], calls: int) -> None:
    async def scenario(office: Office, memory: Memory) -> None:
        chat = Chat(target=A, kind="private")
        parts = [part for text in ("one", "two") for part in memory.render(say(text), chat=chat)]
        async with office.running() as outbox:
            await outbox.post(A, "p1", parts)
            await passes(minutes=1)
        assert (memory.texts(A), memory.calls) == (arrives, calls)

    assert set(play(scenario, platform).rows()) == {"sent"}
