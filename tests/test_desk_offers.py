"""What somebody may subscribe to: the catalogue, what a topic would bring, what is too much or wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.commands.text import fits
from bot.locales import say
from bot.models import Kind
from bot.ports import SourceUnreachable
from bot.topics.catalogue import entries
from tests.fakes.desk import NOW, PRIVATE, Front, command_of, front, labels, text
from tests.samples import listed, paper


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- the catalogue


async def test_subscribe_alone_shows_the_catalogue_page_by_page(at: Front) -> None:
    shown: list[str] = []
    reply = await at.say("/subscribe")
    for _ in range(-(-len(entries()) // 8)):
        shown += labels(reply)[:-2]
        reply = await at.press(reply, "More topics")
    assert shown == [named.topic.name for named in entries()]
    assert labels(reply)[0] == "LLM", "after the last page the first"
    assert text(await at.press(reply, "Type my own")).startswith("• /subscribe TOPIC")


async def test_the_catalogue_speaks_the_language_of_the_chat_and_marks_what_is_followed(at: Front) -> None:
    await at.follow("llm", locale="zh-hans")
    assert "✓ 大语言模型" in labels(await at.say("/subscribe"))
    assert "Агенты" in labels(await at.say("/subscribe", locale="ru", kind="group"))


async def test_a_topic_of_the_catalogue_is_offered_by_its_button(at: Front) -> None:
    reply = await at.press(await at.say("/subscribe"), "RAG")
    assert text(reply).startswith("RAG\n")
    assert labels(reply) == ["Subscribe", "Change", "No"]


# ---------------------------------------------------------------- what it would bring


async def test_an_offer_says_how_much_a_topic_brings_and_names_the_latest_three(at: Front) -> None:
    at.fortnight(lambda n: n % 5)
    said = text(await at.say('/subscribe "mixture of experts" as MoE'))
    assert said.startswith('MoE\n"mixture of experts"\n')
    assert "About 2 papers a day (last 14 days: 0–4)" in said
    assert said.count("The latest:") == 1
    assert said.count("https://arxiv.org/abs/") == 3
    assert said.index("2605.01000") < said.index("2605.02001") < said.index("2605.02000"), "the newest first"
    assert "on arrival, not between 22:00 and 08:00 (UTC)" in said
    assert "English" in said
    assert "10 in full at most" in said
    assert at.arxiv.asked == []


async def test_what_is_not_stored_is_named_by_arxiv_itself(at: Front) -> None:
    at.arxiv.latest = tuple(paper(f"2605.0900{n}", title=f"Quokka {n}") for n in range(3))
    said = text(await at.say("/subscribe quokka"))
    assert said.index("The latest:") < said.index("Quokka 0") < said.index("Quokka 2")
    assert said.count("https://arxiv.org/abs/2605.0900") == 3


async def test_fewer_than_one_a_day_is_told_for_two_weeks(at: Front) -> None:
    at.fortnight(lambda n: int(n == 3))
    assert "Only 1 paper in the last 14 days" in text(await at.say('/subscribe "mixture of experts"'))
    assert "Nothing that arXiv announced in the last 14 days" in text(await at.say("/subscribe zebrafish"))


async def test_an_offer_counts_what_the_chat_would_get(at: Front) -> None:
    at.fortnight(lambda n: 0)
    days = at.store.days()
    at.announce(
        *(listed(f"2605.0900{n}", day=day, version=2, announce_type=Kind.REPLACE) for n, day in enumerate(days[:10]))
    )
    at.store.save_papers([paper(f"2605.0900{n}", title="zebrafish", version=2) for n in range(10)])
    assert "Nothing that arXiv announced" in text(await at.say("/subscribe zebrafish"))
    at.announce(listed("2605.09000", day=days[1], version=1))
    at.store.save_papers([paper("2605.09000", title="zebrafish", version=2)])
    at.now += timedelta(minutes=11)
    said = text(await at.say("/subscribe zebrafish"))
    assert "Only 1 paper in the last 14 days" in said
    assert said.count("https://arxiv.org/abs/") == 1, "the latest are those that would come"
    await at.say("/settings replacements on")
    assert "About 1 paper a day" in text(await at.say("/subscribe zebrafish"))


async def test_what_was_announced_longer_ago_is_not_counted(at: Front) -> None:
    at.fortnight(lambda n: int(n == 3))
    at.announce(*(listed(f"2604.0000{n}", day=NOW.date() - timedelta(days=15 + n), version=1) for n in range(5)))
    at.store.save_papers([paper(f"2604.0000{n}", title="Mixture of experts") for n in range(5)])
    assert "Only 1 paper in the last 14 days" in text(await at.say('/subscribe "mixture of experts"'))


async def test_where_two_weeks_are_not_stored_arxiv_is_asked_once(at: Front) -> None:
    assert "About 4 papers a day (arXiv's estimate)" in text(await at.say("/subscribe zebrafish"))
    await at.say("/subscribe Zebrafish")
    assert at.arxiv.asked == ["zebrafish"]
    at.now += timedelta(hours=7)
    await at.say("/subscribe zebrafish")
    assert len(at.arxiv.asked) == 2


async def test_a_category_that_is_not_watched_is_estimated_whatever_is_stored(at: Front) -> None:
    at.fortnight(lambda n: 2)
    assert "arXiv's estimate" in text(await at.say("/subscribe math.AG"))
    assert "arXiv's estimate" not in text(await at.say("/subscribe cs.CL"))


@pytest.mark.parametrize("answer", [None, -1, SourceUnreachable("no connection"), TimeoutError()])
async def test_an_estimate_that_fails_leaves_what_is_stored(at: Front, answer: int | Exception | None) -> None:
    at.arxiv.answer = answer
    assert "cannot tell yet" in text(await at.say("/subscribe zebrafish"))
    at.announce(listed("2605.00001", day=NOW.date(), version=1), listed("2605.00002", day=NOW.date(), version=1))
    at.store.save_papers([paper("2605.00001", title="zebrafish")])
    reply = await at.say("/subscribe zebrafish")
    said = "1 paper in the announcements I have so far (days: 1).\nThe latest:\n• zebrafish (https://arxiv.org"
    assert said in text(reply)
    assert "Subscribe" in labels(reply)
    assert at.arxiv.asked == ["zebrafish"], "a failure is not repeated at once"


async def test_small_estimates_are_told_for_two_weeks(at: Front) -> None:
    at.arxiv.answer = 3
    assert "About 3 papers in 14 days (arXiv's estimate)" in text(await at.say("/subscribe zebrafish"))
    at.arxiv.answer = 0
    assert "None in the last 14 days (arXiv's estimate)" in text(await at.say("/subscribe axolotl"))


async def test_late_papers_are_counted_when_the_day_is_read_again(at: Front) -> None:
    at.fortnight(lambda n: 1)
    assert "Only" not in (first := text(await at.say('/subscribe "mixture of experts"')))
    assert "(last 14 days: 1–1)" in first
    at.announce(listed("2605.00009", day=date(2026, 5, 19), version=1))
    at.store.save_papers([paper("2605.00009", title="Mixture of experts, late")])
    assert "(last 14 days: 1–1)" in text(await at.say('/subscribe "mixture of experts"'))
    at.now += timedelta(minutes=11)
    assert "(last 14 days: 1–2)" in text(await at.say('/subscribe "mixture of experts"'))


async def test_without_a_model_an_offer_says_so(tmp_path: Path) -> None:
    with front(tmp_path, has_model=False) as desk:
        assert say("en", "cmd.no_model") in text(await desk.say("/subscribe llm"))


async def test_a_slow_count_is_announced_at_once(at: Front) -> None:
    at.patience = 0.0
    at.restart()
    first, last = await at.hears(at.ask("/subscribe llm"))
    assert "two weeks" in text(first)
    assert labels(last) == ["Subscribe", "Change", "No"]


# ---------------------------------------------------------------- too much


async def test_more_than_thirty_a_day_are_offered_by_their_best(at: Front) -> None:
    at.fortnight(lambda n: 31)
    reply = await at.say('/subscribe "mixture of experts"')
    assert labels(reply) == ["Best 10", "Best 20", "Titles only", "Narrow it", "No"]
    await at.press(reply, "Best 20")
    chat = at.chats.chat(PRIVATE)
    assert chat is not None
    assert chat.settings.size == 20
    assert chat.settings.layout == "digest"


async def test_thirty_a_day_are_not_too_many(at: Front) -> None:
    at.fortnight(lambda n: 30)
    assert "Subscribe" in labels(await at.say('/subscribe "mixture of experts"'))


async def test_titles_only_is_another_layout(at: Front) -> None:
    at.arxiv.answer = 5000
    await at.press(await at.say("/subscribe zebrafish"), "Titles only")
    chat = at.chats.chat(PRIVATE)
    assert chat is not None
    assert chat.settings.layout == "titles"
    assert at.names() == ["zebrafish"]


async def test_the_best_are_no_titles(at: Front) -> None:
    at.arxiv.answer = 5000
    await at.say("/settings layout titles")
    best = at.ask(command_of(await at.say("/subscribe zebrafish"), "Best 10"))
    await at.hears(best)
    chat = at.chats.chat(PRIVATE)
    assert chat is not None
    assert (chat.settings.layout, chat.settings.size) == ("digest", 10)
    await at.say("/settings size 5")
    await at.hears(best)
    chat = at.chats.chat(PRIVATE)
    assert chat is not None
    assert chat.settings.size == 5, "it was applied before, and changed since"


async def test_what_narrows_nothing_is_not_offered(at: Front) -> None:
    at.fortnight(lambda n: 40)
    assert labels(await at.press(await at.say("/subscribe cs.CL"), "Narrow it")) == [
        "Without surveys",
        "How to write a topic",
    ]


async def test_a_topic_is_narrowed_by_its_categories_or_by_surveys(at: Front) -> None:
    at.fortnight(lambda n: 40)
    reply = await at.press(await at.say('/subscribe "mixture of experts" as MoE'), "Narrow it")
    assert labels(reply) == ["Only cs.CL", "Without surveys", "How to write a topic"]
    offered = await at.press(reply, "Without surveys")
    assert text(offered).startswith('MoE -survey\n("mixture of experts") -survey\n')


# ---------------------------------------------------------------- queries people get wrong


async def test_a_wrong_query_shows_the_place_and_a_button_that_takes_the_suggestion(at: Front) -> None:
    reply = await at.say("/subscribe cs.CL (RAG OR retrieval")
    assert "» cs.CL (RAG OR retrieval" in text(reply)
    assert reply.private
    fixed = await at.press(reply, "cs.CL (RAG OR retrieval)")
    assert text(fixed).startswith("cs.CL (RAG OR retrieval)\n")


async def test_a_suggestion_keeps_the_name_that_was_given(at: Front) -> None:
    fixed = await at.press(await at.say("/subscribe cs.CL RAG OR as Mine"), "cs.CL RAG")
    assert text(fixed).startswith("Mine\ncs.CL RAG\n")


@pytest.mark.parametrize("length", range(26, 34))
async def test_a_suggestion_is_carried_as_it_is_only_as_long_as_it_fits(at: Front, length: int) -> None:
    word = "x" * length
    reply = await at.say(f"/subscribe (RAG {word}")
    assert fits(command_of(reply, "(RAG"))
    assert f"(RAG {word})" in text(await at.press(reply, "(RAG"))


async def test_a_long_suggestion_fits_a_button_all_the_same(at: Front) -> None:
    query = " OR ".join(f"word{n}" for n in range(12))
    reply = await at.say(f"/subscribe ({query}")
    carried = command_of(reply, "(word0")
    assert len(carried.encode()) <= 64
    at.restart()
    assert f"({query})" in text(await at.say(carried))


@pytest.mark.parametrize(
    "typed", ["2405.17428", "arXiv:2405.17428v2", "https://www.arxiv.org/pdf/2405.17428v2.pdf", "hep-th/9901001v12"]
)
async def test_an_id_is_a_paper_not_a_topic(at: Front, typed: str) -> None:
    at.reading.known = {"2405.17428": "NV-Embed", "hep-th/9901001": "NV-Embed of old"}
    reply = await at.say(f"/subscribe {typed}")
    assert fits(command_of(reply, "Summarize"))
    assert text(await at.press(reply, "Summarize")).startswith("NV-Embed")
