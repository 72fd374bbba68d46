"""A chat's subscriptions from the first to the last: who decides, what is listed, how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.locales import say
from bot.platforms import Place
from bot.targets import State
from tests.fakes.desk import ADMIN, GROUP, MEMBER, NOW, PRIVATE, Front, front, labels, text


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- deciding


async def test_an_admin_confirms_what_a_member_proposed(at: Front) -> None:
    offered = await at.say("/subscribe llm", kind="group", actor=MEMBER)
    assert "An admin confirms" in text(offered)
    pressed = await at.press(offered, "Subscribe", kind="group", actor=MEMBER)
    assert pressed.private
    assert text(pressed) == say("en", "cmd.admins_only.group")
    assert at.chats.chat(GROUP) is None
    done = await at.press(offered, "Subscribe", kind="group", actor=ADMIN)
    assert not done.private
    assert at.names(GROUP) == ["LLM"]


async def test_an_offer_survives_a_restart(at: Front) -> None:
    offered = await at.say('/subscribe ti:"mixture of experts" OR ti:MoE OR abs:"expert routing" as "Experts"')
    at.restart()
    await at.press(offered, "Subscribe")
    assert at.names() == ["Experts"]
    [one] = at.chats.subscriptions(PRIVATE)
    assert one.topic.query.text == 'ti:"mixture of experts" OR ti:MoE OR abs:"expert routing"'
    assert one.since == NOW


async def test_an_offer_is_good_in_its_own_chat_only_and_for_so_long(at: Front) -> None:
    offered = await at.say("/subscribe zebrafish")
    other = await at.press(offered, "Subscribe", kind="group")
    assert text(other) == say("en", "cmd.stale")
    for number in range(40):
        await at.say(f"/subscribe axolotl{number}")
    assert text(await at.press(offered, "Subscribe")) == say("en", "cmd.stale")


async def test_after_subscribing_there_is_a_sample_or_todays(at: Front) -> None:
    done = await at.press(await at.say("/subscribe zebrafish"), "Subscribe")
    sample = await at.press(done, "Send me a sample")
    assert text(sample) == "a sample of 3"
    assert sample.private
    assert (await at.press(done, "Send me a sample", pressed=True)).place is Place.BELOW, "the buttons stay"
    assert at.poster.previews == ["zebrafish"] * 2
    assert "3 papers" in text(await at.press(done, "Post today"))


@pytest.mark.parametrize("label", ["Change", "Narrow it"])
async def test_an_offer_stays_until_an_admin_decides(at: Front, label: str) -> None:
    if label == "Narrow it":
        at.arxiv.answer = 5000
    offered = await at.say("/subscribe zebrafish", kind="group", actor=MEMBER)
    for actor in (MEMBER, ADMIN):
        looked = await at.press(offered, label, kind="group", actor=actor, pressed=True)
        assert looked.place is Place.BELOW
        assert len(labels(looked)) >= 2
    await at.say("/settings size 20", kind="group")
    yes = "Titles only" if label == "Narrow it" else "Subscribe"
    assert (await at.press(offered, yes, kind="group", actor=MEMBER, pressed=True)).place is Place.ASIDE
    done = await at.press(offered, yes, kind="group", pressed=True)
    assert done.place is Place.INSTEAD
    assert at.names(GROUP) == ["zebrafish"]


async def test_what_is_changed_from_an_offer_is_what_it_is_taken_with(at: Front) -> None:
    offered = await at.say("/subscribe zebrafish")
    page = await at.press(await at.press(offered, "Change"), "What")
    await at.press(page, "5 papers")
    await at.press(offered, "Subscribe")
    chat = at.chats.chat(PRIVATE)
    assert chat is not None
    assert chat.settings.size == 5


async def test_no_changes_nothing(at: Front) -> None:
    reply = await at.press(await at.say("/subscribe zebrafish"), "No")
    assert text(reply) == say("en", "cmd.subscribe.dropped")
    assert at.names() == []
    assert at.chats.chat(PRIVATE) is None


@pytest.mark.parametrize(
    "spelling", ["LLM", "llm", "大语言模型", '"language model" OR LLM', 'LLM | "language models" as Mine']
)
async def test_what_is_followed_already_is_said_so_in_any_spelling(at: Front, spelling: str) -> None:
    await at.follow("cs.CL", "llm")
    assert "followed here already, as number 2" in text(await at.say(f"/subscribe {spelling}"))
    assert "followed here already" in text(await at.say("/subscribe ~llm yes"))
    assert at.names() == ["cs.CL", "LLM"]


async def test_the_same_update_subscribes_once_and_is_answered_the_same(at: Front) -> None:
    ask = at.ask("/subscribe ~llm yes")
    first = await at.hears(ask)
    assert await at.hears(ask) == first, "not that it is followed already"
    await at.say("/unsubscribe llm")
    at.restart()
    assert await at.hears(ask) == first
    assert at.names() == [], "it was applied before, and undone since"


async def test_two_admins_at_once_subscribe_once(at: Front) -> None:
    replies = await asyncio.gather(*(at.say("/subscribe ~llm yes") for _ in range(5)))
    assert at.names() == ["LLM"]
    assert sum("already" in text(reply) for reply in replies) == 4


async def test_there_is_an_end_to_what_one_chat_follows(at: Front) -> None:
    for number in range(50):
        await at.follow(f"zebra{number}")
    reply = await at.say("/subscribe ~llm yes")
    assert text(reply) == say("en", "cmd.too_many")
    assert len(at.names()) == 50


async def test_a_paused_chat_hears_that_it_is(at: Front) -> None:
    await at.follow("llm")
    await at.say("/pause")
    done = await at.say("/subscribe ~rag yes")
    assert "/resume" in text(done)
    chat = at.chats.chat(PRIVATE)
    assert chat is not None
    assert chat.state is State.PAUSED


# ---------------------------------------------------------------- the list


async def test_the_list_has_numbers_and_papers_a_day(at: Front) -> None:
    at.fortnight(lambda n: 4)
    await at.follow('"mixture of experts" as MoE', "llm", "zebrafish")
    lines = text(await at.say("/list")).splitlines()
    assert lines[1] == '1. MoE "mixture of experts" · about 4 a day'
    assert lines[2] == "2. LLM · 0 in two weeks"
    assert lines[3] == "3. zebrafish · 0 in two weeks"


async def test_the_list_does_not_guess_what_is_not_stored(at: Front) -> None:
    await at.follow("llm")
    assert text(await at.say("/list")).splitlines()[1] == "1. LLM"


async def test_a_chat_that_follows_nothing_is_shown_the_way(at: Front) -> None:
    for command in ("/list", "/unsubscribe", "/unsubscribe 1", "/pause", "/resume", "/digest"):
        reply = await at.say(command)
        assert text(reply) == say("en", "cmd.follows_nothing"), command


async def test_why_nothing_comes_is_in_the_list(at: Front) -> None:
    await at.follow("llm", kind="group")
    at.chats.set_state(GROUP, State.LOST, reason="missing: Send Messages")
    assert "missing: Send Messages" in text(await at.say("/list", kind="group"))
    await at.say("/pause", kind="group")
    assert "/resume" in text(await at.say("/list", kind="group"))


# ---------------------------------------------------------------- the way out


@pytest.mark.parametrize("way", ["2", "moe", "MoE", '"mixture of experts"', '"Mixture  of Expert"'])
async def test_unsubscribe_takes_a_number_a_name_or_any_spelling(at: Front, way: str) -> None:
    await at.follow("cs.CL", '"mixture of experts" as MoE', "zebrafish")
    reply = await at.say(f"/unsubscribe {way}")
    assert "MoE is followed no more" in text(reply)
    assert at.names() == ["cs.CL", "zebrafish"]
    await at.press(reply, "Subscribe again")
    assert at.names() == ["cs.CL", "zebrafish", "MoE"]


async def test_a_catalogue_topic_is_left_by_its_name_in_any_language(at: Front) -> None:
    await at.follow("llm")
    await at.say("/unsubscribe 大语言模型")
    assert at.names() == []


async def test_a_stale_button_never_hits_another_subscription(at: Front) -> None:
    await at.follow("cs.CL", "llm", "zebrafish")
    buttons = await at.say("/unsubscribe")
    await at.press(buttons, "✕ 1.")
    for label in ("✕ 1.", "✕ 2.", "✕ 3."):
        reply = await at.press(buttons, label)
        assert "changed since" in text(reply)
        assert reply.private
    assert at.names() == ["LLM", "zebrafish"]
    await at.press(await at.say("/unsubscribe"), "✕ 2.")
    assert at.names() == ["LLM"]


async def test_a_stale_button_hits_no_topic_whose_name_is_its_number(at: Front) -> None:
    await at.follow("llm", "zebrafish as 1", "axolotl")
    buttons = await at.say("/unsubscribe")
    await at.press(buttons, "✕ 1.")
    assert "changed since" in text(await at.press(buttons, "✕ 1."))
    assert at.names() == ["1", "axolotl"]


@pytest.mark.parametrize("way", ["9", "0", "(", "axolotl", "999999999999"])
async def test_what_is_not_followed_cannot_be_left(at: Front, way: str) -> None:
    await at.follow("llm")
    reply = await at.say(f"/unsubscribe {way}")
    assert "is not followed here" in text(reply)
    assert labels(reply) == ["✕ 1. LLM", "What is followed"]
    assert at.names() == ["LLM"]


async def test_a_long_list_is_left_page_by_page(at: Front) -> None:
    await at.follow(*(f"zebra{number}" for number in range(1, 21)))
    page, shown = await at.say("/unsubscribe"), []
    for _ in range(3):
        shown += [label for label in labels(page) if label.startswith("✕")]
        page = await at.press(page, "The others")
    assert shown == [f"✕ {number}. zebra{number}" for number in range(1, 21)]
    assert labels(page)[0] == "✕ 1. zebra1", "after the last page the first"
    for beyond in ("~99", "~0"):
        assert labels(await at.say(f"/unsubscribe {beyond}"))[0] in {"✕ 1. zebra1", "✕ 17. zebra17"}
    last = await at.say("/unsubscribe ~3")
    await at.press(last, "✕ 20.")
    assert "zebra20" not in at.names()
    assert len(at.names()) == 19


async def test_the_same_update_unsubscribes_once_and_is_answered_the_same(at: Front) -> None:
    await at.follow("cs.CL", "zebrafish", "axolotl")
    ask = at.ask("/unsubscribe 2")
    first = await at.hears(ask)
    at.restart()
    assert await at.hears(ask) == first
    assert at.names() == ["cs.CL", "axolotl"]
