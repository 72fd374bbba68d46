"""A sample of what digests would be like, for whoever asks alone; nothing is marked as seen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from bot.commands.case import Case
from bot.commands.papers import too_often
from bot.commands.saying import line
from bot.document import Bold
from bot.models import Topic
from bot.platforms import Reply
from bot.topics.catalogue import entries
from bot.wording import clean

PAPERS = 3


async def sample(case: Case, topics: Sequence[Topic], *, form: str = "") -> AsyncIterator[Reply]:
    """The best papers of the latest announcement for `topics`, or if there are none for the catalogue's first.

    `form` is one of the platform's other forms; '' is the chat's. It costs as much as a summary, and counts as one.
    """
    if (later := too_often(case)) is not None:
        yield later
        return
    shown = list(topics) or [entries()[0].topic]

    async def made() -> Reply:
        document = await case.means.poster.preview(case.chat, shown, limit=PAPERS)
        return Reply(document, private=True, apart=True, form=form or case.settings.form)

    named = Bold(clean(shown[0].called(case.language), 80))
    meanwhile = Reply(
        case.reply(line(case.language, "cmd.subscribe.sampling", topic=named)).document, private=True, apart=True
    )
    async for reply in case.soon(made(), lambda: meanwhile):
        yield reply
