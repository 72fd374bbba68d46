"""Messages and their keyboards: all that a Document says, within every limit, with few buttons and the right ones."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.telegram.buttons import Pressed, decode
from adapters.telegram.limits import CAPS
from adapters.telegram.render import Renderer
from adapters.telegram.words import APART
from bot.document import (
    Action,
    Actions,
    Block,
    Card,
    Details,
    Divider,
    Document,
    Heading,
    Item,
    Link,
    ListBlock,
    Paragraph,
    Text,
    utf16,
)
from bot.platforms import Part
from bot.targets import Chat, ChatKind, Settings, Target
from tests.documents import documents, lines, words
from tests.fakes.telegram_markup import keyboard_from
from tests.fakes.telegram_text import entities_from, fix

CHANNEL = Target("telegram", "-1001234567890", "31")
LABELS = [["Evidence", "Abstract", "Ask"], ["Save", "👍", "👎"]]


def renderer(*, username: str | None = "paper_bot", rich: bool = True, text: int = CAPS.text) -> Renderer:
    return Renderer(username=lambda: username, rich=lambda: rich, caps=replace(CAPS, text=text))


def chat(kind: ChatKind = "private", **chosen: Any) -> Chat:  # noqa: ANN401 - any setting
    return Chat(target=Target("telegram", "42"), kind=kind, settings=Settings(**chosen))


def parts(*blocks: Block, kind: ChatKind = "private", **made_by: Any) -> list[Part]:  # noqa: ANN401 - as `renderer` has it
    return renderer(**made_by).render(Document(blocks), chat=chat(kind))


def only(*blocks: Block, kind: ChatKind = "private", **made_by: Any) -> dict[str, Any]:  # noqa: ANN401 - as above
    (part,) = parts(*blocks, kind=kind, **made_by)
    return dict(part.payload)


def line(text: str) -> Paragraph:
    return Paragraph((Text(text),))


def paper(number: int | None, key: str = "", size: int = 20) -> Card:
    return Card((Heading((Text(f"Paper {number}"),), 3), line("w" * size)), key or f"2405.{number or 0:05}", number)


def rows(payload: dict[str, Any]) -> list[list[str]]:
    return [[button["label"] for button in row] for row in payload["keyboard"]]


def carried(payload: dict[str, Any]) -> list[str | Pressed | None]:
    """Where each button leads, in order."""
    return [b["url"] if "url" in b else decode(b["data"]) for row in payload["keyboard"] for b in row]


def seen(part: Part) -> str:
    """What a reader sees: the text and the buttons."""
    labels = [b["label"] for row in part.payload["keyboard"] for b in row]
    return " ".join([part.payload["text"].replace(APART, ""), *labels])


def accepted(part: Part) -> None:
    """By a strict server, without a change."""
    payload = part.payload
    stored = fix(payload["text"], entities_from(payload.get("entities", [])))
    assert (stored.text, stored.dropped) == (payload["text"], ())
    keyboard_from({"inline_keyboard": [[sendable(b) for b in row] for row in payload["keyboard"]]})


def sendable(button: dict[str, str]) -> dict[str, str]:
    name = "url" if "url" in button else "data"
    return {"text": button["label"], {"url": "url", "data": "callback_data"}[name]: button[name]}


def all_there(document: Document, made: Sequence[Part]) -> None:
    there = iter("".join("".join(map(seen, made)).split()))
    for text in lines(document.blocks):
        for char in "".join(text.split()):
            assert char in there, f"{char!r} of {text!r} is lost or out of order"


kinds: st.SearchStrategy[ChatKind] = st.sampled_from(["private", "group", "channel"])
keyed = documents() | documents(words)


@given(keyed, st.integers(60, 400), kinds, st.none() | st.just("paper_bot"))
def test_every_message_is_taken_and_nothing_is_lost(
    document: Document, limit: int, kind: ChatKind, username: str | None
) -> None:
    made_by = renderer(username=username, text=limit)
    for made in (made_by.render(document, chat=chat(kind)), made_by.plain(document, chat=chat(kind), about=CHANNEL)):
        assert made
        for part in made:
            accepted(part)
            assert 0 < utf16(part.payload["text"]) <= limit
            assert len(part.payload.get("entities", [])) <= 100
        all_there(document, made)


@settings(max_examples=40)
@given(keyed, st.integers(60, 400), kinds)
def test_a_payload_can_be_kept_and_is_always_the_same(document: Document, limit: int, kind: ChatKind) -> None:
    made = renderer(text=limit).render(document, chat=chat(kind), about=CHANNEL)
    assert made == renderer(text=limit).render(document, chat=chat(kind), about=CHANNEL)
    for part in made:
        assert json.loads(json.dumps(part.payload)) == part.payload


@settings(max_examples=40)
@given(keyed, st.integers(60, 400))
def test_a_slice_is_rendered_as_it_was(document: Document, limit: int) -> None:
    made_by = renderer(text=limit)
    for part in made_by.render(document, chat=chat()):
        (again,) = made_by.render(part.slice, chat=chat())
        assert again.payload["text"] == part.payload["text"]


# ---------------------------------------------------------------- cutting


def test_a_message_has_no_more_entities_than_are_shown() -> None:
    made = parts(ListBlock(tuple(Item((Link(f"paper {n}", "https://arxiv.org/abs/2405.17428"),)) for n in range(250))))
    assert [len(part.payload["entities"]) for part in made] == [100, 100, 50]


def test_a_message_has_at_most_seven_papers_with_numbers() -> None:
    made = parts(Heading((Text("LLM"),)), *(paper(number) for number in range(1, 11)))
    assert [rows(dict(part.payload)) for part in made] == [[list("1234567")], [["8", "9", "10"]]]


def test_what_closes_a_digest_comes_with_its_last_paper() -> None:
    closing = (Divider(), line("Machine-made"), Actions((Action("All 9", "/rest abc"),)))
    made = parts(line("LLM"), paper(1, size=20), paper(2, size=20), *closing, text=70)
    assert [part.payload["text"].split("\n")[0] for part in made] == ["LLM", "Paper 2"]
    assert [rows(dict(part.payload)) for part in made] == [[["1"]], [["2", "All 9"]]]


def test_what_closes_a_digest_comes_alone_where_there_is_no_room() -> None:
    made = parts(line("LLM"), paper(2, size=40), line("m" * 50), text=70)
    assert [part.payload["text"].split("\n")[0] for part in made] == ["LLM", "m" * 50]


def test_a_section_goes_where_its_paper_goes() -> None:
    section = Heading((Text("RAG"),), 2)
    made = parts(paper(1), section, paper(2, size=10), line("m" * 30), text=70)
    assert made[-1].payload["text"].startswith("RAG\n\nPaper 2")
    assert len(made) == 2


# ---------------------------------------------------------------- buttons of papers


def test_numbers_open_papers_in_private_by_a_button() -> None:
    payload = only(line("LLM"), paper(1), paper(2))
    assert carried(payload) == [Pressed("/summarize 2405.00001"), Pressed("/summarize 2405.00002")]


@pytest.mark.parametrize("kind", ["group", "channel"])
def test_numbers_open_papers_from_groups_and_channels_in_the_private_chat(kind: ChatKind) -> None:
    payload = only(line("LLM"), paper(1), paper(2, key="hep-th/9901001"), kind=kind)
    assert carried(payload) == [
        "https://t.me/paper_bot?start=p2405_00001",
        "https://t.me/paper_bot?start=phep-th_9901001",
    ]


@pytest.mark.parametrize("kind", ["group", "channel"])
def test_without_our_name_there_are_no_links_and_no_buttons_that_answer_everybody(kind: ChatKind) -> None:
    assert only(line("LLM"), paper(1), paper(2), kind=kind, username=None)["keyboard"] == []


def test_all_of_a_digest_stands_beside_the_numbers() -> None:
    closing = Actions((Action("All 136", "/rest k3f9"),))
    assert rows(only(*(paper(n) for n in range(1, 8)), closing)) == [[*"1234567", "All 136"]]
    assert carried(only(paper(1), paper(2), closing, kind="group"))[-1] == "https://t.me/paper_bot?start=rk3f9"
    assert carried(only(paper(1), paper(2), closing))[-1] == Pressed("/rest k3f9")


def test_a_single_paper_has_what_one_does_with_it() -> None:
    payload = only(paper(None, key="2405.17428"), Divider(), line("Machine-made"))
    assert rows(payload) == LABELS
    names = ("evidence", "abstract", "ask", "save", "like", "dislike")
    assert carried(payload) == [Pressed(f"/{name} 2405.17428") for name in names]


def test_in_a_group_one_reads_on_in_private_and_likes_here() -> None:
    payload = only(paper(None, key="2405.17428"), kind="group")
    assert rows(payload) == LABELS
    assert carried(payload) == [
        "https://t.me/paper_bot?start=e2405_17428",
        "https://t.me/paper_bot?start=a2405_17428",
        "https://t.me/paper_bot?start=q2405_17428",
        Pressed("/save 2405.17428"),
        Pressed("/like 2405.17428"),
        Pressed("/dislike 2405.17428"),
    ]


def test_long_labels_stand_in_two_rows() -> None:
    (part,) = renderer().render(Document((paper(None),), "ru"), chat=chat())
    assert [len(row) for row in part.payload["keyboard"]] == [3, 3]


def test_buttons_of_a_paper_in_several_messages_are_under_the_last() -> None:
    made = parts(paper(None, size=90), text=60)
    assert [bool(part.payload["keyboard"]) for part in made] == [False, False, True]


def test_papers_without_a_key_have_no_buttons() -> None:
    assert only(Card((line("x"),), "", 1))["keyboard"] == []
    assert only(Card((line("x"),), "a" * 60, 1))["keyboard"] == []


# ---------------------------------------------------------------- buttons of panels


PANEL = (
    line("Settings"),
    Actions((Action("5", "/settings size 5"), Action("✓ 10", "/settings size 10"))),
    Actions((Action("List", "/list"), Action("Add me", url="https://t.me/paper_bot?startgroup=a"))),
)


def test_panels_keep_their_rows() -> None:
    assert rows(only(*PANEL)) == [["5", "✓ 10"], ["List", "Add me"]]


def test_a_panel_about_a_channel_says_so_in_every_button() -> None:
    (part,) = renderer().render(Document(PANEL), chat=chat(), about=CHANNEL)
    found = carried(dict(part.payload))
    assert [each.about for each in found if isinstance(each, Pressed)] == [CHANNEL] * 3


def test_papers_are_about_no_chat() -> None:
    for papers in ([paper(None)], [paper(1), paper(2)]):
        (part,) = renderer().render(Document(tuple(papers)), chat=chat(), about=CHANNEL)
        assert all(isinstance(each, Pressed) and each.about is None for each in carried(dict(part.payload)))


def test_a_panel_about_its_own_chat_does_not() -> None:
    (part,) = renderer().render(Document(PANEL), chat=chat(), about=chat().target)
    assert carried(dict(part.payload))[0] == Pressed("/settings size 5")


def test_a_long_row_is_broken_and_a_hundred_buttons_are_two_messages() -> None:
    row = Actions(tuple(Action(str(n), f"/list {n}") for n in range(20)))
    assert [len(row) for row in rows(only(line("x"), row))] == [8, 8, 4]
    made = parts(line("x"), *[row] * 6)
    assert sum(len(labels) for part in made for labels in rows(dict(part.payload))) == 120
    assert len(made) == 2
    for part in made:
        accepted(part)


def test_what_no_button_can_carry_is_said() -> None:
    long, odd = "/subscribe " + "x" * 80, "https://nowhere"
    payload = only(line("x"), Actions((Action("Yes", long), Action("Site", url=odd), Action("No", "/list"))))
    assert payload["text"] == f"x\n\nYes: {long}\n\nSite: {odd}"
    assert rows(payload) == [["No"]]


def test_buttons_alone_stand_under_their_own_names() -> None:
    payload = only(Actions((Action("Yes", "/yes"), Action(" No\n", "/no"))))
    assert (payload["text"], rows(payload)) == ("Yes · No", [["Yes", "No"]])
    assert utf16(only(Actions((Action("😀" * 40, "/yes"),)), text=60)["text"]) <= 60


def test_buttons_inside_what_folds_are_under_the_message() -> None:
    assert rows(only(Details((Text("More"),), (line("x"), Actions((Action("Yes", "/yes"),)))))) == [["Yes"]]


# ---------------------------------------------------------------- forms


def test_plain_text_leaves_out_all_that_may_have_been_refused() -> None:
    (part,) = renderer().plain(
        Document(
            (
                Heading((Link("NV", "https://arxiv.org/abs/1"),)),
                Actions((Action("Site", url="https://x.org/"),)),
                *PANEL,
            )
        ),
        chat=chat(),
    )
    assert part.payload["kind"] == "plain"
    assert "entities" not in part.payload
    assert part.payload["text"].startswith("NV (https://arxiv.org/abs/1)")
    assert "Site: https://x.org/" in part.payload["text"].replace(APART, "")
    assert rows(dict(part.payload)) == [["5", "✓ 10"], ["List", "Add me"]]


@pytest.mark.parametrize(
    ("form", "rich", "kind"), [("", True, "classic"), ("rich", True, "rich"), ("rich", False, "classic")]
)
def test_a_chat_gets_the_form_it_chose_where_that_may_be_sent(form: str, rich: bool, kind: str) -> None:
    (part,) = renderer(rich=rich).render(Document((line("x"),)), chat=chat(form=form))
    assert part.payload["kind"] == kind


def test_what_says_nothing_is_no_message() -> None:
    assert parts(line(" \n"), Divider(), Actions(())) == []
