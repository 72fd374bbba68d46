"""`/ask` and `/compare`: what a paper says to a question, and two papers side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from bot.commands.case import Case
from bot.commands.meant import meant
from bot.commands.papers import EXAMPLE, called, looked_up, notice, to_them, too_often
from bot.commands.reading import meanwhile
from bot.commands.saying import aside, button, line, row, rows
from bot.commands.text import fits
from bot.document import Block, Code, Link, Paragraph, Text
from bot.links import page
from bot.locales import say
from bot.models import ArxivId, Entry
from bot.platforms import Reply
from bot.question_blocks import answer, comparison, head, in_brief, reason
from bot.questions.answers import Compared
from bot.questions.prompt import LONGEST
from bot.sources.ids import abs_url, find, mentions
from bot.wording import clean, short_title

OTHER = "2409.15700"
"""The second paper of an example."""

MOST_OFFERED = 10
"""Papers of one message that are offered as buttons."""

REPEATED = 300
"""Characters of a question that we give back to be sent again."""

TRIES = 3
"""Questions we suggest."""


async def ask(case: Case) -> AsyncIterator[Reply]:
    """The answer to what was asked, from the paper that was named, replied to or quoted."""
    asked = await _asked(case)
    if isinstance(asked, Reply):
        yield asked
        return
    if (refusal := too_often(case)) is not None:
        yield refusal
        return
    first = await meanwhile(case, [asked.paper])
    async for reply in case.soon(_answer(case, asked), lambda: first):
        yield reply


async def compare(case: Case) -> AsyncIterator[Reply]:
    """Two papers by what they are about, do, reach and cannot do."""
    asked = find(case.option("ids"))
    if len(asked) < 2:
        asked = [*(await meant(case)), *asked]
    two = list({each.key: each for each in asked}.values())
    if len(two) != 2:
        example = " ".join(list(dict.fromkeys((*(each.key for each in two), EXAMPLE, OTHER)))[:2])
        yield notice(case, line(case.language, "cmd.compare.how", example=Code(f"/compare {example}")))
        return
    if (refusal := too_often(case)) is not None:
        yield refusal
        return
    first = await meanwhile(case, two)
    async for reply in case.soon(_comparison(case, two), lambda: first):
        yield reply


# ---------------------------------------------------------------- what was asked


@dataclass(frozen=True, slots=True)
class _Asked:
    paper: ArxivId
    question: str


async def _asked(case: Case) -> _Asked | Reply:
    """The paper and the question; else what to say, with the question in it wherever there is one."""
    carried = case.option("question").strip()
    question = case.means.asked.question(case.target, carried)
    typed = case.option("id").strip()
    if question is None:
        return notice(case, line(case.language, "cmd.ask.gone", example=_example(find(typed), "…")))
    if typed and not find(typed):
        return notice(case, line(case.language, "note.not_an_id", text=clean(typed, 60)), *_again(case, question))
    papers = find(typed) or await _about(case, question)
    if not papers:
        key = "cmd.ask.which" if question else "cmd.paper.which"
        return notice(case, line(case.language, key, example=_example([], question)))
    if len(papers) > 1:
        return await _offered(case, papers, question)
    if not typed:
        question = _without(question, papers[0])
    return _Asked(papers[0], question) if question else await _what(case, papers[0])


async def _about(case: Case, question: str) -> list[ArxivId]:
    """The paper replied to; of several, or of none, those that the question names."""
    replied, named = await meant(case), find(question)
    if len(replied) == 1 or not named:
        return replied
    keys = {each.key for each in replied}
    return [each for each in named if each.key in keys] or ([] if replied else named) or replied


def _without(question: str, paper: ArxivId) -> str:
    """`question` without the paper's own id in it: "how large is 2405.17428?" """
    for mention in reversed(mentions(question)):
        if mention.paper.key == paper.key:
            before, after = question[: mention.start].rstrip(), question[mention.end :].strip()
            question = f"{before} {after}" if after[:1].isalnum() else before + after
    return question.strip() if any(char.isalpha() for char in question) else ""


def _example(papers: Sequence[ArxivId], question: str) -> Code:
    shown = clean(question, REPEATED) or "…"
    return Code(f"/ask {papers[0] if papers else EXAMPLE} {shown}")


