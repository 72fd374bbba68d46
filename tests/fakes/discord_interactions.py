"""Interactions: what people do with commands, buttons, menus and windows, and how an application may answer.

Rules: interactions/receiving-and-responding of Discord's documentation: an answer within three seconds, once; then
fifteen minutes to change it and to follow up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.fakes import discord_components as components
from tests.fakes import discord_json as as_json
from tests.fakes import discord_messages as messages
from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_commands import check_choice
from tests.fakes.discord_drafts import SETTABLE, Draft, attached, draft, pings
from tests.fakes.discord_errors import Json, Problems, invalid, refused
from tests.fakes.discord_forms import Form
from tests.fakes.discord_model import Channel, Flag, Message, P, Person
from tests.fakes.discord_shown import words
from tests.fakes.discord_state import Ask, Handler, State, Told

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
FOLLOW_UPS = 5
_FORM = ("data",)


@dataclass(eq=False, kw_only=True)
class Interaction:
    """`source`: the message whose button it was; `original`: what `@original` is; `owners`: by whose installation."""

    id: str
    token: str
    kind: int
    at: float
    person: Person
    channel: Channel
    data: Json
    owners: Json
    source: Message | None = None
    answered: int | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    modal: Json | None = None
    choices: list[Json] | None = None

    @property
    def allowed(self) -> tuple[int, ...]:
        """The ways in which it may be answered."""
        if self.kind == COMMAND:
            return (MESSAGE, DEFER, MODAL)
        if self.kind == AUTOCOMPLETE:
            return (CHOICES,)
        updates = (DEFER_UPDATE, UPDATE) if self.source is not None else ()
        return (MESSAGE, DEFER, *updates, *((MODAL,) if self.kind == COMPONENT else ()))


def begin(state: State, made: Interaction) -> Json:
    """It happened: what the gateway tells."""
    state.interactions[made.token] = made
    guild, person, world = made.channel.guild, made.person, state.world
    found: Json = {
        "id": made.id,
        "application_id": world.bot.id,
        "type": made.kind,
        "data": made.data,
        "token": made.token,
        "version": 1,
        "channel_id": made.channel.id,
        "channel": as_json.channel(made.channel, world.bot),
        "locale": person.locale,
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": made.owners,
        "context": 0 if guild is not None else 1,
        "attachment_size_limit": 10 << 20,
        "app_permissions": str(int(state.may(made.channel) or P.EMBED_LINKS | P.ATTACH_FILES)),
    }
    if guild is not None:
        found["channel"]["permissions"] = str(int(permissions.in_channel(made.channel, person)))
        found |= {
            "guild_id": guild.id,
            "guild": {"id": guild.id, "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": as_json.member(guild, person, channel=made.channel),
        }
    else:
        found["user"] = as_json.user(person)
    if made.source is not None:
        found["message"] = as_json.message(made.source, world.bot, thread=world.thread_of(made.source))
    return found


def callback(state: State, ask: Ask) -> Told:
    """The first answer. Raises 10062 for one too late, 40060 for a second."""
    made = state.interactions.get(ask.params["token"])
    if made is None or made.id != ask.params["interaction"]:
        raise refused(10062)
    if made.answered is not None:
        raise refused(40060)
    if state.world.now() - made.at > state.patience:
        raise refused(10062)
    problems = Problems()
    form = Form(ask.form, problems)
    kind = form.choice("type", made.allowed, required=True)
    problems.check()
    data = form.data.get("data") or {}
    if kind == CHOICES:
        made.choices = _choices(made, data)
    elif kind == MODAL:
        made.modal = components.modal(Form(data, problems, _FORM))
        problems.check()
    elif kind == MESSAGE:
        may = SETTABLE | Flag.EPHEMERAL
        made.original = _post(state, made, draft(data, ask.files, may=may, path=_FORM))
    elif kind == DEFER:
        made.original = _defer(state, made, data)
    else:
        made.original = made.source
        assert made.source is not None
        if kind == UPDATE:
            messages.change(state, made.source, _edit(data, ask, made.source, path=_FORM))
    made.answered = kind
    if ask.query.get("with_response") not in ("1", "true", "True"):
        return Told()
    return Told(_resource(state, made, kind))


def _choices(made: Interaction, data: Json) -> list[Json]:
    problems = Problems()
    form = Form(data, problems, _FORM)
    focused = next(each for each in made.data["options"] if each.get("focused"))
    for each in form.each("choices", most=25, required=True):
        check_choice(each, focused["type"])
    problems.check()
    return list(data["choices"])


def _defer(state: State, made: Interaction, data: Json) -> Message:
    flags = Flag(data.get("flags") or 0)
    if flags & ~Flag.EPHEMERAL:
        message = "Only MessageFlags.EPHEMERAL can be used here"
        raise invalid(("data", "flags"), "INTERACTION_CALLBACK_FLAGS_INVALID", message)
    return _post(state, made, Draft(given=frozenset(), flags=flags | Flag.LOADING))


def _resource(state: State, made: Interaction, kind: int) -> Json:
    told: Json = {"id": made.id, "type": made.kind}
    resource: Json = {"type": kind}
    if made.original is not None:
        told |= {
            "response_message_id": made.original.id,
            "response_message_loading": made.original.loading,
            "response_message_ephemeral": made.original.only_for is not None,
        }
        if kind in (MESSAGE, UPDATE):
            resource["message"] = messages.shown(state, made.original)
    return {"interaction": told, "resource": resource}


def _post(state: State, made: Interaction, given: Draft) -> Message:
    """An answer; private where it is asked for, or where a user's own app may not speak aloud."""
    world, channel = state.world, made.channel
    flags = given.flags
    if channel.guild is not None and set(made.owners) == {"1"}:
        spoken = permissions.in_channel(channel, made.person)
        flags |= Flag.NONE if P.USE_EXTERNAL_APPS in spoken else Flag.EPHEMERAL
    private = Flag.EPHEMERAL in flags
    thread = channel.thread
    if thread is not None and thread.locked and not private and P.MANAGE_THREADS not in state.may(channel):
        raise refused(50083)
    kinds = {COMMAND: 23 if made.data.get("target_id") else 20}
    message = Message(
        id=world.new_id(),
        channel=channel,
        author=world.bot,
        at=world.at(),
        content=given.content,
        embeds=given.embeds,
        components=given.components,
        attachments=attached(given, world.new_id),
        flags=flags,
        kind=kinds.get(made.kind, 0),
        interaction={
            "id": made.id,
            "type": made.kind,
            "user": as_json.user(made.person),
            "authorizing_integration_owners": made.owners,
        },
        only_for=made.person if private else None,
        pings=_pings(state, made, given),
    )
    message.revisions.append(message.markdown)
    world.add_message(message)
    return message


