"""The other methods of the test Telegram: parameters, chat actions, documents, drafts, menus; the real library asks."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientSession
from telegram import Bot, BotCommand, BotCommandScopeChat, BotCommandScopeChatAdministrators, ForceReply

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_bot import client, refusal
from tests.fakes.telegram_people import People
from tests.fakes.telegram_places import User


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


async def test_what_cannot_be_read_is_refused(server: FakeTelegram, people: People, ann: User, bot: Bot) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": "abc", "text": "x"}, "chat not found"),
        ({"chat_id": ann.id, "text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup json object"),
        ({"chat_id": ann.id, "text": "x", "entities": "{"}, "can't parse entities json object"),
        ({"chat_id": ann.id, "text": "x", "reply_parameters": {"x": 1}}, "can't parse reply parameters"),
        ({"chat_id": ann.id, "text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
    ]
    for given, why in wrong:
        said = await refusal(bot._post("sendMessage", given))
        assert said.startswith(f"BadRequest: {why}"), said
    assert (await refusal(bot._post("sendFlowers", {}))) == "InvalidToken: not found: method not found"
    assert people.messages(ann) == []


async def test_json_and_queries_are_read_too_and_broken_ones_refused(
    server: FakeTelegram, people: People, ann: User
) -> None:
    root = f"{server.base_url}{server.token}"
    async with ClientSession() as session:

        async def told(**request: Any) -> str:  # noqa: ANN401 - aiohttp's own
            async with session.post(f"{root}/sendmessage", **request) as answer:
                said = await answer.json()
                return str(said.get("description", said["ok"]))

        keys = {"inline_keyboard": [[{"text": "One", "callback_data": "/one"}]]}
        assert await told(json={"chat_id": ann.id, "text": "x", "reply_markup": keys}) == "True"
        assert await told(params={"chat_id": ann.id, "text": "y"}) == "True"
        broken = {"data": b"{", "headers": {"Content-Type": "application/json"}}
        assert await told(**broken) == "Bad Request: can't parse JSON object"
        assert await told(json=["x"]) == "Bad Request: can't parse JSON: Object expected"
        assert await told(json={"chat_id": ann.id, "text": ["x"]}) == 'Bad Request: field "text" must be of type String'
        lone = {"chat_id": ann.id, "text": "\ud83d"}
        assert await told(json=lone) == "Bad Request: strings must be encoded in UTF-8"

    assert [(each.text, each.buttons) for each in people.messages(ann)] == [("x", [["One"]]), ("y", [])]


async def test_another_process_can_speak_to_it(server: FakeTelegram) -> None:
    code = f"import urllib.request as r; print(r.urlopen('{server.base_url}{server.token}/getMe').read().decode())"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()

    assert json.loads(said)["result"]["username"] == "paperboy_bot"


async def test_typing_is_shown_and_other_actions_are_not_known(
    server: FakeTelegram, people: People, ann: User, bot: Bot
) -> None:
    await bot.send_chat_action(ann.id, "typing")

    assert [(chat.id, action) for chat, action, _ in server.writing.actions] == [(ann.id, "typing")]
    assert await refusal(bot.send_chat_action(ann.id, "dancing")) == "BadRequest: wrong parameter action in request"


async def test_documents_and_drafts(server: FakeTelegram, people: People, ann: User, bot: Bot) -> None:
    group = people.add_group()
    sent = await bot.send_document(ann.id, b"bytes", filename="papers.json", caption="Yours")

    assert sent.document is not None
    assert (sent.document.file_name, people.messages(ann)[-1].text) == ("papers.json", "Yours")
    nothing = "BadRequest: there is no text in the message to edit"
    assert await refusal(bot.edit_message_text("x", ann.id, sent.message_id)) == nothing
    long = bot.send_document(ann.id, b"bytes", caption="x" * 1025)
    assert await refusal(long) == "BadRequest: message caption is too long"
    assert await bot.send_message_draft(ann.id, 7, "Reading")
    assert [(draft.id, draft.text) for draft in server.writing.drafts] == [(7, "Reading")]
    assert len(people.messages(ann)) == 1
    assert await refusal(bot.send_message_draft(group.id, 7, "x")) == "BadRequest: textdraft_peer_invalid"


@pytest.mark.parametrize(
    ("command", "why"),
    [
        (("Today", "x"), "bot_command_invalid"),
        (("сегодня", "x"), "bot_command_invalid"),
        (("x" * 33, "x"), "command length must not exceed 32"),
        (("today", "x" * 257), "command description length must not exceed 256"),
        (("today", " "), "command description must be non-empty"),
        (("", "x"), "command must be non-empty"),
    ],
)
async def test_a_wrong_command_is_refused(bot: Bot, command: tuple[str, str], why: str) -> None:
    assert await refusal(bot.set_my_commands([command])) == f"BadRequest: {why}"


async def test_menus_are_kept_by_scope_and_language(server: FakeTelegram, people: People, ann: User, bot: Bot) -> None:
    group = people.add_supergroup(admins=[ann])
    await bot.set_my_commands([("help", "Help")])
    await bot.set_my_commands([("help", "帮助")], language_code="zh")
    await bot.set_my_commands([("list", "List")], scope=BotCommandScopeChatAdministrators(group.id))

    assert server.asking.menu(language="zh") == (("help", "帮助"),)
    assert server.asking.menu(group, language="ru") == (("help", "Help"),)
    assert server.asking.menu(group, admin=True) == (("list", "List"),)
    assert await bot.get_my_commands(language_code="zh") == (BotCommand("help", "帮助"),)
    await bot.delete_my_commands(language_code="zh")
    assert await bot.get_my_commands(language_code="zh") == ()
    many = bot.set_my_commands([(f"c{n}", "x") for n in range(101)])
    assert await refusal(many) == "BadRequest: bot_commands_too_much"
    language = bot.set_my_commands([("a", "x")], language_code="english")
    assert await refusal(language) == "BadRequest: invalid language code specified"
    unknown = bot.set_my_commands([("a", "x")], scope=BotCommandScopeChat(5))
    assert await refusal(unknown) == "BadRequest: chat not found"
    private = bot.set_my_commands([("a", "x")], scope=BotCommandScopeChatAdministrators(ann.id))
    assert await refusal(private) == "BadRequest: can't use specified scope in private chats"


async def test_a_forced_reply_is_no_keyboard_and_its_message_no_draft(people: People, ann: User, bot: Bot) -> None:
    channel = people.add_channel(admins=[ann])
    markup: dict[str, Any] = {"force_reply": True, "input_field_placeholder": "x" * 64}
    wrong: list[tuple[int, dict[str, Any], str]] = [
        (ann.id, {"force_reply": "yes"}, 'field "force_reply" must be of type boolean'),
        (ann.id, markup | {"selective": 1}, 'field "selective" must be of type boolean'),
        (ann.id, markup | {"input_field_placeholder": ""}, "input_field_placeholder_invalid"),
        (ann.id, markup | {"input_field_placeholder": "x" * 65}, "input_field_placeholder_invalid"),
        (ann.id, markup | {"inline_keyboard": []}, "reply markup is a keyboard or a forced reply"),
        (channel.id, markup, "inline keyboard expected"),
    ]
    for chat, given, why in wrong:
        said = await refusal(bot._post("sendMessage", {"chat_id": chat, "text": "x", "reply_markup": given}))
        assert said.lower() == f"badrequest: {why}", said
    sent = await bot.send_message(ann.id, "what?", reply_markup=ForceReply(input_field_placeholder="Type"))
    (message,) = people.messages(ann)
    assert message.forced is not None
    assert (message.forced.placeholder, message.forced.selective) == ("Type", False)
    assert "message can't be edited" in await refusal(sent.edit_text("else"))
    other = await bot.send_message(ann.id, "y")
    edit = {"chat_id": ann.id, "message_id": other.message_id, "text": "z", "reply_markup": markup}
    assert "inline keyboard expected" in (await refusal(bot._post("editMessageText", edit))).lower()
    await sent.delete()
