"""Asking a paper on Discord: a form from its button, from the menu of a message, and what was typed into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from adapters.discord import asking, forms
from bot.commands.text import Said
from bot.database import StoreError
from bot.document import Document, utf16
from bot.locales import UI
from bot.models import Paper
from bot.targets import Chat, Target
from tests.fakes.discord_answers import Answer
from tests.fakes.discord_components import modal
from tests.fakes.discord_errors import Problems
from tests.fakes.discord_filled import NotOffered
from tests.fakes.discord_forms import Form
from tests.fakes.discord_model import Message, P
from tests.fakes.discord_office import Office, office, target
from tests.fakes.messenger import Core, buttons, said
from tests.samples import paper
from tests.test_posted import DIGEST

FIRST, SECOND = "2405.00001", "2405.00002"
TITLES = {FIRST: "NV-Embed: Improved Techniques for Training LLMs", SECOND: "Vikhr: a family of models"}


@dataclass
class Library(Core):
    """A core that knows two papers; `slow`: not before anybody has lost patience."""

    slow: bool = False

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        if self.slow:
            await asyncio.sleep(60)
        return [paper(id=key, title=title) for key, title in TITLES.items() if words in (key, title)][:limit]


class Mistaken(Core):
    """It knows another paper that begins like that."""

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        return [paper(id=f"{words}1", title="Another: it is")]


class Broken(Core):
    async def posted(self, target: Target, message_id: str) -> Document | None:
        raise StoreError("the disk is full")

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        raise StoreError("the disk is full")


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office(Library()) as made:
        yield made


async def post(here: Office, command: str, *, about: Target | None = None) -> Message:
    """Our message with a button `Ask` stands in the channel."""
    where = target(here.channel)
    chat = Chat(target=where, kind="group")
    (part,) = here.discord.render(said("a paper", buttons(("Ask", command))), chat=chat, about=about)
    await here.discord.send(where, part, nonce=f"n{len(here.texts())}")
    return here.server.messages(here.channel)[-1]


async def answered(here: Office, opened: Answer, **values: str) -> Answer:
    """What they get who fill the form in."""
    return await (await here.server.submits(opened.window, values)).settled()


# ---------------------------------------------------------------- the button


async def test_a_button_opens_a_form_that_names_the_paper_and_its_answer_is_for_all(here: Office) -> None:
    message = await post(here, f"/ask {FIRST}")
    opened = await here.server.presses(here.ann, message, "Ask")
    assert opened.window.title == "Ask about NV-Embed"
    assert [(name, label) for name, label, _ in opened.window.fields] == [("question", "Your question")]
    assert opened.interaction.modal is not None
    (row,) = opened.interaction.modal["components"]
    assert row["components"][0]["style"] == 2, "of several lines"
    assert not here.core.asks
    answer = await answered(here, opened, question="  How large\nis it?  ")
    ask = await here.heard("ask")
    assert (ask.options, ask.pressed) == ({"id": FIRST, "question": "How large\nis it?"}, True)
    assert ask.target == target(here.channel)
    assert (answer.deferred, answer.private) == (True, False), "as /summarize is"
    assert answer.text == f"/ask {FIRST} How large is it?"
    assert message.text == "a paper"


async def test_a_button_and_its_form_outlive_us_and_wait_as_long_as_one_likes(here: Office) -> None:
    message = await post(here, f"/ask {FIRST}")
    opened = await here.server.presses(here.ann, message, "Ask")
    async with office(Library()) as later:  # another run of the program; all it has is what is sent to it
        again = await later.server.presses(later.ann, await post(later, f"/ask {FIRST}"), "Ask")
        assert again.window.custom_id == opened.window.custom_id == f"f1:::ask {FIRST}"
        later.server.world.skip(20 * 60)
        await answered(later, again, question="why?")
        assert (await later.heard("ask")).options == {"id": FIRST, "question": "why?"}


async def test_whoever_presses_asks_for_themselves(here: Office) -> None:
    message = await post(here, f"/ask {FIRST}")
    for person in (here.ann, here.owner):
        opened = await here.server.presses(person, message, "Ask")
        await answered(here, opened, question=f"from {person.name}")
    assert [each.actor.id for each in here.core.asks] == [here.ann.id, here.owner.id]
    assert [each.options["question"] for each in here.core.asks] == ["from Ann", f"from {here.owner.name}"]


async def test_a_form_must_be_filled_in_and_ends_somewhere(here: Office) -> None:
    opened = await here.server.presses(here.ann, await post(here, f"/ask {FIRST}"), "Ask")
    for text in ("", "x" * 1001):
        with pytest.raises(NotOffered):
            await here.server.submits(opened.window, {"question": text})
    await answered(here, opened, question="x" * 1000)


async def test_a_question_that_a_button_carries_needs_no_form(here: Office) -> None:
    message = await post(here, f"/ask {FIRST} Is there code?")
    answer = await (await here.server.presses(here.ann, message, "Ask")).settled()
    assert answer.deferred
    assert (await here.heard("ask")).options == {"id": FIRST, "question": "Is there code?"}


@pytest.mark.parametrize("core", [Library(slow=True), Broken(), Mistaken(), Core()])
async def test_a_form_comes_in_time_whatever_papers_are_called(core: Core) -> None:
    async with office(core) as here:
        opened = await here.server.presses(here.ann, await post(here, f"/ask {FIRST}"), "Ask")
        assert not opened.failed
        assert opened.window.title == f"Ask about {FIRST}"


async def test_a_form_is_in_the_language_of_whoever_opens_it(here: Office) -> None:
    message = await post(here, f"/ask {FIRST}")
    for locale, title in (("zh-CN", "提问：NV-Embed"), ("ru", "Вопрос о NV-Embed")):
        here.ann.locale = locale
        assert (await here.server.presses(here.ann, message, "Ask")).window.title == title


async def test_a_button_about_another_channel_asks_there(here: Office) -> None:
    there = here.server.world.channel(here.guild, "there")
    await here.seen(there)
    opened = await here.server.presses(here.ann, await post(here, f"/ask {FIRST}", about=target(there)), "Ask")
    await answered(here, opened, question="why?")
    assert (await here.heard("ask")).target == target(there)


# ---------------------------------------------------------------- the menu of a message


async def test_the_papers_of_a_message_are_asked_from_its_menu(here: Office) -> None:
    message = here.server.world.posts(here.owner, here.channel, f"look: arxiv.org/abs/{FIRST}v2")
    opened = await here.server.uses_on(here.ann, message, "Ask about this paper")
    assert opened.window.title == "Ask about NV-Embed"
    await answered(here, opened, question="why?")
    assert (await here.heard("ask")).options == {"id": FIRST, "question": "why?"}


async def test_of_several_papers_one_is_chosen(here: Office) -> None:
    both = f"{FIRST} or {SECOND}, and 2405.00003"
    message = here.server.world.posts(here.owner, here.channel, both)
    opened = await here.server.uses_on(here.ann, message, "Ask about this paper")
    assert opened.window.title == "Ask about a paper"
    assert [label for _, label, _ in opened.window.fields] == ["Paper", "Your question"]
    await answered(here, opened, question="why?")
    await answered(here, opened, id=SECOND, question="how?")
    assert [each.options for each in here.core.asks] == [
        {"id": FIRST, "question": "why?"},
        {"id": SECOND, "question": "how?"},
    ]


@pytest.mark.parametrize("core", [Library(), Broken()])
async def test_a_message_without_papers_is_answered_all_the_same(core: Core) -> None:
    async with office(core) as here:
        message = here.server.world.posts(here.owner, here.channel, "hello")
        answer = await (await here.server.uses_on(here.ann, message, "Ask about this paper")).settled()
        ask = await here.heard("ask")
        assert (ask.options, ask.replied_to.strip()) == ({}, "hello")
        assert not answer.failed


async def test_a_card_whose_lines_lead_to_posts_is_known_by_what_was_posted(here: Office) -> None:
    message = here.server.world.posts(here.owner, here.channel, "1. One 2. Two")
    here.core.posts[here.channel.id, message.id] = DIGEST
    opened = await here.server.uses_on(here.ann, message, "Ask about this paper")
    await answered(here, opened, id=SECOND, question="how?")
    assert (await here.heard("ask")).options == {"id": SECOND, "question": "how?"}
    await here.server.uses_on(here.ann, message, "Summarize paper")
    assert (await here.heard("summarize")).replied_to == f"{FIRST} {SECOND}"


async def test_who_installed_us_asks_where_we_are_not(here: Office) -> None:
    elsewhere = here.server.world.guild("Elsewhere", bot=False)
    channel = here.server.world.channel(elsewhere)
    bob = here.server.world.joins(here.server.world.person("Bob", installed=True), elsewhere, P.USE_EXTERNAL_APPS)
    message = here.server.world.posts(bob, channel, FIRST)
    opened = await here.server.uses_on(bob, message, "Ask about this paper")
    await answered(here, opened, question="why?")
    assert (await here.heard("ask")).target == Target("discord", channel.id)


# ---------------------------------------------------------------- forms


@pytest.mark.parametrize("language", UI)
def test_every_form_is_within_the_limits(language: str) -> None:
    far = Target("discord", "@" + "9" * 20, "9" * 20)
    many = {f"2601.{n:06d}": "📰" * 80 for n in range(100_000, 100_030)}
    for papers in ({"cond-mat/0703001": "x" * 60}, {FIRST: "📰" * 60}, many):
        made = forms.form(Said("ask"), language=language, about=far, papers=papers)
        problems = Problems()
        modal(Form(made, problems))
        problems.check()
        assert 20 < utf16(made["title"]) <= 45 or len(papers) > 1
    filled = forms.filled_in({"custom_id": made["custom_id"], "components": []})
    assert filled is not None
    assert (filled.about, filled.said) == (far, Said("ask", {}))


def test_a_form_of_nobody_is_none() -> None:
    for custom_id in ("f1:::ask 2405.00001\nx", "f1:::ask ", "f1:::list", "f2:::ask 2405.00001", "f1:::ask a b"):
        assert forms.filled_in({"custom_id": custom_id}) is None
    filled = forms.filled_in({"custom_id": f"f1:::ask {FIRST}", "components": [{"component": {"custom_id": "x"}}, {}]})
    assert filled is not None
    assert filled.said == Said("ask", {"id": FIRST})


def test_only_what_is_not_said_yet_opens_a_form() -> None:
    assert forms.wanted(Said("ask", {"id": FIRST}))
    assert forms.wanted(Said("schedule"))
    for other in (Said("ask", {"id": FIRST, "question": "x"}), Said("ask"), Said("schedule", {"do": "keep"})):
        assert not forms.wanted(other)


async def test_what_a_message_does_not_name_opens_no_form() -> None:
    assert await asking.form_about(Library(), "hello", language="en") is None
