"""Routes of channels, threads and forums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tests.fakes import discord_json as as_json
from tests.fakes import discord_messages as messages
from tests.fakes.discord_drafts import draft
from tests.fakes.discord_errors import Problems, invalid, refused
from tests.fakes.discord_forms import Form
from tests.fakes.discord_model import THREADS, Channel, Guild, Kind, P, ThreadState
from tests.fakes.discord_state import Ask, Handler, State, Told

DURATIONS = (60, 1440, 4320, 10080)
TAGS = 5


def _form(form: Form) -> tuple[str, int]:
    name = form.text("name", least=1, most=100, required=True)
    duration = form.choice("auto_archive_duration", DURATIONS, default=1440)
    form.integer("rate_limit_per_user", least=0, most=21600)
    return name.strip(), duration


def on_message(state: State, ask: Ask) -> Told:
    """A thread that hangs on a message and has its id; one at most. Raises 160004 for the second."""
    channel = state.channel(ask.params["channel"])
    if channel.kind not in (Kind.TEXT, Kind.ANNOUNCEMENT):
        raise refused(50024)
    message = state.message(channel, ask.params["message"])
    needs = P.CREATE_PUBLIC_THREADS | P.READ_MESSAGE_HISTORY
    if needs & ~state.may(channel):
        raise refused(50013)
    problems = Problems()
    name, duration = _form(Form(ask.form, problems))
    problems.check()
    if state.world.thread_of(message) is not None:
        raise refused(160004)
    _check_room(state, channel)
    thread = state.world.thread(channel, name, by=state.world.bot, root=message, auto_archive=duration)
    state.world.tell_message("MESSAGE_UPDATE", message)
    return Told(as_json.channel(thread, state.world.bot), 201)


def _check_room(state: State, channel: Channel) -> None:
    if state.world.has_active(_guild(channel)) >= state.world.max_active_threads:
        raise refused(160006)


def _guild(channel: Channel) -> Guild:
    assert channel.guild is not None
    return channel.guild


def without_message(state: State, ask: Ask) -> Told:
    """A post in a forum, or a thread that hangs on nothing."""
    channel = state.channel(ask.params["channel"])
    if channel.kind is Kind.FORUM:
        return _forum_post(state, channel, ask)
    if channel.kind not in (Kind.TEXT, Kind.ANNOUNCEMENT):
        raise refused(50024)
    problems = Problems()
    form = Form(ask.form, problems)
    name, duration = _form(form)
    kinds = (10,) if channel.kind is Kind.ANNOUNCEMENT else (11, 12)
    kind = form.choice("type", kinds, default=kinds[-1])
    problems.check()
    needs = P.CREATE_PRIVATE_THREADS if kind == Kind.PRIVATE_THREAD else P.CREATE_PUBLIC_THREADS
    if needs & ~state.may(channel):
        raise refused(50013)
    _check_room(state, channel)
    thread = state.world.thread(channel, name, by=state.world.bot, kind=Kind(kind), auto_archive=duration)
    return Told(as_json.channel(thread, state.world.bot), 201)


def _forum_post(state: State, channel: Channel, ask: Ask) -> Told:
    if P.SEND_MESSAGES not in state.may(channel):
        raise refused(50013)
    problems = Problems()
    form = Form(ask.form, problems)
    name, duration = _form(form)
    if not form.has("message"):
        form.missing("message")
        problems.check()
    tags = form.ids("applied_tags", most=TAGS)
    made = draft(form.inner("message").data, ask.files, problems=problems, path=("message",))
    messages.check_rights(state, channel, made)
    _check_tags(state, channel, tags)
    if channel.require_tag and not tags:
        raise refused(40067)
    _check_room(state, channel)
    thread = state.world.thread(channel, name, by=state.world.bot, auto_archive=duration, tags=tags)
    first = messages.post(state, thread, made, identifier=thread.id)
    found = as_json.channel(thread, state.world.bot) | {"message": messages.shown(state, first)}
    return Told(found, 201)


def _check_tags(state: State, forum: Channel, tags: list[str]) -> None:
    for tag in tags:
        if tag not in forum.tags:
            raise refused(10087)
        if forum.tags[tag].moderated and P.MANAGE_THREADS not in state.may(forum):
            raise refused(50013)


def active(state: State, ask: Ask) -> Told:
    """All active threads of the guild that we see."""
    guild = state.guild(ask.params["guild"])
    bot = state.world.bot
    found = [each for each in state.world.channels_of(guild) if as_json.is_active(each) and state.may(each)]
    found.sort(key=lambda each: int(each.id), reverse=True)
    mine = [as_json.thread_member(each, bot.id) for each in found if each.thread and bot.id in each.thread.members]
    return Told({"threads": [as_json.channel(each, bot) for each in found], "members": mine})


def archived(state: State, ask: Ask) -> Told:
    """Public archived threads of a channel, the last archived first."""
    channel = state.channel(ask.params["channel"], P.READ_MESSAGE_HISTORY)
    found = [
        (each.thread.changed, each)
        for each in state.world.channels.values()
        if each.parent is channel and each.thread is not None and each.thread.archived
    ]
    if "before" in ask.query:
        before = datetime.fromisoformat(ask.query["before"])
        found = [(at, each) for at, each in found if at < before]
    found.sort(key=lambda pair: pair[0], reverse=True)
    limit = int(ask.query.get("limit", "50"))
    threads = [as_json.channel(each, state.world.bot) for _, each in found[:limit]]
    return Told({"threads": threads, "members": [], "has_more": len(found) > limit})


def get(state: State, ask: Ask) -> Told:
    return Told(as_json.channel(state.channel(ask.params["channel"]), state.world.bot))


def edit(state: State, ask: Ask) -> Told:
    """Names, archives, locks, tags of threads; names and subjects of channels for who may manage them."""
    channel = state.channel(ask.params["channel"])
    if channel.kind is Kind.DM:
        raise refused(50003)
    problems = Problems()
    form = Form(ask.form, problems)
    name = form.text("name", least=1, most=100)
    topic = form.text("topic", most=1024)
    duration = form.choice("auto_archive_duration", DURATIONS)
    tags = form.ids("applied_tags", most=TAGS)
    to = {key: form.boolean(key) for key in ("archived", "locked") if form.has(key)}
    problems.check()
    if channel.kind not in THREADS:
        if P.MANAGE_CHANNELS not in state.may(channel):
            raise refused(50013)
        channel.topic = topic if form.has("topic") else channel.topic
        state.world.rename(channel, name or channel.name)
        return Told(as_json.channel(channel, state.world.bot))
    thread, forum = channel.thread, channel.parent
    assert thread is not None
    assert forum is not None
    _may_edit(state, channel, thread, set(form.data), to)
    if form.has("applied_tags"):
        _check_tags(state, forum, tags)
        if forum.require_tag and not tags:
            raise refused(40067)
        thread.applied_tags = tags
    thread.auto_archive = duration or thread.auto_archive
    channel.name = name.strip() or channel.name
    state.world.archive(channel, archived=to.get("archived", thread.archived), locked=to.get("locked"))
    return Told(as_json.channel(channel, state.world.bot))


def _may_edit(state: State, channel: Channel, thread: ThreadState, given: set[str], to: dict[str, bool]) -> None:
    moderator = P.MANAGE_THREADS in state.may(channel)
    opens = to.get("archived") is False
    if thread.archived and not opens:
        raise refused(50083)
    if thread.locked and not moderator:
        raise refused(160005)
    mine = thread.owner_id == state.world.bot.id
    free = opens and given <= {"archived"} and state.world.bot.id in thread.members
    if not (moderator or mine or free):
        raise refused(50013)


def delete(state: State, ask: Ask) -> Told:
    """Threads for who may manage them; channels for who may manage those."""
    channel = state.channel(ask.params["channel"])
    found = as_json.channel(channel, state.world.bot)
    if channel.kind is not Kind.DM:
        needs = P.MANAGE_THREADS if channel.kind in THREADS else P.MANAGE_CHANNELS
        if needs not in state.may(channel):
            raise refused(50013)
        state.world.delete(channel)
    return Told(found)


def join(state: State, ask: Ask) -> Told:
    """We, or somebody, become a member of a thread that is not archived."""
    channel = state.channel(ask.params["channel"])
    if channel.thread is None:
        raise refused(50024)
    if channel.thread.archived:
        raise refused(50083)
    person = state.world.bot.id if ask.params["user"] == "@me" else ask.params["user"]
    if person not in _guild(channel).members:
        raise refused(10007)
    channel.thread.members.setdefault(person, state.world.at())
    return Told()


def leave(state: State, ask: Ask) -> Told:
    channel = state.channel(ask.params["channel"])
    if channel.thread is None:
        raise refused(50024)
    person = state.world.bot.id if ask.params["user"] == "@me" else ask.params["user"]
    channel.thread.members.pop(person, None)
    return Told()


def one_member(state: State, ask: Ask) -> Told:
    channel = state.channel(ask.params["channel"])
    person = state.world.bot.id if ask.params["user"] == "@me" else ask.params["user"]
    if channel.thread is None:
        raise refused(50024)
    if person not in channel.thread.members:
        raise refused(10007)
    return Told(as_json.thread_member(channel, person))


def all_members(state: State, ask: Ask) -> Told:
    """It needs the Server Members intent, which we do not have."""
    state.channel(ask.params["channel"])
    raise refused(50001)


def direct(state: State, ask: Ask) -> Told:
    """The direct chat with somebody; whether they accept messages is only known when one is sent."""
    person = state.world.people.get(str(ask.form.get("recipient_id")))
    if "recipient_id" not in ask.form:
        raise invalid(("recipient_id",), "BASE_TYPE_REQUIRED", "This field is required")
    if person is None or person is state.world.bot:
        raise refused(50033)
    return Told(as_json.channel(state.world.dm(person), state.world.bot))


ROUTES: Mapping[str, tuple[str, Handler]] = {
    "GET /channels/{channel}": ("read", get),
    "PATCH /channels/{channel}": ("channel", edit),
    "DELETE /channels/{channel}": ("channel", delete),
    "POST /channels/{channel}/messages/{message}/threads": ("thread", on_message),
    "POST /channels/{channel}/threads": ("thread", without_message),
    "GET /guilds/{guild}/threads/active": ("read", active),
    "GET /channels/{channel}/threads/archived/public": ("read", archived),
    "PUT /channels/{channel}/thread-members/{user}": ("other", join),
    "DELETE /channels/{channel}/thread-members/{user}": ("other", leave),
    "GET /channels/{channel}/thread-members/{user}": ("read", one_member),
    "GET /channels/{channel}/thread-members": ("read", all_members),
    "POST /users/@me/channels": ("dm", direct),
}
"""Route → bucket and handler."""
