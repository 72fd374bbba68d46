"""Telegram under contract: the real adapter and library, a strict server behind a socket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from adapters.telegram.limits import CAPS
from adapters.telegram.words import APART
from bot.platforms import Part
from tests.contract import Seen, Subject
from tests.fakes.messenger import PAUSES, adapter, target
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_faults import Fault, breaks, cuts, floods, hangs, refuses


@asynccontextmanager
async def subject() -> AsyncIterator[Subject]:
    """A group the bot is in; its maker can throw it out."""
    async with FakeTelegram() as server:
        maker = server.people.add_user("Ann")
        group = server.people.add_group("Readers", admins=[maker])
        telegram = adapter(server, pauses=replace(PAUSES, read=1))

        def failing(fault: Fault) -> Callable[[], None]:
            return lambda: server.fail(fault, method="sendMessage")

        def everywhere() -> None:
            now = asyncio.get_running_loop().time()
            for other in ("1", "2"):  # chats that must wait already
                telegram._floods.asked(other, 60, now=now)
            server.fail(floods(3), method="sendMessage")

        yield Subject(
            platform=telegram,
            target=target(group),
            limited=lambda limit: adapter(server, caps=replace(CAPS, text=limit)),
            visible=visible,
            counted=lambda part: str(part.payload["text"]),
            seen=lambda: seen(server),
            provoke={
                # As a proxy does that lets nothing through; a port where nobody listens: test_telegram_errors.
                "no connection": failing(Fault(status=403, body="<h1>403 Forbidden</h1>")),
                "no answer in time": failing(hangs()),
                "the line was cut": failing(cuts()),
                "the server failed": failing(breaks()),
                "asked to wait in this chat": failing(floods(3)),
                "asked to wait everywhere": everywhere,
                "the form is refused": failing(refuses("Bad Request: can't parse entities: x")),
                "too long after all": failing(refuses("Bad Request: message is too long")),
                "the chat moved": lambda: _nothing(server.people.migrates(maker, group)),
                "we were removed": lambda: server.people.kicks(maker, group),
                "we lack a right": lambda: setattr(group, "open_to_members", False),
                "there is no such chat": failing(refuses("Bad Request: chat not found")),
                "refused for another reason": failing(refuses("Bad Request: who knows")),
            },
            cut=failing(cuts()),
            take_rights=lambda: server.people.restricts(maker, group),
            say=telegram.answer,
        )


def visible(part: Part) -> str:
    """The text, without what keeps marks apart, and the buttons."""
    labels = [button["label"] for row in part.payload.get("keyboard", ()) for button in row]
    return " ".join([part.payload["text"].replace(APART, ""), *labels])


def seen(server: FakeTelegram) -> list[Seen]:
    """What its members have before them, wherever they are by now."""
    return [
        Seen(target=target(chat), text=message.text, thread=None if message.thread is None else str(message.thread))
        for chat in server.people.chats.values()
        for message in server.people.messages(chat)
        if message.ours
    ]


def _nothing(_: object) -> None:
    """What a provocation gives back is of no use."""
