"""What Discord takes, counted by us: the library sends whatever it is given. Pure.

Source: discord-api-docs, resources/message, components/reference, interactions/application-commands. Sizes are in
UTF-16 units, which are never fewer than what Discord counts.
"""

from __future__ import annotations

from bot.platforms import Caps, Pace

CONTENT = 2000
EMBED_TITLE = 256
EMBED_AUTHOR = 256
EMBED_DESCRIPTION = 4096
EMBED_FOOTER = 2048
EMBEDS_TEXT = 6000
"""Text of all embeds of a message together."""

DESCRIPTION = 1024
"""Characters of the words that stand for a picture."""

ROWS = 5
BUTTONS = 5
"""Buttons of a row."""

OPTIONS = 25
"""Options of a select menu, choices of an autocompletion, options of a command."""

CUSTOM_ID = 100
LABEL = 80
OPTION_LABEL = 100
OPTION_VALUE = 100
PLACEHOLDER = 150

NAME = 100
"""Characters of a thread's or a forum post's name, and of a choice's."""

SUPPRESS_EMBEDS = 1 << 2
"""The flag of a message whose links show no preview."""

CAPS = Caps(
    text=EMBED_DESCRIPTION,
    idempotent=True,
    nonce_window=120,  # "the past few minutes"
    edit_window=None,
    threads=True,
    private_replies=True,
    folds=False,
    overall=Pace(50, 1),
    chat=Pace(5, 5),
    pictures=True,
)
