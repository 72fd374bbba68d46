"""A Discord for tests: its guilds, channels and people, and what happens to them. Every change is told to listeners."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from tests.fakes import discord_json as as_json
from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_ledger import Ledger
from tests.fakes.discord_model import (
    EVERYONE,
    THREADS,
    Attachment,
    Channel,
    Flag,
    Guild,
    Json,
    Kind,
    Message,
    Overwrite,
    P,
    Permission,
    Person,
    Role,
    Tag,
    ThreadState,
)

BOT_NEEDS = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.READ_MESSAGE_HISTORY
    | P.CREATE_PUBLIC_THREADS
    | P.SEND_MESSAGES_IN_THREADS
    | P.USE_APPLICATION_COMMANDS
)


class World(Ledger):
    """Whoever and whatever is in it; a new one has our bot and nobody else."""

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(clock=clock)
        self.bot = self.person("Paperboy", bot=True)

    # ------------------------------------------------------------ building it

    def person(self, name: str, *, locale: str = "en-US", bot: bool = False, installed: bool = False) -> Person:
        """Somebody with an account."""
        made = Person(id=self.new_id(), name=name, locale=locale, bot=bot, installed=installed)
        self.people[made.id] = made
        return made

    def guild(
        self,
        name: str = "Research",
        *,
        owner: Person | None = None,
        locale: str = "en-US",
        bot: bool = True,
        everyone: Permission = EVERYONE,
    ) -> Guild:
        """A server; our bot is in it (with what its invitation asks for) unless `bot` is False."""
        made = Guild(id=self.new_id(), name=name, owner=owner or self.person("owner"), locale=locale)
        made.roles[made.id] = Role(id=made.id, name="@everyone", permissions=everyone, position=0)
        made.members[made.owner.id] = set()
        self.guilds[made.id] = made
        if bot:
            self.invite(made, by=made.owner)
        return made

    def channel(self, guild: Guild, name: str = "papers", kind: Kind = Kind.TEXT) -> Channel:
        """A new channel of it."""
        return self._add(Channel(id=self.new_id(), kind=kind, name=name, guild=guild))

    def forum(
        self, guild: Guild, name: str = "papers", *, tags: Iterable[str] = (), require_tag: bool = False
    ) -> Channel:
        """A new forum of it, with tags."""
        made = Channel(id=self.new_id(), kind=Kind.FORUM, name=name, guild=guild, require_tag=require_tag)
        for tag in tags:
            identifier = self.new_id()
            made.tags[identifier] = Tag(id=identifier, name=tag)
        return self._add(made)

    def joins(self, person: Person, guild: Guild, grants: Permission = P.NONE) -> Person:
        """They become a member, with a role that grants something if it is to be more than everyone's."""
        guild.members.setdefault(person.id, set())
        if grants:
            self.give(guild, person, self.role(guild, f"role of {person.name}", grants))
        return person

    def role(self, guild: Guild, name: str, grants: Permission, *, mentionable: bool = False) -> Role:
        """A new role of it."""
        made = Role(id=self.new_id(), name=name, permissions=grants, position=len(guild.roles), mentionable=mentionable)
        guild.roles[made.id] = made
        self.tell("GUILD_ROLE_CREATE", {"guild_id": guild.id, "role": as_json.role(made)}, guild)
        return made

    def give(self, guild: Guild, person: Person, role: Role) -> None:
        """They get a role."""
        guild.members[person.id].add(role.id)
        if person is self.bot:
            changed = {"guild_id": guild.id, **as_json.member(guild, person)}
            self.tell("GUILD_MEMBER_UPDATE", changed, guild)

    def guild_without(self, guild: Guild, role: Role) -> None:
        """That role is no more, for nobody."""
        del guild.roles[role.id]
        for held in guild.members.values():
            held.discard(role.id)
        self.tell("GUILD_ROLE_DELETE", {"guild_id": guild.id, "role_id": role.id}, guild)

    def dm(self, person: Person) -> Channel:
        """The direct chat of that person and our bot; it is the same every time."""
        for each in self.channels.values():
            if each.kind is Kind.DM and each.recipient is person:
                return each
        made = Channel(id=self.new_id(), kind=Kind.DM, name=person.name, recipient=person)
        self.channels[made.id] = made
        return made

    def _add(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        self.tell("CHANNEL_CREATE", as_json.channel(channel, self.bot), channel.guild)
        return channel

    # ------------------------------------------------------------ what moderators do

    def invite(self, guild: Guild, *, by: Person, grants: Permission = BOT_NEEDS) -> None:
        """Our bot is let in (again)."""
        for old in [role for role in guild.roles.values() if role.managed]:
            del guild.roles[old.id]
        made = Role(id=self.new_id(), name=self.bot.name, permissions=grants, managed=True)
        guild.roles[made.id] = made
        guild.members[self.bot.id] = {made.id}
        guild.bot_in, guild.invited_by = True, by
        self.tell("GUILD_CREATE", self.guild_json(guild, joined=True), guild)

    def kick(self, guild: Guild) -> None:
        """Our bot is thrown out."""
        self.tell("GUILD_DELETE", {"id": guild.id}, guild)
        guild.bot_in = False
        del guild.members[self.bot.id]

    def outage(self, guild: Guild, *, over: bool = False) -> None:
        """Discord has trouble with that guild, or has no more; our bot was not removed."""
        if over:
            guild.available = True
            self.tell("GUILD_CREATE", self.guild_json(guild, joined=False), guild)
        else:
            self.tell("GUILD_DELETE", {"id": guild.id, "unavailable": True}, guild)
            guild.available = False

    def delete(self, channel: Channel) -> None:
        """The channel or thread is no more; a channel takes its threads along."""
        for thread in [each for each in self.channels.values() if each.parent is channel]:
            self.delete(thread)
        del self.channels[channel.id]
        data = as_json.channel(channel, self.bot)
        if channel.kind in THREADS:
            keys = ("id", "guild_id", "parent_id", "type")
            self.tell("THREAD_DELETE", {key: data[key] for key in keys}, channel.guild)
        else:
            self.tell("CHANNEL_DELETE", data, channel.guild)

    def overwrite(
        self, channel: Channel, who: Person | Role, *, allow: Permission = P.NONE, deny: Permission = P.NONE
    ) -> None:
        """What somebody may or may not do there, instead of what was set before for them."""
        channel.overwrites[who.id] = Overwrite(id=who.id, member=isinstance(who, Person), allow=allow, deny=deny)
        self.tell("CHANNEL_UPDATE", as_json.channel(channel, self.bot), channel.guild)

    def deny(self, channel: Channel, denied: Permission) -> None:
        """Our bot may not do that there (only that, of what was denied before)."""
        self.overwrite(channel, self.bot, deny=denied)

    def rename(self, channel: Channel, name: str) -> None:
        """It has another name now."""
        channel.name = name
        event = "THREAD_UPDATE" if channel.kind in THREADS else "CHANNEL_UPDATE"
        self.tell(event, as_json.channel(channel, self.bot), channel.guild)

    def thread(
        self,
        channel: Channel,
        name: str,
        *,
        by: Person,
        root: Message | None = None,
        kind: Kind | None = None,
        auto_archive: int = 1440,
        tags: Iterable[str] = (),
    ) -> Channel:
        """Somebody opens a thread, on a message or without; a public one unless `kind` says else."""
        usual = Kind.ANNOUNCEMENT_THREAD if channel.kind is Kind.ANNOUNCEMENT else Kind.PUBLIC_THREAD
        identifier = root.id if root is not None else self.new_id()
        made = Channel(id=identifier, kind=kind or usual, name=name, guild=channel.guild, parent=channel)
        made.thread = ThreadState(
            owner_id=by.id,
            changed=self.at(),
            auto_archive=auto_archive,
            members={by.id: self.at()},
            applied_tags=list(tags),
        )
        self.channels[made.id] = made
        if root is not None:
            root.flags |= Flag.HAS_THREAD
        if permissions.in_channel(made, self.bot):
            self.tell("THREAD_CREATE", {**as_json.channel(made, self.bot), "newly_created": True}, made.guild)
        return made

    def posts(
        self,
        person: Person,
        channel: Channel,
        content: str,
        *,
        embeds: Iterable[Json] = (),
        files: Iterable[Attachment] = (),
    ) -> Message:
        """Somebody writes something."""
        made = Message(
            id=self.new_id(),
            channel=channel,
            author=person,
            at=self.at(),
            content=content,
            embeds=list(embeds),
            attachments=list(files),
        )
        self.add_message(made)
        return made
