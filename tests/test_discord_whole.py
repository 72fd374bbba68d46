"""The whole bot on Discord: from the first hello to a digest, and what readers do with it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands import COMMANDS
from bot.targets import State
from tests.fakes.campus import Campus, campus
from tests.fakes.discord_answers import Answer
from tests.fakes.discord_filled import NotOffered
from tests.fakes.discord_model import Channel, Message, P, Person
from tests.fakes.newsroom import TUESDAY, announced

TUESDAYS_FEED = datetime(2026, 5, 19, 5, tzinfo=UTC)
"""When what arXiv announces on Tuesday is there."""

FILLED: dict[str, dict[str, object]] = {
    "subscribe": {"topic": "LLM"},
    "unsubscribe": {"topic": "LLM"},
    "summarize": {"ids": "2605.00001"},
    "abstract": {"id": "2605.00001"},
    "evidence": {"id": "2605.00001"},
    "save": {"ids": "2605.00001"},
    "like": {"id": "2605.00001"},
    "dislike": {"id": "2605.00001"},
    "why": {"id": "2605.00001"},
    "allow": {"chat": "discord:1"},
    "block": {"chat": "discord:1"},
}


def papers(c: Campus, count: int) -> None:
    """arXiv announces so many papers about language models, on Tuesday."""
    c.bot.announce(TUESDAY, *(announced(f"2605.{n:05d}", TUESDAY) for n in range(1, count + 1)))


async def tuesday(c: Campus, count: int) -> None:
    """Tuesday comes, with so many papers."""
    await c.run.later(TUESDAYS_FEED)
    papers(c, count)
    await c.run.announced()


async def reader(c: Campus, count: int) -> Message:
    """The card of a digest of so many papers, in a channel that follows LLM."""
    await c.follows(c.ann, c.papers)
    await tuesday(c, count)
    return c.ours(c.papers)[-1] if count > 3 else c.ours(c.papers)[-count - 1]


async def said(c: Campus, person: Person, message: Message, button: str) -> str:
    """What whoever presses is told, for themselves alone."""
    return alone(await c.presses(person, message, button)).text


def alone(answer: Answer) -> Message:
    """The answer that nobody else sees."""
    shown = [each for each in (answer.message, *answer.followups) if each is not None and each.only_for is not None]
    assert len(shown) == 1, answer.text
    return shown[0]


def labels(message: Message) -> list[str]:
    return [each.label for each in message.buttons]


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
        assert await said(c, c.bob, offer, "Subscribe") == (
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
        papers(c, 3)
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
                answer = await c.uses(person, where, name, **FILLED.get(name, {}))
                text = _whole(c, answer, person, where)
                assert text, f"/{name} says nothing"
                assert "went wrong" not in text, f"/{name}: {text}"
        assert c.server.pinged() == set()


def _whole(c: Campus, answer: Answer, person: Person, where: Channel) -> str:
    shown = [answer.message, *answer.followups]
    return "\n".join(each.text for each in shown if each is not None and each.channel.messages.get(each.id) is each)


async def test_every_button_and_every_choice_of_a_menu_is_answered(tmp_path: Path) -> None:
    async with campus(tmp_path, owners="") as c, c.open():
        await reader(c, 5)
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
                answer = await c.over(await c.server.submits(answer.window, {"when": "09:00 mon-fri"}))
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


# ---------------------------------------------------------------- reading


async def test_a_digest_is_a_card_whose_lines_lead_to_the_papers_in_its_thread(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        card = await reader(c, 12)
        assert card.text.startswith("LLM · Tue 19 May · 10 of 12 papers")
        assert card.silent
        (thread,) = c.server.threads(c.papers)
        assert thread.thread is not None
        assert (thread.id, thread.name, thread.thread.auto_archive) == (
            card.id,
            "LLM · Tue 19 May · 10 of 12 papers",
            1440,
        )
        posts = c.ours(thread)
        assert len(posts) == 10
        urls = [f"https://discord.com/channels/{c.guild.id}/{thread.id}/{post.id}" for post in posts]
        await c.run.until(lambda: [link for link in card.links if link in urls] == urls)
        for number, post in enumerate(posts, 1):
            assert post.text.startswith(f"{number}. Language model 2605.")
            assert labels(post) == ["Evidence", "Abstract", "Save", "👍", "👎"]


async def test_three_papers_need_no_thread(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        card = await reader(c, 3)
        assert c.server.threads(c.papers) == []
        posts = c.ours(c.papers)[-3:]
        urls = [f"https://discord.com/channels/{c.guild.id}/{c.papers.id}/{post.id}" for post in posts]
        await c.run.until(lambda: [link for link in card.links if link in urls] == urls)


async def test_what_a_reader_does_with_a_paper_only_they_see(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await reader(c, 2)
        post = c.ours(c.papers)[-1]
        key = "2605.00001"
        before = len(c.ours(c.papers))
        assert (await said(c, c.bob, post, "Save")).startswith("Saved. You keep 1 paper now.")
        assert (await said(c, c.bob, post, "Save")).startswith("Saved before; you keep 1 paper.")
        assert (await said(c, c.bob, post, "👍")).startswith(f"Noted: 👍 Language model {key}")
        assert (await said(c, c.bob, post, "👎")).startswith(f"Noted: 👎 Language model {key}")
        assert "A language model. It is good." in await said(c, c.bob, post, "Abstract")
        assert key in await said(c, c.bob, post, "Evidence")
        assert len(c.ours(c.papers)) == before
        assert (await c.uses(c.ann, c.papers, "saved")).text.startswith("You have saved nothing yet.")
        kept = await c.uses(c.bob, c.papers, "saved")
        assert (kept.private, kept.text.startswith("What you saved: 1 paper")) == (True, True)


async def test_bibtex_comes_by_private_message(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await reader(c, 2)
        await said(c, c.bob, c.ours(c.papers)[-1], "Save")
        answer = await c.uses(c.bob, c.papers, "saved", what="bibtex")
        assert (answer.private, answer.text) == (True, "I have sent it to you in our private chat.")
        (sent,) = c.texts(c.bob)
        assert "@misc{" in sent
        assert "2605.00001" in sent
        c.bob.accepts_dms = False
        refused = await c.uses(c.bob, c.papers, "saved", what="bibtex")
        assert refused.private
        assert "@misc{" in refused.text
        c.bob.accepts_dms = True
        at_home = await c.uses(c.bob, c.world.dm(c.bob), "saved", what="bibtex")
        assert "@misc{" in at_home.text


async def test_what_was_cut_is_one_button_away_page_by_page_and_for_oneself(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        card = await reader(c, 34)
        rest = await c.presses(c.bob, card, "All 34")
        assert rest.private
        assert "11–30 of 34" in rest.text
        assert rest.message is not None
        await c.presses(c.bob, rest.message, "›")
        assert "31–34 of 34" in rest.text
        await c.presses(c.bob, rest.message, "‹")
        assert "11–30 of 34" in rest.text


async def test_a_summary_says_at_once_that_it_works_and_becomes_the_answer(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        papers(c, 1)
        c.bot.library.gate.clear()
        answer = await c.server.uses(c.bob, c.papers, "summarize", {"ids": "2605.00001"})
        assert answer.deferred
        await answer.until(lambda each: "Reading 2605.00001 …" in each.text)
        assert not (await c.server.uses(c.ann, c.papers, "help")).failed  # nobody waits for it
        c.bot.library.gate.set()
        await answer.until(lambda each: "big says" in each.text)
        assert answer.message is not None
        assert labels(answer.message) == ["Evidence", "Abstract", "Save", "👍", "👎"]
        assert not answer.private


async def test_a_summary_that_takes_more_than_fifteen_minutes_comes_to_the_channel(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        papers(c, 1)
        c.bot.library.gate.clear()
        answer = await c.server.uses(c.bob, c.papers, "summarize", {"ids": "2605.00001"})
        await answer.until(lambda each: "Reading" in each.text)
        c.world.skip(16 * 60)
        c.bot.clock.go(TUESDAYS_FEED)
        c.bot.library.gate.set()
        late = await c.sees(c.papers, "big says")
        assert late.id != (answer.message and answer.message.id)
        assert labels(late) == ["Evidence", "Abstract", "Save", "👍", "👎"]


async def test_a_message_with_a_link_is_summarized_from_its_menu_and_a_digest_is_too(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await reader(c, 2)
        link = c.world.posts(c.ann, c.papers, "look at https://arxiv.org/abs/2605.00002")
        answer = await c.over(await c.server.uses_on(c.bob, link, "Summarize paper"))
        assert answer.text.startswith("Language model 2605.00002")
        answer = await c.over(await c.server.uses_on(c.bob, c.ours(c.papers)[-2], "Summarize paper"))
        assert answer.text.startswith("Language model 2605.0000")
        nothing = c.world.posts(c.ann, c.papers, "hello")
        answer = await c.over(await c.server.uses_on(c.bob, nothing, "Summarize paper"))
        assert alone(answer).text


async def test_who_installed_us_takes_summaries_along_into_any_server(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        papers(c, 12)
        elsewhere = c.founded("Elsewhere", bot=False)
        c.world.joins(c.eve, elsewhere)
        hall = c.world.channel(elsewhere, "hall")
        assert c.server.offered(c.eve, hall) == ["summarize"]
        answer = await c.uses(c.eve, hall, "summarize", ids="2605.00001")
        assert answer.text.startswith("Language model 2605.00001")
        assert answer.message is not None
        assert (await said(c, c.eve, answer.message, "Save")).startswith("Saved.")
        many = await c.uses(c.eve, hall, "summarize", ids=" ".join(f"2605.{n:05d}" for n in range(1, 6)))
        assert len([many.message, *many.followups]) == 5


# ---------------------------------------------------------------- forums


async def test_a_forum_is_set_up_from_elsewhere_and_gets_a_post_a_day(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        forum = c.world.forum(c.guild, "digests", tags=["LLM", "Vision"])
        await c.follows(c.ann, c.papers, channel=forum.id)
        assert (c.followed(forum), c.followed(c.papers)) == (["LLM"], [])
        await tuesday(c, 5)
        (post,) = c.server.threads(forum)
        assert post.thread is not None
        assert post.name == "LLM · Tue 19 May · 5 papers"
        assert [forum.tags[tag].name for tag in post.thread.applied_tags] == ["LLM"]
        card, *rest = c.ours(post)
        assert len(rest) == 5
        urls = [f"https://discord.com/channels/{c.guild.id}/{post.id}/{each.id}" for each in rest]
        await c.run.until(lambda: [link for link in card.links if link in urls] == urls)


async def test_in_the_layout_papers_each_paper_is_a_post_with_its_tags(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        forum = c.world.forum(c.guild, "digests", tags=["cs.CL", "Vision"])
        await c.follows(c.ann, c.papers, channel=forum.id)
        await c.uses(c.ann, c.papers, "settings", what="layout", value="papers", channel=forum.id)
        await tuesday(c, 3)
        head, *posts = c.server.threads(forum)
        assert head.name.startswith("LLM · Tue 19 May")
        assert [post.name for post in posts] == [f"Language model 2605.0000{n}" for n in (3, 2, 1)]
        for post in posts:
            assert post.thread is not None
            assert [forum.tags[tag].name for tag in post.thread.applied_tags] == ["cs.CL"]
            assert [labels(each) for each in c.ours(post)] == [["Evidence", "Abstract", "Save", "👍", "👎"]]
        urls = [f"https://discord.com/channels/{c.guild.id}/{post.id}/{post.id}" for post in posts]
        await c.run.until(lambda: [link for link in c.ours(head)[0].links if link in urls] == urls)


async def test_a_forum_that_wants_a_tag_gets_one(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        forum = c.world.forum(c.guild, "digests", tags=["Locked", "Misc"], require_tag=True)
        next(iter(forum.tags.values())).moderated = True
        c.world.rename(forum, "digests")
        await c.follows(c.ann, c.papers, channel=forum.id)
        await tuesday(c, 2)
        (post,) = c.server.threads(forum)
        assert post.thread is not None
        assert [forum.tags[tag].name for tag in post.thread.applied_tags] == ["Misc"]


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
        assert "Only admins" in await said(c, c.bob, panel, "Pause")
        assert c.state(c.papers)[0] is State.ACTIVE


async def test_every_kind_of_option_suggests_something(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await reader(c, 2)
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
