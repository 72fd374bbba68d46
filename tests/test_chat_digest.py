"""A digest as a chat has it: short, numbered where there are several papers, in one message or in one a paper."""

from __future__ import annotations

import pytest

from adapters.plain_text import text_of
from bot.chat_digest import documents, hashtag
from bot.document import Actions, Card, Document, Heading, Link, Paragraph
from bot.models import Digest, Entry, Takeaway, Topic
from bot.targets import Chat, Settings
from bot.topics.query import parse
from tests.fakes.newsroom import ROOM, TUESDAY
from tests.samples import paper, summary

LLM, FAST = Topic(name="LLM", query=parse("LLM")), Topic(name="fast & small", query=parse("fast"))


def made(shown: int, rest: int = 0, topics: tuple[Topic, ...] = (LLM,)) -> Digest:
    entries = tuple(
        Entry(
            paper=paper(f"2605.{number:05d}", title=f"Paper {number}"),
            topics=(topics[number % len(topics)].name,),
            summary=summary(takeaways=(Takeaway("It is.", "It is so."),), abstract_translation="Perevod."),
        )
        for number in range(1, shown + rest + 1)
    )
    return Digest(topics=topics, date=TUESDAY, entries=entries[:shown], left=entries[shown:])


def told(digest: Digest, **settings: object) -> tuple[Document, ...]:
    chat = Chat(target=ROOM, kind="group", settings=Settings(**settings))  # type: ignore[arg-type] # fields of it
    return documents(digest, chat, today=TUESDAY, slug="abc", how="https://example.org/us")


def cards(document: Document) -> list[Card]:
    return [block for block in document.blocks if isinstance(block, Card)]


def test_abstracts_are_there_only_where_they_fold() -> None:
    assert "Perevod." not in text_of(told(made(1))[0].blocks)
    assert "Perevod." in text_of(told(made(1), form="rich")[0].blocks)


def test_every_paper_of_a_digest_has_its_number_unless_it_is_the_only_one() -> None:
    assert [card.number for card in cards(told(made(3))[0])] == [1, 2, 3]
    assert [card.number for card in cards(told(made(1, rest=4))[0])] == [None]


def test_one_message_a_paper_and_one_for_the_day() -> None:
    day, *posts = told(made(3, rest=2, topics=(LLM, FAST)), layout="papers", hashtags=True)
    assert cards(day) == []
    headings = [block for block in day.blocks if isinstance(block, Heading)]
    assert [heading.level for heading in headings] == [1], "no section without its papers"
    assert [block.actions[0].command for block in day.blocks if isinstance(block, Actions)] == ["/rest abc"]
    assert "#LLM #fast_small" in text_of(day.blocks)
    assert [[type(block) for block in post.blocks] for post in posts] == [[Card]] * 3
    assert [card.number for post in posts for card in cards(post)] == [None] * 3
    assert text_of(posts[0].blocks).startswith("Paper 2\n"), "in the order of the list, without its numbers"


def test_all_of_them_are_behind_one_button_that_says_how_many() -> None:
    (document,) = told(made(2, rest=134), languages=("zh",))
    (row,) = [block for block in document.blocks if isinstance(block, Actions)]
    assert [(action.label, action.command) for action in row.actions] == [("全部 136", "/rest abc")]
    assert "Paper 3" not in text_of(document.blocks, buttons=False)
    assert not [block for block in told(made(2))[0].blocks if isinstance(block, Actions)]


def test_the_footer_leads_to_us_where_there_is_a_way() -> None:
    links = [
        span.url
        for block in told(made(1))[0].blocks
        if isinstance(block, Paragraph)
        for span in block.spans
        if isinstance(span, Link)
    ]
    assert "https://example.org/us" in links
    chat = Chat(target=ROOM, kind="group")
    assert "How to use me" not in text_of(documents(made(1), chat, today=TUESDAY)[0].blocks)


@pytest.mark.parametrize(("name", "tag"), [("RAG", "#RAG"), ("a & b", "#a_b"), ("大模型", "#大模型"), ("&", "#arXiv")])
def test_a_hashtag_is_one_word(name: str, tag: str) -> None:
    assert hashtag(Topic(name=name, query=parse("x"))) == tag
