"""The whole bot on Discord as its readers have it: digests, papers, summaries, forums."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from bot.models import SummaryPart, Takeaway
from tests.fakes.campus import alone, campus, ids, labels
from tests.fakes.newsroom import TUESDAY, announced

# ---------------------------------------------------------------- reading


async def test_a_digest_is_a_card_whose_lines_lead_to_the_papers_in_its_thread(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        card = await c.reader(12)
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
            assert labels(post) == ["Evidence", "Abstract", "Ask", "Save", "👍", "👎"]


async def test_three_papers_need_no_thread(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        card = await c.reader(3)
        assert c.server.threads(c.papers) == []
        posts = c.ours(c.papers)[-3:]
        urls = [f"https://discord.com/channels/{c.guild.id}/{c.papers.id}/{post.id}" for post in posts]
        await c.run.until(lambda: [link for link in card.links if link in urls] == urls)


async def test_what_a_reader_does_with_a_paper_only_they_see(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.reader(2)
        post = c.ours(c.papers)[-1]
        key = "2605.00001"
        before = len(c.ours(c.papers))
        assert (await c.told(c.bob, post, "Save")).startswith("Saved. You keep 1 paper now.")
        assert (await c.told(c.bob, post, "Save")).startswith("Saved before; you keep 1 paper.")
        assert (await c.told(c.bob, post, "👍")).startswith(f"Noted: 👍 Language model {key}")
        assert (await c.told(c.bob, post, "👎")).startswith(f"Noted: 👎 Language model {key}")
        assert "A language model. It is good." in await c.told(c.bob, post, "Abstract")
        assert key in await c.told(c.bob, post, "Evidence")
        assert len(c.ours(c.papers)) == before
        assert (await c.uses(c.ann, c.papers, "saved")).text.startswith("You have saved nothing yet.")
        kept = await c.uses(c.bob, c.papers, "saved")
        assert (kept.private, kept.text.startswith("What you saved: 1 paper")) == (True, True)


async def test_bibtex_comes_by_private_message(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.reader(2)
        await c.told(c.bob, c.ours(c.papers)[-1], "Save")
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
        card = await c.reader(34)
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
        c.announce(TUESDAY, *ids(1))
        c.bot.library.gate.clear()
        answer = await c.server.uses(c.bob, c.papers, "summarize", {"ids": "2605.00001"})
        assert answer.deferred
        await answer.until(lambda each: "Reading 2605.00001 …" in each.text)
        assert not (await c.server.uses(c.ann, c.papers, "help")).failed  # nobody waits for it
        c.bot.library.gate.set()
        await answer.until(lambda each: "big says" in each.text)
        assert answer.message is not None
        assert labels(answer.message) == ["Evidence", "Abstract", "Ask", "Save", "👍", "👎"]
        assert not answer.private


async def test_a_summary_appears_in_steps_in_one_message(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.announce(TUESDAY, *ids(1))
        model = c.bot.model
        assert model is not None
        model.gate.clear()
        answer = await c.server.uses(c.bob, c.papers, "summarize", {"ids": "2605.00001"})
        await answer.until(lambda each: "step 2 of 4" in each.text)
        step = answer.text
        assert step.startswith("Language model 2605.00001")
        assert "from the abstract: A language model. It is good." in step
        model.gate.set()
        await answer.until(lambda each: "big says" in each.text)
        assert "step" not in answer.text
        assert model.asked == ["2605.00001"]
        assert len(c.ours(c.papers)) == 1


async def test_a_deep_summary_is_short_for_all_and_whole_for_whoever_presses(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.announce(TUESDAY, *ids(1))
        model = c.bot.model
        assert model is not None
        model.parts = (SummaryPart("results", (Takeaway("It is fast.", "Fast it is."),)),)
        answer = await c.over(await c.server.uses(c.bob, c.papers, "summarize", {"ids": "2605.00001"}))
        assert "big says" in answer.text
        assert "It is fast." not in answer.text
        assert answer.message is not None
        assert labels(answer.message) == ["In depth", "Evidence", "Abstract", "Ask", "Save", "👍", "👎"]
        deep = await c.presses(c.ann, answer.message, "In depth")
        assert deep.private
        assert "1. It is fast." in deep.text
        alone_with_us = await c.over(await c.server.uses(c.bob, c.world.dm(c.bob), "summarize", {"ids": "2605.00001"}))
        assert "1. It is fast." in alone_with_us.text


async def test_a_summary_that_takes_more_than_fifteen_minutes_comes_to_the_channel(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.announce(TUESDAY, *ids(1))
        c.bot.library.gate.clear()
        answer = await c.server.uses(c.bob, c.papers, "summarize", {"ids": "2605.00001"})
        await answer.until(lambda each: "Reading" in each.text)
        c.world.skip(16 * 60)
        c.bot.clock.go(timedelta(days=1))
        c.bot.library.gate.set()
        late = await c.sees(c.papers, "big says")
        assert late.id != (answer.message and answer.message.id)
        assert labels(late) == ["Evidence", "Abstract", "Ask", "Save", "👍", "👎"]


async def test_a_message_with_a_link_is_summarized_from_its_menu_and_a_digest_is_too(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.reader(2)
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
        c.announce(TUESDAY, *ids(12))
        elsewhere = c.founded("Elsewhere", bot=False)
        c.world.joins(c.eve, elsewhere)
        hall = c.world.channel(elsewhere, "hall")
        assert c.server.offered(c.eve, hall) == ["summarize", "pdf", "ask", "compare"]
        answer = await c.uses(c.eve, hall, "summarize", ids="2605.00001")
        assert answer.text.startswith("Language model 2605.00001")
        assert answer.message is not None
        assert (await c.told(c.eve, answer.message, "Save")).startswith("Saved.")
        many = await c.uses(c.eve, hall, "summarize", ids=" ".join(f"2605.{n:05d}" for n in range(1, 6)))
        assert len([many.message, *many.followups]) == 5


# ---------------------------------------------------------------- forums


async def test_a_forum_is_set_up_from_elsewhere_and_gets_a_post_a_day(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        forum = c.world.forum(c.guild, "digests", tags=["LLM", "Vision"])
        await c.follows(c.ann, c.papers, channel=forum.id)
        assert (c.followed(forum), c.followed(c.papers)) == (["LLM"], [])
        await c.day(TUESDAY, *ids(5))
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
        await c.day(TUESDAY, *ids(3))
        head, *posts = c.server.threads(forum)
        assert head.name.startswith("LLM · Tue 19 May")
        assert [post.name for post in posts] == [f"Language model 2605.0000{n}" for n in (3, 2, 1)]
        for post in posts:
            assert post.thread is not None
            assert [forum.tags[tag].name for tag in post.thread.applied_tags] == ["cs.CL"]
            assert [labels(each) for each in c.ours(post)] == [["Evidence", "Abstract", "Ask", "Save", "👍", "👎"]]
        urls = [f"https://discord.com/channels/{c.guild.id}/{post.id}/{post.id}" for post in posts]
        await c.run.until(lambda: [link for link in c.ours(head)[0].links if link in urls] == urls)


async def test_a_forum_that_wants_a_tag_gets_one(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        forum = c.world.forum(c.guild, "digests", tags=["Locked", "Misc"], require_tag=True)
        next(iter(forum.tags.values())).moderated = True
        c.world.rename(forum, "digests")
        await c.follows(c.ann, c.papers, channel=forum.id)
        await c.day(TUESDAY, *ids(2))
        (post,) = c.server.threads(forum)
        assert post.thread is not None
        assert [forum.tags[tag].name for tag in post.thread.applied_tags] == ["Misc"]


# ---------------------------------------------------------------- asking


async def test_a_paper_is_asked_in_a_form_by_anybody_after_any_time(tmp_path: Path) -> None:
    async with campus(tmp_path) as c:
        async with c.open():
            await c.reader(4)
            (thread,) = c.server.threads(c.papers)
            post = c.ours(thread)[1]
            key = post.buttons[0].custom_id.rpartition(" ")[2] if post.buttons[0].custom_id else ""
            opened = await c.server.presses(c.bob, post, "Ask")
            assert opened.window.title == f"Ask about Language model {key}"
        async with c.open():
            c.world.skip(20 * 60)
            for person in (c.bob, c.ann):
                opened = await c.server.presses(person, post, "Ask")
                answer = await (await c.server.submits(opened.window, {"question": "Is it good?"})).settled()
                await answer.until(lambda each: "Is it good?" in each.text)
                assert answer.text.startswith(f"Language model {key}")
                assert answer.message is not None
                assert (answer.private, answer.message.channel) == (False, thread)
                assert labels(answer.message) == ["Abstract", f"Summarize {key}"]
        assert c.server.pinged() == set()


async def test_all_papers_of_a_card_are_asked_from_its_menu(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        await c.follows(c.ann, c.papers)
        c.bot.announce(TUESDAY, *(announced(each, TUESDAY, title=f"Model-{each[-1]}: new") for each in ids(5)))
        await c.day(TUESDAY)
        card = c.digests(c.papers)[-1]
        await c.run.until(lambda: sum("discord.com/channels" in link for link in card.links) >= 5)
        opened = await c.server.uses_on(c.bob, card, "Ask about this paper")
        given = {"id": "2605.00003", "question": "Is it good?"}
        answer = await (await c.server.submits(opened.window, given)).settled()
        await answer.until(lambda each: each.text.startswith("Model-3: new"))


async def test_the_papers_of_anybodys_message_are_asked_from_its_menu(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.announce(TUESDAY, *ids(2))
        message = c.world.posts(c.ann, c.papers, "2605.00001 or 2605.00002?")
        opened = await c.server.uses_on(c.bob, message, "Ask about this paper")
        given = {"Paper": "2605.00002", "Your question": "Is it good?"}
        answer = await (await c.server.submits(opened.window, given)).settled()
        await answer.until(lambda each: each.text.startswith("Language model 2605.00002"))
        empty = await c.server.uses_on(c.bob, c.world.posts(c.ann, c.papers, "hello"), "Ask about this paper")
        await empty.until(lambda each: any(one.text.startswith("Which paper?") for one in each.followups))
        assert [one.only_for for one in empty.followups] == [c.bob]
