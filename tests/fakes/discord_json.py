"""The same things as JSON, field by field as API v10 sends them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_model import (
    THREADS,
    Attachment,
    Channel,
    Flag,
    Guild,
    Json,
    Kind,
    Message,
    Person,
    Role,
)

JOINED = "2024-01-01T00:00:00+00:00"


def user(person: Person) -> Json:
    return {
        "id": person.id,
        "username": person.name,
        "discriminator": "0",
        "global_name": person.name,
        "avatar": None,
        "bot": person.bot,
        "public_flags": 0,
    }


def member(guild: Guild, person: Person, *, channel: Channel | None = None, whole: bool = True) -> Json:
    """`channel`: with what they may do there, as interactions have it."""
    found: Json = {
        "roles": sorted(guild.members.get(person.id, ())),
        "joined_at": JOINED,
        "deaf": False,
        "mute": False,
        "flags": 0,
        "nick": None,
        "avatar": None,
        "pending": False,
    }
    if whole:
        found["user"] = user(person)
    if channel is not None:
        found["permissions"] = str(int(permissions.in_channel(channel, person)))
    return found


def role(each: Role) -> Json:
    return {
        "id": each.id,
        "name": each.name,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "position": each.position,
        "permissions": str(int(each.permissions)),
        "managed": each.managed,
        "mentionable": each.mentionable,
        "flags": 0,
    }


def channel(each: Channel, viewer: Person) -> Json:
    """A channel, thread, forum or direct chat, as `viewer` gets it."""
    last = next(reversed(each.messages), None)
    found: Json = {"id": each.id, "type": int(each.kind), "flags": 0, "last_message_id": last}
    if each.kind is Kind.DM:
        return found | {"recipients": [user(each.recipient)] if each.recipient else []}
    assert each.guild is not None
    found |= {
        "guild_id": each.guild.id,
        "name": each.name,
        "parent_id": None if each.parent is None else each.parent.id,
        "rate_limit_per_user": 0,
        "nsfw": False,
    }
    if each.kind in THREADS:
        return found | _thread(each, viewer)
    found |= {
        "position": 0,
        "topic": each.topic or None,
        "permission_overwrites": [
            {"id": one.id, "type": int(one.member), "allow": str(int(one.allow)), "deny": str(int(one.deny))}
            for one in each.overwrites.values()
        ],
    }
    if each.kind is Kind.FORUM:
        found |= {
            "flags": 1 << 4 if each.require_tag else 0,
            "available_tags": [
                {"id": tag.id, "name": tag.name, "moderated": tag.moderated, "emoji_id": None, "emoji_name": None}
                for tag in each.tags.values()
            ],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return found


def _thread(each: Channel, viewer: Person) -> Json:
    state = each.thread
    assert state is not None
    found: Json = {
        "owner_id": state.owner_id,
        "message_count": len(each.messages),
        "total_message_sent": len(each.messages),
        "member_count": len(state.members),
        "thread_metadata": {
            "archived": state.archived,
            "auto_archive_duration": state.auto_archive,
            "archive_timestamp": state.changed.isoformat(),
            "locked": state.locked,
            "create_timestamp": state.changed.isoformat(),
        },
        "applied_tags": list(state.applied_tags),
    }
    if viewer.id in state.members:
        found["member"] = thread_member(each, viewer.id)
    return found


def thread_member(thread: Channel, person_id: str) -> Json:
    assert thread.thread is not None
    return {
        "id": thread.id,
        "user_id": person_id,
        "join_timestamp": thread.thread.members[person_id].isoformat(),
        "flags": 1,
    }


def guild(each: Guild, channels: Iterable[Channel], bot: Person, *, shown: bool = True) -> Json:
    """`shown`: as GUILD_CREATE has it, with its channels, its active threads that the bot may see, and the bot."""
    found: Json = {
        "id": each.id,
        "name": each.name,
        "owner_id": each.owner.id,
        "icon": None,
        "splash": None,
        "discovery_splash": None,
        "banner": None,
        "description": None,
        "features": ["COMMUNITY", "NEWS"],
        "emojis": [],
        "stickers": [],
        "roles": [role(one) for one in each.roles.values()],
        "afk_channel_id": None,
        "afk_timeout": 300,
        "verification_level": 1,
        "default_message_notifications": 1,
        "explicit_content_filter": 2,
        "mfa_level": 0,
        "nsfw_level": 0,
        "application_id": None,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "rules_channel_id": None,
        "public_updates_channel_id": None,
        "safety_alerts_channel_id": None,
        "vanity_url_code": None,
        "premium_tier": 0,
        "premium_subscription_count": 0,
        "preferred_locale": each.locale,
    }
    if shown:
        mine = list(channels)
        found |= {
            "joined_at": JOINED,
            "large": False,
            "member_count": len(each.members),
            "members": [member(each, bot)],
            "presences": [],
            "voice_states": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
            "channels": [channel(one, bot) for one in mine if one.kind not in THREADS],
            "threads": [channel(one, bot) for one in mine if is_active(one) and permissions.in_channel(one, bot)],
        }
    return found


def is_active(each: Channel) -> bool:
    """A thread that is not archived?"""
    return each.thread is not None and not each.thread.archived


def message(each: Message, viewer: Person, *, thread: Channel | None = None, whole: bool = True) -> Json:
    """`whole` False: without its words, as bots without the Message Content intent get other people's."""
    found: Json = {
        "id": each.id,
        "channel_id": each.channel.id,
        "type": each.kind,
        "author": user(each.author),
        "content": each.content if whole else "",
        "embeds": [{"type": "rich", **one} for one in each.embeds] if whole else [],
        "components": each.components if whole else [],
        "attachments": [_attachment(each, one) for one in each.attachments] if whole else [],
        "timestamp": each.at.isoformat(),
        "edited_timestamp": stamp(each.edited),
        "flags": int(each.flags),
        "tts": False,
        "mention_everyone": bool(each.pings & {"@everyone", "@here"}),
        "mentions": [],
        "mention_roles": sorted(ping[3:-1] for ping in each.pings if ping.startswith("<@&")),
        "pinned": False,
    }
    if each.nonce is not None:
        found["nonce"] = each.nonce
    if each.reference is not None:
        origin = each.reference
        found["message_reference"] = {"type": 0, "message_id": origin.id, "channel_id": origin.channel.id}
        found["referenced_message"] = message(origin, viewer, whole=whole) if origin is not each else None
    if each.interaction is not None:
        found["interaction_metadata"] = each.interaction
        found["webhook_id"] = found["application_id"] = viewer.id
    elif each.author.bot:
        found["application_id"] = viewer.id
    if thread is not None:
        found["thread"] = channel(thread, viewer)
    return found


def _attachment(each: Message, one: Attachment) -> Json:
    return attachment(one, each.channel.id, ephemeral=Flag.EPHEMERAL in each.flags)


def attachment(one: Attachment, place: str, *, ephemeral: bool) -> Json:
    """A file, as it is told of in a message, or where a command takes one."""
    url = one.url or f"https://cdn.discordapp.com/attachments/{place}/{one.id}/{one.filename}"
    return {
        "id": one.id,
        "filename": one.filename,
        "size": len(one.content),
        "url": url,
        "proxy_url": url.replace("cdn.discordapp.com", "media.discordapp.net"),
        "content_type": one.content_type,
        "description": one.description,
        "ephemeral": ephemeral,
    }


def stamp(at: datetime | None) -> str | None:
    """ISO 8601, as Discord writes times."""
    return None if at is None else at.isoformat()
