"""The real client against a strict server: the best form of asking, checked answers, one call a paper."""

from __future__ import annotations

import asyncio
import dataclasses
import subprocess
import sys
from collections.abc import Iterator

import pytest

from bot.models import Paper, Summary
from bot.ports import BadAnswer, BudgetSpent, ServerFailed, Truncated
from bot.settings import Settings
from bot.summaries.llm import create
from bot.summaries.prompt import PROMPT_VERSION
from tests.fakes import openai_answers as faults
from tests.fakes.openai import KEY, MODEL, FakeOpenAI
from tests.fakes.openai_answers import Fault, rate_limited
from tests.fakes.summarizing import PAPER, summarizer, summary


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


def _form(call: dict[str, object]) -> object:
    form = call.get("response_format")
    return form["type"] if isinstance(form, dict) else None


# ---------------------------------------------------------------- when all is well


@pytest.mark.parametrize("language", ["en", "zh", "ru", "ja"])
async def test_a_summary_takes_one_call_and_says_where_it_comes_from(server: FakeOpenAI, language: str) -> None:
    made = await summary(server, language=language)

    assert len(server.calls) == 1
    assert (made.paper_id, made.version, made.language) == (PAPER.id, 2, language)
    assert (made.method, made.model, made.source, made.depth) == ("llm", MODEL, "abstract", "brief")
    assert made.checks.problems == ()
    assert 3 <= len(made.takeaways) <= 7
    assert all(each.evidence in PAPER.abstract for each in made.takeaways)
    assert made.usage is not None
    assert made.usage.calls == 1
    assert min(made.usage.prompt_tokens, made.usage.completion_tokens) > 50
    assert (made.title_translation is None) == (language == "en")


async def test_its_name_is_part_of_the_cache_key(server: FakeOpenAI) -> None:
    async with summarizer(server) as model:
        assert (model.model, model.prompt_version) == (MODEL, PROMPT_VERSION)


async def test_sixty_four_papers_at_sixteen_take_one_call_each_over_sixteen_connections() -> None:
    papers = [dataclasses.replace(PAPER, id=f"2501.{number:05d}") for number in range(64)]
    room = asyncio.Semaphore(16)

    with FakeOpenAI(latency=0.02) as server:
        async with summarizer(server) as model:

            async def one(paper: Paper) -> Summary:
                async with room:
                    return await model.summarize(paper, language="en")

            made = await asyncio.gather(*map(one, papers))

        assert [each.paper_id for each in made] == [paper.id for paper in papers]
        assert len(server.calls) == 64
        assert server.most_at_once == 16
        assert server.connections <= 16


async def test_it_can_be_made_from_settings(server: FakeOpenAI) -> None:
    settings = Settings.read(
        OPENAI_API_KEY=KEY, OPENAI_BASE_URL=server.base_url, PAPERBOY_MODEL=MODEL, PAPERBOY_DEEP_MODEL="bigger"
    )

    async with create(settings) as model, create(settings, depth="deep") as deep:
        assert (await model.summarize(PAPER, language="en")).model == MODEL
        assert deep.model == "bigger"


