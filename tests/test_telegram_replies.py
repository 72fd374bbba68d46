"""Replies on Telegram: which are questions about a paper, about which one, and which are people talking."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.telegram.inbound import hear
from adapters.telegram.prompts import HINT, marked, waiting
from adapters.telegram.replies import Answered
from bot.database import StoreError
from bot.document import Document, Link, Paragraph, Text, utf16
from bot.platforms import Part, Place, Reply
from bot.targets import Target
from tests.fakes.messenger import Core, Office, always, buttons, message_with_button, office, said, target
from tests.fakes.messenger import answered as popped_up
from tests.fakes.telegram_faults import refuses
from tests.fakes.telegram_hearing import World
from tests.fakes.telegram_places import Chat, Message, User
from tests.fakes.telegram_text import Entity
from tests.test_posted import DIGEST

PAPER = "https://arxiv.org/abs/2405.00001"
PROMPT = f"{PAPER}#ask"


def linked(words: str, *urls: str) -> dict[str, Any]:
    """A text whose first words lead there."""
    entities = tuple(Entity(type="text_link", offset=n, length=1, more=(("url", url),)) for n, url in enumerate(urls))
    return {"text": words, "entities": entities}


@pytest.fixture
def world() -> World:
    return World()


def asked(world: World) -> str | None:
    """What the last message asks, if what it answers is about papers."""
    news = hear(world.updates[-1], bot="paperboy_bot")
    question = getattr(news, "question", None)
    return None if question is None else str(question.said.options["question"])


def answered(world: World) -> Answered:
    found = world.heard().answered
    assert found is not None
    return found


# ---------------------------------------------------------------- what is a question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("How large is it?", "How large is it?"),
        ("tell me\n  of the data", "tell me of the data"),
        ("how does it do beside 2405.17428?", "how does it do beside 2405.17428?"),
        ("2405.17428这篇用了什么数据？", "2405.17428这篇用了什么数据？"),
        ("2405.17428", None),
        ("arXiv:2405.17428v2?", None),
        ("https://arxiv.org/abs/2405.17428, cs/0112017", None),
        ("2405.17428 please", None),
        ("/summarize", None),
        ("/like 2405.00001 ?", None),
        ("  ", None),
    ],
)
def test_in_private_a_reply_in_words_asks_about_the_paper(world: World, text: str, question: str | None) -> None:
    paper = world.message(world.people.private(world.ann), **linked("A paper · 2405.00001", PAPER))
    world.people.says(world.ann, world.ann, text, reply_to=paper)
    assert asked(world) == question


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("thanks!", None),
        ("2405.17428", None),
        ("what?", "what?"),
        ("在哪个数据集上？", "在哪个数据集上？"),
        ("كم حجمه؟", "كم حجمه؟"),
        ("@Paperboy_bot the loss", "the loss"),
        ("and the loss, @paperboy_bot", "and the loss,"),
        ("@paperboy_bots are many", None),
        ("ann@paperboy_bot.org wrote", None),
        ("@paperboy_bot", None),
    ],
)
def test_in_a_group_only_what_addresses_us_is_one(world: World, text: str, question: str | None) -> None:
    group = world.people.add_supergroup(members=[world.ann])
    paper = world.message(group, **linked("A paper · 2405.00001", PAPER))
    world.people.says(world.ann, group, text, reply_to=paper)
    assert asked(world) == question


def test_what_answers_a_question_of_ours_is_one_whatever_it_says(world: World) -> None:
    group = world.people.add_supergroup(members=[world.ann])
    world.people.says(world.ann, group, "the data", reply_to=world.message(group, **linked("what?", PROMPT)))
    assert asked(world) == "the data"
    by_bob = world.people.says(world.bob, group, "x", entities=linked("x", PROMPT)["entities"])
    world.people.reads_all = True
    world.people.says(world.ann, group, "the data", reply_to=by_bob)
    assert world.last() is None, "only ours are"


def test_what_others_wrote_is_asked_about_only_by_our_name(world: World) -> None:
    world.people.reads_all = True
    group = world.people.add_supergroup(members=[world.ann, world.bob])
    paper = world.people.says(world.bob, group, "read 2405.00001")
    for text, question in (("what is new in it?", None), ("@paperboy_bot what is new in it?", "what is new in it?")):
        world.people.says(world.ann, group, text, reply_to=paper)
        assert asked(world) == question
    assert (answered(world).told, answered(world).ours) == ("read 2405.00001", False)


def test_a_reply_in_a_channel_asks_nothing(world: World) -> None:
    channel = world.people.add_channel(admins=[world.ann])
    for text in ("why?", "@paperboy_bot why?"):
        world.people.posts(channel, text, reply_to=world.message(channel, **linked("A paper", PAPER)))
        assert world.last() is None


def test_a_file_is_what_it_is_about_whatever_it_answers(world: World) -> None:
    paper = world.message(world.people.private(world.ann), **linked("A paper", PAPER))
    file = world.people.uploads(b"%PDF-1.7")
    world.people.says(world.ann, world.ann, "why?", reply_to=paper, file=file)
    assert asked(world) is None
    assert world.heard().file is not None


# ---------------------------------------------------------------- what is answered


def test_the_quote_is_told_beside_the_message(world: World) -> None:
    digest = world.message(world.people.private(world.ann), **linked("1. One\n2. T\u2060wo", PAPER))
    world.people.says(world.ann, world.ann, "why?", reply_to=digest, quote="T\u2060wo")
    found = answered(world)
    assert (found.quoted, found.told) == ("Two", f"1. One\n2. Two {PAPER}")
    assert found.at == (target(world.ann), str(digest.id))


def test_a_paper_is_meant_only_where_it_is_linked(world: World) -> None:
    """Our hints name one, too, as an example."""
    private = world.people.private(world.ann)
    for message, about in ((linked("Send an id (2405.17428)."), False), (linked("A paper", PAPER), True)):
        world.people.says(world.ann, world.ann, "why?", reply_to=world.message(private, **message))
        assert answered(world).about_papers == about


def test_a_post_of_a_channel_is_known_in_its_group(world: World) -> None:
    world.people.reads_all = True
    channel = world.people.add_channel(admins=[world.bob])
    channel.discussion = world.people.add_supergroup(members=[world.ann])
    post = world.message(channel, **linked("A paper", PAPER))
    (copy,) = world.people.messages(channel.discussion)
    world.people.says(world.ann, channel.discussion, "how?", reply_to=copy)
    found = answered(world)
    assert (found.at, found.ours, found.about_papers) == ((target(channel), str(post.id)), None, False)
    assert asked(world) == "how?"


def test_what_stands_in_a_chats_name_may_be_ours(world: World) -> None:
    channel, group = world.people.add_channel(admins=[world.ann]), world.people.add_supergroup(members=[world.ann])
    post = world.message(channel, "a digest", sender_chat=channel)
    world.people.posts(channel, "/summarize", reply_to=post)
    assert (answered(world).at, answered(world).ours) == ((target(channel), str(post.id)), None)
    world.people.reads_all = True
    anonymous = world.people.says(world.ann, group, "read this", anonymous=True)
    world.people.says(world.bob, group, "why?", reply_to=anonymous)
    assert (answered(world).at, answered(world).ours) == ((target(group), str(anonymous.id)), None)


def test_a_message_of_another_chat_is_known_by_where_it_stands(world: World) -> None:
    channel = world.people.add_channel(admins=[world.ann])
    post = world.message(channel, **linked("A paper", PAPER))
    world.people.says(world.ann, world.ann, "how?", reply_to=post, quote="paper")
    found = answered(world)
    assert (found.at, found.ours) == ((target(channel), str(post.id)), None)
    assert (found.words, found.quoted) == ("paper", "paper")
    world.people.says(world.bob, world.bob, "how?", reply_to=world.message(world.people.private(world.ann), "x"))
    assert answered(world) == Answered()


# ---------------------------------------------------------------- what comes of it


async def _our_post(here: Office, where: Chat | User, document: Document) -> Message:
    """What the bot says there, to a command."""
    here.core.script = always(Reply(document))
    user = where if isinstance(where, User) else here.server.people.add_user()
    here.server.people.says(user, where, "/help@paperboy_bot")
    await here.until(lambda: here.ours(where))
    await here.quiet()
    here.core.asks.clear()
    return here.ours(where)[-1]


def paper_message(*urls: str) -> Document:
    spans = [each for url in urls for each in (Link(url.rpartition("/")[2], url), Text(" · "))]
    return Document((Paragraph((Text("papers: "), *spans)),))


async def test_a_question_reaches_the_core_with_what_it_is_about() -> None:
    async with office() as here:
        people = here.server.people
        ann = people.add_user()
        group = people.add_supergroup(members=[ann])
        post = await _our_post(here, group, paper_message(PAPER))
        here.core.script = always(Reply(said("big")))
        asking = people.says(ann, group, "how large is it?", reply_to=post, quote="2405.00001")
        answer = await here.said(group, "big")
        ask = here.core.of("ask")
        assert ask.options == {"question": "how large is it?"}
        assert (ask.replied_to, ask.quoted, ask.pressed) == ("2405.00001", "2405.00001", False)
        assert answer.reply_to is asking
        people.says(ann, group, "thanks!", reply_to=answer)
        people.says(ann, group, "great?", reply_to=answer)
        people.says(ann, group, "/list")
        await here.heard(2)
        assert [each.command for each in here.core.asks] == ["ask", "list"], "people talk under what we say"


async def test_what_was_posted_is_looked_up_where_the_message_does_not_say_it() -> None:
    core = Core()
    async with office(core) as here:
        people = here.server.people
        people.reads_all = True
        ann = people.add_user(started=True)
        channel = people.add_channel(admins=[ann])
        group = channel.discussion = people.add_supergroup(members=[ann])
        ours, theirs = people.posts(channel, "1. One 2. Two"), people.posts(channel, "2405.00009")
        core.posts[str(channel.id), str(ours.id)] = DIGEST
        copies = people.messages(group)
        every, two = "2405.00001 2405.00002", "2405.00002"
        for where, reply_to, quote in (
            (group, copies[0], None),
            (group, copies[0], "Two"),
            (ann, ours, None),
            (ann, ours, "Two"),
        ):
            count = len(here.core.asks) + 1
            people.says(ann, where, "how?", reply_to=reply_to, quote=quote)
            ask = await here.heard(count)
            assert (ask.command, ask.options) == ("ask", {"question": "how?"})
            assert (ask.replied_to, ask.quoted) == ((two, two) if quote else (every, ""))
        people.says(ann, group, "how?", reply_to=copies[1])
        people.says(ann, group, "@paperboy_bot how?", reply_to=copies[1])
        ask = await here.heard(5)
        assert (ask.options, ask.replied_to) == ({"question": "how?"}, "2405.00009"), "theirs, and called by name"
        people.says(ann, ann, "what?", reply_to=theirs)
        ask = await here.heard(6)
        assert (ask.command, ask.options) == ("summarize", {"ids": "what?"}), "in private everything is for us"


@pytest.mark.parametrize("links", [(), (PAPER,), (PAPER, PAPER.replace("1", "2"))])
async def test_the_words_of_a_quote_are_looked_up_where_they_could_be_of_any_paper(links: tuple[str, ...]) -> None:
    """Also where a message has no links: its form was refused, or Telegram does not tell what is in a Rich Message."""
    core = Core()
    async with office(core) as here:
        ann = here.server.people.add_user()
        post = await _our_post(here, ann, paper_message(*links))
        core.posts[str(ann.id), str(post.id)] = DIGEST
        core.script = always(Reply(said("well")))
        post.text += " Two It wins." if links else " Two It wins. 2405.00009"
        for number, quote in enumerate((None, "Two", "It wins."), 1):
            here.server.people.says(ann, ann, "why?", reply_to=post, quote=quote)
            ask = await here.heard(number)
            assert ask.command == "ask"
            if len(links) == 1:
                assert (ask.replied_to.count("2405.00001"), ask.quoted) == (2, quote or ""), "it says so itself"
            elif quote == "Two":
                assert (ask.replied_to, ask.quoted) == ("2405.00002", "2405.00002")
            else:
                assert {"2405.00001", "2405.00002"} <= set(ask.replied_to.split())
                assert ask.quoted == (quote or "")


async def test_what_cannot_be_looked_up_is_what_it_says() -> None:
    class Broken(Core):
        async def posted(self, target: Target, message_id: str) -> Document | None:
            raise StoreError("the disk is full")

    async with office(Broken()) as here:
        ann = here.server.people.add_user()
        post = await _our_post(here, ann, said("hello"))
        here.core.script = always(Reply(said("well")))
        here.server.people.says(ann, ann, "what?", reply_to=post)
        await here.said(ann, "well")
        assert here.core.of("summarize").options == {"ids": "what?"}


# ---------------------------------------------------------------- questions of ours


async def test_a_question_of_ours_opens_the_field_and_its_answer_says_which_paper() -> None:
    async with office() as here:
        people = here.server.people
        ann = people.add_user()
        message = await message_with_button(here, ann, ann, "/ask 2405.00001")
        here.core.script = always(Reply(paper_message(PAPER), place=Place.INSTEAD, awaits="Your question"))
        pressed = people.presses(ann, message, "go")
        prompt = await here.said(ann, "papers")
        assert await popped_up(here, pressed) == ""
        assert not message.deleted, "the paper stays"
        assert message.text == "press"
        assert prompt.forced is not None
        assert (prompt.forced.placeholder, prompt.forced.selective, prompt.keyboard) == ("Your question", False, ())
        here.core.script = always(Reply(said("it does")))
        people.says(ann, ann, "does it scale", reply_to=prompt)
        await here.said(ann, "it does")
        ask = here.core.asks[-1]
        assert (ask.command, ask.options) == ("ask", {"question": "does it scale"})
        assert "2405.00001" in ask.replied_to


async def test_in_a_group_whoever_asked_is_asked_back_and_anybody_may_answer() -> None:
    async with office() as here:
        people = here.server.people
        ann, bob = people.add_user(), people.add_user("Bob")
        group = people.add_supergroup(members=[ann, bob])
        here.core.script = always(Reply(paper_message(PAPER), awaits="Your question"))
        command = people.says(ann, group, "/ask 2405.00001")
        prompt = await here.said(group, "papers")
        assert prompt.forced is not None
        assert (prompt.forced.selective, prompt.reply_to) == (True, command)
        here.core.script = always(Reply(said("fine")))
        people.says(bob, group, "the data", reply_to=prompt)
        await here.said(group, "fine")
        assert here.core.asks[-1].options == {"question": "the data"}


async def test_no_edit_makes_a_message_wait_or_undoes_it() -> None:
    """https://core.telegram.org/bots/api#updating-messages: such messages cannot be edited."""
    async with office() as here:
        people = here.server.people
        ann = people.add_user()
        here.core.script = always(Reply(said("reading")), Reply(said("and?"), awaits="x"), Reply(said("done")))
        people.says(ann, ann, "/ask 2405.00001")
        await here.said(ann, "done")
        await here.quiet()
        assert here.texts(ann) == ["and?", "done"]


