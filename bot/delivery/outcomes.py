"""The error table: what becomes of a message before and after each send, and of an edit.

Functions that run inside a write transaction, so that nobody ever sees half of it. Each says what somebody should hear
of and what is next for the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlite_utils

from bot import edit_table, outbox_table, target_table
from bot.delivery.doubt import Doubts, pause
from bot.delivery.incidents import Dead, Held, Incident, Lost, Moved
from bot.outbox_table import Due, Form, Message
from bot.platforms import (
    BadFormat,
    Caps,
    DeliveryError,
    Fatal,
    MessageRef,
    NotSent,
    Part,
    RetryLater,
    TargetGone,
    TargetMoved,
    Unknown,
)

LONGEST_ERROR = 300
"""Characters of an error that are kept."""

EDIT_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Next:
    """What a step left: something to be heard of, and what is next for the target."""

    due: Due | None
    incident: Incident | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides: the platform's caps, what to do in doubt, the time, and chance in [0, 1)."""

    caps: Caps
    doubts: Doubts
    now: datetime
    jitter: float


def begin(db: sqlite_utils.Database, target_id: int, rules: Rules) -> Message | Next:
    """The target's head, whose send begins now; or why there is none, if it is too early or must be held."""
    message = outbox_table.head(db.conn, target_id, rules.now)
    if message is None:
        return Next(outbox_table.due(db.conn, target_id))
    if message.unsure_since is None or rules.doubts.is_protected(message, rules.caps, rules.now):
        return outbox_table.lease(db, message, rules.now, is_resend=False)
    if not rules.doubts.may_resend(message):
        return _hold(db, message)
    earliest = message.unsure_since + rules.doubts.resend_after
    if earliest > rules.now:
        outbox_table.postpone(db, message, earliest)
        return Next(outbox_table.due(db.conn, target_id))
    return outbox_table.lease(db, message, rules.now, is_resend=True)


def conclude(
    db: sqlite_utils.Database,
    message: Message,
    result: MessageRef | DeliveryError,
    *,
    simpler: Sequence[Part],
    form: Form = "plain",
    rules: Rules,
) -> Next:
    """What became of a send. `simpler` is its slice in another `form`, for a message refused as it was."""
    target_id = outbox_table.is_of(db.conn, message)
    if target_id is None:  # its target was forgotten meanwhile
        return Next(None)
    message = replace(message, target_id=target_id)
    incident: Incident | None = None
    match result:
        case MessageRef():
            outbox_table.arrived(db, message, result, rules.now)
        case RetryLater(after=after):
            outbox_table.not_arrived(db, message, at=_later(rules, after), error=_said(result))
        case NotSent():
            at = rules.now + pause(message.attempts, rules.jitter)
            outbox_table.not_arrived(db, message, at=at, error=_said(result))
        case BadFormat() if message.form == "best" and simpler:
            outbox_table.replace(db, [message], simpler, form=form)
        case BadFormat() | Fatal():
            outbox_table.dead(db, message, error=_said(result))
            incident = _dead(message, str(result)[:LONGEST_ERROR])
        case TargetGone(reason=reason):
            outbox_table.not_arrived(db, message, at=rules.now, error=_said(result))
            target_table.lose(db, target_id, reason)
            incident = Lost(message.target, reason)
        case TargetMoved(new=new):
            return _moved(db, message, new, rules)
        case _:  # Unknown, or a class we do not know, which proves nothing either
            return _in_doubt(db, message, rules, error=_said(result))
    return Next(outbox_table.due(db.conn, target_id), incident)


def sweep(db: sqlite_utils.Database, message: Message, rules: Rules) -> Incident | None:
    """Its send had begun when we died."""
    outbox_table.in_doubt(db, message, at=None, error="interrupted", interrupted=True)
    message = replace(message, interrupted=True)
    at = rules.doubts.again_at(message, rules.caps, now=rules.now, jitter=rules.jitter)
    outbox_table.postpone(db, message, at)
    return None if at is not None else held(message)


def conclude_edit(
    db: sqlite_utils.Database, message: Message, part: Part, error: DeliveryError | None, *, rules: Rules
) -> Next:
    """What became of an edit. What cannot be edited stays as it is."""
    target_id = outbox_table.is_of(db.conn, message)
    if target_id is None:
        return Next(None)
    incident: Incident | None = None
    match error:
        case None:
            edit_table.edited(db, message, part)
        case RetryLater(after=after):
            edit_table.edit_later(db, message, _later(rules, after), longest=EDIT_ATTEMPTS)
        case NotSent() | Unknown():
            at = rules.now + pause(message.attempts, rules.jitter)
            edit_table.edit_later(db, message, at, longest=EDIT_ATTEMPTS)
        case TargetGone(reason=reason):
            edit_table.drop_edit(db, message)
            target_table.lose(db, target_id, reason)
            incident = Lost(message.target, reason)
        case _:  # refused, or the message is another place's by now
            edit_table.drop_edit(db, message)
    return Next(outbox_table.due(db.conn, target_id), incident)


def _moved(db: sqlite_utils.Database, message: Message, new: object, rules: Rules) -> Next:
    """At once under the new id; a place that moves again and again is asked less and less often."""
    target = message.target
    if not isinstance(new, type(target)) or new.platform != target.platform or new == target:
        outbox_table.dead(db, message, error=f"moved from {target} to {new}")
        return Next(outbox_table.due(db.conn, message.target_id), _dead(message, "moved nowhere"))
    at = rules.now if message.attempts <= 2 else rules.now + pause(message.attempts, rules.jitter)
    outbox_table.not_arrived(db, message, at=at, error=f"moved to {new}")
    new_id = target_table.move(db, target, new)
    return Next(None if new_id is None else outbox_table.due(db.conn, new_id), Moved(target, new))


def _in_doubt(db: sqlite_utils.Database, message: Message, rules: Rules, *, error: str) -> Next:
    at = rules.doubts.again_at(message, rules.caps, now=rules.now, jitter=rules.jitter)
    outbox_table.in_doubt(db, message, at=at, error=error)
    return Next(outbox_table.due(db.conn, message.target_id), None if at is not None else held(message))


def _hold(db: sqlite_utils.Database, message: Message) -> Next:
    outbox_table.in_doubt(db, message, at=None, error="in doubt", interrupted=message.interrupted)
    return Next(outbox_table.due(db.conn, message.target_id), held(message))


def held(message: Message) -> Held:
    """What somebody should hear of a message whose fate nobody knows."""
    return Held(
        target=message.target,
        message=message.id,
        digest=message.digest_id,
        part=message.number,
        said=message.part.slice,
    )


def _dead(message: Message, error: str) -> Dead:
    return Dead(target=message.target, message=message.id, digest=message.digest_id, part=message.number, error=error)


def _later(rules: Rules, seconds: float) -> datetime:
    """When a platform that asked for `seconds` of silence may be asked again: a little later, not all at once."""
    return rules.now + timedelta(seconds=seconds + rules.jitter)


def _said(error: DeliveryError) -> str:
    return f"{type(error).__name__}: {error}"[:LONGEST_ERROR]
