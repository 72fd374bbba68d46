"""Digests and answers on Discord: within its limits, nothing lost, in the shapes that threads and forums need."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.buttons import pressed
from adapters.discord.limits import CAPS
from adapters.discord.markup import APART
from adapters.discord.render import body, linked, plain, render, tags
from bot.chat_digest import documents as digests
from bot.compose import papers as on_demand
from bot.document import (
    Action,
    Actions,
    Block,
    Card,
    Details,
    Divider,
    Document,
    Figure,
    Heading,
    Item,
    Link,
    ListBlock,
    Paragraph,
    Text,
    utf16,
)
from bot.locales import UI
from bot.models import Checks, Digest, Entry, Paper, Summary, Takeaway, Topic
from bot.platforms import Part
from bot.targets import Chat, Settings, Target
from bot.topics.query import parse
from tests.discord_reading import PINGED, draw
from tests.documents import documents, lines
from tests.fakes.discord_drafts import draft
from tests.fakes.discord_shown import buttons, words
from tests.test_discord_markup import hostile, read

HERE = Target("discord", "123456789012345678")
CHAT = Chat(target=HERE, kind="group")
FORUM = Chat(target=HERE, kind="channel", settings=Settings(layout="papers"))
LLM = Topic(name="LLM", query=parse("LLM"), names={"en": "LLM", "zh": "大语言模型"})
RAG = Topic(name="RAG", query=parse("RAG"))
SHOUTS = ("@everyone", "<@1>", "https://evil", "[x](https://evil)", "||", "# ", ":smile:", "<t:1:R>")


def entry(number: int, **given: Any) -> Entry:  # noqa: ANN401 - fields of the paper
    paper = Paper(
        **{
            "id": f"2405.{number:05}",
            "title": f"Model-{number}: How $x^{number}$ Makes It So",
            "authors": ("Ada Lovelace", "Alan Turing", "Kurt Gödel", "Emmy Noether"),
            "abstract": "We do it. " * 150,
            "primary_category": "cs.CL",
            "version": 2,
            **given,
        }
    )
    made = Summary(
        paper_id=paper.id,
        version=2,
        language="en",
        depth="brief",
        source="html",
        method="llm",
        headline=f"No. {number} on the leaderboard (56 tasks)",
        tldr="Latent-attention pooling takes it to the top. " * 3,
        takeaways=tuple(Takeaway(f"Statement {n} of it.", f"Passage {n} of it.") for n in range(1, 5)),
        checks=Checks(statements=4, supported=4),
    )
    return Entry(paper=paper, summary=made, topics=("LLM",))


def digest(count: int, chat: Chat = CHAT, *, left: int = 0, topics: tuple[Topic, ...] = (LLM,)) -> list[list[Part]]:
    entries = tuple(entry(number) for number in range(1, count + 1))
    if len(topics) > 1:
        entries = tuple(replace(each, topics=(topics[at * 2 // count].name,)) for at, each in enumerate(entries))
    made = Digest(
        topics=topics,
        date=date(2025, 3, 3),
        entries=entries,
        left=tuple(replace(entry(number), summary=None) for number in range(count + 1, count + left + 1)),
        notes=(),
    )
    told = digests(made, chat, today=date(2025, 3, 4), slug="abc123" if left else None)
    return [render(document, chat=chat) for document in told]


def accepted(payload: dict[str, Any]) -> None:
    """By Discord's rules as the test server has them, and counted here once more."""
    draft(body(payload))
    assert utf16(payload["content"]) <= 2000
    assert len(payload["embeds"]) <= 1
    for embed in payload["embeds"]:
        texts = [embed.get("title", ""), embed.get("description", ""), embed.get("footer", {}).get("text", "")]
        texts.append(embed.get("author", {}).get("name", ""))
        assert [utf16(text) <= most for text, most in zip(texts, (256, 4096, 2048, 256), strict=True)] == [True] * 4
        assert sum(map(utf16, texts)) <= 6000
    assert payload["content"].strip() or payload["embeds"]
    assert len(payload["components"]) <= 5
    assert 1 <= utf16(payload["title"]) <= 100
    assert payload["title"] == " ".join(payload["title"].split())


def raw(payload: dict[str, Any]) -> str:
    return words(payload["content"], payload["embeds"], [])


