"""Routes of messages: send, read, edit, delete, publish."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from tests.fakes import discord_json as as_json
from tests.fakes.discord_drafts import Draft, attached, draft, pings
from tests.fakes.discord_errors import Json, invalid, refused
from tests.fakes.discord_model import Channel, Flag, Kind, Message, P
from tests.fakes.discord_shown import words
from tests.fakes.discord_state import Ask, Handler, State, Told


def send(state: State, ask: Ask) -> Told:
    """A new message; the same one again for the same nonce in the same channel, if it is to be enforced."""
    channel = state.channel(ask.params["channel"])
    state.writable(channel)
    made = draft(ask.form, ask.files)
    check_rights(state, channel, made)
    key = (channel.id, str(made.nonce))
    if made.enforce_nonce and made.nonce is not None:
        at, before = state.nonces.get(key, (float("-inf"), None))
        if before is not None and state.world.now() - at < state.nonce_window:
            return Told(shown(state, before))
    message = post(state, channel, made)
    if made.nonce is not None:
        state.nonces[key] = (state.world.now(), message)
    return Told(shown(state, message))


def check_rights(state: State, channel: Channel, made: Draft) -> None:
    """Embeds, files and replies need their own permissions. Raises 50013, 160002."""
    may = state.may(channel)
    if (made.embeds and P.EMBED_LINKS not in may) or (made.files and P.ATTACH_FILES not in may):
        raise refused(50013)
    if made.reference is not None and P.READ_MESSAGE_HISTORY not in may:
        raise refused(160002)


def post(state: State, channel: Channel, made: Draft, *, identifier: str | None = None) -> Message:
    """It is in the channel now."""
    world = state.world
    reference = channel.messages.get(made.reference or "")
    if made.reference is not None and reference is None and made.must_exist:
        raise invalid(("message_reference",), "REPLIES_UNKNOWN_MESSAGE", "Unknown message")
    guild = channel.guild
    message = Message(
        id=identifier or world.new_id(),
        channel=channel,
        author=world.bot,
        at=world.at(),
        content=made.content,
        embeds=made.embeds,
        components=made.components,
        attachments=attached(made, world.new_id),
        flags=made.flags,
        kind=19 if reference else 0,
        nonce=made.nonce,
        reference=reference,
        pings=pings(
            words(made.content, (), made.components),
            made.allowed,
            may=state.may(channel),
            mentionable=[role.id for role in guild.roles.values() if role.mentionable] if guild else (),
            replied=reference.author if reference and reference.author is not world.bot else None,
        ),
    )
    message.revisions.append(message.markdown)
    world.add_message(message)
    return message


def shown(state: State, message: Message) -> Json:
    """As the bot gets it."""
    whole = message.author is state.world.bot or message.channel.guild is None
    return as_json.message(message, state.world.bot, thread=state.world.thread_of(message), whole=whole)


def get(state: State, ask: Ask) -> Told:
    channel = state.channel(ask.params["channel"], P.READ_MESSAGE_HISTORY)
    return Told(shown(state, state.message(channel, ask.params["message"])))


def history(state: State, ask: Ask) -> Told:
    """Newest first; nothing where we may not read what was before us."""
    channel = state.channel(ask.params["channel"])
    if P.READ_MESSAGE_HISTORY not in state.may(channel):
        return Told([])
    if channel.kind in (Kind.FORUM, Kind.CATEGORY):
        raise refused(50008)
    limit = ask.query.get("limit", "50")
    if not limit.isdigit() or not 1 <= int(limit) <= 100:
        raise invalid(("limit",), "NUMBER_TYPE_MAX", "int value should be less than or equal to 100.")
    found = [each for each in channel.messages.values() if each.only_for is None]
    found.sort(key=lambda each: int(each.id), reverse=True)
    if "before" in ask.query:
        found = [each for each in found if int(each.id) < int(ask.query["before"])]
    if "after" in ask.query:
        found = [each for each in found if int(each.id) > int(ask.query["after"])][-int(limit) :]
    return Told([shown(state, each) for each in found[: int(limit)]])


def edit(state: State, ask: Ask) -> Told:
    """Our own, in what is open; those older than an hour only a few times."""
    channel = state.channel(ask.params["channel"])
    message = state.message(channel, ask.params["message"])
    if message.author is not state.world.bot:
        raise refused(50005)
    if channel.thread is not None:
        if channel.thread.archived:
            raise refused(50083)
        if channel.thread.locked and P.MANAGE_THREADS not in state.may(channel):
            raise refused(160005)
    made = draft(ask.form, ask.files, may=Flag.SUPPRESS_EMBEDS | Flag.IS_COMPONENTS_V2, of=message)
    if made.embeds and P.EMBED_LINKS not in state.may(channel):
        raise refused(50013)
    if (state.world.at() - message.at).total_seconds() > 3600:
        _count_old(state, channel)
    change(state, message, made)
    return Told(shown(state, message))


def _count_old(state: State, channel: Channel) -> None:
    used = state.edits.setdefault(channel.id, deque())
    now = state.world.now()
    while used and used[0] <= now - state.old_edits.seconds:
        used.popleft()
    if len(used) >= state.old_edits.count:
        raise refused(30046, retry_after=used[0] + state.old_edits.seconds - now)
    used.append(now)


def change(state: State, message: Message, made: Draft) -> None:
    """It reads that way now. Raises 50006 if nothing would be left."""
    world = state.world
    content = made.content if "content" in made.given else message.content
    embeds = made.embeds if "embeds" in made.given else message.embeds
    components = made.components if "components" in made.given else message.components
    kept = [each for each in message.attachments if each.id in made.kept] + attached(made, world.new_id)
    if not (content or embeds or components or kept):
        raise refused(50006)
    message.content, message.embeds, message.components, message.attachments = content, embeds, components, kept
    rest = message.flags & ~Flag.SUPPRESS_EMBEDS if "flags" in made.given else message.flags
    message.flags = (rest | made.flags) & ~Flag.LOADING
    message.edited = world.at()
    message.revisions.append(message.markdown)
    world.tell_message("MESSAGE_UPDATE", message)


def delete(state: State, ask: Ask) -> Told:
    """Our own, or anybody's with Manage Messages."""
    channel = state.channel(ask.params["channel"])
    message = state.message(channel, ask.params["message"])
    if message.author is not state.world.bot and P.MANAGE_MESSAGES not in state.may(channel):
        raise refused(50013)
    remove(state, message)
    return Told()


