"""Where documents go. One entry per adapter, loaded only when it is used."""

from __future__ import annotations

import pkgutil
from typing import Any

FACTORIES: dict[str, str] = {
    "console": "adapters.console:create",
    "console_chat": "adapters.console_chat:create",
    "costs": "adapters.costs:create",
    "discord": "adapters.discord.client:create",
    "markdown": "adapters.markdown:create",
    "memory": "adapters.memory:create",
    "setup": "adapters.setup:create",
    "telegram": "adapters.telegram.client:create",
}
"""name → "module:factory"; a factory's arguments are the adapter's own business."""

CHATS: tuple[str, ...] = ("telegram", "discord")
"""Platforms people chat on. Their factories take (environ, clock=, marks=) and give a Platform; None: not set up."""

SETTINGS: dict[str, str] = {
    "telegram": "adapters.telegram.settings:TelegramSettings",
    "discord": "adapters.discord.settings:DiscordSettings",
}
"""name of one of CHATS → "module:class" of its settings; README's table is made from them."""


def load(name: str) -> Any:  # noqa: ANN401 - a factory's signature is its adapter's own
    """The factory called `name`; KeyError with the known names for one we do not have."""
    if name not in FACTORIES:
        raise KeyError(f"no adapter called {name!r}; known: {', '.join(sorted(FACTORIES))}")
    return pkgutil.resolve_name(FACTORIES[name])
