"""Every button carries a command that fits one everywhere and is read back; no message has more than a phone bears.

What is too long, whatever people call things, goes under a short name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.commands.owners import chat_word
from bot.commands.text import CALLBACK, command, fits, read
from bot.document import Actions, Document
from bot.locales import UI
from bot.platforms import Reply
from bot.targets import Access, Target
from bot.topics.catalogue import entries
from tests.fakes.desk import GROUP, OWNER, Front, actions, command_of, front, labels, text
from tests.samples import listed, paper

IDS = ("2405.17428", "0704.0001v3", "hep-th/9901001", "supr-con/9609004v12", "math.GT/0309136")
FAR = Target("discord", "1234567890123456789012", "9876543210987654321098")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    path: Path = tmp_path_factory.mktemp("buttons")
    with front(path, per_user=10**6, forms={"memory": ("rich",)}) as made:
        made.means.limits._chats._most = 10**6
        made.fortnight(lambda n: 31, title="Zebrafish")
        for key in ("0704.0001", "hep-th/9901001", "supr-con/9609004", "math/0309136"):
            made.announce(listed(key, day=date(2026, 5, 18), version=2))
            made.store.save_papers([paper(key, title="Zebrafish", version=2)])
        yield made


def carried(said: Reply | Document) -> list[str]:
    """What its buttons carry, each of which fits and is one of our commands."""
    document = said.document if isinstance(said, Reply) else said
    rows = [block for block in document.blocks if isinstance(block, Actions)]
    assert len(rows) <= 5
    assert all(1 <= len(each.actions) <= 5 for each in rows)
    found = [each.command for each in actions(document) if each.command]
    for each in found:
        assert len(each.encode()) <= CALLBACK, each
        assert read(each, kind="group") is not None, each
    return found


async def all_that_follows(desk: Front, typed: Sequence[str], *, language: str) -> None:
    """Ask, and press whatever appears, as long as it is about what was asked."""
    todo, pressed = list(typed), set[str]()
    while todo and len(pressed) < 40:
        each = todo.pop(0)
        if each in pressed or each.startswith(("/privacy", "/start")):
            continue
        pressed.add(each)
        for reply in await desk.hears(desk.ask(each, locale=language, actor=OWNER, pressed=each not in typed)):
            todo = [*(new for new in carried(reply) if "~" in new), *todo]


names = st.text(
    st.characters(categories=("L", "N", "P", "S", "M", "Zs"), exclude_characters='"'), min_size=1, max_size=80
)
queries = st.one_of(
    names.map(lambda name: f'"{name}"'),
    st.lists(st.sampled_from(["zebrafish", "斑马鱼", "рыба", "ti:neuron*", "cs.CL"]), min_size=1, max_size=9).map(
        " OR ".join
    ),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries, name=names, language=st.sampled_from(UI), broken=st.booleans())
def test_whatever_a_topic_is_called_its_buttons_fit(
    desk: Front, query: str, name: str, language: str, broken: bool
) -> None:
    asked = [f"/subscribe ({query} as {name}", f"/subscribe {query}"] if broken else [f"/subscribe {query} as {name}"]
    asyncio.run(all_that_follows(desk, [*asked, "/unsubscribe", "/list"], language=language))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(st.times(), min_size=1, max_size=24),
    zone=st.sampled_from(["", "Asia/Shanghai", "America/Argentina/Buenos_Aires", "UTC+8"]),
    days=st.sampled_from(["", "mon-fri", "weekly fri", "sun"]),
)
def test_however_many_hours_there_are_the_buttons_of_a_schedule_fit(
    desk: Front, hours: list[object], zone: str, days: str
) -> None:
    said = " ".join(str(hour)[:5] for hour in hours)
    replies = asyncio.run(desk.hears(desk.ask(f"/schedule {days} {said} {zone}")))
    for reply in replies:
        carried(reply)


async def test_six_early_hours_are_moved_by_a_button_and_seven_are_too_long_for_one(desk: Front) -> None:
    later = " ".join(f"{hour}:00" for hour in range(14, 19))
    assert labels(await desk.say(f"/schedule daily 9:00 {later} Shanghai"))[0] == "13:30"
    many = await desk.say(f"/schedule daily 9:00 {later} 19:00 20:00 Shanghai")
    assert labels(many) == ["09:00 all the same", "On arrival"]
    assert "13:30 gets today's" in text(many)


@pytest.mark.parametrize("language", UI)
@pytest.mark.parametrize("id_", IDS)
async def test_every_form_of_id_fits_the_buttons_about_it(desk: Front, id_: str, language: str) -> None:
    for typed in (f"/why {id_}", f"/subscribe {id_}", f"/summarize {id_}", f"/subscribe https://arxiv.org/abs/{id_}"):
        for reply in await desk.hears(desk.ask(typed, locale=language)):
            carried(reply)


def test_every_topic_of_the_catalogue_fits_with_all_that_follows_it() -> None:
    for named in entries():
        assert fits(command("subscribe", f"~{named.id}", "yes", "titles"))


# ---------------------------------------------------------------- chats with long names


async def test_owners_decide_about_a_chat_whose_id_is_too_long_for_a_button(tmp_path: Path) -> None:
    with front(tmp_path, policy="approve") as desk:
        for number in range(501):  # it is found among many
            other = Target("memory", f"chat {number}")
            desk.chats.ensure(other, kind="group", title="", languages=("en",), now=desk.now)
        await desk.follow("llm", kind="group", target=FAR)
        [(_, asked)] = desk.notified
        assert not any(str(FAR) in each for each in carried(asked))
        assert str(FAR) in text(asked)
        desk.restart()
        await desk.say("/why 2405.17428", kind="group")
        allowed = await desk.say(command_of(asked, "Allow without model"), actor=OWNER)
        found = desk.chats.chat(FAR)
        assert found is not None
        assert found.access is Access.NO_MODEL
        assert carried(desk.told[0][1]), "it goes on there by a button"
        blocked = await desk.press(allowed, "Block", actor=OWNER)
        assert "is blocked" in text(blocked)
        assert carried(blocked)
        assert "I know no chat" not in text(await desk.press(blocked, "Allow", actor=OWNER))


async def test_a_short_name_of_no_chat_is_no_chats(tmp_path: Path) -> None:
    with front(tmp_path) as desk:
        await desk.follow("llm", kind="group")
        assert chat_word(GROUP) == "memory:-100"
        reply = await desk.say("/block ~k3f9qa2x", actor=OWNER)
        assert "/block telegram:-100123" in text(reply)
        found = desk.chats.chat(GROUP)
        assert found is not None
        assert found.access is None
