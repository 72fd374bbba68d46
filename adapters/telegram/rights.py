"""What we may not do in a chat, by the names that Telegram's apps have for it."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import ChatFullInfo, ChatMember, ChatMemberMember

from adapters.telegram.api import Api, Failed
from adapters.telegram.places import kind_of, obstacle
from bot.platforms import Fatal, TargetGone, TargetMoved
from bot.targets import Target


async def lacking(api: Api, target: Target) -> Sequence[str]:
    """What is missing to post there; empty: all is well. Raises DeliveryError if Telegram cannot be asked."""
    chat_id = int(target.chat_id)
    try:
        chat = await api.ask(lambda bot: bot.get_chat(chat_id))
        if kind_of(chat) == "private":
            return ()
        me = await api.me()
        return missing(chat, await api.ask(lambda bot: bot.get_chat_member(chat_id, me.id)))
    except Failed as exc:
        told = exc.told
    if isinstance(told, TargetGone | TargetMoved | Fatal):
        return ("membership",)
    raise told


def missing(chat: ChatFullInfo, member: ChatMember) -> Sequence[str]:
    """What `member`, who is us, lacks in `chat`. Pure."""
    found = obstacle(kind_of(chat), member)
    if found is not None:
        return (found.lacking,)
    closed = chat.permissions is not None and not chat.permissions.can_send_messages
    return ("Send Messages",) if closed and isinstance(member, ChatMemberMember) else ()