async def test_a_proxy_of_the_environment_is_used(server: FakeOpenAI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", server.base_url.removesuffix("/v1"))
    settings = Settings.read(OPENAI_API_KEY=KEY, OPENAI_BASE_URL="http://model.invalid/v1", PAPERBOY_MODEL=MODEL)

    async with create(settings) as model:
        assert (await model.summarize(PAPER, language="en")).method == "llm"


async def test_a_server_without_a_key_needs_none() -> None:
    with FakeOpenAI(key=None) as server:
        settings = Settings.read(OPENAI_API_KEY=None, OPENAI_BASE_URL=server.base_url, PAPERBOY_MODEL=MODEL)
        async with create(settings) as model:
            assert (await model.summarize(PAPER, language="en")).method == "llm"


# ---------------------------------------------------------------- lesser servers


@pytest.mark.parametrize(
    ("knows", "silent", "forms"),
    [
        (("json_schema", "json_object"), False, ["json_schema"]),
        (("json_object",), False, ["json_schema", "json_object"]),
        (("json_object",), True, ["json_schema", "json_object"]),
        ((), False, ["json_schema", "json_object", None]),
        ((), True, ["json_schema", "json_object", None]),
    ],
)
async def test_the_best_form_a_server_knows_is_found_and_remembered(
    knows: tuple[str, ...], silent: bool, forms: list[str | None]
) -> None:
    with FakeOpenAI(knows=knows, silent=silent) as server:
        async with summarizer(server) as model:
            first = await model.summarize(PAPER, language="zh")
            assert [_form(call) for call in server.calls] == forms
            assert first.usage is not None
            assert first.usage.calls == len(forms)

            await model.summarize(PAPER, language="zh")
            assert len(server.calls) == len(forms) + 1
            assert _form(server.calls[-1]) == forms[-1]


@pytest.mark.parametrize("refused", ["temperature", "max_tokens", "system"])
async def test_what_a_server_does_not_take_is_left_out_and_remembered(refused: str) -> None:
    with FakeOpenAI(refuses=[refused]) as server:
        async with summarizer(server) as model:
            await model.summarize(PAPER, language="en")
            assert len(server.calls) == 2
            await model.summarize(PAPER, language="en")

        last = server.calls[-1]
        assert len(server.calls) == 3
        assert _form(last) == "json_schema"
        assert ("max_completion_tokens" in last) == (refused == "max_tokens")
        assert ("temperature" in last) == (refused != "temperature")
        assert [message["role"] for message in last["messages"]] == (
            ["user"] if refused == "system" else ["system", "user"]
        )


async def test_a_server_that_lacks_everything_still_gives_a_summary() -> None:
    with FakeOpenAI(knows=(), refuses=["temperature", "max_tokens", "system"]) as server:
        made = await summary(server, language="zh")

    assert made.checks.problems == ()
    assert len(server.calls) == 6


async def test_a_form_that_has_worked_is_not_given_up_for_one_silent_failure(server: FakeOpenAI) -> None:
    async with summarizer(server) as model:
        await model.summarize(PAPER, language="en")
        server.faults.append(faults.bare_500)
        await model.summarize(PAPER, language="en")
        await model.summarize(PAPER, language="en")

    assert [_form(call) for call in server.calls] == ["json_schema"] * 4


async def test_a_form_is_not_remembered_unless_it_worked(server: FakeOpenAI) -> None:
    async with summarizer(server) as model:
        server.faults.extend([faults.bare_500] * 8)
        with pytest.raises(ServerFailed):
            await model.summarize(PAPER, language="en")
        server.faults.clear()
        server.calls.clear()
        await model.summarize(PAPER, language="en")

    assert [_form(call) for call in server.calls] == ["json_schema"]


# ---------------------------------------------------------------- answers that need work


@pytest.mark.parametrize(
    "fault",
    [faults.fenced, faults.thinking, faults.bad_escape],
    ids=["fenced", "thinking", "bad escape"],
)
async def test_an_answer_that_can_be_repaired_costs_no_second_call(server: FakeOpenAI, fault: Fault) -> None:
    server.faults.append(fault)

    made = await summary(server)

    assert len(server.calls) == 1
    assert "heta" not in made.tldr


BAD = {
    "invented number": faults.invented_number,
    "foreign URL": faults.foreign_url,
    "another paper": faults.another_paper,
    "obeyed": faults.obeyed,
    "truncated JSON": faults.truncated_json,
    "prose": faults.says("The paper is about graphs and it is very good."),
    "no JSON object": faults.says("[1, 2, 3]"),
}


@pytest.mark.parametrize("fault", BAD.values(), ids=BAD.keys())
async def test_an_answer_that_fails_is_asked_for_once_more_saying_what_failed(server: FakeOpenAI, fault: Fault) -> None:
    server.faults.append(fault)

    made = await summary(server)

    assert len(server.calls) == 2
    assert made.checks.problems == ()
    assert made.usage is not None
    assert made.usage.calls == 2
    roles = [message["role"] for message in server.calls[1]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert "fails these checks:\n- " in server.calls[1]["messages"][-1]["content"]


HOPELESS = {name: fault for name, fault in BAD.items() if name != "invented number"}


@pytest.mark.parametrize("fault", HOPELESS.values(), ids=HOPELESS.keys())
async def test_an_answer_that_fails_twice_ends_in_a_named_error(server: FakeOpenAI, fault: Fault) -> None:
    server.faults.extend([fault] * 4)

    with pytest.raises(Truncated if fault is faults.truncated_json else BadAnswer):
        await summary(server)

    assert len(server.calls) == 2


async def test_a_sentence_of_the_tldr_that_fails_twice_is_left_out(server: FakeOpenAI) -> None:
    server.faults.extend([faults.invented_number] * 4)

    made = await summary(server)

    assert len(server.calls) == 2
    assert "98.7" not in f"{made.tldr} {made.headline}"
    assert made.tldr.endswith(".")
    assert made.checks.dropped == 1


async def test_the_wrong_language_is_asked_for_once_more_and_then_not_taken(server: FakeOpenAI) -> None:
    server.faults.append(faults.wrong_language)
    assert (await summary(server, language="zh")).checks.problems == ()

    server.faults.extend([faults.wrong_language] * 2)
    with pytest.raises(BadAnswer):
        await summary(server, language="zh")


async def test_one_false_takeaway_is_dropped_if_the_model_insists(server: FakeOpenAI) -> None:
    insists = faults.edits(
        lambda fields: {
            **fields,
            "takeaways": [*fields["takeaways"], {"text": "It wins on 77 datasets.", "evidence": [5]}],
        }
    )
    server.faults.extend([insists] * 2)

    made = await summary(server)

    assert len(server.calls) == 2
    assert made.checks.dropped == 1
    assert "77" not in str(made.takeaways)


async def test_a_first_answer_that_will_do_is_kept_if_the_second_never_comes(server: FakeOpenAI) -> None:
    one_bad = faults.edits(
        lambda fields: {**fields, "takeaways": [*fields["takeaways"], {"text": "77 wins.", "evidence": [5]}]}
    )
    server.faults.extend([one_bad, faults.bad_key])

    made = await summary(server)

    assert made.checks.dropped == 1
    assert made.usage is not None
    assert made.usage.calls == 1


async def test_a_cut_answer_is_asked_for_again_with_more_room_which_is_remembered(server: FakeOpenAI) -> None:
    async with summarizer(server) as model:
        server.faults.append(faults.length)
        await model.summarize(PAPER, language="en")
        await model.summarize(PAPER, language="en")

    limits = [call["max_tokens"] for call in server.calls]
    assert limits == [3000, 9000, 9000]


# ---------------------------------------------------------------- money


async def test_every_call_is_paid_for_before_it_is_made(server: FakeOpenAI) -> None:
    paid: list[int] = []
    server.faults.extend([faults.overloaded, rate_limited(), faults.invented_number])

    await summary(server, spend=lambda: paid.append(len(server.calls)))

    assert paid == [0, 1, 2, 3]
    assert len(server.calls) == 4


async def test_no_call_is_made_without_money(server: FakeOpenAI) -> None:
    def broke() -> None:
        raise BudgetSpent("nothing left")

    with pytest.raises(BudgetSpent):
        await summary(server, spend=broke)

    assert server.calls == []


def test_importing_it_does_not_import_openai() -> None:
    code = "import sys, bot.summaries.llm; print('openai' in sys.modules, 'httpx2' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter

    assert found.stdout.split() == ["False", "False"]
