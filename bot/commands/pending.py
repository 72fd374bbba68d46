"""What buttons offer to subscribe to, kept under short names so that a button of yesterday still works after a restart.

A chat has one mark with its latest offers; older ones are dropped, and their buttons say that they are too old.
"""

from __future__ import annotations

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass

from bot.chats import Chats
from bot.commands.text import short
from bot.models import Topic
from bot.target_table import OFFERS, WISH, mark_of
from bot.targets import Target
from bot.topics.catalogue import entries
from bot.topics.query import QueryError, parse

MOST = 40
"""Offers of one chat that are remembered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer:
    ref: str
    name: str
    query: str
    update: str = ""


class Pending:
    """Offers, by chat. All methods are for the event loop and raise StoreError."""

    def __init__(self, chats: Chats) -> None:
        self._chats = chats
        self._turn = asyncio.Lock()  # reading, adding, writing: one at a time

    async def keep(self, target: Target, topic: Topic, *, update: str = "") -> str:
        """A short name of `topic` in this chat (`~llm`, `~k3f9qa2x`); `update` is what it was taken away by."""
        ref = _catalogue_id(topic) or short(f"{topic.name}\0{topic.query.canonical()}")
        if update or not _catalogue_id(topic):
            offer = _Offer(ref=ref, name=topic.name, query=topic.query.text, update=update)
            async with self._turn:
                await asyncio.to_thread(self._add, target, offer)
        return f"~{ref}"

    async def topic(self, target: Target, ref: str) -> Topic | None:
        """What was offered in this chat under that name; None if it was too long ago, or never."""
        wanted = ref.removeprefix("~")
        if named := next((each for each in entries() if each.id == wanted), None):
            return named.topic
        offers = await asyncio.to_thread(self._offers, target)
        return next((_topic(offer) for offer in reversed(offers) if offer.ref == wanted), None)

    async def taken_by(self, target: Target, update: str) -> Topic | None:
        """What this update took away, if it is remembered."""
        offers = await asyncio.to_thread(self._offers, target)
        return next((_topic(offer) for offer in reversed(offers) if offer.update == update), None)

    async def wish(self, target: Target, carried: str) -> None:
        """What somebody there wants as soon as the owners allow it: the command of a button."""
        await asyncio.to_thread(self._chats.set_mark, mark_of(WISH, target), carried)

    async def wished(self, target: Target) -> str:
        """What was wanted last, '' if nothing was."""
        return await asyncio.to_thread(self._chats.mark, mark_of(WISH, target)) or ""

    def _offers(self, target: Target) -> list[_Offer]:
        stored = self._chats.mark(_key(target))
        return [_Offer(**each) for each in json.loads(stored)] if stored else []

    def _add(self, target: Target, offer: _Offer) -> None:
        offers = OrderedDict(((each.ref, each.update), each) for each in self._offers(target))
        offers[offer.ref, offer.update] = offer
        offers.move_to_end((offer.ref, offer.update))
        kept = list(offers.values())[-MOST:]
        rows = [{"ref": o.ref, "name": o.name, "query": o.query, "update": o.update} for o in kept]
        self._chats.set_mark(_key(target), json.dumps(rows))


def _key(target: Target) -> str:
    return mark_of(OFFERS, target)


def _catalogue_id(topic: Topic) -> str | None:
    """Of a topic that is the catalogue's own, under its own name."""
    return next((named.id for named in entries() if named.topic == topic), None)


def _topic(offer: _Offer) -> Topic | None:
    named = next((each.topic for each in entries() if each.id == offer.ref), None)
    if named is not None:
        return named
    try:
        return Topic(name=offer.name, query=parse(offer.query, longest=None))
    except QueryError:  # the grammar has changed since
        return None