def shown(payload: dict[str, Any]) -> str:
    """What a reader sees, without white space; an author's name and a footer have no marks."""
    embed: dict[str, Any] = next(iter(payload["embeds"]), {})
    drawn = [draw(text).text for text in (payload["content"], embed.get("title", ""), embed.get("description", ""))]
    drawn = [embed.get("author", {}).get("name", ""), *drawn, embed.get("footer", {}).get("text", "")]
    return "".join("".join(drawn).replace(APART, "").split())


def assert_all_there(blocks: Sequence[Block], parts: Sequence[Part]) -> None:
    left = iter("".join(shown(dict(part.payload)) for part in parts))
    for each in lines(blocks):
        assert all(char in left for char in read(each)), each


def both(document: Document, limit: int) -> Iterator[list[Part]]:
    yield render(document, chat=CHAT, limit=limit)
    yield render(document, chat=CHAT, limit=limit, embeds=False)
    yield plain(document, chat=CHAT, limit=limit)


# ---------------------------------------------------------------- whatever comes


@given(document=documents(hostile), limit=st.sampled_from([70, 100, 300, 4096]))
def test_every_part_is_one_that_discord_takes_and_nothing_is_lost(document: Document, limit: int) -> None:
    for parts in both(document, limit):
        assert_all_there(document.blocks, parts)
        for part in parts:
            accepted(dict(part.payload))
            assert utf16(raw(dict(part.payload)).replace("\n", "")) <= limit


@given(document=documents(hostile))
def test_no_part_pings_anybody_or_shouts(document: Document) -> None:
    for parts in both(document, CAPS.text):
        for part in parts:
            assert draft(body(part.payload)).allowed == {"parse": []}
            for text in (part.payload["content"], *(each.get("description", "") for each in part.payload["embeds"])):
                assert PINGED.search(text) is None
                assert not set(SHOUTS[2:4]) & set(draw(text).of("link"))
                kinds = {kind for kind, _ in draw(text).marks}
                assert not kinds & {"link", "emoji", "spoiler", "ping", "timestamp", "masked with preview"}


@given(document=documents(), limit=st.sampled_from([70, 4096]))
def test_rendering_is_the_same_every_time_and_can_be_stored(document: Document, limit: int) -> None:
    for first, second in zip(both(document, limit), both(document, limit), strict=True):
        assert first == second
        assert [json.loads(json.dumps(dict(part.payload))) for part in first] == [part.payload for part in first]


@given(document=documents(), limit=st.sampled_from([70, 4096]))
def test_a_slice_renders_to_the_same_message_again(document: Document, limit: int) -> None:
    for part in render(document, chat=CHAT, limit=limit):
        (again,) = render(part.slice, chat=CHAT, limit=limit)
        assert body(again.payload) == body(part.payload)


@given(st.lists(hostile, min_size=1, max_size=3))
def test_a_hostile_paper_is_one_like_any_other(texts: list[str]) -> None:
    card = Card((Heading((Text(" ".join(texts)),), 3), Paragraph((Text(texts[0]),))), key="2405.17428", number=1)
    for part in render(Document((card,)), chat=CHAT):
        accepted(dict(part.payload))
        for embed in part.payload["embeds"]:
            assert {kind for kind, _ in draw(embed.get("title", "")).marks} <= {"list"}, "a number is no list there"
    assert_all_there((card,), render(Document((card,)), chat=CHAT))


# ---------------------------------------------------------------- a digest


@pytest.mark.parametrize("count", [4, 10, 20])
def test_more_than_three_papers_stand_in_a_thread_under_their_card(count: int) -> None:
    ((card, *papers),) = digest(count, left=126)

    assert card.payload["kind"] == "card"
    assert card.payload["title"] == f"LLM · Mon 3 March · {count} of {count + 126} papers"
    assert [part.payload["kind"] for part in papers] == ["paper"] * count
    assert [part.payload["key"] for part in papers] == [f"2405.{n:05}" for n in range(1, count + 1)]
    assert all(part.payload["thread"] for part in (card, *papers))
    (embed,) = card.payload["embeds"]
    assert len(draw(embed["description"]).of("list")[0]) > 0
    assert embed["description"].count("](<https://arxiv.org/abs/2405.") == count + 1, (
        "a line a paper, and the highlight"
    )
    assert embed["footer"]["text"].startswith("Machine-made")


