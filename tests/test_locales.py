"""What we say is said in every language we speak, with the same arguments and the right plural forms."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from babel import Locale

from bot import ports
from bot.locales import UI, Language, Message, day, messages, say, ui

LANGUAGES: tuple[Language, ...] = ("en", "zh", "ru")
ROOT = Path(__file__).parent.parent
MONDAY = date(2026, 3, 2)


def forms(message: Message) -> list[str]:
    return [message] if isinstance(message, str) else [text for name, text in message.items() if name != "by"]


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def test_we_speak_the_languages_we_say() -> None:
    assert UI == LANGUAGES


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_every_key_is_in_every_language(language: Language) -> None:
    assert list(messages(language)) == list(messages("en"))


@pytest.mark.parametrize("language", ["zh", "ru"])
def test_a_message_takes_the_same_arguments_in_every_language(language: Language) -> None:
    for key, english in messages("en").items():
        wanted = set.union(*map(placeholders, forms(english)))
        other = messages(language)[key]
        assert set.union(*map(placeholders, forms(other))) <= wanted, key
        assert wanted <= set.union(*map(placeholders, forms(other))), key
        assert isinstance(english, str) == isinstance(other, str), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_plural_forms_are_all_those_of_the_language(language: Language) -> None:
    wanted = {*Locale.parse(language).plural_form.tags, "other"}
    for key, message in messages(language).items():
        if not isinstance(message, str):
            assert set(message) - {"by", "=1"} == wanted, key
            assert f"{{{message['by']}}}" in message["other"], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_code_is_said_in_words(language: Language) -> None:
    for base, group in ((ports.SourceError, "reason"), (ports.SummaryError, "summary_reason")):
        for error in (base, *base.__subclasses__()):
            assert f"{group}.{error.code}" in messages(language)


def test_every_note_the_core_makes_can_be_said() -> None:
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py"))
    made = {key for source in sources for key in re.findall(r'\bNote\("(\w+)"', source)}
    assert len(made) > 10
    assert {f"note.{key}" for key in made} <= set(messages("en"))


@pytest.mark.parametrize(
    ("language", "total", "said"),
    [
        ("en", 1, "1 of 1 paper"),
        ("en", 136, "1 of 136 papers"),
        ("zh", 136, "1 / 136 篇"),
        ("ru", 21, "1 из 21 статьи"),
        ("ru", 22, "1 из 22 статей"),
        ("ru", 25, "1 из 25 статей"),
    ],
)
def test_plural_forms_go_by_the_number_they_are_about(language: str, total: int, said: str) -> None:
    assert say(language, "digest.count", shown=1, total=total) == said


def test_a_language_without_a_form_for_one_may_say_one_in_words_of_its_own() -> None:
    assert say("zh", "summary.checked", statements=1) == "这条陈述可在原文中找到依据"
    assert say("zh", "summary.checked", statements=9) == "9 条陈述均可在原文中找到依据"


@pytest.mark.parametrize(
    ("count", "said"), [(1, "1 статья"), (2, "2 статьи"), (5, "5 статей"), (11, "11 статей"), (21, "21 статья")]
)
def test_russian_counts_as_russian_does(count: int, said: str) -> None:
    assert say("ru", "digest.papers", count=count) == said


@pytest.mark.parametrize(
    ("language", "short", "long", "plain"),
    [
        ("en", "Mon 2 March", "2 March 2026 (Mon)", "2 March 2026"),
        ("zh", "3 月 2 日（周一）", "2026 年 3 月 2 日（周一）", "2026 年 3 月 2 日"),
        ("ru", "2 марта (пн)", "2 марта 2026 (пн)", "2 марта 2026"),
    ],
)
def test_dates_have_our_house_form(language: str, short: str, long: str, plain: str) -> None:
    assert [day(language, MONDAY, form=form) for form in ("short", "long", "plain")] == [short, long, plain]


def test_a_date_in_a_message_has_its_year() -> None:
    assert say("en", "note.nothing_announced", day=MONDAY) == "arXiv announced nothing on 2 March 2026 (Mon)."
    assert say("zh", "note.nothing_announced", day=MONDAY) == "arXiv 在 2026 年 3 月 2 日（周一）没有公布论文。"


def test_a_time_in_a_message_says_its_zone() -> None:
    noon = datetime(2026, 3, 2, 12, 5, tzinfo=UTC)
    assert "2 March 2026 (Mon) 12:05 UTC" in say("en", "note.nothing_announced", day=noon)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("zh", "zh"), ("zh-Hans-CN", "zh"), ("ZH_tw", "zh"), ("ru-RU", "ru"), ("de", "en"), ("", "en"), ("en-GB", "en")],
)
def test_a_language_we_do_not_speak_is_answered_in_english(asked: str, spoken: str) -> None:
    assert ui(asked) == spoken
    assert say(asked, "summary.takeaways") == say(spoken, "summary.takeaways")


def test_a_note_says_its_reason_in_words() -> None:
    assert "asked us to wait" in say("en", "note.feed_failed", reason="refused")
    assert "the model declined" in say("en", "note.fell_back", count=2, reason="refused")
    assert "the request failed" in say("en", "note.feed_failed", reason="a code nobody knows")


def test_words_that_come_from_outside_are_not_read_as_a_message() -> None:
    assert "{count} {0.__class__}" in say("en", "note.not_an_id", text="{count} {0.__class__}")


def test_a_missing_argument_is_our_own_mistake() -> None:
    with pytest.raises(KeyError):
        say("en", "note.not_found")
    with pytest.raises(KeyError):
        say("en", "note.no_such_note")


def test_chinese_is_spaced_whatever_the_argument_is_made_of() -> None:
    assert say("zh", "empty.matched", day=MONDAY, topics="LLM").endswith("没有与 LLM 匹配的。")
    assert say("zh", "empty.matched", day=MONDAY, topics="大语言模型").endswith("没有与大语言模型匹配的。")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_message_can_be_said(language: Language) -> None:
    for key, message in messages(language).items():
        names = set.union(*map(placeholders, forms(message)))
        numbers = names & {"count", "total", "cap", "statements"}
        said = (
            say(language, key, **dict.fromkeys(names, "x"), **dict.fromkeys(numbers, 3))
            if not numbers
            else say(language, key, **{name: 3 if name in numbers else "x" for name in names})
        )
        assert said
        assert "{" not in said
