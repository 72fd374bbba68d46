"""Where a bot may read, write and ask, by the Bot API's rules and in its words (`Client.cpp: check_chat_access`)."""

from __future__ import annotations

from tests.fakes.telegram_places import Chat, Message
from tests.fakes.telegram_refusals import Refused, bad, forbidden, upgraded
from tests.fakes.telegram_world import World


def find(world: World, raw: object) -> Chat:
    """The chat of a `chat_id`: a number, or @name of a supergroup or channel. Raises Refused."""
    name = str(raw if raw is not None else "").strip()
    if not name:
        raise bad("chat_id is empty")
    if name.startswith("@"):
        for chat in world.chats.values():
            if chat.kind != "private" and (chat.username or "").lower() == name[1:].lower():
                return chat
        raise bad("chat not found")
    try:
        number = int(name)
    except ValueError as exc:
        raise bad("chat not found") from exc
    user = world.users.get(number)
    if user is not None and not user.is_bot:
        met = user.started or number in world.known or any(number in each.members for each in _ours(world))
        if met:
            return world.private(user)
    found = world.chats.get(number)
    if found is None or found.kind == "private" or (number not in world.known and not found.username):
        raise bad("chat not found")
    return found


def _ours(world: World) -> list[Chat]:
    return [chat for chat in world.chats.values() if chat.id in world.known]


def check_read(world: World, chat: Chat) -> None:
    """May the bot look at it? Raises Refused."""
    if chat.upgraded_to is not None:
        raise upgraded(chat.upgraded_to)
    if chat.deleted:
        raise forbidden(f"the {chat.kind} chat was deleted")
    standing = world.standing(chat)
    if chat.kind == "private" or standing.is_in:
        return
    if standing.status == "kicked":
        raise forbidden(f"bot was kicked from the {chat.kind} chat")
    if not chat.username:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")


def check_write(world: World, chat: Chat) -> None:
    """May the bot write there? Raises Refused."""
    if chat.person is not None:
        if chat.person.deactivated:
            raise forbidden("user is deactivated")
        if chat.person.blocked:
            raise forbidden("bot was blocked by the user")
        if not chat.person.started:
            raise forbidden("bot can't initiate conversation with a user")
    check_read(world, chat)
    standing = world.standing(chat)
    if chat.kind != "private" and not standing.is_in:
        raise forbidden(f"bot is not a member of the {chat.kind} chat")
    if chat.refusal is not None:
        raise Refused(chat.refusal.code, chat.refusal.description, chat.refusal.parameters)
    if chat.kind == "channel" and not standing.may("can_post_messages"):
        raise bad("need administrator rights in the channel chat")
    closed = not chat.open_to_members and not standing.is_admin
    gagged = standing.status == "restricted" and not standing.may_write
    if chat.kind in {"group", "supergroup"} and (closed or gagged):
        raise bad("not enough rights to send text messages to the chat")


def thread_of(world: World, chat: Chat, raw: int | None, reply: Message | None) -> int | None:
    """The topic a message goes to: outside forums there is none, whatever was asked. Raises Refused."""
    if not chat.is_forum:
        return None
    if raw is None:
        return reply.thread if reply is not None else None
    topic = chat.topics.get(raw)
    if topic is None:  # General is 1 for people; for bots it is no thread at all
        raise bad("message thread not found")
    if topic.refusal is not None and not (
        topic.refusal == "TOPIC_CLOSED" and world.standing(chat).may("can_manage_topics")
    ):
        raise bad(topic.refusal)
    return topic.id


def check_list(world: World, chat: Chat) -> None:
    """May the bot ask who is in it? Raises Refused."""
    check_read(world, chat)
    standing = world.standing(chat)
    if (chat.kind == "channel" and not standing.is_admin) or (chat.kind != "private" and not standing.is_in):
        raise bad("member list is inaccessible")


def check_edit(world: World, chat: Chat, message_id: int | None) -> Message:
    """The message the bot may edit. Raises Refused."""
    if message_id is None:
        raise bad("message identifier is not specified")
    check_write(world, chat)
    message = chat.message(message_id)
    if message is None:
        raise bad("message to edit not found")
    if message.service or not message.ours or message.forced is not None:
        raise bad("message can't be edited")
    return message
