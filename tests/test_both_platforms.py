"""One process serves both platforms at once; either may fail to log in, or be gone, while the other works."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.telegram.client import Telegram
from adapters.telegram.settings import TelegramSettings
from bot.platforms import Marks
from tests.fakes import campus as discords
from tests.fakes import town as telegrams
from tests.fakes.campus import Campus, maker
from tests.fakes.discord_model import Message
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.newsroom import TUESDAY, announced
from tests.fakes.telegram import FakeTelegram
from tests.fakes.town import Town
from tests.fakes.whole_bot import Clock, Run, WholeBot


@dataclass
class Both:
    """The same bot, as the people of each platform have it before them."""

    bot: WholeBot
    town: Town
    campus: Campus

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Run]:
        """It works while the block runs; who can log in is logged in, or soon will be."""
        async with self.bot.open() as run:
            self.town.run = self.campus.run = run
            yield run

    async def tuesday(self) -> None:
        """arXiv announces a paper."""
        run = self.campus.run
        await run.later(datetime(2026, 5, 19, 5, tzinfo=UTC))
        self.bot.announce(TUESDAY, announced("2605.00001", TUESDAY))
        await run.announced()

    def on_discord(self) -> list[Message]:
        """Digests."""
        return [each for each in self.campus.ours(self.campus.papers) if "LLM · Tue" in each.text]

    async def follows_on_discord(self) -> None:
        """Ann subscribes in her channel."""
        await self.campus.run.until(lambda: self.campus.discord.is_ready)
        await self.campus.follows(self.campus.ann, self.campus.papers)


@asynccontextmanager
async def both(folder: Path, *, telegram_token: str = "", discord_token: str = "") -> AsyncIterator[Both]:
    """Both servers, and a bot that knows both tokens, right or wrong."""
    clock = Clock()
    async with (
        FakeTelegram(now=clock) as telegram,
        FakeDiscord(clock=lambda: clock().timestamp(), identify_window=0) as discord,
    ):
        discord.limits.on = False
        given = {"TELEGRAM_BOT_TOKEN": telegram_token or telegram.token, "TELEGRAM_API_URL": telegram.root}

        def telegrams_own(marks: Marks, now: Clock) -> Telegram:
            settings = TelegramSettings.read(given)
            return Telegram(settings, clock=now, marks=marks, pauses=telegrams.PATIENT, caps=replace(telegrams.HASTY))

        environ = {"DISCORD_BOT_TOKEN": discord_token} if discord_token else {}
        makers = [telegrams_own, maker(discord, environ=environ, caps=discords.HASTY)]
        bot = WholeBot(folder, makers=makers, clock=clock)
        yield Both(bot, Town(telegram, bot), Campus(discord, bot))


async def test_both_are_served_at_once(tmp_path: Path) -> None:
    async with both(tmp_path) as b, b.open():
        group = b.town.group()
        await b.town.follows(b.town.ann, group)
        await b.follows_on_discord()
        await b.tuesday()
        assert any("2605.00001" in text for text in b.town.texts(group))
        assert len(b.on_discord()) == 1
        assert len([line for line in b.bot.said_to_operator if "Nobody owns this bot yet" in line]) == 1


async def test_discord_works_where_telegram_refuses_our_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with both(tmp_path, telegram_token="1:wrong-token-of-telegram") as b, b.open() as run:
        await b.follows_on_discord()
        await run.until(lambda: "telegram stops" in caplog.text)
        await b.tuesday()
        assert len(b.on_discord()) == 1
    assert "wrong-token" not in caplog.text


async def test_telegram_works_where_discord_refuses_our_token(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with both(tmp_path, discord_token="wrong-token-of-discord") as b, b.open() as run:
        group = b.town.group()
        await b.town.follows(b.town.ann, group)
        await run.until(lambda: "discord stops" in caplog.text)
        await b.tuesday()
        assert any("2605.00001" in text for text in b.town.texts(group))
        assert b.campus.texts(b.campus.papers) == []
    assert "wrong-token" not in caplog.text


async def test_telegram_works_while_discord_cannot_be_reached_and_discord_comes_later(tmp_path: Path) -> None:
    async with both(tmp_path) as b:
        await b.campus.server.refuse()
        async with b.open() as run:
            group = b.town.group()
            await b.town.follows(b.town.ann, group)
            await b.tuesday()
            assert any("2605.00001" in text for text in b.town.texts(group))
            assert not b.campus.discord.is_ready
            await b.campus.server.listen()
            await run.until(lambda: b.campus.discord.is_ready)
            assert not (await b.campus.server.uses(b.campus.bob, b.campus.papers, "help")).failed
