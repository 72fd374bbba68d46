"""Discord under contract: the real adapter and library, a strict server behind sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from adapters.discord.client import Discord
from adapters.discord.limits import CAPS
from adapters.discord.markup import APART
from bot.platforms import Ask, Core, Part, Reply
from bot.targets import Target
from tests.contract import Seen, Subject
from tests.discord_reading import draw
from tests.fakes.discord_model import THREADS, P
from tests.fakes.discord_office import Office, adapter, office, target
from tests.fakes.discord_shown import buttons
from tests.fakes.messenger import Core as Scripted

SEND = "POST /channels/{channel}/messages"


@asynccontextmanager
async def subject() -> AsyncIterator[Subject]:
    """A channel we may write to; people there use its commands."""
    core = Scripted()
    async with office(core) as here:
        server = here.server

        def failing(how: str, **details: object) -> Callable[[], None]:
            return lambda: _nothing(server.fail(SEND, how, **details))  # type: ignore[arg-type] # fields of a Fault

        def refused(code: int) -> Callable[[], None]:
            return lambda: _nothing(server.deny(SEND, code))

        serving = Serving(here, core)
        yield Subject(
            platform=serving,
            target=target(here.channel),
            limited=lambda limit: adapter(server, caps=replace(CAPS, text=limit)),
            visible=visible,
            counted=counted,
            seen=lambda: seen(here),
            provoke={
                # As a proxy does that lets nothing through; a port where nobody listens: test_discord_client.
                "no connection": failing("status", status=403),
                "no answer in time": failing("arrives, then hangs"),
                "the line was cut": failing("cut"),
                "the server failed": failing("status", status=503),
                "asked to wait in this chat": failing("429", after=100.0),
                "asked to wait everywhere": failing("429", after=5.0, scope="global", via=False),
                "we were removed": lambda: server.world.kick(here.guild),
                "we lack a right": refused(50013),
                "there is no such chat": refused(10003),
                "refused for another reason": refused(40060),
            },
            cut=failing("arrives, then cut"),
            take_rights=lambda: server.world.deny(here.channel, P.SEND_MESSAGES),
            say=serving.say,
        )


class Serving(Discord):
    """The adapter of an office, which serves already: `run` lends it another core."""

    def __init__(self, here: Office, scripted: Scripted) -> None:
        self.__dict__.update(here.discord.__dict__)
        self._here = here
        self._scripted = scripted

    async def run(self, core: Core) -> None:
        """Until cancelled."""
        self._scripted.script = core.ask
        await asyncio.Event().wait()

    async def check(self, target: Target) -> Sequence[str]:
        """When what was taken from us has reached us."""
        await asyncio.sleep(0.05)
        return await super().check(target)

    async def say(self, ask: Ask) -> list[Reply]:
        """Ann uses the command; each reply as she was shown it."""
        told: list[Reply] = []
        inner, here = self._scripted.script, self._here

        async def recording(given: Ask) -> AsyncIterator[Reply]:
            async for reply in inner(given):  # type: ignore[union-attr] # an async generator
                yield reply
                shown = here.server.messages(here.channel, seen_by=here.ann)[-1]
                told.append(Reply(reply.document, private=shown.only_for is not None))

        self._scripted.script = recording
        await here.server.uses(here.ann, here.channel, ask.command, dict(ask.options))
        await here.until(lambda: len(told) == 2)
        return told


def visible(part: Part) -> str:
    """All a reader sees: words as Discord draws them, and buttons."""
    embed: Mapping[str, Any] = next(iter(part.payload["embeds"]), {})
    marked = (part.payload["content"], embed.get("title", ""), embed.get("description", ""))
    drawn = [draw(text).text.replace(APART, "") for text in marked]
    around = (embed.get("author", {}).get("name", ""), *drawn, embed.get("footer", {}).get("text", ""))
    return " ".join((*around, *(str(button.label) for button in buttons(part.payload["components"]))))


def counted(part: Part) -> str:
    """What counts, marks and all."""
    embed: Mapping[str, Any] = next(iter(part.payload["embeds"]), {})
    texts = (part.payload["content"], embed.get("title"), embed.get("description"))
    around = (embed.get("author", {}).get("name"), embed.get("footer", {}).get("text"))
    return "".join(text for text in (*texts, *around) if text)


def seen(here: Office) -> list[Seen]:
    """What its members have before them."""
    return [
        Seen(
            target=Target("discord", here.channel.id),
            text=message.text,
            thread=channel.id if channel.kind in THREADS else None,
        )
        for channel in here.server.world.channels.values()
        for message in here.server.messages(channel)
        if message.author is here.server.world.bot
    ]


def _nothing(_: object) -> None:
    """What a provocation gives back is of no use."""