def remove(state: State, message: Message) -> None:
    """It is gone; a thread on it stays."""
    del message.channel.messages[message.id]
    data: Json = {"id": message.id, "channel_id": message.channel.id}
    if message.channel.guild is not None:
        data["guild_id"] = message.channel.guild.id
    if message.only_for is None:
        state.world.tell("MESSAGE_DELETE", data, message.channel.guild)


def publish(state: State, ask: Ask) -> Told:
    """In an announcement channel, once."""
    channel = state.channel(ask.params["channel"], P.SEND_MESSAGES)
    message = state.message(channel, ask.params["message"])
    if channel.kind is not Kind.ANNOUNCEMENT:
        raise refused(50024)
    if message.author is not state.world.bot and P.MANAGE_MESSAGES not in state.may(channel):
        raise refused(50013)
    if message.published:
        raise refused(40033)
    message.flags |= Flag.CROSSPOSTED
    state.world.tell_message("MESSAGE_UPDATE", message)
    return Told(shown(state, message))


def typing(state: State, ask: Ask) -> Told:
    channel = state.channel(ask.params["channel"])
    state.writable(channel)
    channel.typing.append(state.world.at())
    return Told()


ROUTES: Mapping[str, tuple[str, Handler]] = {
    "POST /channels/{channel}/messages": ("send", send),
    "GET /channels/{channel}/messages": ("read", history),
    "GET /channels/{channel}/messages/{message}": ("read", get),
    "PATCH /channels/{channel}/messages/{message}": ("edit", edit),
    "DELETE /channels/{channel}/messages/{message}": ("delete", delete),
    "POST /channels/{channel}/messages/{message}/crosspost": ("publish", publish),
    "POST /channels/{channel}/typing": ("typing", typing),
}
"""Route → bucket and handler."""
