"""Questions at the desk: which paper, which question, what is answered; two papers side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.commands.text import CALLBACK, read
from bot.document import Details, Document
from bot.models import Note, Takeaway
from bot.platforms import Place
from bot.ports import SourceUnreachable
from bot.questions.answers import Answered, Compared, Side
from bot.questions.prompt import LONGEST
from tests.fakes.desk import GROUP, MEMBER, Front, actions, front, labels, text
from tests.samples import paper, summary, summary_key

ID, OTHER = "2405.17428", "2409.15700"
BOTH = f"1. NV-Embed — first (https://arxiv.org/abs/{ID}) 2. Vikhr — second https://arxiv.org/abs/{OTHER}"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        made.store.save_papers(
            [
                paper(ID, title="NV-Embed: Improved", abstract="We embed. It is good.", version=3),
                paper(OTHER, title="Vikhr: Instructions", abstract="We instruct.", version=1),
            ]
        )
        yield made


# ---------------------------------------------------------------- what is typed


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        (f"/ask {ID} how large is it?", {"id": ID, "question": "how large is it?"}),
        (f"/ask arXiv:{ID}v2: how\nlarge", {"id": f"arXiv:{ID}v2", "question": "how\nlarge"}),
        (f"/ask https://arxiv.org/abs/{ID}v1#S3 how?", {"id": f"https://arxiv.org/abs/{ID}v1#S3", "question": "how?"}),
        (f"/ask (https://arxiv.org/pdf/{ID}.pdf) how?", {"id": f"https://arxiv.org/pdf/{ID}.pdf", "question": "how?"}),
        (f"/ask {ID}这篇有多大？", {"id": ID, "question": "这篇有多大？"}),
        (f"/ask {ID} (why) not?", {"id": ID, "question": "(why) not?"}),
        ("/ask hep-th/9901001 why?", {"id": "hep-th/9901001", "question": "why?"}),
        (f"/ask {ID}, {OTHER} which?", {"id": f"{ID}, {OTHER}", "question": "which?"}),
        (f"/ask how large is {ID}?", {"question": f"how large is {ID}?"}),
        (f"/ask {ID}", {"id": ID}),
        ("/ask", {}),
    ],
)
def test_what_is_typed_is_a_paper_and_a_question(typed: str, options: dict[str, str]) -> None:
    said = read(typed, kind="group")
    assert said is not None
    assert (said.command, said.options) == ("ask", options)


@pytest.mark.parametrize(
    ("typed", "given", "asked"),
    [
        (f"/ask {ID} how large is it?", {}, (ID, "how large is it?")),
        (f"/ask how large is {ID}?", {}, (ID, "how large is?")),
        (f"/ask how large is {ID} in bytes?", {}, (ID, "how large is in bytes?")),
        ("/ask how large is it?", {"replied_to": f"see https://arxiv.org/abs/{ID}"}, (ID, "how large is it?")),
        (f"/ask is it larger than {OTHER}?", {"replied_to": f"see {ID}"}, (ID, f"is it larger than {OTHER}?")),
        (f"/ask {OTHER} how large is it?", {"replied_to": f"see {ID}"}, (OTHER, "how large is it?")),
        (f"/ask how large is {OTHER}?", {"replied_to": BOTH}, (OTHER, "how large is?")),
        ("/ask how large?", {"replied_to": BOTH, "quoted": "Vikhr — second"}, (OTHER, "how large?")),
        ("/ask how large?", {"replied_to": BOTH, "quoted": ID}, (ID, "how large?")),
    ],
)
async def test_the_paper_is_named_replied_to_or_quoted(
    at: Front, typed: str, given: dict[str, Any], asked: tuple[str, str]
) -> None:
    reply = await at.say(typed, kind="group", actor=MEMBER, **given)
    assert at.questions.asked == [(*asked, "en", "model")]
    assert not reply.private
    assert "It has 7B parameters." in text(reply)


async def test_of_several_papers_one_is_picked_and_the_question_is_not_lost(at: Front) -> None:
    asked = at.ask("/ask how large?", replied_to=BOTH, kind="group", actor=MEMBER)
    reply = (await at.hears(asked))[-1]
    assert (text(reply), reply.private) == ("Which of these papers is the question about?", True)
    assert labels(reply) == ["NV-Embed", "Vikhr"]
    await at.press(reply, "Vikhr", kind="group", actor=MEMBER, pressed=True)
    assert at.questions.asked == [(OTHER, "how large?", "en", "model")]


async def test_a_long_question_waits_in_memory_alone(at: Front, tmp_path: Path) -> None:
    question = "How large is it, and which of the two stages of training takes longer? 有多大？"
    reply = await at.say(f"/ask {question}", replied_to=BOTH)
    assert all(each.command and len(each.command.encode()) <= CALLBACK for each in actions(reply))
    assert not _kept(tmp_path, b"two stages")
    pressed = await at.press(reply, "NV-Embed", pressed=True)
    assert at.questions.asked == [(ID, question, "en", "model")]
    assert pressed.place is Place.BELOW
    at.restart()
    gone = await at.press(reply, "NV-Embed", pressed=True)
    assert text(gone) == f"I no longer have that question. Please send it again: /ask {ID} …"
    assert len(at.questions.asked) == 1


def _kept(folder: Path, words: bytes) -> list[Path]:
    """The files of a database that hold `words`."""
    return [path for path in folder.iterdir() if words in path.read_bytes()]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/ask", f"Which paper? For example: /ask {ID} …"),
        ("/ask how large?", f"Which paper is the question about? Put its id or a link before it: /ask {ID} how large?"),
    ],
)
async def test_without_a_paper_it_says_how_with_the_question_in_it(at: Front, typed: str, said: str) -> None:
    reply = await at.say(typed, kind="group", actor=MEMBER)
    assert (text(reply), reply.private) == (said, True)
    assert at.questions.asked == []


async def test_a_form_may_hold_what_is_no_id(at: Front) -> None:
    asked = at.ask("/ask", options={"id": "banana", "question": "how large?"}, kind="group")
    reply = (await at.hears(asked))[-1]
    assert text(reply).splitlines()[0].startswith("“banana” is not a paper I can find.")
    assert text(reply).endswith(f"/ask {ID} how large?")
    assert reply.private


async def test_a_paper_without_a_question_gets_some_suggested(at: Front) -> None:
    reply = await at.say(f"/ask {ID}", kind="group", actor=MEMBER)
    assert text(reply).startswith(f"What would you like to know about NV-Embed (https://arxiv.org/abs/{ID})?")
    assert labels(reply) == ["What are its limits?", "Is the code available?", "Which data is used?"]
    assert (reply.awaits, reply.private, reply.apart) == ("Your question about NV-Embed", True, True)
    await at.press(reply, "Is the code", kind="group")
    assert at.questions.asked == [(ID, "Is the code available?", "en", "model")]


@pytest.mark.parametrize("locale", ["en", "zh", "ru"])
async def test_suggestions_fit_every_platforms_buttons(at: Front, locale: str) -> None:
    reply = await at.say(f"/ask {ID}", locale=locale)
    assert len(labels(reply)) == 3
    assert all(each.command and len(each.command.encode()) <= CALLBACK for each in actions(reply))


# ---------------------------------------------------------------- what is answered


async def test_an_answer_stands_above_its_passage_and_says_what_it_rests_on(at: Front) -> None:
    reply = await at.say(f"/ask {ID}v2 how large is it?")
    assert text(reply).splitlines() == [
        f"NV-Embed: Improved (https://arxiv.org/abs/{ID}) · {ID}v3 (you asked for v2)",
        "how large is it?",
        "It has 7B parameters.",
        "> The model has 7B parameters. (3 Method)",
        "The one statement has its passage in the source · from the full text (HTML)",
    ]
    assert labels(reply) == ["Abstract", f"Summarize {ID}"]


def _answered(**given: Any) -> Answered:  # noqa: ANN401 - any field of it
    return Answered(**{"outcome": "answered", "source": "abstract", "language": "en", **given})


@pytest.mark.parametrize(
    ("answered", "lines"),
    [
        (
            _answered(statements=(Takeaway("A.", "P."), Takeaway("B.", "Q."))),
            [
                "1. A.",
                "> P.",
                "2. B.",
                "> Q.",
                "Each of 2 statements has its passage in the source · from the abstract",
            ],
        ),
        (_answered(outcome="silent", source="pdf"), ["The paper does not say, as far as I can see."]),
        (_answered(outcome="silent"), ["The abstract, which is all I have of it, does not say."]),
        (
            _answered(outcome="unproven", passages=(Takeaway("P.", "P.", "Table 2"),)),
            [
                "I could not get an answer that stands the checks against the paper.",
                "Nearest to the question, in the paper's words:",
                "> P. (Table 2)",
            ],
        ),
        (
            _answered(outcome="passages", why="no_model"),
            [
                "No model is set up here, so I only look for passages with the words of the question.",
                "I found none. The paper may still say it in other words.",
            ],
        ),
        (
            _answered(outcome="passages", why="budget_spent", passages=(Takeaway("P.", "P."),)),
            [
                "The budget of the day is used up until 00:00 UTC, so I only look for passages with the words",
                "Nearest to the question, in the paper's words:",
                "> P.",
            ],
        ),
        (
            _answered(outcome="passages", why="chat_budget_spent"),
            ["What this chat may use in a day is used up until 00:00 UTC, so I only look for passages with the words"],
        ),
        (
            _answered(outcome="passages", why="timed_out"),
            ["The model gave no answer (the model did not answer in time), so I only looked for passages"],
        ),
        (
            _answered(
                outcome="silent", notes=(Note("text_abstract", {"id": ID, "reason": "pdf_scanned"}),), source="abstract"
            ),
            [f"The full text of {ID} could not be read (its PDF has pictures of pages, no text)"],
        ),
    ],
)
async def test_every_outcome_is_said_for_what_it_is(at: Front, answered: Answered, lines: list[str]) -> None:
    at.questions.answer = answered
    said = text(await at.say(f"/ask {ID} how?"))
    places = [said.find(each) for each in lines]
    assert -1 not in places, said
    assert places == sorted(places)
    assert ("its passage in the source" in said) == (answered.outcome == "answered")


async def test_an_answer_is_in_the_first_language_of_the_chat(at: Front) -> None:
    await at.say("/language ja+en")
    await at.say(f"/ask {ID} how?")
    assert at.questions.asked == [(ID, "how?", "ja", "model")]


async def test_a_slow_answer_says_at_once_what_is_read(at: Front) -> None:
    at.patience = 0.0
    at.restart()
    at.questions.wait = lambda: asyncio.sleep(0.002)
    first, last = await at.hears(at.ask(f"/ask {ID} how?"))
    assert text(first) == "Reading NV-Embed …"
    assert "7B" in text(last)


async def test_a_question_that_is_too_long_says_so_and_shows_little_of_it(at: Front) -> None:
    reply = await at.say(f"/ask {ID} " + "why " * 1250)
    assert f"Only the first {LONGEST} characters of the question were read." in text(reply)
    assert len(text(reply)) < 800


@pytest.mark.parametrize(
    "hostile", ["@everyone see https://evil.example/x now", "<b>**bold**</b> [x](https://evil.example)"]
)
async def test_an_answer_repeats_no_link_mention_or_markup_of_a_question(at: Front, hostile: str) -> None:
    said = text(await at.say(f"/ask {ID} {hostile}", kind="group"))
    assert "evil" not in said
    assert "@everyone" not in said
    assert "**" not in said
    assert "<b>" not in said


async def test_a_paper_we_do_not_have_is_asked_for_without_a_model(at: Front) -> None:
    at.modest.known = {"2605.00001": "New"}
    await at.say("/ask 2605.00001 how?")
    assert at.modest.asked == [("2605.00001",)]
    assert at.reading.asked == []
    assert at.questions.asked == [("2605.00001", "how?", "en", "model")]
    assert text(await at.say("/ask 2605.00002 how?")) == "arXiv does not know 2605.00002."
    at.modest.error = SourceUnreachable("x")
    assert "arXiv could not be asked" in text(await at.say("/ask 2605.00003 how?"))


async def test_who_asks_too_often_is_told_when_to_come_back(tmp_path: Path) -> None:
    with front(tmp_path, per_user=2) as desk:
        desk.store.save_papers([paper(ID), paper(OTHER)])
        await desk.say(f"/ask {ID} how?", kind="group", actor=MEMBER)
        await desk.say(f"/compare {ID} {OTHER}", kind="group", actor=MEMBER)
        for again in (f"/ask {ID} how?", f"/compare {ID} {OTHER}"):
            reply = await desk.say(again, kind="group", actor=MEMBER)
            assert "That was a lot within an hour." in text(reply)
            assert reply.private
        assert len(desk.questions.asked) == 2
        await desk.say("/ask", kind="group", actor="another")


# ---------------------------------------------------------------- two papers


def _said(what: str) -> tuple[Takeaway, ...]:
    return (Takeaway(f"{what}.", f"Passage of {what}.", "4 Results"),)


COMPARED = Compared(
    first=Side(source="html", aspects={"problem": _said("P of A"), "results": (*_said("R of A"), *_said("S of A"))}),
    second=Side(source="abstract", aspects={"results": _said("R of B")}),
    shared=("MTEB", "BEIR"),
    language="en",
)


async def test_two_papers_stand_side_by_side_with_their_passages_to_unfold(at: Front) -> None:
    at.questions.compared = COMPARED
    reply = await at.say(f"/compare {ID} {OTHER}", kind="group", actor=MEMBER)
    details = [each for each in reply.document.blocks if isinstance(each, Details)]
    assert len(details) == 1
    assert text(Document(details[0].blocks)).splitlines() == [
        "Problem",
        "• A: Passage of P of A. (4 Results)",
        "Results",
        "• A: Passage of R of A. (4 Results)",
        "• A: Passage of S of A. (4 Results)",
        "• B: Passage of R of B. (4 Results)",
    ]
    shown = text(reply).splitlines()
    assert shown[:11] == [
        f"A · NV-Embed: Improved (https://arxiv.org/abs/{ID}) · {ID}v3",
        f"B · Vikhr: Instructions (https://arxiv.org/abs/{OTHER}) · {OTHER}v1",
        "Problem",
        "• A: P of A.",
        "• B: not said, as far as I can see",
        "Results",
        "• A: R of A.",
        "• A: S of A.",
        "• B: R of B.",
        "Both report on: MTEB, BEIR",
        "Evidence",
    ]
    assert shown[-1] == (
        "Each of 4 statements has its passage in the source · A: from the full text (HTML) · B: from the abstract"
    )
    assert labels(reply) == [f"Summarize {ID}", f"Summarize {OTHER}"]
    assert at.questions.asked == [(ID, OTHER, "en", "model")]


@pytest.mark.parametrize("why", ["no_model", "not_allowed", "budget_spent", "chat_budget_spent", "bad_answer"])
async def test_without_a_comparison_there_are_two_summaries_labelled(at: Front, why: str) -> None:
    at.questions.compared = why
    at.modest.known = {ID: "NV-Embed", OTHER: "Vikhr"}
    said = text(await at.say(f"/compare {ID} {OTHER}"))
    assert "Here is what each says in brief." in said
    assert "\nA: T\nB: T" in said
    assert "its passage in the source" not in said


@pytest.mark.parametrize(
    "typed", ["/compare", f"/compare {ID}", f"/compare {ID} {ID}v2", f"/compare {ID} {OTHER} 2605.00001"]
)
async def test_anything_but_two_papers_is_explained(at: Front, typed: str) -> None:
    reply = await at.say(typed, kind="group", actor=MEMBER)
    assert text(reply) == f"I set two papers side by side. For example: /compare {ID} {OTHER}"
    assert reply.private
    assert at.questions.asked == []


async def test_the_first_of_two_may_be_the_one_replied_to(at: Front) -> None:
    await at.say(f"/compare {OTHER}", replied_to=f"see {ID}", kind="group")
    await at.say("/compare", replied_to=BOTH, kind="group")
    assert at.questions.asked == [(ID, OTHER, "en", "model")] * 2


async def test_a_paper_nobody_knows_is_named(at: Front) -> None:
    assert text(await at.say(f"/compare {ID} 2605.00009")) == "arXiv does not know 2605.00009."


# ---------------------------------------------------------------- what is quoted


@pytest.mark.parametrize("command", ["summarize", "abstract", "evidence", "save", "like", "why"])
async def test_a_quotation_picks_the_paper_for_every_command(at: Front, command: str) -> None:
    at.reading.known = {ID: "NV-Embed", OTHER: "Vikhr"}
    asked = at.ask(f"/{command}", replied_to=BOTH, quoted="Vikhr — second", kind="group")
    said = text((await at.hears(asked))[-1])
    assert "Vikhr" in (text(await at.say("/saved", kind="group")) if command == "save" else said)
    assert "NV-Embed" not in said


async def test_words_of_a_summary_pick_the_paper_that_says_them(at: Front) -> None:
    said = summary(paper_id=OTHER, tldr="Instructions for Russian are better.")
    at.store.save_summary(summary_key(paper_id=OTHER), said, at=at.now)
    posted = f"Today {ID} and {OTHER}"
    await at.say("/ask how?", replied_to=posted, quoted="for Russian are better")
    assert at.questions.asked == [(OTHER, "how?", "en", "model")]
    reply = await at.say("/ask how?", replied_to=posted, quoted="Today")
    assert labels(reply) == ["NV-Embed", "Vikhr"], "nobody's words"


async def test_nothing_of_it_depends_on_where_it_is_asked(at: Front) -> None:
    reply = await at.say(f"/ask {ID} how?", kind="group", target=GROUP)
    assert text(reply) == text(await at.say(f"/ask {ID} how?"))
