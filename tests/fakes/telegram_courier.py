"""A process that delivers to the test Telegram by the real adapter until all is done or it is killed.

`python -m tests.fakes.telegram_courier` forks them, as `tests.fakes.courier` does; the server is the test's own: it
outlives them all, and cuts some answers.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from signal import SIGKILL
from typing import Any

from adapters.telegram.client import Telegram
from adapters.telegram.settings import TelegramSettings
from bot.database import Database
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.targets import Chat, Target
from tests.fakes.chats import add_targets, say
from tests.fakes.courier import RESEND_AFTER, serve, under_way
from tests.fakes.courier import say as tell
from tests.fakes.messenger import PAUSES, Core, Memo, running
from tests.fakes.telegram import TOKEN, FakeTelegram
from tests.fakes.telegram_faults import Fault, cuts
from tests.fakes.town import HASTY


def texts(target: Target) -> list[str]:
    """What each chat is to get, in order."""
    return [f"{target.chat_id}, part {part}" for part in range(1 + int(target.chat_id) % 2)]


# ---------------------------------------------------------------- the courier


async def deliver(given: Mapping[str, Any]) -> None:
    """Post what is to be posted, which was perhaps done before, and deliver until nothing is left."""
    telegram = _telegram(given["root"])
    where = [Target("telegram", chat) for chat in given["chats"]]
    with Database(Path(given["path"])) as database:
        outbox = Outbox(
            database,
            {"telegram": telegram},
            Pacing({"telegram": HASTY}),
            clock=lambda: datetime.now(UTC),
            resend_after=timedelta(seconds=RESEND_AFTER),
            at_once=16,
        )
        async with running(telegram, Core()):
            sending = asyncio.create_task(outbox.run())
            for target in where:
                chat = Chat(target=target, kind="private")
                parts = [part for text in texts(target) for part in telegram.render(say(text), chat=chat)]
                await outbox.post(target, "p1", parts)
            total = sum(len(texts(target)) for target in where)
            while True:
                counts = await outbox.counts()
                if counts.get("sent", 0) + counts["held"] == total:
                    break
                await asyncio.sleep(0.02)
            await outbox.drain()
            await sending
        outbox.close()


def _telegram(root: str) -> Telegram:
    given = {"TELEGRAM_BOT_TOKEN": TOKEN, "TELEGRAM_API_URL": root}
    settings = TelegramSettings.read(given)
    return Telegram(settings, clock=lambda: datetime.now(UTC), marks=Memo(), pauses=PAUSES, caps=HASTY)


# ---------------------------------------------------------------- who watches


@dataclass
class Cutting:
    """Some messages are accepted, and the line is cut before the answer; `fault` as `Planned` has it."""

    dice: Random
    share: float
    fault: Fault = field(default_factory=cuts)

    def takes(self, method: str, chat: str) -> bool:
        return method.lower() == "sendmessage" and self.dice.random() < self.share


@dataclass
class Delivered:
    """What came of one delivery through several deaths, by chat, in order; `allowed`: how often twice has a cause."""

    arrived: Mapping[str, list[str]]
    wanted: Mapping[str, list[str]]
    allowed: Counter[str]
    kills: int = 0
    cut: int = 0

    def lost(self) -> list[str]:
        return [text for chat, wanted in self.wanted.items() for text in wanted if text not in self.arrived[chat]]

    def disordered(self) -> list[str]:
        """Chats where something came before what was to come first."""
        return [chat for chat, wanted in self.wanted.items() if list(dict.fromkeys(self.arrived[chat])) != wanted]

    def twice(self) -> Counter[str]:
        """How often what came once too often."""
        copies = Counter(text for texts in self.arrived.values() for text in texts)
        return Counter({text: count - 1 for text, count in copies.items() if count > 1})

    def unexplained(self) -> Counter[str]:
        """What came twice although its sender knew that it had arrived."""
        return self.twice() - self.allowed


async def killed_until_done(
    process: subprocess.Popen[str], path: Path, dice: Random, *, number: int, kills: int = 3, cut: float = 0.02
) -> Delivered:
    """Deliver to `number` chats, killed `kills` times at random moments; `cut` is the share of answers that are cut."""
    assert process.stdin is not None
    assert process.stdout is not None
    async with FakeTelegram() as server:
        people = [server.people.add_user(f"Reader {n}", started=True) for n in range(number)]
        where = [Target("telegram", str(user.id)) for user in people]
        with Database(path) as database:
            add_targets(database, *where)
        server._faults.append(Cutting(dice, cut))  # type: ignore[arg-type] # it is asked what a Planned is
        allowed: Counter[str] = Counter()
        killed = 0
        for life in range(kills + 1):
            given = {
                "path": str(path),
                "root": server.root,
                "chats": [target.chat_id for target in where],
                "kill_after": dice.uniform(0.15, 0.9) if life < kills else None,
            }
            tell(process.stdin, given)
            status = int(await asyncio.to_thread(process.stdout.readline))
            if status == 0:
                break
            assert status == -SIGKILL, f"the courier failed: {status}"
            killed += 1
            allowed.update(under_way(path))
        unheard = [call for call in server.called("sendMessage") if call.applied and call.status is None]
        allowed.update(str(call.params["text"]) for call in unheard)
        return Delivered(
            arrived={str(user.id): [each.text for each in server.people.messages(user)] for user in people},
            wanted={target.chat_id: texts(target) for target in where},
            allowed=allowed,
            kills=killed,
            cut=len(unheard),
        )


if __name__ == "__main__":
    _telegram("http://127.0.0.1:1")  # what is read once is read before the forks
    serve(deliver)
