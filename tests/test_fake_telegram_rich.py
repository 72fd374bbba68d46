"""The test Telegram takes rich messages within their limits and refuses the others; an older one knows none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot, Message

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_bot import client, refusal
from tests.fakes.telegram_places import User
from tests.fakes.telegram_refusals import Refused
from tests.fakes.telegram_rich import parse

PAGE = """
<h1>LLM · 3 March</h1>
<ol><li><a href="#p1">NV-Embed</a> &mdash; first</li></ol>
<a name="p1"></a><h3>NV-Embed &amp; co</h3>
<p>By <b>Lee</b><br>with <tg-math>x^{2} &lt; y</tg-math></p>
<tg-math-block>a
b</tg-math-block>
<details open><summary>Takeaways</summary><ul><li>one<p>more</p></li></ul></details>
<blockquote>said<cite>Lee</cite></blockquote>
<table bordered><caption>T</caption><tr><th>a</th><td colspan="2">b</td></tr></table>
<pre><code class="language-bibtex">@a{
}</code></pre>
<figure><img src="https://arxiv.org/x.png" alt="A"/><figcaption>F</figcaption></figure>
<hr/><footer><a href="https://t.me/b?start=p1">how</a></footer>
"""


@pytest.fixture
async def server() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as running:
        yield running


@pytest.fixture
def ann(server: FakeTelegram) -> User:
    return server.people.add_user("Ann", started=True)


@pytest.fixture
async def bot(server: FakeTelegram) -> AsyncIterator[Bot]:
    async with client(server) as made:
        yield made


async def rich(bot: Bot, chat: int, html: str, method: str = "sendRichMessage", **more: Any) -> Any:  # noqa: ANN401 - JSON
    """What the server answers."""
    return await bot.do_api_request(method, api_kwargs={"chat_id": chat, "rich_message": {"html": html}, **more})


async def become(bot: Bot, sent: Message, html: str) -> None:
    """A message becomes a rich one; the library knows only texts."""
    await bot.edit_message_text("", sent.chat.id, sent.message_id, api_kwargs={"rich_message": {"html": html}})


def why(html: str, **more: object) -> str:
    """The refusal of a rich message."""
    with pytest.raises(Refused) as told:
        parse({"html": html, **more})
    return told.value.description.removeprefix("Bad Request: ")


async def test_a_page_stands_there_as_people_read_it(server: FakeTelegram, ann: User, bot: Bot) -> None:
    keys = {"inline_keyboard": [[{"text": "1", "callback_data": "/p 1"}]]}
    answer = await rich(bot, ann.id, PAGE, reply_markup=keys)

    (seen,) = server.people.messages(ann)
    assert "text" not in answer
    link = {"type": "anchor_link", "text": "NV-Embed", "anchor_name": "p1"}
    assert answer["rich_message"]["blocks"][1] == {"type": "paragraph", "text": [link, " — first"]}
    assert answer["rich_message"]["blocks"][-1]["text"] == [
        {"type": "url", "text": "how", "url": "https://t.me/b?start=p1"}
    ]
    assert seen.rich is not None
    assert seen.text.split("\n") == [
        "LLM · 3 March",
        "NV-Embed — first",
        "NV-Embed & co",
        "By Lee",
        "with x^{2} < y",
        "a",
        "b",
        "Takeaways",
        "one",
        "more",
        "said",
        "Lee",
        "T",
        "a",
        "b",
        "@a{",
        "}",
        "F",
        "how",
    ]
    assert seen.rich.links == [("NV-Embed", "#p1"), ("how", "https://t.me/b?start=p1")]
    assert (seen.rich.anchors, seen.rich.media, seen.rich.dropped) == (("p1",), ("https://arxiv.org/x.png",), ())
    assert (seen.rich.blocks, seen.buttons, server.dropped) == (18, [["1"]], [])


async def test_a_rich_message_and_a_text_can_take_each_others_place(server: FakeTelegram, ann: User, bot: Bot) -> None:
    sent = await bot.send_message(ann.id, "Reading")
    await become(bot, sent, "<p>Read</p>")
    (seen,) = server.people.messages(ann)
    assert (seen.text, seen.edits, seen.rich is not None) == ("Read", 1, True)
    assert (await refusal(become(bot, sent, "<p>Read</p>"))).startswith("BadRequest: message is not modified")
    await bot.edit_message_text("Read", ann.id, sent.message_id)
    assert (seen.text, seen.edits, seen.rich is not None) == ("Read", 2, False)


async def test_an_older_server_knows_no_rich_messages() -> None:
    async with FakeTelegram(rich=False) as server, client(server) as bot:
        ann = server.people.add_user("Ann", started=True)
        sent = await bot.send_message(ann.id, "Reading")

        assert (await refusal(rich(bot, ann.id, "<p>x</p>"))).endswith("endpoint 'sendrichmessage' does not exist.")
        assert await refusal(become(bot, sent, "<p>x</p>")) == "BadRequest: message text is empty"
        assert [message.text for message in server.people.messages(ann)] == ["Reading"]


async def test_a_draft_is_shown_in_private_only(server: FakeTelegram, ann: User, bot: Bot) -> None:
    group = server.people.add_group()

    assert await rich(bot, ann.id, "<p>x</p>", "sendRichMessageDraft", draft_id=5) is True
    assert [(draft.chat.id, draft.text) for draft in server.writing.drafts] == [(ann.id, "x")]
    assert server.people.messages(ann) == []
    in_group = rich(bot, group.id, "<p>x</p>", "sendRichMessageDraft", draft_id=5)
    assert await refusal(in_group) == "BadRequest: textdraft_peer_invalid"
    zero = rich(bot, ann.id, "<p>x</p>", "sendRichMessageDraft", draft_id=0)
    assert await refusal(zero) == "BadRequest: random_id_invalid"


@pytest.mark.parametrize(
    "html",
    [
        "",
        " \n",
        "<p></p>",
        "<p>x</p><h2></h2>",
        "<p>x</p><pre> </pre>",
        "<ul><li>x</li><li></li></ul>",
        "<p>x</p><blockquote></blockquote>",
        "<details><summary></summary>x</details>",
        "<p>x</p><tg-slideshow></tg-slideshow>",
        "<p><ul><li>x</li></ul></p>",
        "<b><p>x</p></b>",
        "<pre><b>x</b></pre>",
        "<tg-math-block><b>x</b></tg-math-block>",
        "<ul>x</ul>",
        "<li>x</li>",
        "<tr><td>x</td></tr>",
        "<p>x<img src='https://a.org/x.png'></p>",
    ],
)
def test_empty_and_misplaced_blocks_refuse_the_whole_message(html: str) -> None:
    assert why(html) == "RICH_MESSAGE_CONTENT_REQUIRED"


def test_an_empty_paragraph_is_fine() -> None:
    assert parse({"html": "<p></p><p> x </p><p>y</p>"}).text == "x\ny"


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<a href='#p9'>x</a>", "RICH_MESSAGE_URL_INVALID"),
        ("<a href='/abs/1'>x</a>", "RICH_MESSAGE_URL_INVALID"),
        ("<a href=''>x</a>", "RICH_MESSAGE_URL_INVALID"),
        ("<a href='http://localhost/x'>x</a>", "RICH_MESSAGE_URL_INVALID"),
        ("<a href='javascript:x'>x</a>", "RICH_MESSAGE_URL_INVALID"),
        ("<a name='a'></a><a name='a'></a>x", "RICH_MESSAGE_URL_INVALID"),
        ("<img src='x.png'>", "RICH_MESSAGE_URL_INVALID"),
        ("<a href='mailto:nobody'>x</a>", "RICH_MESSAGE_EMAIL_INVALID"),
        ("<tg-time unix='soon'>x</tg-time>", "RICH_MESSAGE_DATE_INVALID"),
        ("<img src='tg://photo?id=a'>", "RICH_MESSAGE_PHOTO_NO_MEDIA_FOUND"),
        ("<p>" + "x" * 32_767 + "</p><tg-math-block>yz</tg-math-block>", "RICH_MESSAGE_TEXT_TOO_LONG"),
        ("<p>x</p>" * 501, "RICH_MESSAGE_BLOCKS_TOO_MANY"),
        ("<ul>" + "<li>x</li>" * 500 + "</ul>", "RICH_MESSAGE_BLOCKS_TOO_MANY"),
        ("<blockquote>" * 17 + "x" + "</blockquote>" * 17, "RICH_MESSAGE_NESTING_TOO_DEEP"),
        ("<img src='https://a.org/x.png'>" * 51, "RICH_MESSAGE_MEDIA_TOO_MANY"),
        ("<table><tr>" + "<td>x</td>" * 21 + "</tr></table>", "RICH_MESSAGE_COLUMNS_TOO_MANY"),
    ],
)
def test_addresses_and_sizes_are_checked(html: str, code: str) -> None:
    assert why(html) == code


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "x" * 32_766 + "</p><tg-math-block>yz</tg-math-block>",
        "<p>x</p>" * 500,
        "<blockquote>" * 16 + "x" + "</blockquote>" * 16,
        "<img src='https://a.org/x.png'>" * 50,
        "<table><tr>" + "<td>x</td>" * 20 + "</tr></table>",
        "<p>x<a name='a'></a> <a href='#a'>y</a> <a href='#'>top</a> <a href='mailto:a@b.org'>m</a></p>",
    ],
)
def test_what_just_fits_is_taken(html: str) -> None:
    assert parse({"html": html}).dropped == ()


@pytest.mark.parametrize(
    ("html", "words"),
    [
        ("<p>x", 'Can\'t find end tag corresponding to start tag "p"'),
        ("<p>ю</i>", 'Unmatched end tag at byte offset 5, expected "</p>", found "</i>"'),
        ("x</p>", "Unexpected end tag at byte offset 1"),
        ("<div>x</div>", 'Unsupported start tag "div" at byte offset 0'),
        ("<script>x</script>", 'Unsupported start tag "script" at byte offset 0'),
        ("a < b", "Unclosed start tag at byte offset 2"),
        ("<p>&laquo;x</p>", "Unsupported entity &laquo;"),
        ("<p>&#0;</p>", "Invalid character &#0;"),
    ],
)
def test_broken_html_is_refused(html: str, words: str) -> None:
    assert why(html) == f"can't parse entities: {words}"


def test_exactly_one_form_is_taken_and_no_unknown_field() -> None:
    assert why("<p>x</p>", markdown="x").startswith("can't parse InputRichMessage: exactly one")
    assert why("<p>x</p>", style="x") == "can't parse InputRichMessage: unknown fields style"
    assert parse({"html": "<img src='tg://photo?id=a'>", "media": [{"id": "a", "media": {}}]}).media


def test_bare_newlines_and_unknown_attributes_are_lost_and_told() -> None:
    made = parse({"html": "<p class='x'>one\ntwo</p>\n<pre>a\nb</pre>"})

    assert made.text == "onetwo\na\nb"
    assert made.dropped == ("class of p", "a newline between words")
