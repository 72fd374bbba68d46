"""/why: every reason for which a paper came, waits, or does not come, told from what is stored."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.harvest import Arrivals
from bot.locales import UI
from bot.targets import At, Settings, State
from tests.fakes.deliveries import delivered
from tests.fakes.desk import ADMIN, GROUP, NOW, PRIVATE, Front, front, labels, text
from tests.samples import listed, paper

MONDAY = date(2026, 5, 18)
HERE = datetime(2026, 5, 18, 4, 30, tzinfo=UTC)
"""When Monday's announcement was here whole; NOW is Tuesday noon."""

CATEGORIES = {"categories": ("cs.CL", "math.AG"), "primary_category": "cs.CL"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


@pytest.fixture
async def known(at: Front) -> Front:
    """A chat that has followed Fish since Friday, and two papers on it, new on Monday."""
    at.now = NOW - timedelta(days=4)
    await at.follow('zebrafish OR "danio rerio" as Fish')
    at.now = NOW
    at.store.save_papers(
        [
            paper("2605.00001", title="Zebrafish brains", version=1, **CATEGORIES),
            paper("2605.00002", title="More zebrafish", version=1, **CATEGORIES),
        ]
    )
    at.announce(listed("2605.00001", day=MONDAY, version=1), listed("2605.00002", day=MONDAY, version=1))
    Arrivals(at.chats).add(MONDAY, HERE)
    return at


async def why(at: Front, id_: str = "2605.00001", **given: object) -> str:
    return text(await at.say(f"/why {id_}", **given))


# ---------------------------------------------------------------- what matched, when it was announced


async def test_why_names_the_words_that_matched_and_the_day_it_was_announced(known: Front) -> None:
    assert (await why(known)).splitlines() == [
        "Zebrafish brains (https://arxiv.org/abs/2605.00001) · 2605.00001",
        "Fish matches it by: zebrafish.",
        "Announced on 18 May 2026 (Mon): new. It comes with the next digest.",
    ]


async def test_why_names_the_last_announcements_the_latest_first(known: Front) -> None:
    days = [MONDAY - timedelta(days=each) for each in (1, 2, 3)]
    known.announce(*(listed("2605.00001", day=day, version=4 - n) for n, day in enumerate(days)))
    told = [line for line in (await why(known)).splitlines() if line.startswith("Announced")]
    assert [line.split(":")[0] for line in told] == [
        "Announced on 18 May 2026 (Mon)",
        "Announced on 17 May 2026 (Sun)",
        "Announced on 16 May 2026 (Sat)",
    ]


async def test_why_does_not_guess_what_an_announcement_was(known: Front) -> None:
    known.announce(listed("2605.00005", day=MONDAY))
    known.store.save_papers([paper("2605.00005", title="Zebrafish fins")])
    assert "Announced on 18 May 2026 (Mon). It comes" in await why(known, "2605.00005")


# ---------------------------------------------------------------- why it does not come


async def crossed(at: Front) -> None:
    await at.follow("math.AG as Algebra")
    await at.say("/unsubscribe Fish")
    await at.say("/settings cross_lists off")


async def replaced(at: Front) -> None:
    at.announce(listed("2605.00001", day=MONDAY, version=3))


async def replaced_and_crossed(at: Front) -> None:
    await crossed(at)
    await replaced(at)
    await at.say("/settings replacements on")


async def subscribed_later(at: Front) -> None:
    await at.say("/unsubscribe 1")
    await at.follow("zebrafish as Fins")


async def subscribed_between_announcement_and_reading(at: Front) -> None:
    """The feed was out at 04:00 UTC, and read half an hour later."""
    await at.say("/unsubscribe 1")
    at.now = HERE - timedelta(minutes=10)
    await at.follow("zebrafish as Fins")
    at.now = NOW


async def subscribed_a_week_later(at: Front) -> None:
    day = MONDAY - timedelta(days=7)
    at.store.database.write(lambda db: db.execute("UPDATE announcements SET date = ?", [day.isoformat()]))
    Arrivals(at.chats).add(day, HERE - timedelta(days=7))


async def long_ago(at: Front) -> None:
    for day in (MONDAY + timedelta(days=each) for each in (1, 11)):
        Arrivals(at.chats).add(day, NOW)


async def half_read(at: Front) -> None:
    at.chats.set_mark("arrived", "{}")


async def subscribed_before_it_was_read_whole(at: Front) -> None:
    await subscribed_between_announcement_and_reading(at)
    await half_read(at)


async def came_before(at: Front) -> None:
    await delivered(at, PRIVATE, MONDAY - timedelta(days=3))
    at.store.database.write(lambda db: db.execute("DELETE FROM digest_items"))


async def paused(at: Front) -> None:
    await at.say("/pause")


async def lost(at: Front) -> None:
    at.chats.set_state(PRIVATE, State.LOST, reason="missing: Send Messages")


async def quiet(at: Front) -> None:
    at.chats.set_due(PRIVATE, NOW + timedelta(hours=6))


async def an_hour(at: Front) -> None:
    chosen = Settings(schedule=At((time(9),)), zone="Asia/Shanghai")
    at.chats.save_settings(PRIVATE, chosen, next_due_at=datetime(2026, 5, 20, 1, tzinfo=UTC))


async def due_now(at: Front) -> None:
    at.chats.set_due(PRIVATE, NOW)


REASONS: dict[Callable[[Front], Awaitable[None]], tuple[str, str, str]] = {
    crossed: ("Cross-lists are off here.", "这里不推送交叉列出的论文。", "Кросс-листы здесь выключены."),
    replaced: ("replacement v3. Replacements are off here.", "论文更新", "обновление v3. Обновления здесь выключены."),
    replaced_and_crossed: ("replaced cross-list v3. Cross-lists are off here.", "交叉列出的更新 v3。", "Кросс-листы"),
    subscribed_later: (
        "The subscription to Fins began after that, on 19 May 2026 (Tue).",
        "Fins 的订阅始于 2026 年 5 月 19 日（周二），在它公布之后。",
        "Подписка на Fins началась позже: 19 мая 2026 (вт).",
    ),
    subscribed_between_announcement_and_reading: ("began after that, on 18 May", "始于", "началась позже"),
    subscribed_a_week_later: ("began after that, on 15 May", "5 月 15 日", "началась позже: 15 мая"),
    long_ago: ("older than the digest looks back (10 days)", "简报只回溯 10 天", "последние 10 дней"),
    subscribed_before_it_was_read_whole: ("began after that, on 18 May", "始于", "началась позже"),
    half_read: ("is not complete here yet", "还没有收全", "ещё не целиком"),
    came_before: ("It had come here before.", "此前已推送过。", "Раньше она сюда уже приходила."),
    paused: ("It is held back: digests are paused here.", "暂缓：推送已暂停", "выпуски приостановлены"),
    lost: ("I may not post here (missing: Send Messages).", "（missing: Send Messages）", "(missing: Send Messages)"),
    quiet: (
        "It is held back by the quiet hours until Tue 19 May 18:00 (UTC).",
        "将于 5 月 19 日（周二）18:00（UTC）推送。",
        "Задержана тихими часами до 19 мая (вт) 18:00 (UTC).",
    ),
    an_hour: ("the digest due at Wed 20 May 09:00 (Asia/Shanghai).", "5 月 20 日（周三）09:00", "20 мая (ср) 09:00"),
    due_now: ("Its digest is being made.", "所在的简报正在准备。", "Её выпуск готовится."),
}


@pytest.mark.parametrize("language", range(3), ids=UI)
@pytest.mark.parametrize("how", REASONS, ids=lambda how: how.__name__)
async def test_why_says_what_keeps_a_paper(
    known: Front, how: Callable[[Front], Awaitable[None]], language: int
) -> None:
    await how(known)
    chat = known.chats.chat(PRIVATE)
    assert chat is not None
    spoken = replace(chat.settings, languages=(UI[language],))
    known.chats.save_settings(PRIVATE, spoken, next_due_at=chat.next_due_at)
    assert REASONS[how][language] in await why(known)


async def test_a_paper_that_two_topics_match_is_told_by_the_one_it_came_nearest(known: Front) -> None:
    await known.follow("zebrafish as Fins")
    assert "It comes with the next digest." in await why(known), "the older subscription counts"
    await known.say("/unsubscribe 1")
    assert "The subscription to Fins began" in await why(known)


async def test_each_announcement_has_its_own_reason(known: Front) -> None:
    await delivered(known, PRIVATE, MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    known.announce(listed("2605.00001", day=tuesday, version=2))
    Arrivals(known.chats).add(tuesday, NOW)
    said = await why(known)
    assert "19 May 2026 (Tue): replacement v2. Replacements are off here." in said
    assert "18 May 2026 (Mon): new.\n" in said, "a digest tells what became of it"
    await known.say("/settings replacements on")
    assert "19 May 2026 (Tue): replacement v2. It comes with the next digest." in await why(known)


async def test_a_version_that_came_does_not_come_again_and_its_digest_tells(known: Front) -> None:
    await known.say("/settings replacements on")
    tuesday = MONDAY + timedelta(days=1)
    known.announce(listed("2605.00001", day=tuesday, version=2))
    Arrivals(known.chats).add(tuesday, NOW)
    await delivered(known, PRIVATE, MONDAY)
    await delivered(known, PRIVATE, tuesday, version=2)
    said = await why(known)
    assert "comes" not in said
    assert said.count("It was sent as number 1 of 2 in the digest of ") == 2
    known.store.database.write(
        lambda db: db.execute("DELETE FROM digest_items WHERE digest_id = (SELECT MAX(id) FROM digests)")
    )
    said = await why(known)
    assert "replacement v2. It had come here before." in said
    assert "(Mon): new.\n" in said


async def test_why_offers_what_would_let_the_paper_come(known: Front) -> None:
    await replaced(known)
    reply = await known.say("/why 2605.00001")
    assert labels(reply) == ["Switch replacements on", "Summarize 2605.00001"]
    await known.press(reply, "Switch replacements on")
    assert labels(await known.say("/why 2605.00001")) == ["Summarize 2605.00001"]
    await known.say("/pause")
    assert labels(await known.say("/why 2605.00001"))[0] == "Resume"
    await known.say("/resume")
    await crossed(known)
    await known.press(await known.say("/why 2605.00002"), "Switch cross-lists on")
    chat = known.chats.chat(PRIVATE)
    assert chat is not None
    assert chat.settings.cross_lists
    assert chat.settings.replacements


# ---------------------------------------------------------------- never announced, not matched, not known


async def test_a_paper_of_categories_nobody_watches_is_said_so(known: Front) -> None:
    known.store.save_papers([paper("2605.00003", title="Zebrafish, by id", categories=("math.AG", "math.NT"))])
    said = await why(known, "2605.00003")
    assert "It is in math.AG, math.NT, and was not announced in the categories I watch (cs.*, stat.ML, eess.*)." in said
    await known.follow("math.AG")
    assert "arXiv has not announced it" in await why(known, "2605.00003"), "a topic here has them watched"


@pytest.mark.parametrize("categories", [(), ("cs.CL",), ("math.AG", "stat.ML")])
async def test_a_paper_of_ours_that_was_not_announced_is_said_so(known: Front, categories: tuple[str, ...]) -> None:
    known.store.save_papers([paper("2605.00003", title="Zebrafish, by id", categories=categories)])
    assert "has not announced it in the categories I watch (cs.*, stat.ML, eess.*)" in await why(known, "2605.00003")


async def test_what_matches_nothing_or_is_not_known_is_said_so(known: Front) -> None:
    known.announce(listed("2605.00004", day=MONDAY, version=1))
    said = await why(known, "2605.00004")
    assert said.endswith("None of the topics followed here matches it.\nAnnounced on 18 May 2026 (Mon): new.")
    assert "I know nothing of 2605.00099" in await why(known, "2605.00099")
    await known.say("/unsubscribe 1")
    assert "Nothing is followed here" in await why(known)


async def test_why_asks_for_a_paper_and_takes_one_from_a_reply(known: Front) -> None:
    assert "/why 2405.17428" in text(await known.say("/why"))
    assert "“banana” is not a paper" in text(await known.say("/why banana"))
    assert "Zebrafish brains" in text(await known.say("/why", replied_to="https://arxiv.org/abs/2605.00001"))
    assert "Summarize 2605.00001" in labels(await known.say("/why 2605.00001", actor=ADMIN))


# ---------------------------------------------------------------- where it was sent


async def test_why_says_where_it_was_sent_or_that_it_ranked_below(known: Front) -> None:
    await delivered(known, PRIVATE, MONDAY)
    said = await why(known)
    assert "It was sent as number 1 of 2 in the digest of 18 May 2026 (Mon) (https://example.org/1)." in said
    assert "comes" not in said
    said = await why(known, "2605.00002")
    assert "It ranked 2 of 2 in the digest of 18 May 2026 (Mon)" in said
    assert "below the cut: by its title only" in said


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("ready", None, "which is on its way"),
        ("dead", "the chat is closed", "could not be delivered: the chat is closed"),
        ("unknown", None, "an admin has to say"),
    ],
)
async def test_why_says_what_became_of_the_message(known: Front, state: str, error: str | None, said: str) -> None:
    await delivered(known, PRIVATE, MONDAY, state=state, error=error)
    assert said in await why(known)


async def test_a_message_that_waits_for_a_chat_says_what_the_chat_waits_for(known: Front) -> None:
    await delivered(known, PRIVATE, MONDAY, state="ready")
    await lost(known)
    assert "held back: I may not post here (missing: Send Messages)" in await why(known)
    await paused(known)
    assert "held back: digests are paused here. /resume sends it" in await why(known)


async def test_what_is_sent_elsewhere_is_no_reason_here(known: Front) -> None:
    await known.follow("zebrafish as Fish", kind="group")
    await delivered(known, GROUP, MONDAY)
    assert "It comes with the next digest." in await why(known)
    assert "It was sent as number 1 of 2" in await why(known, kind="group")
    await delivered(known, PRIVATE, MONDAY)
    assert "It was sent as number 1 of 2" in await why(known)
