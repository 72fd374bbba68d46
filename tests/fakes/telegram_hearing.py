"""What the bot is told on the test Telegram, and takes it for: updates of the server, read by the library."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from telegram import Update

from adapters.telegram.inbound import Heard, News, hear
from bot.commands.text import Said
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_places import Chat, Message


@dataclass
class World:
    """People on the test server, which nobody has to serve."""

    server: FakeTelegram = field(default_factory=FakeTelegram)

    def __post_init__(self) -> None:
        self.people = self.server.people
        self.ann = self.people.add_user("Ann", language="de", started=True)
        self.bob = self.people.add_user("Bob", language=None)

    @property
    def updates(self) -> list[Update]:
        """All of them, oldest first."""
        made = (Update.de_json(each, None) for each in self.people.updates.waiting)
        return [update for update in made if update is not None]

    def news(self) -> list[News]:
        """What they mean."""
        told = (hear(update, bot="paperboy_bot") for update in self.updates)
        return [each for each in told if each is not None]

    def last(self) -> News | None:
        """What the last update means."""
        return hear(self.updates[-1], bot="paperboy_bot")

    def heard(self) -> Heard:
        """The last thing that was said."""
        last = self.last()
        assert isinstance(last, Heard)
        return last

    def message(self, chat: Chat, text: str = "", **given: Any) -> Message:  # noqa: ANN401 - any field of it
        """One of ours."""
        sender = None if chat.kind == "channel" else self.people.bot
        return self.people.store(
            Message(
                id=next(chat.next_id), chat=chat, date=self.people.now(), sender=sender, text=text, ours=True, **given
            )
        )

    def push(self, kind: str, payload: dict[str, Any]) -> None:
        self.people.updates.push(kind, payload)


def said(command: str, **options: str | int) -> Said:
    return Said(command, options)
