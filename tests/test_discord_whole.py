"""The whole bot on Discord: from the first hello to a digest, and what readers do with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.targets import State
from tests.fakes.campus import Campus, campus, ids, labels
from tests.fakes.discord_answers import Answer
from tests.fakes.discord_filled import NotOffered
from tests.fakes.discord_model import Channel, Message, P, Person
from tests.fakes.newsroom import TUESDAY
from tests.fakes.pdf_papers import paper

FILLED: dict[str, dict[str, object]] = {
    "subscribe": {"topic": "LLM"},
    "unsubscribe": {"topic": "LLM"},
    "summarize": {"ids": "2605.00001"},
    "ask": {"id": "2605.00001", "question": "Is it good?"},
    "compare": {"ids": "2605.00001 2605.00002"},
    "abstract": {"id": "2605.00001"},
    "evidence": {"id": "2605.00001"},
    "save": {"ids": "2605.00001"},
    "like": {"id": "2605.00001"},
    "dislike": {"id": "2605.00001"},
    "why": {"id": "2605.00001"},
    "allow": {"chat": "discord:1"},
    "block": {"chat": "discord:1"},
}


# ---------------------------------------------------------------- first contact


async def test_who_takes_us_in_is_told_so_and_sets_a_channel_up_from_there(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        other = c.founded("Reading Club", bot=False)
        hall = c.world.channel(other, "hall")
        c.world.channel(other, "chatter")
        c.world.deny(hall, P.EMBED_LINKS)
        c.world.invite(other, by=c.ann)
        hello = await c.sees(c.ann, "I am in Reading Club · #hall.")
        assert "What I may not do there yet: Embed Links." in hello.text
        assert [c.texts(channel) for channel in c.world.channels.values() if channel.guild is other] == [[], []]
        await c.presses(c.ann, hello, "LLM")
        assert "Comes on arrival" in hello.text
        await c.presses(c.ann, hello, "Subscribe")
        assert "Following LLM from now on." in hello.text
        assert c.followed(hall) == ["LLM"]
        assert c.texts(hall) == []


async def test_who_takes_no_messages_is_greeted_where_we_are(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.ann.accepts_dms = False
        other = c.founded("Reading Club", bot=False)
        hall = c.world.channel(other, "hall")
        c.world.invite(other, by=c.ann)
        hello = await c.sees(hall, "I bring research papers")
        assert "LLM" in labels(hello)


async def test_a_stranger_is_told_who_we_are_and_how_to_take_us_along(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        hello = (await c.uses(c.bob, c.world.dm(c.bob), "start")).message
        assert hello is not None
        assert hello.text.startswith("I am Paperboy.")
        assert any("oauth2/authorize" in link and "permissions=" in link for link in hello.links)


async def test_a_member_looks_and_an_admin_decides(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        offer = (await c.uses(c.ann, c.papers, "subscribe", topic="LLM")).message
        assert offer is not None
        assert await c.told(c.bob, offer, "Subscribe") == (
            "Only admins change what this group follows. You can use /summarize."
        )
        assert "Comes on arrival" in offer.text
        await c.presses(c.ann, offer, "Subscribe")
        assert "Following LLM from now on." in offer.text
        with pytest.raises(NotOffered):
            await c.uses(c.bob, c.papers, "subscribe", topic="RAG")


async def test_what_we_may_not_do_is_named_when_somebody_subscribes(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.world.deny(c.papers, P.SEND_MESSAGES_IN_THREADS | P.CREATE_PUBLIC_THREADS)
        offer = (await c.uses(c.ann, c.papers, "subscribe", topic="LLM")).message
        assert offer is not None
        await c.presses(c.ann, offer, "Subscribe")
        assert "missing: Create Public Threads, Send Messages in Threads" in offer.text


# ---------------------------------------------------------------- every command, every button


@pytest.mark.parametrize("who", ["ann", "bob"])
async def test_every_command_is_answered_everywhere_to_everybody(tmp_path: Path, who: str) -> None:
    async with campus(tmp_path, owners="discord:1") as c, c.open():
        c.announce(TUESDAY, *ids(3))
        thread = c.world.thread(c.papers, "reading club", by=c.ann)
        person: Person = getattr(c, who)
        for where in (c.papers, thread, c.world.dm(person)):
            offered = set(c.server.offered(person, where))
            hidden = {"subscribe", "unsubscribe", "schedule", "language", "pause", "resume", "settings"}
            owners = {"chats", "allow", "block", "stats"}
            everything = {each.name for each in COMMANDS if each.listed}
            if where.guild is None:
                assert offered == everything
            else:
                assert offered == (everything if who == "ann" else everything - hidden - owners)
            for name in sorted(offered):
                given = {"file": c.server.uploads(paper())} if name == "pdf" else FILLED.get(name, {})
                answer = await c.uses(person, where, name, **given)
                text = _whole(c, answer, person, where)
                assert text, f"/{name} says nothing"
                assert "went wrong" not in text, f"/{name}: {text}"
        assert c.server.pinged() == set()


def _whole(c: Campus, answer: Answer, person: Person, where: Channel) -> str:
    shown = [answer.message, *answer.followups]
    return "\n".join(each.text for each in shown if each is not None and each.channel.messages.get(each.id) is each)


async def test_every_button_and_every_choice_of_a_menu_is_answered(tmp_path: Path) -> None:
    async with campus(tmp_path, owners="") as c, c.open():
        await c.reader(5)
        await c.uses(c.ann, c.papers, "settings")
        await c.uses(c.ann, c.papers, "start")
        await c.uses(c.ann, c.papers, "list")
        await c.uses(c.ann, c.papers, "summarize", ids="2605.00001")
        await c.uses(c.ann, c.papers, "save", ids="2605.00001")
        await c.uses(c.ann, c.papers, "saved")
        await c.uses(c.ann, c.papers, "privacy")
        seen: set[str] = set()
        pressed = 0
        while pressed < 150 and (todo := _unpressed(c, seen)) is not None:
            message, what = todo
            seen.add(what.partition(":")[2])
            if what in [each.custom_id for each in message.buttons]:
                answer = await c.presses(c.ann, message, what)
            else:
                answer = await c.over(await c.server.selects(c.ann, message, what))
            if answer.interaction.modal is not None:
                (name, *_), *_ = answer.window.fields
                filled = {"when": "09:00 mon-fri", "question": "Is it good?"}[name]
                answer = await c.over(await c.server.submits(answer.window, {name: filled}))
            text = _whole(c, answer, c.ann, c.papers)
            assert text, f"{what} says nothing"
            assert "went wrong" not in text, f"{what}: {text}"
            pressed += 1
        assert pressed > 60
        assert c.server.pinged() == set()


def _unpressed(c: Campus, seen: set[str]) -> tuple[Message, str] | None:
    """Somewhere a button or choice that has not been pressed; what ends something comes last."""
    found: list[tuple[bool, Message, str]] = []
    for place in [c.papers, *c.server.threads(c.papers), c.world.dm(c.ann)]:
        for message in c.ours(place, seen_by=c.ann):
            choices = [value for menu in message.selects for _, value in menu.options]
            ids = [each.custom_id for each in message.buttons if each.custom_id]
            for what in (*ids, *choices):
                if what.partition(":")[2] not in seen:
                    ends = any(word in what for word in ("unsubscribe", "privacy", "pause", "remove", "no"))
                    found.append((ends, message, what))
    found.sort(key=lambda each: each[0])
    return found[0][1:] if found else None


# ---------------------------------------------------------------- settings and suggestions


async def test_the_schedule_is_set_in_a_window_from_the_panel(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        panel = (await c.uses(c.ann, c.papers, "settings")).message
        assert panel is not None
        await c.presses(c.ann, panel, "When")
        opened = await c.presses(c.ann, panel, "At an hour…")
        assert opened.window.title == "When shall digests come?"
        await c.over(await c.server.submits(opened.window, {"when": "13:30 mon-fri", "zone": "Shanghai"}))
        assert "13:30" in panel.text
        settings = c.chat(c.papers).settings
        assert (settings.zone, str(settings.schedule).count("13, 30")) == ("Asia/Shanghai", 1)
        await c.presses(c.ann, panel, "Settings")
        assert "Only admins" in await c.told(c.bob, panel, "Pause")
        assert c.state(c.papers)[0] is State.ACTIVE


async def test_every_kind_of_option_suggests_something(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.reader(2)
        await c.follows(c.ann, c.papers, "cs.CV")

        async def suggested(command: str, option: str, typed: str, **options: object) -> list[object]:
            answer = await c.server.autocompletes(c.ann, c.papers, command, option=option, typed=typed, options=options)
            assert not answer.failed
            assert len(answer.choices) <= 25
            return [value for _, value in answer.choices]

        assert (await suggested("subscribe", "topic", "LL"))[0] == "LLM"
        assert "cs.CL" in await suggested("subscribe", "topic", "computation and")
        assert "cs.RO" in await suggested("subscribe", "topic", "cs.R")
        assert await suggested("unsubscribe", "topic", "") == ["LLM", "cs.CV"]
        assert await suggested("unsubscribe", "topic", "cs") == ["cs.CV"]
        assert await suggested("unsubscribe", "topic", "", channel=c.world.channel(c.guild).id) == []
        assert await suggested("summarize", "ids", "2605.00002") == ["2605.00002"]
        assert len(await suggested("summarize", "ids", "language model")) == 2
        assert "Europe/Berlin" in await suggested("schedule", "zone", "Berl")
        assert "zh" in await suggested("language", "language", "chin")
        assert await suggested("why", "id", "") != []


async def test_everything_is_in_the_language_of_the_reader(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.bob.locale = "zh-CN"
        c.ann.locale = "ru"
        assert "我" in (await c.uses(c.bob, c.world.dm(c.bob), "start")).text
        assert "Paperboy" in (await c.uses(c.ann, c.world.dm(c.ann), "start")).text
        offer = (await c.uses(c.ann, c.papers, "subscribe", topic="LLM")).message
        assert offer is not None
        assert "Подписаться" in labels(offer)
