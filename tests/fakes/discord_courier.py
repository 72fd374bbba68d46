"""A process that delivers to the test Discord by the real adapter until all is done or it is killed.

`python -m tests.fakes.discord_courier` forks them, as `tests.fakes.courier` does; the server is the test's own: it
outlives them all, and cuts some answers. Channels get a card with a thread, forums a post a paper.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

from adapters.discord.client import Discord
from adapters.discord.settings import DiscordSettings
from bot.database import Database
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.digest_table import DigestItem
from bot.document import Card, Document, Heading, Item, Link, ListBlock, Paragraph, Text
from bot.platforms import Part
from bot.targets import Chat, Settings, Target
from tests.fakes.campus import HASTY, Patient
from tests.fakes.chats import add_targets
from tests.fakes.courier import say as tell
from tests.fakes.courier import serve
from tests.fakes.discord_faults import Fault
from tests.fakes.discord_model import Channel
from tests.fakes.discord_office import running
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.messenger import Core, Memo

SETTLES = 0.3
"""Seconds after which this server has done what it was asked."""

PAPERS = 5


def papers(place: int) -> list[str]:
    """The ids of what comes to a place: its own, to be told apart."""
    return [f"2405.{place:03d}{number:02d}" for number in range(1, PAPERS + 1)]


def title(place: int) -> str:
    """What its digest is called."""
    return f"LLM · {PAPERS} papers for {place}"


def documents(place: int, *, is_forum: bool) -> list[Document]:
    """A digest as the press makes it: in one piece, or a document a paper."""
    ids = papers(place)
    heading = Heading((Text(title(place)),))
    lines = tuple(
        Item((Link(f"Paper {key}", f"https://arxiv.org/abs/{key}"),), number) for number, key in enumerate(ids, 1)
    )
    numbers = [None if is_forum else number for number in range(1, PAPERS + 1)]
    cards = [
        Card((Heading((Text(f"Paper {key}"),), level=3), Paragraph((Text(f"What {key} says."),))), key, number)
        for key, number in zip(ids, numbers, strict=True)
    ]
    head = Document((heading, ListBlock(lines)))
    return [head, *(Document((card,)) for card in cards)] if is_forum else [Document((*head.blocks, *cards))]


# ---------------------------------------------------------------- the courier


async def deliver(given: Mapping[str, Any]) -> None:
    """Post what is to be posted, which was perhaps done before, and deliver until nothing is left."""
    discord = _discord(given)
    with Database(Path(given["path"])) as database:
        outbox = Outbox(
            database, {"discord": discord}, Pacing({"discord": HASTY}), clock=lambda: datetime.now(UTC), at_once=16
        )
        async with running(discord, Core()):
            sending = asyncio.create_task(outbox.run())
            for place, (chat, is_forum) in enumerate(given["chats"]):
                target = Target("discord", chat)
                items = [DigestItem(paper_id=key, topic="LLM") for key in papers(place)]
                await outbox.post(target, "p1", _parts(discord, target, place, is_forum=is_forum), items=items)
            while await asyncio.to_thread(_is_open, database):  # noqa: ASYNC110 - it is the database that knows
                await asyncio.sleep(0.02)
            await outbox.drain()
            await sending
        outbox.close()


def _parts(discord: Discord, target: Target, place: int, *, is_forum: bool) -> list[Part]:
    settings = Settings(layout="papers" if is_forum else "digest")
    chat = Chat(target=target, kind="channel", settings=settings)
    made = documents(place, is_forum=is_forum)
    return [part for document in made for part in discord.render(document, chat=chat)]


def _is_open(database: Database) -> bool:
    sql = "SELECT COUNT(*) FROM outbox WHERE state NOT IN ('sent', 'dead') OR edit IS NOT NULL"
    return int(database.read(lambda conn: conn.execute(sql).fetchone()[0])) > 0


def _discord(given: Mapping[str, Any]) -> Discord:
    settings = DiscordSettings.read(
        {
            "DISCORD_BOT_TOKEN": given["token"],
            "DISCORD_API_URL": given["api"],
            "DISCORD_GATEWAY_URL": given["gateway"],
        }
    )
    return Discord(
        settings,
        clock=lambda: datetime.now(UTC),
        marks=Memo(),
        settles=timedelta(seconds=SETTLES),
        caps=replace(HASTY, nonce_window=120),
        connect=Patient,
    )


# ---------------------------------------------------------------- who watches


class Cutting(Fault):
    """Some of what is created is created, and the line is cut before the answer."""

    dice: Random
    share: float

    def takes(self, route: str, path: str) -> bool:
        return self.dice.random() < self.share and super().takes(route, path)


@dataclass
class Delivered:
    """What came of one delivery through several deaths, by channel, in order."""

    arrived: Mapping[str, list[str]]
    wanted: Mapping[str, list[str]]
    cards: int
    linked: int
    kills: int
    cut: int

    def lost(self) -> list[str]:
        return [text for chat, wanted in self.wanted.items() for text in wanted if text not in self.arrived[chat]]

    def disordered(self) -> list[str]:
        return [chat for chat, wanted in self.wanted.items() if list(dict.fromkeys(self.arrived[chat])) != wanted]

    def twice(self) -> list[str]:
        """What came once too often."""
        copies = Counter(text for texts in self.arrived.values() for text in texts)
        return [text for text, count in copies.items() if count > 1]


async def killed_until_done(
    process: subprocess.Popen[str],
    path: Path,
    dice: Random,
    *,
    channels: int,
    forums: int,
    kills: int = 3,
    cut: float = 0.02,
) -> Delivered:
    """Deliver, killed `kills` times at random moments; `cut` is the share of answers that are cut."""
    assert process.stdin is not None
    assert process.stdout is not None
    async with FakeDiscord(identify_window=0) as server:
        server.limits.on = False
        guild = server.world.guild("Research")
        places = [server.world.channel(guild, f"papers-{n}") for n in range(channels)]
        places += [server.world.forum(guild, f"digests-{n}") for n in range(forums)]
        chats = [(each.id, bool(number >= channels)) for number, each in enumerate(places)]
        with Database(path) as database:
            add_targets(database, *(Target("discord", chat) for chat, _ in chats), kind="channel")
        fault = Cutting(route="POST /channels/*", how="arrives, then cut", times=None)
        fault.dice, fault.share = dice, cut
        server.faults.append(fault)
        killed = 0
        for life in range(kills + 1):
            given = {
                "path": str(path),
                "token": server.state.token,
                "api": server.api_url,
                "gateway": server.gateway_url,
                "chats": chats,
                "kill_after": dice.uniform(0.3, 1.0) if life < kills else None,
            }
            tell(process.stdin, given)
            status = int(await asyncio.to_thread(process.stdout.readline))
            if status == 0:
                break
            assert status == -SIGKILL, f"the courier failed: {status}"
            killed += 1
        return _delivered(server, places, channels, killed, fault.met)


def _delivered(server: FakeDiscord, places: list[Channel], channels: int, kills: int, cut: int) -> Delivered:
    cards = [card for place in places[:channels] for card in server.messages(place)]
    return Delivered(
        arrived={place.id: _arrived(server, place) for place in places},
        wanted={
            each.id: [title(place), *(f"Paper {key}" for key in papers(place))] for place, each in enumerate(places)
        },
        cards=len(cards),
        linked=sum(any("discord.com/channels" in link for link in card.links) for card in cards),
        kills=kills,
        cut=cut,
    )


def _arrived(server: FakeDiscord, place: Channel) -> list[str]:
    """The first line of every message there and in its threads."""
    messages = [
        *server.messages(place),
        *(each for thread in server.threads(place) for each in server.messages(thread)),
    ]
    return [each.text.splitlines()[0].partition(". ")[2] or each.text.splitlines()[0] for each in messages]


if __name__ == "__main__":
    _discord({"token": "x" * 60, "api": "http://127.0.0.1:1", "gateway": "ws://127.0.0.1:1/"})  # read before the forks
    serve(deliver)
