"""A digest as a chat has it: one Document, or in the layout `papers` one for the day and one a paper. Pure."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

from bot.commands.text import command
from bot.compose import InChat
from bot.compose import digest as compose
from bot.document import Card, Document, Paragraph, Text
from bot.models import Digest, Topic
from bot.targets import Chat

RICH = "rich"
"""The form in which a chat has room for everything, folded."""


def documents(
    digest: Digest, chat: Chat, *, today: date, slug: str | None = None, how: str | None = None
) -> tuple[Document, ...]:
    """What is posted, message by message or to be cut into messages. It is short: one button leads to the rest.

    `slug` names the digest to whoever wants the rest (None: it was not kept, as a sample is not); `how` is a link to
    where people learn what we can.
    """
    settings = chat.settings
    whole = compose(
        digest,
        language=settings.languages[0],
        layout="titles" if settings.layout == "titles" else "full",
        abstracts=is_roomy(chat),
        today=today,
        chat=InChat(rest=slug and command("rest", slug), how=how, posts=settings.layout == "papers"),
    )
    if settings.hashtags and digest.topics:
        tags = Paragraph((Text(" ".join(dict.fromkeys(map(hashtag, digest.topics)))),), quiet=True)
        whole = replace(whole, blocks=(*whole.blocks, tags))
    if settings.layout != "papers":
        return (whole,)
    cards = [block for block in whole.blocks if isinstance(block, Card)]
    rest = tuple(block for block in whole.blocks if not isinstance(block, Card))
    return (replace(whole, blocks=rest), *(replace(whole, blocks=(card,)) for card in cards))


def is_roomy(chat: Chat) -> bool:
    """May its messages hold abstracts and passages, since they fold them away?"""
    return chat.settings.form == RICH


def hashtag(topic: Topic) -> str:
    """`#RAG`, `#mixture_of_experts`: letters, digits and underscores, as every platform takes them."""
    return "#" + (re.sub(r"\W+", "_", topic.name).strip("_") or "arXiv")
