"""What went wrong, in the words of the chat, each with a next step. Pure.

Errors of ours carry English text; here they are said again from their codes. What only the operator can act on (a path,
a setting) is for the log, not for a chat.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from bot.chats import NotKnown, TooManySubscriptions
from bot.commands.saying import document, line, note, words
from bot.commands.text import command
from bot.database import StoreError
from bot.delivery.schedule_text import ScheduleError
from bot.delivery.zones import UnknownZone
from bot.document import Action, Actions, Block, Code, Document, Paragraph, Text
from bot.languages import UnknownLanguage
from bot.locales import either, say, ui
from bot.platforms import DeliveryError
from bot.ports import BotError, NoText, SourceError
from bot.sources.ids import NotAnId
from bot.topics.query import LONGEST, QueryError
from bot.wording import clean

MOST_OFFERED = 3

_SIMPLE: Mapping[type[BotError], str] = {
    UnknownLanguage: "cmd.unknown_language",
    TooManySubscriptions: "cmd.too_many",
    NotKnown: "cmd.follows_nothing",
    DeliveryError: "cmd.platform_failed",
    StoreError: "cmd.store_failed",
}


def said(error: BotError, language: str) -> Document:
    """`error` as an answer to who asked."""
    return document(language, *_blocks(error, ui(language)))


def apology(language: str) -> Document:
    """For what we did not expect."""
    return document(language, line(language, "cmd.failed"))


def _blocks(error: BotError, language: str) -> tuple[Block, ...]:
    match error:
        case QueryError():
            return query_mistake(error, language)
        case ScheduleError():
            wrong = line(language, f"cmd.schedule_error.{error.code}", said=error.said)
            return (wrong, line(language, "cmd.example", example=Code(f"/schedule {error.example}")))
        case UnknownZone():
            offered = tuple(Action(zone, command("schedule", zone)) for zone in error.near[:MOST_OFFERED])
            return (line(language, "cmd.unknown_zone", said=error.text), *((Actions(offered),) if offered else ()))
        case NotAnId():
            return (line(language, "note.not_an_id", text=error.text),)
        case NoText():
            return (line(language, "cmd.no_text", reason=_reason(error, language)), line(language, "cmd.no_text.next"))
        case SourceError():
            return (
                line(language, "cmd.source_failed", reason=_reason(error, language)),
                _when(error.retry_at, language),
            )
    for kind, key in _SIMPLE.items():
        if isinstance(error, kind):
            return (line(language, key),)
    return (Paragraph((Text(clean(str(error), 500)),)),)


def query_mistake(error: QueryError, language: str, *, what_to_do: bool = True) -> tuple[Block, ...]:
    """What is wrong with a query, and where: the piece at fault between marks, as no chat has a fixed pitch."""
    key = f"cmd.query.{error.code}"
    reason = line(language, either(language, key, "cmd.query.other"), most=LONGEST)
    place, end = error.place, error.place + max(1, error.length)
    if error.code in {"empty", "too_long", "only_excludes"} or not error.text.strip():
        return (reason, *(_advice(error, language) if what_to_do else ()))
    before, at, after = error.text[max(0, place - 40) : place], error.text[place:end], error.text[end : end + 40]
    shown = (
        Text(clean_edge("…" if place > 40 else "", before)),
        Code(clean(at, 60) or "␣"),
        Text(clean_edge("", after) + ("…" if len(error.text) > end + 40 else "")),
    )
    pointed = Paragraph((Text("» "), *(span for span in shown if span.text)))
    return (reason, pointed, *(_advice(error, language) if what_to_do else ()))


def clean_edge(head: str, text: str) -> str:
    """A piece of somebody's text on one line, with the spaces at its edges."""
    left, right = " " * (text[:1].isspace()), " " * (text[-1:].isspace())
    return f"{head}{left}{clean(text, 80)}{right}" if text.strip() else head + " " * bool(text)


def _advice(error: QueryError, language: str) -> tuple[Block, ...]:
    if error.suggestion:
        return (line(language, "cmd.query.suggestion", query=Code(clean(error.suggestion, 200))),)
    return (note(language, "cmd.query.hint"),)


def _reason(error: SourceError, language: str) -> str:
    return say(language, f"reason.{error.code}")


def _when(at: datetime | None, language: str) -> Paragraph:
    if at is None:
        return line(language, "cmd.try_soon")
    return Paragraph(words(language, "cmd.try_at", at=at.strftime("%H:%M UTC")))