@pytest.mark.parametrize("count", [2, 3])
def test_up_to_three_papers_follow_their_card_in_the_channel(count: int) -> None:
    ((card, *papers),) = digest(count)
    assert (card.payload["kind"], len(papers)) == ("card", count)
    assert not any(part.payload["thread"] for part in (card, *papers))


def test_a_paper_that_is_made_anew_before_it_left_stays_in_its_thread() -> None:
    ((_, *papers),) = digest(6, topics=(LLM, RAG))
    for part in papers:
        (again,) = render(part.slice, chat=CHAT)
        assert again.payload == part.payload


def test_each_paper_has_its_title_its_page_and_its_buttons() -> None:
    ((_, first, *_rest),) = digest(4)
    (embed,) = first.payload["embeds"]

    assert embed["title"].startswith("1. Model-1: How *x")
    assert embed["url"].startswith("https://arxiv.org/abs/2405.00001")
    assert first.payload["title"].startswith("Model-1")
    said = [pressed(each.custom_id or "") for each in buttons(list(first.payload["components"]))]
    assert [each.command.split()[0] for each in said if each] == [
        "/evidence",
        "/abstract",
        "/ask",
        "/save",
        "/like",
        "/dislike",
    ]
    assert "-# Ada Lovelace, Alan Turing … Emmy Noether (4)" in embed["description"]
    assert "\n1. Statement 1 of it.\n2. Statement 2" in embed["description"]


def test_what_one_does_with_the_whole_digest_stands_under_its_card() -> None:
    ((card, *papers),) = digest(4, left=9)
    assert [each.label for each in buttons(list(card.payload["components"]))] == ["All 13"]
    assert all(len(part.payload["components"]) == 2 for part in papers)


def test_a_section_is_named_above_its_first_paper() -> None:
    ((_, *papers),) = digest(4, topics=(LLM, RAG))
    assert [part.payload["embeds"][0].get("author", {}).get("name") for part in papers] == ["LLM", None, "RAG", None]


def test_the_last_paper_says_what_made_it_all() -> None:
    ((_, *papers),) = digest(5)
    last = papers[-1].payload["embeds"][0]["description"]
    assert "\n-# Machine-made" in last
    assert "\n-# [Thank you to arXiv" in last


def test_one_message_a_paper_is_one_post_a_paper() -> None:
    day, *papers = digest(3, FORUM)
    assert [part.payload["kind"] for part in day] == ["card"]
    assert [part.payload["kind"] for parts in papers for part in parts] == ["paper"] * 3
    assert all(part.payload["post"] and not part.payload["thread"] for parts in (day, *papers) for part in parts)


def test_a_digest_of_titles_goes_on_where_it_is_cut() -> None:
    items = tuple(
        Item((Link(f"Title {n} " + "x" * 60, f"https://arxiv.org/abs/2405.{n:05}"),), n) for n in range(1, 99)
    )
    parts = render(Document((Heading((Text("LLM · 98 papers"),)), ListBlock(items))), chat=CHAT)

    assert [part.payload["kind"] for part in parts] == ["card"] + ["answer"] * (len(parts) - 1)
    assert len(parts) > 2
    text = "\n".join(part.payload["embeds"][0]["description"] for part in parts)
    assert [f"\n{n}. [Title {n} x" in f"\n{text}" for n in range(1, 99)] == [True] * 98


def test_a_card_that_is_full_loses_no_footer() -> None:
    items = tuple(Item((Link("x" * 150, f"https://arxiv.org/abs/2405.{n:05}"),), n) for n in range(1, 21))
    blocks: tuple[Block, ...] = (
        Heading((Text("D"),)),
        ListBlock(items),
        Divider(),
        Paragraph((Text("f" * 300),), True),
    )
    parts = render(Document(blocks), chat=CHAT)
    assert_all_there(blocks, parts)


# ---------------------------------------------------------------- answers


def test_a_short_answer_is_words_and_a_long_one_has_a_frame() -> None:
    def one(count: int) -> dict[str, Any]:
        (part,) = render(Document((Paragraph((Text("a " * count),)),)), chat=CHAT)
        return dict(part.payload)

    assert (one(10)["embeds"], one(10)["flags"]) == ([], 4)
    assert (one(1500)["content"], one(1500)["flags"]) == ("", 0)
    assert one(1500)["embeds"][0]["description"].startswith("a a")


