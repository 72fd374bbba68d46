"""Who may do what where, as Discord computes it. Pure.

Rules: topics/permissions and topics/threads of Discord's documentation.
"""

from __future__ import annotations

from tests.fakes.discord_model import ALL, THREADS, Channel, Guild, Overwrite, P, Permission, Person

_SPEAKING = P.MENTION_EVERYONE | P.SEND_TTS_MESSAGES | P.ATTACH_FILES | P.EMBED_LINKS
_DM = (
    P.VIEW_CHANNEL
    | P.SEND_MESSAGES
    | P.READ_MESSAGE_HISTORY
    | P.EMBED_LINKS
    | P.ATTACH_FILES
    | P.USE_APPLICATION_COMMANDS
)


def in_guild(guild: Guild, person: Person) -> Permission:
    """By owner and roles, channels aside; nothing for who is not a member."""
    if person.id not in guild.members:
        return P.NONE
    if guild.owner is person:
        return ALL
    found = guild.roles[guild.id].permissions
    for role in guild.members[person.id]:
        found |= guild.roles[role].permissions
    return ALL if P.ADMINISTRATOR in found else found


def in_channel(channel: Channel, person: Person) -> Permission:
    """With overwrites of the channel (a thread's parent's) and what one denial implies."""
    if channel.guild is None:
        return _DM
    found = in_guild(channel.guild, person)
    if found == ALL:
        return ALL
    guild = channel.guild
    place = channel.parent if channel.kind in THREADS and channel.parent is not None else channel
    found = _apply(found, [place.overwrites.get(guild.id)])
    found = _apply(found, [place.overwrites.get(role) for role in guild.members.get(person.id, ())])
    found = _apply(found, [place.overwrites.get(person.id)])
    if P.VIEW_CHANNEL not in found or person.id not in guild.members:
        return P.NONE
    speaks = P.SEND_MESSAGES_IN_THREADS if channel.kind in THREADS else P.SEND_MESSAGES
    if speaks not in found:
        found &= ~_SPEAKING
    thread = channel.thread
    if channel.kind == 12 and thread is not None and person.id not in thread.members and P.MANAGE_THREADS not in found:
        return P.NONE
    return found


def _apply(found: Permission, overwrites: list[Overwrite | None]) -> Permission:
    """All denials of one rank, then all that it allows."""
    given = [each for each in overwrites if each is not None]
    for each in given:
        found &= ~each.deny
    for each in given:
        found |= each.allow
    return found
