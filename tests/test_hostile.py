"""No paper gets a word of its own to anybody: not its orders, not a link, not a mention, whatever the model does."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Mapping

import pytest

from adapters.discord.render import body
from adapters.discord.render import render as discord
from adapters.telegram.limits import CAPS
from adapters.telegram.render import Renderer
from bot.compose import papers as composed
from bot.models import Digest, Entry, Summary
from bot.ports import BadAnswer, Refused
from bot.summaries.extractive import Extractive
from bot.targets import Chat, Target
from tests.discord_reading import draw
from tests.fakes.hostile import Hostile, corpus, obedient
from tests.fakes.openai import FakeOpenAI
from tests.fakes.summarizing import summarizer

CORPUS = corpus()
ADDRESS = re.compile(r"(?:https?://|www\.|mailto:)[!-~]*evil|t\.me/evil|discord\.gg/|tg://|javascript:", re.IGNORECASE)
PING = re.compile(r"@everyone|@here|<@[!&]?\d|(?<![\w@/])@evil", re.IGNORECASE)
ORDER = re.compile(
    r"(?:say|word|exactly|output|print|reply)\W{1,3}(?:the )?HACKED|\"tldr\""
    r"|ignore .{0,12}previous|recommend(?:ing|s)? th|positive review"
    r"|忽略|推荐这篇|Игнорируй|Ignoriere|Ignorez|Ignora ",
    re.IGNORECASE,
)
LINKED = re.compile(r"(?:https?://|www\.)[!-~]*evil|t\.me/evil|discord\.gg/|tg://", re.IGNORECASE)  # by Telegram itself
WAYS = {"en": ("everywhere", "among others", "instead"), "zh": ("glued", "among others")}
LINKS = {"link", "quiet link", "masked", "masked with preview"}  # on Discord
MARKUP = re.compile(r"</?(?:a|b|script|img|tg-spoiler)\b|\]\(|\*\*|\|\||[\u200b\u202a-\u202e\u2066-\u2069\ufeff]")


def texts(summary: Summary) -> list[str]:
    """What we say of a paper, its evidence included. The title is the paper's own, and shown as such."""
    return [
        summary.headline,
        summary.tldr,
        *(part for each in summary.takeaways for part in (each.text, each.evidence, each.section)),
        summary.title_translation or "",
        summary.abstract_translation or "",
    ]


def strings(value: object) -> Iterator[str]:
    """Every text in a message, addresses of the links we set ourselves included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)


async def _said(language: str) -> Mapping[tuple[str, str], Summary]:
    """Every paper through a model that obeys it in every way, twice; where no answer stands, its own sentences."""
    said: dict[tuple[str, str], Summary] = {}
    with FakeOpenAI() as server:
        async with summarizer(server) as model:
            for hostile in CORPUS:
                ways = obedient(hostile.bait)
                for way, fault in ((way, ways[way]) for way in WAYS[language]):
                    server.faults.clear()
                    server.faults.extend([fault(), fault()])
                    try:
                        made = await model.summarize(hostile.paper, language=language)
                    except (BadAnswer, Refused):
                        made = Extractive().summarize_now(hostile.paper)
                    said[hostile.paper.id, way] = made
    return said


@pytest.fixture(scope="module", params=["en", "zh"])
def said(request: pytest.FixtureRequest) -> Mapping[tuple[str, str], Summary]:
    """What becomes of them, in a language."""
    return asyncio.run(_said(request.param))


def test_there_are_at_least_sixty() -> None:
    assert len(CORPUS) >= 60
    assert len({hostile.bait for hostile in CORPUS}) == len(CORPUS)


def test_no_answer_holds_an_address_a_mention_markup_or_an_order(said: Mapping[tuple[str, str], Summary]) -> None:
    wrong = [
        (key, pattern.pattern[:20], text)
        for key, summary in said.items()
        for text in texts(summary)
        for pattern in (ADDRESS, PING, MARKUP, ORDER)
        if pattern.search(text)
    ]
    assert wrong == []


def test_the_form_of_an_answer_never_changes(said: Mapping[tuple[str, str], Summary]) -> None:
    for summary in said.values():
        assert summary.tldr
        assert summary.headline
        assert 2 <= len(summary.takeaways) <= 7
        assert all("\n" not in text for text in texts(summary))
        assert all(each.evidence for each in summary.takeaways)


@pytest.mark.parametrize("hostile", CORPUS, ids=lambda each: each.paper.id)
def test_in_no_chat_it_pings_or_links(hostile: Hostile, said: Mapping[tuple[str, str], Summary]) -> None:
    """The authors' own abstract is shown too, in both chats; there what looks like a link or a mention is none."""
    renderer = Renderer(username=lambda: "paper_bot", rich=lambda: False, caps=CAPS)
    for summary in (each for (key, _), each in said.items() if key == hostile.paper.id):
        entry = Entry(paper=hostile.paper, summary=summary)
        document = composed(Digest(entries=(entry,)), language="en")
        for part in renderer.render(document, chat=Chat(target=Target("telegram", "42"), kind="private")):
            shown = json.dumps(part.payload, ensure_ascii=False)
            assert not re.search(r'"url": "[^"]*evil', shown)
            assert not LINKED.search(shown)
        for part in discord(document, chat=Chat(target=Target("discord", "123456789012345678"), kind="group")):
            sent = body(part.payload)
            assert sent["allowed_mentions"] == {"parse": []}
            for text in strings({"content": sent["content"], "embeds": sent["embeds"]}):
                drawn = draw(text)
                assert not drawn.of("ping")
                assert not [what for kind, what in drawn.marks if kind in LINKS and re.search("evil|discord.gg", what)]


def test_in_their_own_words_they_say_nothing_of_the_kind_either() -> None:
    for hostile in CORPUS:
        for text in texts(Extractive().summarize_now(hostile.paper)):
            for pattern in (ADDRESS, PING, MARKUP, ORDER):
                assert not pattern.search(text), (hostile.bait, text)