def test_papers_on_demand_are_one_message_each_after_what_is_missing() -> None:
    made = Digest(topics=(), date=None, entries=(entry(1), entry(2)), left=(), notes=())
    told = on_demand(made, language="en")
    parts = render(replace(told, blocks=(Paragraph((Text("'banana' is not a paper."),)), *told.blocks)), chat=CHAT)

    assert [part.payload["kind"] for part in parts] == ["answer", "paper", "paper"]
    assert all(len(part.payload["components"]) == 2 for part in parts[1:])


@pytest.mark.parametrize("language", UI)
def test_the_digest_of_every_language_is_within_the_limits(language: Literal["en", "zh", "ru"]) -> None:
    chat = replace(CHAT, settings=Settings(languages=(language,)))
    for parts in digest(20, chat, left=200, topics=(LLM, RAG)):
        for part in parts:
            accepted(dict(part.payload))


def test_without_the_right_to_embed_everything_is_content_with_its_buttons() -> None:
    ((_, paper, *_rest),) = digest(4)
    (bare,) = render(paper.slice, chat=CHAT, embeds=False)

    assert bare.payload["embeds"] == []
    assert bare.payload["content"].startswith("### 1\\. Model-1")
    assert bare.payload["components"] == paper.payload["components"]


def test_plain_text_has_no_marks_and_no_buttons_but_says_what_they_did() -> None:
    document = Document(
        (Paragraph((Text("a *b* "), Link("PDF", "https://arxiv.org/pdf/1"))), Actions((Action("List", "/list"),)))
    )
    (part,) = plain(document, chat=CHAT)
    assert part.payload["content"] == "a \\*b\\* PDF (<https://arxiv.org/pdf/1>)\nList: /list"
    assert (part.payload["kind"], part.payload["components"], part.payload["embeds"]) == ("plain", [], [])


def test_a_figure_is_a_link_whose_picture_discord_does_not_fetch() -> None:
    figure = Figure("https://arxiv.org/html/1#S1.F1", "Architecture", (Text("How it works"),), picture="x")
    card = Card((Heading((Text("T"),), 3), figure), key="2405.17428")
    (part,) = render(Document((card,)), chat=CHAT)
    assert "image" not in part.payload["embeds"][0]
    assert "[Architecture](<https://arxiv.org/html/1#S1.F1>) How it works" in part.payload["embeds"][0]["description"]


def test_a_title_that_is_too_long_for_a_title_stands_below() -> None:
    card = Card((Heading((Text("_" * 200),), 3), Paragraph((Text("x"),))), key="2405.17428")
    (part,) = render(Document((card,)), chat=CHAT)
    assert "title" not in part.payload["embeds"][0]
    assert_all_there((card,), [part])


def test_a_title_with_a_link_in_it_keeps_it() -> None:
    card = Card((Heading((Link("T", "https://arxiv.org/abs/1"),), 3), Paragraph((Text("x"),))), key="2405.17428")
    (part,) = render(Document((card,)), chat=CHAT)
    assert part.payload["embeds"][0]["description"] == "### [T](<https://arxiv.org/abs/1>)\nx"


def test_a_footer_with_a_link_in_it_keeps_it() -> None:
    how = Link("How to use me", "https://discord.com/users/1")
    footer = (Divider(), Paragraph((Text("Machine-made · "), how), quiet=True))
    (part,) = render(Document((Heading((Text("D"),)), Paragraph((Text("x"),)), *footer)), chat=CHAT)
    assert part.payload["embeds"][0]["description"] == (
        "x\n-# Machine-made · [How to use me](<https://discord.com/users/1>)"
    )


def test_a_description_is_never_longer_than_discord_has_it() -> None:
    card = Card((Heading((Text("T"),), 3), Paragraph((Text("a " * 2900),))), key="2405.17428")
    for part in render(Document((card,)), chat=CHAT, limit=6000):
        accepted(dict(part.payload))


