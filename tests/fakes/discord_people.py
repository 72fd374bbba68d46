"""People in front of a Discord client: they use commands, press buttons, choose and fill in, and see what comes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.fakes import discord_commands as commands
from tests.fakes import discord_json as as_json
from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_answers import Answer, Pulse, Window
from tests.fakes.discord_errors import Json
from tests.fakes.discord_filled import NotOffered, filled, submitted
from tests.fakes.discord_filled import option as declaration
from tests.fakes.discord_gateway import Gateway
from tests.fakes.discord_interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interaction, begin
from tests.fakes.discord_model import Attachment, Channel, Message, P, Person
from tests.fakes.discord_shown import Button, Select, walk
from tests.fakes.discord_state import State

LINK = 5
NAMING = (6, 7, 8, 9)
"""Options whose value is the id of a person, channel or role."""


@dataclass
class People:
    """Everybody. Each action waits until the application has answered, or `patience` is over (see State)."""

    state: State
    gateway: Gateway
    pulse: Pulse = field(default_factory=Pulse)

    # ------------------------------------------------------------ commands

    def offered(self, person: Person, channel: Channel) -> list[str]:
        """The slash commands their client shows there, in their language."""
        found = commands.offered(self.state, person, channel)
        return [commands.localized(each, "name", person.locale) for (kind, _), (each, _) in found.items() if kind == 1]

    async def uses(
        self, person: Person, channel: Channel, command: str, options: Mapping[str, object] | None = None
    ) -> Answer:
        """`/command option: value …`; names as registered. Raises NotOffered."""
        each, owners = self._command(person, channel, 1, command)
        given = filled(each, options or {})
        data: Json = {"id": each["id"], "name": each["name"], "type": 1, "options": given}
        if found := self._resolved(channel, [str(one["value"]) for one in given if one["type"] in NAMING]):
            data["resolved"] = found
        if files := [each for each in (options or {}).values() if isinstance(each, Attachment)]:
            told = {each.id: as_json.attachment(each, "ephemeral", ephemeral=True) for each in files}
            data.setdefault("resolved", {})["attachments"] = told
        return await self._happens(COMMAND, person, channel, data, owners)

    async def autocompletes(
        self,
        person: Person,
        channel: Channel,
        command: str,
        *,
        option: str,
        typed: str,
        options: Mapping[str, object] | None = None,
    ) -> Answer:
        """What is suggested while they type into an option, others being filled in already. Raises NotOffered."""
        each, owners = self._command(person, channel, 1, command)
        given = filled(each, options or {}, complete=False)
        declared = declaration(each, option)
        if not declared.get("autocomplete"):
            raise NotOffered(f"{option} of /{command} is not completed")
        given.append({"name": option, "type": declared["type"], "value": typed, "focused": True})
        data: Json = {"id": each["id"], "name": each["name"], "type": 1, "options": given}
        return await self._happens(AUTOCOMPLETE, person, channel, data, owners)

    async def uses_on(self, person: Person, message: Message, command: str) -> Answer:
        """A command of a message's context menu. Raises NotOffered."""
        each, owners = self._command(person, message.channel, 3, command)
        self._sees(person, message)
        resolved = {"messages": {message.id: as_json.message(message, self.state.world.bot)}}
        data: Json = {"id": each["id"], "name": each["name"], "type": 3, "target_id": message.id, "resolved": resolved}
        return await self._happens(COMMAND, person, message.channel, data, owners)

    def _command(self, person: Person, channel: Channel, kind: int, name: str) -> tuple[Json, Json]:
        found = commands.offered(self.state, person, channel)
        if (kind, name) not in found:
            raise NotOffered(f"{name!r} is not among {[named for _, named in found]}")
        return found[kind, name]

    # ------------------------------------------------------------ buttons, menus, windows

    async def presses(self, person: Person, message: Message, button: str | Button) -> Answer:
        """A button by its label, its custom id or itself. Raises NotOffered."""
        self._sees(person, message)
        named = [each for each in message.buttons if button in (each, each.label, each.custom_id)]
        if not named or named[0].disabled or named[0].style == LINK:
            raise NotOffered(f"{button!r} is not among {[(each.label, each.custom_id) for each in message.buttons]}")
        return await self._touches(person, message, str(named[0].custom_id), {})

    async def selects(self, person: Person, message: Message, *chosen: str, menu: str | Select | None = None) -> Answer:
        """Options by value or label; `menu` by custom id or placeholder where there are more. Raises NotOffered."""
        self._sees(person, message)
        menus = [each for each in message.selects if menu in (None, each, each.custom_id, each.placeholder)]
        if len(menus) != 1 or menus[0].disabled:
            raise NotOffered(f"{menu!r} is not one of {message.selects}")
        options = menus[0].options
        values = [value for each in chosen for label, value in options if each in (label, value)]
        if menus[0].kind != 3:
            values = list(chosen)
        if len(values) != len(chosen) or not menus[0].least <= len(values) <= menus[0].most:
            raise NotOffered(f"{chosen} are not {menus[0].least} to {menus[0].most} of {options}")
        more: Json = {"values": values}
        if menus[0].kind != 3:
            more["resolved"] = self._resolved(message.channel, values)
        return await self._touches(person, message, menus[0].custom_id, more)

    async def _touches(self, person: Person, message: Message, custom_id: str, more: Json) -> Answer:
        each = next(each for each in walk(message.components) if each.get("custom_id") == custom_id)
        data: Json = {"custom_id": custom_id, "component_type": each["type"], "id": each["id"], **more}
        owners = (message.interaction or {}).get("authorizing_integration_owners")
        if owners is None:
            owners = {"0": message.channel.guild.id if message.channel.guild else "0"}
        return await self._happens(COMPONENT, person, message.channel, data, owners, source=message)

    async def submits(self, window: Window, values: Mapping[str, str | Sequence[str]]) -> Answer:
        """A window, filled in by custom id or label; what is not named stays as it was. Raises NotOffered."""
        before = window.answer.interaction
        unknown = set(values) - {name for custom_id, label, _ in window.fields for name in (custom_id, label)}
        if unknown:
            raise NotOffered(f"{unknown} are not in {window.fields}")
        assert before.modal is not None
        parts = [submitted(each, values) for each in before.modal["components"]]
        data: Json = {"custom_id": window.custom_id, "components": parts}
        return await self._happens(SUBMIT, before.person, before.channel, data, before.owners, source=before.source)

    # ------------------------------------------------------------ all of them

    def _resolved(self, channel: Channel, ids: Sequence[str]) -> Json:
        """People, roles and channels that are named by id, as whole as interactions have them."""
        world, guild, found = self.state.world, channel.guild, dict[str, Json]()
        for each in ids:
            if each in world.people:
                found.setdefault("users", {})[each] = as_json.user(world.people[each])
                if guild is not None and each in guild.members:
                    person = as_json.member(guild, world.people[each], channel=channel, whole=False)
                    found.setdefault("members", {})[each] = person
            elif guild is not None and each in guild.roles:
                found.setdefault("roles", {})[each] = as_json.role(guild.roles[each])
            elif each in world.channels:
                place = as_json.channel(world.channels[each], world.bot)
                place["permissions"] = str(int(permissions.in_channel(world.channels[each], world.bot)))
                found.setdefault("channels", {})[each] = place
        return found

    def _sees(self, person: Person, message: Message) -> None:
        if message.channel.messages.get(message.id) is not message:
            raise NotOffered("that message is gone")
        if message.only_for not in (None, person):
            raise NotOffered(f"{person.name} does not see that message")
        if P.VIEW_CHANNEL not in permissions.in_channel(message.channel, person):
            raise NotOffered(f"{person.name} does not see that channel")

    async def _happens(
        self,
        kind: int,
        person: Person,
        channel: Channel,
        data: Json,
        owners: Json,
        *,
        source: Message | None = None,
    ) -> Answer:
        world = self.state.world
        made = Interaction(
            id=world.new_id(),
            token=f"aW50ZXJhY3Rpb246{world.new_id()}",
            kind=kind,
            at=world.now(),
            person=person,
            channel=channel,
            data=data,
            owners=owners,
            source=source,
        )
        self.gateway.dispatch("INTERACTION_CREATE", begin(self.state, made), channel.guild)
        answer = Answer(made, self.pulse)
        answer.failed = not await self.pulse.until(lambda: made.answered is not None, within=self.state.patience)
        return answer