def _again(case: Case, question: str) -> tuple[Block, ...]:
    """The question, ready to be sent again about another paper."""
    return (line(case.language, "cmd.ask.which", example=_example([], question)),) if question else ()


async def _offered(case: Case, papers: Sequence[ArxivId], question: str) -> Reply:
    """The papers as buttons that carry the question."""
    shown = papers[:MOST_OFFERED]
    known = await asyncio.to_thread(case.means.store.papers, [each.key for each in shown])
    buttons = []
    for each in shown:
        label = short_title(called(known[each.key])) if each.key in known else each.key
        carried = case.means.asked.carried(case.target, each.key, question) if question else ""
        buttons.append(button(label, "ask", each.key, *([carried] if carried else [])))
    return notice(case, line(case.language, "cmd.ask.several"), *rows(buttons, width=1 if len(buttons) <= 5 else 2))


async def _what(case: Case, asked: ArxivId) -> Reply:
    """The paper is named, the question is not: what one may ask, and how. It waits for the question."""
    language = case.language
    known = (await asyncio.to_thread(case.means.store.papers, [asked.key])).get(asked.key)
    paper = Link(short_title(called(known)), page(known)) if known else Link(str(asked), abs_url(asked))
    tries = [say(language, f"cmd.ask.try.{number}") for number in range(1, TRIES + 1)]
    buttons = [button(each, "ask", asked.key, each) for each in tries]
    reply = to_them(
        case,
        line(language, "cmd.ask.what", paper=paper, example=Code(f"/ask {asked} {tries[0]}")),
        row(*(each for each in buttons if each.command and fits(each.command))),
    )
    return replace(reply, awaits=say(language, "cmd.ask.awaits", paper=paper.text))


# ---------------------------------------------------------------- what is answered


async def _answer(case: Case, asked: _Asked) -> Reply:
    language = case.language
    paper = (await looked_up(case, [asked.paper])).get(asked.paper.key)
    if paper is None:
        return notice(case, line(language, "note.not_found", id=asked.paper.key))
    answered = await case.means.questions.ask(
        paper, asked.question, language=case.settings.languages[0], asks=case.model
    )
    too_long = aside(language, "cmd.ask.cut", count=LONGEST) if len(asked.question) > LONGEST else None
    return case.reply(
        head(paper, asked.paper.version, language),
        *answer(asked.question, answered, language),
        too_long,
        row(
            button(say(language, "cmd.button.abstract"), "abstract", paper.id),
            button(say(language, "cmd.button.summarize", id=paper.id), "summarize", paper.id),
        ),
    )


async def _comparison(case: Case, asked: Sequence[ArxivId]) -> Reply:
    language = case.language
    papers = await looked_up(case, asked)
    if unknown := [each.key for each in asked if each.key not in papers]:
        return notice(case, line(language, "note.not_found", id=", ".join(unknown)))
    first, second = (papers[each.key] for each in asked)
    compared = await case.means.questions.compare(first, second, language=case.settings.languages[0], asks=case.model)
    heads = [head(papers[each.key], each.version, language, mark=mark) for mark, each in zip("AB", asked, strict=True)]
    if isinstance(compared, Compared):
        said: tuple[Block, ...] = tuple(comparison(compared, language))
    else:
        said = await _summaries(case, asked, compared)
    buttons = (button(say(language, "cmd.button.summarize", id=each.key), "summarize", each.key) for each in asked)
    return case.reply(*heads, *said, row(*buttons))


async def _summaries(case: Case, asked: Sequence[ArxivId], why: str) -> tuple[Block, ...]:
    """What there is without asking a model: each paper in brief, as somebody had it summarized or in its own words."""
    language = case.language
    made, _ = await case.means.modest.on_demand(asked, language=case.settings.languages[0])
    entries: dict[str, Entry] = {entry.paper.id: entry for entry in made.entries}
    told = Paragraph((Text(f"{reason('compare', why, language)} {say(language, 'cmd.compare.summaries')}"),))
    briefs = (
        in_brief(mark, entry.summary, language)
        for mark, each in zip("AB", asked, strict=True)
        if (entry := entries.get(each.key)) and entry.summary
    )
    return (told, *briefs)
