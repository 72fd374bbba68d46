"""Documents as what Telegram is sent: the one place that picks the form. Pure, but for the two things it is told.

A payload is JSON:

    {"kind": "classic", "text": "…", "entities": [{"type", "offset", "length", "url"?}], "keyboard": [[button]]}
    {"kind": "plain",   "text": "…", "keyboard": [[button]]}
    {"kind": "rich",    "html": "…", "keyboard": [[button]]}

Any of them may have "waits": {"hint", "selective"} in place of buttons: somebody is to answer it (`prompts`).
A button is {"label", "data"} or {"label", "url"}; `data` is for `buttons.decode`. Offsets are in UTF-16 units. Link
previews are for nobody, so no payload asks for them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from adapters.telegram import classic, rich
from adapters.telegram.keyboard import Keys
from adapters.telegram.limits import CAPS, RICH
from bot.document import Document
from bot.platforms import Caps, Part
from bot.targets import Chat, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """`username` is the bot's, None until it is known: deep links need it. `rich`: may Rich Messages be sent?

    `caps.text` bounds classic and plain messages.
    """

    username: Callable[[], str | None]
    rich: Callable[[], bool]
    caps: Caps = CAPS

    def render(self, document: Document, *, chat: Chat, about: Target | None = None) -> list[Part]:
        """`document` in the form the chat chose, if that may be sent; `about`: the chat its buttons are about."""
        keys = self._keys(document, chat, about)
        if chat.settings.form == RICH and self.rich():
            return rich.parts(document, keys)
        return classic.parts(document, keys, text=self.caps.text)

    def plain(self, document: Document, *, chat: Chat, about: Target | None = None) -> list[Part]:
        """Text made from the source, with the same buttons."""
        return classic.plain_parts(document, self._keys(document, chat, about), text=self.caps.text)

    def _keys(self, document: Document, chat: Chat, about: Target | None) -> Keys:
        return Keys(
            username=self.username(),
            private=chat.kind == "private",
            about=None if about == chat.target else about,
            language=document.language,
        )
