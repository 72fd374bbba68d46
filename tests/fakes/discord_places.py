"""Routes about ourselves, guilds and people."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes import discord_json as as_json
from tests.fakes import discord_permissions as permissions
from tests.fakes.discord_errors import Json, refused
from tests.fakes.discord_model import THREADS, P
from tests.fakes.discord_state import Ask, Handler, State, Told

BOT_ADD = 28


def gateway(state: State, ask: Ask) -> Told:
    """Where the gateway is, and how many sessions may still be started today."""
    limit = {"total": 1000, "remaining": state.sessions_left, "reset_after": 86_400_000, "max_concurrency": 1}
    return Told({"url": state.gateway_url(), "shards": state.shards, "session_start_limit": limit})


def me(state: State, ask: Ask) -> Told:
    return Told(as_json.user(state.world.bot) | {"verified": True, "mfa_enabled": True, "flags": 0, "email": None})


def application(state: State, ask: Ask) -> Told:
    """Its id is the bot's, as with all newer applications."""
    bot = state.world.bot
    team = as_json.user(next(iter(state.world.people.values())))
    return Told(
        {
            "id": bot.id,
            "name": bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot_public": True,
            "bot_require_code_grant": False,
            "bot": as_json.user(bot),
            "verify_key": "0" * 64,
            "flags": 0,
            "hook": True,
            "owner": team,
            "team": None,
            "approximate_guild_count": sum(guild.bot_in for guild in state.world.guilds.values()),
            "redirect_uris": [],
            "interactions_endpoint_url": None,
            "role_connections_verification_url": None,
            "integration_types_config": {"0": {}, "1": {}},
        }
    )


def user(state: State, ask: Ask) -> Told:
    found = state.world.people.get(ask.params["user"])
    if found is None:
        raise refused(10013)
    return Told(as_json.user(found))


def my_guilds(state: State, ask: Ask) -> Told:
    found: list[Json] = [
        {"id": each.id, "name": each.name, "icon": None, "owner": False, "features": [], "permissions": "0"}
        for each in state.world.guilds.values()
        if each.bot_in
    ]
    return Told(found)


def leave(state: State, ask: Ask) -> Told:
    state.world.kick(state.guild(ask.params["guild"]))
    return Told()


def guild(state: State, ask: Ask) -> Told:
    return Told(as_json.guild(state.guild(ask.params["guild"]), (), state.world.bot, shown=False))


def channels(state: State, ask: Ask) -> Told:
    found = state.world.channels_of(state.guild(ask.params["guild"]))
    return Told([as_json.channel(each, state.world.bot) for each in found if each.kind not in THREADS])


def member(state: State, ask: Ask) -> Told:
    place = state.guild(ask.params["guild"])
    found = state.world.people.get(ask.params["user"])
    if found is None:
        raise refused(10013)
    if found.id not in place.members:
        raise refused(10007)
    return Told(as_json.member(place, found))


def roles(state: State, ask: Ask) -> Told:
    return Told([as_json.role(each) for each in state.guild(ask.params["guild"]).roles.values()])


def audit_log(state: State, ask: Ask) -> Told:
    """Who let us in, for who may read it."""
    place = state.guild(ask.params["guild"])
    if P.VIEW_AUDIT_LOG not in permissions.in_guild(place, state.world.bot):
        raise refused(50013)
    entries: list[Json] = []
    people: list[Json] = []
    if place.invited_by is not None and ask.query.get("action_type", str(BOT_ADD)) == str(BOT_ADD):
        by = place.invited_by
        people = [as_json.user(by), as_json.user(state.world.bot)]
        entries = [
            {
                "id": state.world.new_id(),
                "user_id": by.id,
                "target_id": state.world.bot.id,
                "action_type": BOT_ADD,
                "changes": [],
            }
        ]
    rest: Json = {
        "application_commands": [],
        "auto_moderation_rules": [],
        "guild_scheduled_events": [],
        "integrations": [],
        "threads": [],
        "webhooks": [],
    }
    return Told({"audit_log_entries": entries, "users": people, **rest})


def integrations(state: State, ask: Ask) -> Told:
    """Likewise, for who may manage the guild."""
    place = state.guild(ask.params["guild"])
    if P.MANAGE_GUILD not in permissions.in_guild(place, state.world.bot):
        raise refused(50013)
    bot = state.world.bot
    found: Json = {
        "id": bot.id,
        "name": bot.name,
        "type": "discord",
        "enabled": True,
        "account": {"id": bot.id, "name": bot.name},
        "application": {
            "id": bot.id,
            "name": bot.name,
            "icon": None,
            "description": "",
            "summary": "",
            "bot": as_json.user(bot),
        },
        "scopes": ["applications.commands", "bot"],
    }
    if place.invited_by is not None:
        found["user"] = as_json.user(place.invited_by)
    return Told([found])


ROUTES: Mapping[str, tuple[str, Handler]] = {
    "GET /gateway/bot": ("other", gateway),
    "GET /gateway": ("other", gateway),
    "GET /users/@me": ("other", me),
    "GET /oauth2/applications/@me": ("other", application),
    "GET /applications/@me": ("other", application),
    "GET /users/@me/guilds": ("other", my_guilds),
    "DELETE /users/@me/guilds/{guild}": ("other", leave),
    "GET /users/{user}": ("other", user),
    "GET /guilds/{guild}": ("read", guild),
    "GET /guilds/{guild}/channels": ("read", channels),
    "GET /guilds/{guild}/members/{user}": ("read", member),
    "GET /guilds/{guild}/roles": ("read", roles),
    "GET /guilds/{guild}/audit-logs": ("read", audit_log),
    "GET /guilds/{guild}/integrations": ("read", integrations),
}
"""Route → bucket and handler."""