async def test_where_nobody_can_answer_or_the_form_is_refused_it_is_a_message_like_others() -> None:
    async with office() as here:
        people = here.server.people
        ann = people.add_user()
        channel = people.add_channel(admins=[ann])
        here.core.script = always(Reply(said("and?", buttons(("one", "/list"))), awaits="x"))
        people.posts(channel, "/ask 2405.00001")
        assert (await here.said(channel, "and?")).forced is None
        group = people.add_supergroup(members=[ann])
        here.server.fail(refuses("Inline keyboard expected"), method="sendMessage")  # to an admin without a name
        people.says(ann, group, "/ask 2405.00001")
        assert (await here.said(group, "and?")).forced is None


def test_the_hint_fits_and_links_are_marked_once() -> None:
    part = Part({"kind": "classic", "text": "x", "keyboard": [[{"label": "a", "data": "b"}]]}, said("x"))
    for hint in ("short", "word " * 40, "📰" * 100):
        (made,) = waiting([part], hint, kind="private")
        shown = made.payload["waits"]["hint"]
        assert 0 < utf16(shown) <= HINT
        assert made.payload["keyboard"] == []
    assert waiting([], "x", kind="private") == []
    assert [*waiting([part], "x", kind="channel")] == [part]
    once = marked(paper_message(PAPER, "https://example.org/x"))
    assert marked(once) == once
    (paragraph,) = once.blocks
    assert isinstance(paragraph, Paragraph)
    urls = [span.url for span in paragraph.spans if isinstance(span, Link)]
    assert urls == [PROMPT, "https://example.org/x"]
