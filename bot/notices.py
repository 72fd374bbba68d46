"""What the admins of chats and the owners of the bot hear without having asked. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.commands.saying import button, document, line, row
from bot.commands.shelf import shelf
from bot.document import (
    Block,
    Bold,
    Card,
    Details,
    Document,
    Heading,
    ListBlock,
    Paragraph,
    Quote,
    Text,
    plain,
)
from bot.locales import say
from bot.models import Note
from bot.targets import Chat, ChatKind
from bot.wording import clean

LONGEST_NAME = 60
LONGEST_START = 100
"""Characters of a message by which somebody finds it again."""


def hello(language: str, *, kind: ChatKind, missing: Sequence[str] = (), may_choose: bool = True) -> Document:
    """What a chat that is new to us hears, there: who we are, and what it could follow.

    `missing`: what we may not do there. `may_choose`: may its admins follow something at all?
    """
    return document(
        language,
        line(language, f"cmd.start.{kind}"),
        _missing(language, missing),
        *_choice(language, line(language, f"cmd.catalogue.{kind}"), may_choose=may_choose),
    )


def arrived(language: str, *, chat: str, missing: Sequence[str] = (), may_choose: bool = True) -> Document:
    """What whoever took us into `chat` hears, elsewhere: its readers need not see how it is set up."""
    return document(
        language,
        line(language, "notice.welcome", chat=_bold(chat)),
        _missing(language, missing),
        *_choice(language, line(language, "notice.welcome.own"), may_choose=may_choose),
    )


def lost(language: str, *, chat: str, missing: Sequence[str] = (), reason: str = "") -> Document:
    """We may not post there any more; what is `missing` by name is said rather than the platform's `reason`."""
    if missing:
        said = line(language, "notice.lost", chat=_bold(chat), missing=", ".join(missing))
    else:
        said = line(language, "notice.lost.reason", chat=_bold(chat), reason=reason or "?")
    return document(language, said)


def lacking(language: str, *, chat: str, missing: Sequence[str]) -> Document:
    """We may post there, but not do all that makes a digest."""
    return document(language, line(language, "notice.lacking", chat=_bold(chat), missing=", ".join(missing)))


def back(language: str, *, chat: str) -> Document:
    """We may post there again."""
    return document(language, line(language, "notice.back", chat=_bold(chat)))


def held(language: str, *, chat: str, message: int, said: Document) -> Document:
    """Nobody knows if `message`, which says `said`, arrived: somebody has to look, and to decide."""
    return document(
        language,
        line(language, "notice.held", chat=_bold(chat), start=clean(_beginning(said.blocks), LONGEST_START)),
        row(
            button(say(language, "cmd.button.send_again"), "settle", message, "send"),
            button(say(language, "cmd.button.leave_it"), "settle", message, "drop"),
        ),
    )


def dead(language: str, *, chat: str, error: str) -> Document:
    """A message will never arrive."""
    return document(language, line(language, "notice.dead", chat=_bold(chat), error=error or "?"))


def trouble(language: str, *, note: Note) -> Document:
    """What is wrong with arXiv's feed or the model server, which only those who run the bot can mend."""
    return document(language, Paragraph((Text(say(language, f"note.{note.key}", **note.args)),)))


def called(chat: Chat) -> str:
    """What people call it; its id if it has no title."""
    return chat.title or str(chat.target)


def _bold(chat: str) -> Bold:
    return Bold(clean(chat, LONGEST_NAME))


def _missing(language: str, missing: Sequence[str]) -> Block | None:
    return line(language, "notice.missing", missing=", ".join(missing)) if missing else None


def _choice(language: str, invited: Block, *, may_choose: bool) -> tuple[Block, ...]:
    return (invited, *shelf(language)) if may_choose else (line(language, "cmd.owners_only"),)


def _beginning(blocks: Sequence[Block]) -> str:
    """The first words that stand there."""
    for block in blocks:
        match block:
            case Heading(spans=spans) | Paragraph(spans=spans) | Quote(spans=spans):
                found = plain(spans).strip()
            case ListBlock(items=items):
                found = plain(items[0].spans).strip() if items else ""
            case Card(blocks=inner) | Details(blocks=inner):
                found = _beginning(inner)
            case _:
                found = ""
        if found:
            return found
    return "…"