def _pings(state: State, made: Interaction, given: Draft) -> frozenset[str]:
    """Unlike other messages, answers notify only people unless they ask for more."""
    text = words(given.content, (), given.components)
    return pings(text, given.allowed, may=state.may(made.channel), default=("users",))


def _edit(data: Json, ask: Ask, message: Message, path: tuple[str | int, ...] = ()) -> Draft:
    return draft(data, ask.files, may=Flag.SUPPRESS_EMBEDS | Flag.IS_COMPONENTS_V2, of=message, path=path)


# ---------------------------------------------------------------- afterwards


def _token(state: State, ask: Ask) -> Interaction:
    """Raises 10015 for another application's or before the first answer, 50027 when the token is not valid any more."""
    made = state.interactions.get(ask.params["token"])
    if made is None or state.world.now() - made.at > state.token_life:
        raise refused(50027)
    if ask.params["application"] != state.world.bot.id or made.answered in (None, CHOICES):
        raise refused(10015)
    return made


def _message(state: State, ask: Ask) -> tuple[Interaction, Message]:
    made = _token(state, ask)
    wanted = ask.params["message"]
    found = made.original if wanted == "@original" else None
    mine = [*made.followups, *([made.original] if made.original else [])]
    found = found or next((each for each in mine if each.id == wanted), None)
    if found is None or found.channel.messages.get(found.id) is not found:
        raise refused(10008)
    return made, found


def follow_up(state: State, ask: Ask) -> Told:
    """One more message; the first after a deferral becomes the answer that was promised."""
    made = _token(state, ask)
    original = made.original
    if original is not None and original.loading and original.channel.messages.get(original.id) is original:
        _fill(state, made, original, _edit(ask.form, ask, original))
        return Told(messages.shown(state, original))
    if set(made.owners) == {"1"} and len(made.followups) >= FOLLOW_UPS and made.channel.guild is not None:
        raise refused(40094)
    message = _post(state, made, draft(ask.form, ask.files, may=SETTABLE | Flag.EPHEMERAL))
    made.followups.append(message)
    return Told(messages.shown(state, message))


def _fill(state: State, made: Interaction, message: Message, given: Draft) -> None:
    if message.loading:
        message.pings = _pings(state, made, given)
    messages.change(state, message, given)


def get(state: State, ask: Ask) -> Told:
    return Told(messages.shown(state, _message(state, ask)[1]))


def edit(state: State, ask: Ask) -> Told:
    made, message = _message(state, ask)
    _fill(state, made, message, _edit(ask.form, ask, message))
    return Told(messages.shown(state, message))


def delete(state: State, ask: Ask) -> Told:
    messages.remove(state, _message(state, ask)[1])
    return Told()


ROUTES: Mapping[str, tuple[str, Handler]] = {
    "POST /interactions/{interaction}/{token}/callback": ("callback", callback),
    "POST /webhooks/{application}/{token}": ("webhook", follow_up),
    "GET /webhooks/{application}/{token}/messages/{message}": ("webhook", get),
    "PATCH /webhooks/{application}/{token}/messages/{message}": ("webhook", edit),
    "DELETE /webhooks/{application}/{token}/messages/{message}": ("webhook", delete),
}
"""Route → bucket and handler. They need no token of the bot, and count towards no limit over all."""
