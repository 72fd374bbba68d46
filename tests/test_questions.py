"""Questions through a whole model server: languages, repairs, failures, budgets; what is remembered and what is not."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.costs.cause import caused_by
from bot.models import Note, Takeaway
from bot.ports import NoText, SourceUnreachable
from bot.questions.answers import Compared
from bot.questions.service import NO_MODEL
from bot.store import Store
from tests.fakes import openai_answers as faults
from tests.fakes.asking import FULL, OTHER, asking, long_text
from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai_answers import edits, says
from tests.fakes.summarizing import PAPER
from tests.fakes.texts import FakeTexts
from tests.test_budget import A, B, rows, spend_of

PARAMETERS = "The encoder has 48 million parameters in 12 layers."
QUESTION = "How many parameters does the encoder have?"
STANDS = (Takeaway(PARAMETERS, PARAMETERS, "3 Method"),)


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


def answers(*statements: dict[str, Any]) -> faults.Fault:
    return says(json.dumps({"found": True, "statements": list(statements)}))


# ---------------------------------------------------------------- right answers


@pytest.mark.parametrize("texts", [FULL, long_text()], ids=["short", "long"])
async def test_an_answer_takes_one_call_and_has_its_passage_and_section(server: FakeOpenAI, texts: Any) -> None:  # noqa: ANN401 - a Full
    async with asking(server, texts=FakeTexts({PAPER.id: texts})) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en")
    assert (made.outcome, made.source, made.statements, made.notes) == ("answered", "html", STANDS, ())
    assert len(server.calls) == 1


@pytest.mark.parametrize("language", ["en", "zh", "ru", "ja", "de"])
async def test_an_answer_is_in_the_language_asked_for(server: FakeOpenAI, language: str) -> None:
    async with asking(server) as questions:
        made = await questions.ask(PAPER, QUESTION, language=language)
    assert (made.outcome, made.language) == ("answered", language)
    assert [each.evidence for each in made.statements] == [PARAMETERS]
    assert len(server.calls) == 1
    assert f"[{language}]" in server.calls[0]["messages"][0]["content"]


async def test_what_the_paper_does_not_say_is_not_said(server: FakeOpenAI) -> None:
    async with asking(server) as questions:
        made = await questions.ask(PAPER, "Who won the world cup in 2018?", language="en")
    assert (made.outcome, made.statements, made.passages) == ("silent", (), ())
    assert len(server.calls) == 1


async def test_what_falls_is_asked_for_again_once(server: FakeOpenAI) -> None:
    wrong = answers({"text": "The encoder has 49 million parameters.", "evidence": [11]})
    server.faults.append(wrong)
    async with asking(server) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en")
    assert made.statements == STANDS
    assert len(server.calls) == 2
    assert "the sentences do not have the number 49" in server.calls[1]["messages"][-1]["content"]


async def test_what_stands_of_a_first_answer_is_kept_if_the_second_has_less(server: FakeOpenAI) -> None:
    good = {"text": PARAMETERS, "evidence": [11]}
    bad = {"text": "It beats GraphSAGE.", "evidence": [11]}
    server.faults.extend([answers(bad, good), answers(bad)])
    async with asking(server) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en")
    assert made.statements == STANDS


async def test_silence_takes_nothing_back_that_stands(server: FakeOpenAI) -> None:
    first = answers({"text": "It beats GraphSAGE.", "evidence": [11]}, {"text": PARAMETERS, "evidence": [11]})
    server.faults.extend([first, says('{"found": false, "statements": []}')])
    async with asking(server) as questions:
        assert (await questions.ask(PAPER, QUESTION, language="en")).statements == STANDS


async def test_where_nothing_stands_it_is_said_and_the_nearest_passage_shown(server: FakeOpenAI) -> None:
    server.faults.extend([answers({"text": "The encoder has 49 million parameters.", "evidence": [11]})] * 2)
    async with asking(server) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en")
    assert (made.outcome, made.statements) == ("unproven", ())
    assert made.passages == STANDS
    assert len(server.calls) == 2


async def test_a_model_that_sees_that_it_was_wrong_says_that_the_paper_does_not_say(server: FakeOpenAI) -> None:
    server.faults.extend(
        [answers({"text": "It is 49 million.", "evidence": [1]}), says('{"found": false, "statements": []}')]
    )
    async with asking(server) as questions:
        assert (await questions.ask(PAPER, QUESTION, language="en")).outcome == "silent"


# ---------------------------------------------------------------- without a text, without a model


@pytest.mark.parametrize("error", [NoText("None.", code="pdf_scanned"), SourceUnreachable("x")])
async def test_without_a_text_it_rests_on_the_abstract_and_says_so(server: FakeOpenAI, error: Any) -> None:  # noqa: ANN401 - a SourceError
    async with asking(server, texts=FakeTexts(error=error)) as questions:
        made = await questions.ask(PAPER, "How much faster is training on the OGB benchmark?", language="en")
        silent = await questions.ask(PAPER, QUESTION, language="en")
    assert (made.outcome, made.source) == ("answered", "abstract")
    assert (silent.outcome, silent.source) == ("silent", "abstract")
    assert made.notes == (Note("text_abstract", {"id": PAPER.id, "reason": error.code}),)
    assert [each.section for each in made.statements] == [""]


async def test_without_a_model_there_are_the_nearest_passages_and_never_an_answer() -> None:
    async with asking(None) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en")
        none = await questions.ask(PAPER, "Write a poem about cats", language="en")
    assert (made.outcome, made.why, made.statements, made.passages) == ("passages", NO_MODEL, (), STANDS)
    assert (none.outcome, none.passages) == ("passages", ())


async def test_a_chat_that_may_not_use_the_model_causes_no_call(server: FakeOpenAI) -> None:
    async with asking(server) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en", asks=False)
        assert await questions.compare(PAPER, OTHER, language="en", asks=False) == "not_allowed"
    assert (made.why, made.passages) == ("not_allowed", STANDS)
    assert server.calls == []


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (faults.refusal, "refused"),
        (says("I'm sorry, but I cannot answer this."), "refused"),
        (faults.content_filter, "filtered"),
        (faults.context_length, "too_long"),
        (faults.bad_key, "bad_key"),
        (faults.no_model, "unknown_model"),
        (faults.no_quota, "rate_limited"),
        (faults.garbage, "server_failed"),
        (says("This is no JSON."), "bad_answer"),
        (says('{"found": true, "statements": [{"te'), "truncated"),
    ],
)
async def test_a_model_that_fails_leaves_the_passages_and_a_reason(
    server: FakeOpenAI, fault: faults.Fault, why: str
) -> None:
    server.faults.extend([fault] * 4)
    async with asking(server) as questions:
        made = await questions.ask(PAPER, QUESTION, language="en")
        server.faults.clear()
        again = await questions.ask(PAPER, QUESTION, language="en")
    assert (made.outcome, made.why, made.passages) == ("passages", why, STANDS)
    assert again.outcome == "answered", "a failure is not remembered"


async def test_a_paper_without_a_word_has_no_answer(server: FakeOpenAI) -> None:
    empty = dataclasses.replace(PAPER, abstract="")
    async with asking(server, texts=FakeTexts()) as questions:
        made = await questions.ask(empty, QUESTION, language="en")
    assert (made.outcome, made.passages, made.why) == ("passages", (), "no_abstract")
    assert server.calls == []


# ---------------------------------------------------------------- what it costs


async def test_a_question_is_on_the_account_of_its_chat_and_its_paper(server: FakeOpenAI, tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        async with asking(server, pays=spend_of(store)) as questions:
            with caused_by(A):
                await questions.ask(PAPER, QUESTION, language="en")
            with caused_by(B):
                await questions.compare(PAPER, OTHER, language="en")
        kept = [(row["chat_id"], row["paper_id"], row["purpose"]) for row in rows(store)]
    assert kept == [("-1", PAPER.id, "ask"), ("-2", PAPER.id, "compare")]


async def test_beyond_the_budget_there_are_passages_and_no_call(server: FakeOpenAI, tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        async with asking(server, pays=spend_of(store, calls=1)) as questions:
            with caused_by(A):
                first = await questions.ask(PAPER, QUESTION, language="en")
                second = await questions.ask(PAPER, "How many layers does the encoder have?", language="en")
                compared = await questions.compare(PAPER, OTHER, language="en")
    assert (first.outcome, second.outcome, second.why, compared) == (
        "answered",
        "passages",
        "budget_spent",
        "budget_spent",
    )
    assert second.passages == STANDS
    assert len(server.calls) == 1


async def test_a_chat_whose_own_budget_is_used_up_hears_that_it_is_its_own(server: FakeOpenAI, tmp_path: Path) -> None:
    with Store(tmp_path / "p.db") as store:
        async with asking(server, pays=spend_of(store, chat=0), model="big") as questions:
            with caused_by(A):
                answered = await questions.ask(PAPER, QUESTION, language="en")
                compared = await questions.compare(PAPER, OTHER, language="en")
    assert (answered.why, compared) == ("chat_budget_spent", "chat_budget_spent")
    assert not server.calls


async def test_the_same_question_is_answered_once_for_all_who_ask(server: FakeOpenAI) -> None:
    async with asking(server) as questions:
        made = await asyncio.gather(*(questions.ask(PAPER, QUESTION, language="en") for _ in range(5)))
        again = await questions.ask(PAPER, f"  {QUESTION.upper()} ", language="en")
        await questions.ask(PAPER, QUESTION, language="zh")
    assert {each.statements for each in (*made, again)} == {STANDS}
    assert len(server.calls) == 2, "once in each language"


async def test_neither_log_nor_database_holds_a_question(
    server: FakeOpenAI, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    secret = "Does xyzzyplugh improve the encoder?"
    server.faults.append(faults.server_error)
    with Store(tmp_path / "p.db") as store:
        async with asking(server, pays=spend_of(store)) as questions:
            await questions.ask(PAPER, secret, language="en")
    assert "xyzzyplugh" in json.dumps(server.calls), "it was asked"
    assert caplog.records
    assert "xyzzyplugh" not in caplog.text
    assert not [path for path in _files(tmp_path) if b"xyzzyplugh" in path.read_bytes()]


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


# ---------------------------------------------------------------- two papers


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
async def test_two_papers_take_one_call(server: FakeOpenAI, language: str) -> None:
    async with asking(server) as questions:
        made = await questions.compare(PAPER, OTHER, language=language)
        assert await questions.compare(PAPER, OTHER, language=language) == made
    assert isinstance(made, Compared)
    assert (made.first.source, made.second.source, made.language) == ("html", "abstract", language)
    assert made.first.aspects["problem"][0].evidence == "Graph models are slow on sparse inputs."
    assert made.second.aspects["problem"][0].evidence == "Dense graphs are hard to sample."
    assert made.second.notes == (Note("text_abstract", {"id": OTHER.id, "reason": "no_text"}),)
    assert len(server.calls) == 1


async def test_a_comparison_of_which_nothing_stands_is_none(server: FakeOpenAI) -> None:
    wrong = edits(lambda said: {name: [{"text": "It beats GPT-9.", "evidence": [1]}] for name in said})
    server.faults.extend([wrong, wrong])
    async with asking(server) as questions:
        assert await questions.compare(PAPER, OTHER, language="en") == "bad_answer"
    assert len(server.calls) == 2


async def test_without_a_model_nothing_is_compared_and_nothing_is_fetched() -> None:
    texts = FakeTexts({PAPER.id: FULL})
    async with asking(None, texts=texts) as questions:
        assert await questions.compare(PAPER, OTHER, language="en") == NO_MODEL
    assert texts.asked == []
