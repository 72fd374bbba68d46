"""The test Telegram reads texts, entities, HTML, buttons and menus as the real one does, and refuses in its words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot, LinkPreviewOptions, MessageEntity
from telegram import InlineKeyboardButton as Button
from telegram import InlineKeyboardMarkup as Keyboard

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_bot import client, refusal
from tests.fakes.telegram_html import parse_html
from tests.fakes.telegram_people import People
from tests.fakes.telegram_places import User
from tests.fakes.telegram_refusals import Refused
from tests.fakes.telegram_text import Entity, commands_in, fix, piece, units


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as running:
        yield running


@pytest.fixture
def people(server: FakeTelegram) -> People:
    return server.people


@pytest.fixture
def ann(people: People) -> User:
    return people.add_user("Ann", started=True)


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with client(server) as made:
        yield made


def mark(kind: str, offset: int, length: int, **more: str) -> Entity:
    return Entity(type=kind, offset=offset, length=length, more=tuple(more.items()))


async def test_a_text_is_measured_after_parsing_in_utf_16_units(ann: User, bot: Bot) -> None:
    await bot.send_message(ann.id, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    await bot.send_message(ann.id, "😀" * 2048)

    assert await refusal(bot.send_message(ann.id, "x" * 4097)) == "BadRequest: message is too long"
    assert await refusal(bot.send_message(ann.id, "😀" * 2048 + "x")) == "BadRequest: message is too long"
    raw = "<b></b>" * 4700
    assert await refusal(bot.send_message(ann.id, raw + "x", parse_mode="HTML")) == "BadRequest: text is too long"


async def test_a_text_that_is_nothing_is_refused(ann: User, bot: Bot) -> None:
    for text in (" ", "\n\t ", "<b> </b>"):
        assert await refusal(bot.send_message(ann.id, text, parse_mode="HTML")) == "BadRequest: text must be non-empty"
    assert await refusal(bot.send_message(ann.id, "")) == "BadRequest: message text is empty"
    sent = await bot.send_message(ann.id, "x")
    assert await refusal(bot.edit_message_text("", ann.id, sent.message_id)) == "BadRequest: message text is empty"


async def test_entities_are_kept_as_they_are_and_at_most_a_hundred(
    server: FakeTelegram, people: People, ann: User, bot: Bot
) -> None:
    asked = [MessageEntity("bold", 2 * n, 1) for n in range(101)]
    link = MessageEntity("text_link", 0, 2, url="https://arxiv.org/abs/2405.17428")

    sent = await bot.send_message(ann.id, "x " * 101, entities=asked)
    linked = await bot.send_message(ann.id, "😀 x", entities=[link], link_preview_options=LinkPreviewOptions(True))

    assert list(sent.entities) == asked[:100]
    assert server.dropped == ["bold after the 100th"]
    assert list(linked.entities) == [link]
    assert [message.preview for message in people.messages(ann)] == [True, False]


@pytest.mark.parametrize(
    ("entity", "why"),
    [
        (MessageEntity("bold", 1, 2), "entity begins in a middle of a utf-16 symbol at byte offset 4"),
        (
            MessageEntity("bold", 0, 1),
            "entity beginning at utf-16 offset 0 ends in a middle of a utf-16 symbol at byte offset 4",
        ),
        (
            MessageEntity("bold", 2, 9),
            "entity beginning at utf-16 offset 2 ends after the end of the text at utf-16 offset 11",
        ),
        (MessageEntity("bold", 9, 1), "entity begins after the end of the text at utf-16 offset 9"),
        (MessageEntity("bold", -1, 2), "receive an entity with incorrect offset -1"),
        (MessageEntity("bold", 0, -2), "receive an entity with incorrect length -2"),
        (MessageEntity("text_link", 0, 2, url="ftp://x.org"), "wrong message entity: unsupported url protocol"),
        (MessageEntity("text_link", 0, 2, url="/abs/1"), "wrong message entity: url host is empty"),
        (MessageEntity("glitter", 0, 2), "can't parse messageentity: unsupported type glitter"),
    ],
)
async def test_a_wrong_entity_is_refused(ann: User, bot: Bot, entity: MessageEntity, why: str) -> None:
    assert await refusal(bot.send_message(ann.id, "😀abcd", entities=[entity])) == f"BadRequest: {why}"


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        (mark("blockquote", 0, 9), mark("expandable_blockquote", 2, 3)),
        (mark("blockquote", 0, 9), mark("expandable_blockquote", 0, 9)),
        (mark("code", 0, 9), mark("bold", 2, 3)),
        (mark("bold", 0, 9), mark("code", 2, 3)),
        (mark("bold", 0, 5), mark("italic", 3, 5)),
        (mark("text_link", 0, 9, url="https://a.org"), mark("text_link", 2, 3, url="https://b.org")),
        (mark("italic", 0, 9), mark("blockquote", 2, 3)),
    ],
)
def test_what_cannot_live_together_is_dropped_and_told(outer: Entity, inner: Entity) -> None:
    made = fix("abcdefghij", [outer, inner])

    assert made.entities == (outer,)
    assert len(made.dropped) == 1


@pytest.mark.parametrize(
    "entities",
    [
        (mark("blockquote", 0, 9), mark("bold", 2, 3), mark("italic", 2, 3)),
        (mark("expandable_blockquote", 0, 9), mark("code", 2, 3)),
        (mark("text_link", 0, 5, url="https://a.org"), mark("bold", 0, 5)),
        (mark("bold", 0, 9), mark("blockquote", 0, 9)),
        (mark("bold", 0, 3), mark("bold", 3, 3)),
    ],
)
def test_what_can_live_together_stays(entities: tuple[Entity, ...]) -> None:
    made = fix("abcdefghij", entities)

    assert (made.entities, made.dropped) == (entities, ())
    assert set(fix("abcdefghij", reversed(entities)).entities) == set(entities)


def test_a_text_is_cleaned_and_trimmed_and_its_entities_move_along() -> None:
    made = fix("\n a\r\tb\u202ec\n", [mark("bold", 2, 3), mark("italic", 5, 3), mark("code", 0, 2)])

    assert made.text == "a bc"
    assert [(each.type, piece(made.text, each)) for each in made.entities] == [("bold", "a "), ("italic", "bc")]


@given(st.text(st.sampled_from("ab 😀\n\r\t\u202e"), max_size=12), st.data())
def test_an_entity_covers_the_same_words_before_and_after(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(begin, len(text)))
    entity = mark("bold", units(text[:begin]), units(text[begin:end]))
    if not text.replace("\u202e", "").strip():
        return

    made = fix(text, [entity])

    covered = text[begin:end].replace("\u202e", "").replace("\r", "").replace("\t", " ").strip()
    assert [piece(made.text, each).strip() for each in made.entities] == ([covered] if covered else [])


@pytest.mark.parametrize(
    ("html", "text", "entities"),
    [
        ("&lt;&gt;&amp;&quot;&laquo;&#128512;&#x1f600;", '<>&"&laquo;😀😀', []),
        ("😀<b>a<i>b</i></b>", "😀ab", [mark("italic", 3, 1), mark("bold", 2, 2)]),
        ("<strong>a</strong><EM>b</EM><ins>c</ins><strike>d</strike>", "abcd", ["bold", "italic", "underline", "s"]),
        ("<a href='https://a.org/?x=1&amp;y=2'>a</a>", "a", [mark("text_link", 0, 1, url="https://a.org/?x=1&y=2")]),
        ('<pre><code class="language-bibtex">a</code></pre>', "a", [mark("pre", 0, 1, language="bibtex")]),
        ("<blockquote expandable>a</blockquote>", "a", [mark("expandable_blockquote", 0, 1)]),
        ('<span class="tg-spoiler">a</span><tg-spoiler>b</tg-spoiler>', "ab", ["spoiler", "spoiler"]),
        ("<b></b>a", "a", []),
    ],
)
def test_html_becomes_text_and_entities(html: str, text: str, entities: list[Any]) -> None:
    said, found, lost = parse_html(html)

    names = {"s": "strikethrough"}
    wanted = [each if isinstance(each, Entity) else names.get(each, each) for each in entities]
    assert (said, lost) == (text, [])
    assert [f if isinstance(w, Entity) else f.type for f, w in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize(
    ("html", "why"),
    [
        ("😀 <br>", 'Unsupported start tag "br" at byte offset 5'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<h1>x</h1>", 'Unsupported start tag "h1" at byte offset 0'),
        ("x <b", "Unclosed start tag at byte offset 2"),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a ="x">y</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
    ],
)
def test_bad_html_is_refused_at_its_byte(html: str, why: str) -> None:
    with pytest.raises(Refused) as told:
        parse_html(html)

    assert told.value.description == f"Bad Request: can't parse entities: {why}"


def test_a_bad_link_in_html_is_lost_without_a_word() -> None:
    assert parse_html('<a href="x">y</a>') == ("y", [], ["text_link to 'x'"])


def test_commands_are_found_where_telegram_finds_them() -> None:
    text = "😀 /today@paperboy_bot and /why 1, not a/b or //x /é"

    assert [piece(text, each) for each in commands_in(text)] == ["/today@paperboy_bot", "/why"]


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([[Button("x", callback_data="ю" * 33)]], "button_data_invalid"),
        ([[Button("x", callback_data="")]], "button_data_invalid"),
        ([[Button("x" * 9, url="https://nohost")]], "button_url_invalid"),
        ([[Button("x", url="javascript:alert(1).x")]], "inline keyboard button url 'javascript:alert(1).x' is invalid"),
        ([[Button(" ", callback_data="/x")]], "can't parse inline keyboard button: text buttons are unallowed"),
        ([[Button("x")]], "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"),
        ([[Button("x", callback_data="/x", url="https://a.org")]], "button_type_invalid"),
        ([[Button("x", callback_data="/x")] * 9], "reply markup is too long"),
        ([[Button("x", callback_data="/x")] * 8] * 13, "reply markup is too long"),
    ],
)
async def test_a_wrong_button_is_refused(ann: User, bot: Bot, rows: list[list[Button]], why: str) -> None:
    said = await refusal(bot.send_message(ann.id, "x", reply_markup=Keyboard(rows)))

    assert said.startswith(f"BadRequest: {why}"), said


async def test_the_largest_keyboard_is_taken(people: People, ann: User, bot: Bot) -> None:
    rows = [[Button("x", callback_data="ю" * 32)] * 8] * 12 + [[Button("y", url="https://t.me/b?start=p")] * 4]

    await bot.send_message(ann.id, "x", reply_markup=Keyboard(rows))

    assert sum(map(len, people.messages(ann)[-1].buttons)) == 100
