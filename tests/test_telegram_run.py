"""`paperboy run` with a Telegram token, as a process: people on the test server, arXiv over a socket, restarts."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.arxiv import FakeArxiv
from tests.fakes.messenger import Core as Nobody
from tests.fakes.messenger import Office, adapter
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_places import Chat, Message, User
from tests.test_run import FIRST, ROOT, SECOND, announced


@dataclass
class House:
    """A folder with a bot in it, its Telegram and its arXiv. `told` is all that its processes wrote."""

    folder: Path
    arxiv: FakeArxiv
    server: FakeTelegram
    told: str = ""

    def __post_init__(self) -> None:
        self.here = Office(self.server, Nobody(), adapter(self.server))

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While the block runs, so does the bot; then it is told to stop."""
        env = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "NO_PROXY": "127.0.0.1",
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.root,
            "PAPERBOY_ACCESS": "open",
            "ARXIV_API_URL": self.arxiv.api_url,
            "ARXIV_FEED_URL": self.arxiv.feed_url,
            "ARXIV_SITE_URL": self.arxiv.site_url,
            "ARXIV_DELAY_SECONDS": "0",
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=self.folder,
            env=env,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            out, err = await asyncio.wait_for(process.communicate(), 20)
            self.told += out.decode() + err.decode()
        assert process.returncode == 0, self.told

    async def answer(self, user: User, text: str, *, shows: str) -> Message:
        """What the bot says in private to `text`, when it says `shows`."""
        before = len(self.here.ours(user))
        self.server.people.says(user, user, text)
        return await self.until(user, shows, before)

    async def until(self, where: User | Chat, shows: str, before: int = 0) -> Message:
        """Our message there that says `shows`, not one of the first."""
        for _ in range(3):
            try:
                await self.here.until(lambda: any(shows in each.text for each in self.here.ours(where)[before:]))
            except TimeoutError:
                continue
            return next(each for each in self.here.ours(where)[before:] if shows in each.text)
        raise AssertionError(f"{shows!r} is not among {self.here.texts(where)[before:]}")

    def forget_when_it_looked(self) -> None:
        """As if the last look at arXiv were hours ago."""
        with closing(sqlite3.connect(self.folder / "paperboy.db")) as db, db:
            db.execute("DELETE FROM marks WHERE key = 'looked_at'")


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    days = {FIRST: [announced(1, FIRST)], SECOND: [announced(n, SECOND) for n in (11, 12)]}
    with FakeArxiv(papers=[each.paper for day in days.values() for each in day], announced=days, today=FIRST) as made:
        yield made
        assert made.violations == []


async def test_an_admin_sets_up_a_channel_from_afar_and_its_readers_see_papers_alone(
    tmp_path: Path, arxiv: FakeArxiv
) -> None:
    async with FakeTelegram(limits="on", tolerance=0.05) as server:
        house = House(tmp_path, arxiv, server)
        ann = server.people.add_user("Ann")
        channel = server.people.add_channel("News", username="daily_news", admins=[ann], bot="left")
        async with house.open():
            server.people.starts(ann)
            welcome = await house.until(ann, "I am Paperboy")
            assert welcome.buttons[0] == ["Add to a group", "Add to a channel"]
            server.people.admits(ann, channel)
            offer = await house.answer(ann, "/subscribe @daily_news LLM", shows="LLM")
            await house.here.until(lambda: offer.buttons)
            server.people.presses(ann, offer, offer.buttons[0][0])
            await house.until(ann, "Following LLM from now on")
            await house.answer(ann, "/settings @daily_news quiet off", shows="Quiet hours: none")
            await house.answer(ann, "2605.00011", shows="Language Model 11")
        assert house.here.texts(channel) == []
        arxiv.today = SECOND
        house.forget_when_it_looked()
        async with house.open():
            digest = await house.until(channel, "Language Model 12")
            await house.answer(ann, "/why@paperboy_bot @daily_news 2605.00011", shows="It was sent as number")
        assert "Language Model 11" in digest.text
        assert "Language Model 1\n" not in digest.text
        assert digest.silent
        assert [each.label for row in digest.keyboard for each in row][:2] == ["1", "2"]
        assert len(house.here.texts(channel)) == 1
        assert server.limits.exceeded == []
        assert server.dropped == []
        assert server.token not in house.told
        assert "Traceback" not in house.told