def test_details_stand_where_they_are() -> None:
    card = Card(
        (Heading((Text("T"),), 3), Details((Text("Abstract"),), (Paragraph((Text("We do."),)),), kind="abstract")),
        key="2405.17428",
    )
    (part,) = render(Document((card,)), chat=CHAT)
    assert part.payload["embeds"][0]["description"] == "**Abstract**\n> We do."


def test_buttons_for_another_place_say_so() -> None:
    document = Document((Paragraph((Text("a"),)), Actions((Action("List", "/list"),))))
    (part,) = render(document, chat=CHAT, about=HERE)
    (button,) = buttons(list(part.payload["components"]))
    found = pressed(button.custom_id or "")
    assert found is not None
    assert found.about == HERE


def test_more_buttons_than_a_message_has_go_on_in_the_next() -> None:
    rows = tuple(Actions(tuple(Action(f"b{row}-{at}", f"/list {row} {at}") for at in range(5))) for row in range(40))
    parts = render(Document((Paragraph((Text("a"),)), *rows)), chat=CHAT)
    assert sum(len(row["components"]) for part in parts for row in part.payload["components"]) > 0
    for part in parts:
        draft(body(part.payload))


# ---------------------------------------------------------------- threads and forums


def test_a_cards_lines_can_lead_to_the_posts() -> None:
    ((card, *papers),) = digest(4)
    posts = {part.payload["key"]: f"https://discord.com/channels/1/2/{n}" for n, part in enumerate(papers)}
    made = linked(card, posts)

    (embed,) = made.payload["embeds"]
    (was,) = card.payload["embeds"]
    assert [f"](<{url}>)" in embed["description"] for url in posts.values()] == [True] * 4
    assert draw(embed["description"]).text == draw(was["description"]).text
    assert {**made.payload, "embeds": 0} == {**card.payload, "embeds": 0}
    assert linked(card, {}) == card
    accepted(dict(made.payload))


def test_a_line_with_a_versioned_link_leads_to_the_post_too() -> None:
    items = (Item((Link("a", "https://arxiv.org/abs/hep-th/9901001v3"), Text(" — b")), 1),)
    (card,) = render(Document((Heading((Text("D"),)), ListBlock(items))), chat=CHAT)
    made = linked(card, {"hep-th/9901001": "https://discord.com/channels/1/2/3"})
    assert made.payload["embeds"][0]["description"] == "1. [a](<https://discord.com/channels/1/2/3>) — b"


def test_a_card_without_room_for_longer_links_stays_as_it_is() -> None:
    items = tuple(Item((Link("x" * 80, f"https://arxiv.org/abs/2405.{n:05}v1"),), n) for n in range(1, 32))
    (card,) = render(Document((Heading((Text("D"),)), ListBlock(items))), chat=CHAT)
    posts = {f"2405.{n:05}": "https://discord.com/channels/" + "1" * 60 for n in range(1, 32)}
    assert linked(card, posts) == card


def test_tags_are_those_that_the_post_names() -> None:
    ((card, *papers),) = digest(4, topics=(LLM, RAG))
    available = [("1", "LLM"), ("2", "rag"), ("3", "L"), ("4", "cs.CL"), ("5", " "), ("6", "Vision")]
    assert tags(card.payload, available) == ["1", "2"]
    assert tags(papers[0].payload, available) == ["1", "4"]
    assert tags(papers[1].payload, available) == ["4"]
    assert len(tags(card.payload, [(str(n), "LLM") for n in range(9)])) == 5
    zh = render(Document((Heading((Text("大语言模型 · 3 月"),)),)), chat=CHAT)[0]
    assert tags(zh.payload, [("1", "大语言模型"), ("2", "语言学")]) == ["1"]


def test_a_title_that_begins_with_a_number_of_its_own_keeps_it() -> None:
    card = Card((Heading((Text("2001. A Space Odyssey"),), 3), Paragraph((Text("x"),))), key="2405.17428")
    (part,) = render(Document((card,)), chat=CHAT)
    assert part.payload["title"] == "2001. A Space Odyssey"


def test_a_name_is_never_empty_or_too_long() -> None:
    for text in ("😀" * 90, " ", "x" * 300, "\u200b"):
        for part in render(Document((Heading((Text(text),)), Paragraph((Text("a"),)))), chat=CHAT):
            assert 1 <= utf16(part.payload["title"]) <= 100
