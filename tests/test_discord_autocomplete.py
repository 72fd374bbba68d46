"""What an option suggests is from what we have, within Discord's limits, and what it sends is understood."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.autocomplete import choices
from bot.commands import OptionKind
from bot.commands.tongues import read
from bot.delivery.zones import zone_named
from bot.document import utf16
from bot.locales import UI
from bot.models import Paper
from bot.sources.ids import find
from bot.topics.catalogue import entries, topic
from tests.samples import paper

KINDS: tuple[OptionKind, ...] = ("text", "int", "choice", "topic", "paper_ids", "zone", "language")
SEEN = [
    paper("2405.17428", title="NV-Embed: Improved Techniques for Training LLMs"),
    paper("2405.13929", title="Vikhr: $x^2$ " + "very long " * 30),
    paper("hep-th/9901001", title="An old one"),
]


def papers(words: str, limit: int) -> Sequence[Paper]:
    """By any word of title or id, as a store would."""
    return [each for each in SEEN if words.lower() in f"{each.id} {each.title}".lower()][:limit]


def values(kind: OptionKind, typed: str, language: str = "en") -> list[str]:
    return [each["value"] for each in choices(kind, typed, language=language, papers=papers)]


@given(
    kind=st.sampled_from(KINDS),
    typed=st.text("aeс中лcsCLv.+- 0123456789🙂\n\\", max_size=300),
    language=st.sampled_from([*UI, "de", "pt-BR"]),
    own=st.lists(st.tuples(st.text(max_size=120), st.text(max_size=120)), max_size=30),
)
def test_whatever_is_typed_discord_takes_what_is_suggested(
    kind: OptionKind, typed: str, language: str, own: list[tuple[str, str]]
) -> None:
    made = choices(kind, typed, language=language, papers=papers, own=own)

    assert len(made) <= 25
    assert all(1 <= utf16(each["name"]) <= 100 and 1 <= utf16(each["value"]) <= 100 for each in made)
    assert all(each["name"].strip() and each["value"].strip() for each in made)
    assert len({each["value"] for each in made}) == len(made)
    assert made == choices(kind, typed, language=language, papers=papers, own=own)


@pytest.mark.parametrize("language", UI)
def test_nothing_typed_offers_the_catalogue_in_its_order(language: str) -> None:
    made = choices("topic", "", language=language)
    assert [each["name"] for each in made] == [each.topic.called(language) for each in entries()][:25]


@pytest.mark.parametrize("language", UI)
def test_what_a_topic_sends_is_understood_as_it(language: str) -> None:
    for each in choices("topic", "", language=language):
        assert topic(each["value"]).called(language) == each["name"]


@pytest.mark.parametrize(
    ("typed", "language", "first"),
    [
        ("rag", "en", "RAG"),
        ("cs.cl", "en", "cs.CL"),
        ("computer vis", "en", "cs.CV"),
        ("计算与语言", "zh", "cs.CL"),
        ("компьютерное зр", "ru", "cs.CV"),
        ("computer vis", "ru", "cs.CV"),
        ("quant-ph", "en", "quant-ph"),
    ],
)
def test_a_topic_is_found_by_name_code_or_words(typed: str, language: str, first: str) -> None:
    assert first in values("topic", typed, language)[:2]


def test_a_category_says_what_it_is() -> None:
    (found,) = [each for each in choices("topic", "cs.CL", language="en") if each["value"] == "cs.CL"]
    assert found["name"] == "cs.CL · Computation and Language"


def test_the_last_word_of_a_query_is_completed() -> None:
    assert "-survey cs.CV" in values("topic", "-survey cs.cv")
    assert values("topic", "x" * 99 + " cs.cv") == []


def test_a_chats_own_topics_come_first() -> None:
    own = [("1 · My RAG", "1"), ("2 · Vision", "2")]
    made = choices("topic", "rag", language="en", own=own)
    assert [each["value"] for each in made][:2] == ["1", "RAG"]


def test_papers_are_found_by_words_or_the_beginning_of_an_id() -> None:
    assert values("paper_ids", "nv-embed") == ["2405.17428"]
    assert values("paper_ids", "2405.1") == ["2405.17428", "2405.13929"]
    assert values("paper_ids", "") == ["2405.17428", "2405.13929", "hep-th/9901001"]
    (made,) = choices("paper_ids", "vikhr", language="en", papers=papers)
    assert made["name"].startswith("2405.13929 · Vikhr: x² very long")


def test_papers_already_named_stay_and_are_not_offered_again() -> None:
    assert values("paper_ids", "2405.17428 ") == ["2405.17428 2405.13929", "2405.17428 hep-th/9901001"]
    assert values("paper_ids", "2405.17428 old") == ["2405.17428 hep-th/9901001"]
    for value in values("paper_ids", "2405.17428 "):
        assert len(find(value)) == 2


def test_without_papers_none_are_suggested() -> None:
    assert choices("paper_ids", "x", language="en") == []


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("shang", "Asia/Shanghai"),
        ("上海", "Asia/Shanghai"),
        ("Пекин", "Asia/Shanghai"),
        ("berlin", "Europe/Berlin"),
        ("new yo", "America/New_York"),
        ("utc+8", "Etc/GMT-8"),
    ],
)
def test_a_zone_is_found_by_its_city(typed: str, zone: str) -> None:
    assert values("zone", typed)[0] == zone


@pytest.mark.parametrize("language", UI)
def test_zones_that_are_suggested_are_zones(language: str) -> None:
    suggested = [*values("zone", "", language), *values("zone", "a", language)]
    assert len(suggested) > 25
    for value in suggested:
        assert zone_named(value)


def test_a_language_is_found_by_its_name_in_any_way() -> None:
    for typed in ("zh", "中", "chin"):
        assert values("language", typed)[0] == "zh"
    assert values("language", "zh+en")[0] == "zh+en"
    assert "zh+zh" not in values("language", "zh+")
    assert values("language", "zh+en+r") == []
    for value in values("language", "") + values("language", "zh+"):
        assert read(value)


def test_two_languages_are_called_as_their_speakers_do() -> None:
    made = choices("language", "zh+en", language="en")
    assert made[0] == {"name": "中文 + English", "value": "zh+en"}


def test_what_is_free_text_suggests_nothing() -> None:
    assert values("text", "a") == values("int", "1") == values("choice", "s") == []
