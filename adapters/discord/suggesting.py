"""What is suggested for the option somebody types into."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from adapters.discord import autocomplete
from adapters.discord.limits import OPTIONS
from bot.commands import BY_NAME
from bot.platforms import Core
from bot.targets import Target


async def suggested(core: Core, data: Mapping[str, Any], where: Target, *, language: str) -> list[dict[str, str]]:
    """Choices for the option that has the focus in an interaction's `data`; none if we know no such option.

    To /unsubscribe only what is followed at `where` is of use. Raises what the core raises.
    """
    focused: Mapping[str, Any] = next((each for each in data.get("options", ()) if each.get("focused")), {})
    command = BY_NAME.get(str(data.get("name", "")))
    option = next((each for each in command.form if each.name == focused.get("name")), None) if command else None
    if command is None or option is None:
        return []
    typed = str(focused.get("value", ""))
    papers = await core.known_papers(typed, limit=OPTIONS) if option.kind == "paper_ids" else ()
    own: list[tuple[str, str]] = []
    if command.name == "unsubscribe":
        own = [(topic.called(language), topic.name) for topic in await core.followed(where)]
    found = autocomplete.choices(
        option.kind, typed, language=language, papers=lambda _, limit: list(papers)[:limit], own=own
    )
    names = {name for _, name in own}
    return [each for each in found if each["value"] in names] if command.name == "unsubscribe" else found
