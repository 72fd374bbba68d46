"""Batches that end otherwise than they should: hostile files, no money, servers that take none or fall silent."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.costs.prices import Prices
from bot.costs.usage_table import Allowance
from bot.locales import say
from bot.models import Note
from tests.fakes.batching import ABSTRACT, AT_NINE, MORNING, NINE, Agency, agency, papers
from tests.fakes.newsroom import HALL, ROOM, TUESDAY, announced
from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai_answers import fails
from tests.fakes.openai_batches import Batches as FakeBatches
from tests.fakes.wire import Reply


@pytest.fixture
def server() -> Iterator[FakeOpenAI]:
    with FakeOpenAI() as running:
        yield running


@pytest.fixture
def provider(server: FakeOpenAI) -> FakeBatches:
    return server.batches


@pytest.fixture
def bot(tmp_path: Path, server: FakeOpenAI) -> Iterator[Agency]:
    """Four papers for a room at nine; the first of them shows what form of question the server takes."""
    made = agency(tmp_path, server)
    made.world.arxiv.days[TUESDAY] = papers(4)
    made.world.add(ROOM, AT_NINE, due=NINE)
    yield made
    made.world.close()


def lines(file: bytes) -> list[Any]:
    return [json.loads(each) for each in file.splitlines()]


def written(made: list[Any]) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in made)


# ---------------------------------------------------------------- hostile files


def garbage_between(file: bytes) -> bytes:
    noise = [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"x"',
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"custom_id": {"a": 1}}',
        b'{"custom_id": 7}',
    ]
    return b"\n".join((*noise, *file.splitlines(), *noise))


def others_too(file: bytes) -> bytes:
    stranger = {**lines(file)[0], "custom_id": "0" * 32}
    return written([stranger, *lines(file)])


def twice(file: bytes) -> bytes:
    said = json.dumps(lines(file)).replace("3.5 times", "9.5 times")
    return file + written(json.loads(said))


def backwards(file: bytes) -> bytes:
    return written(lines(file)[::-1])


@pytest.mark.parametrize("change", [garbage_between, others_too, twice, backwards])
async def test_what_is_not_ours_in_a_file_changes_nothing(
    bot: Agency, provider: FakeBatches, change: Callable[[bytes], bytes]
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        provider.rewrite(change)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert len(bot.stored()) == 4
    assert not any("9.5" in str(each) for each in bot.stored())
    assert (bot.live, bot.ran, bot.spent().calls) == (1, 3, 4)


async def test_the_answer_about_another_paper_is_never_this_ones(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches
) -> None:
    def swapped(file: bytes) -> bytes:
        first, second = lines(file)
        first["custom_id"], second["custom_id"] = second["custom_id"], first["custom_id"]
        return written([first, second])

    bot.world.arxiv.days[TUESDAY] = [
        announced("2605.00001", TUESDAY, title="Sparse Attention for Every Language Model", abstract=ABSTRACT),
        announced("2605.00002", TUESDAY, title="What a Tokenizer Costs: Language Models and Bytes", abstract=ABSTRACT),
        announced("2605.00003", TUESDAY, abstract=ABSTRACT),
    ]
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        provider.rewrite(swapped)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert len(bot.stored()) == 3
    assert (bot.live, bot.ran) == (3, 2)  # each of the two was asked again, once
    said = [str(call["messages"][3]["content"]) for call in server.calls[-2:]]
    assert all("it is not the title of this paper" in each for each in said)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"response": None, "error": None},
        {"response": {}, "error": None},
        {"response": {"status_code": "200", "body": {}}},
        {"response": {"status_code": 200, "body": None}},
        {"response": {"status_code": 200, "body": {"choices": []}}},
        {"response": {"status_code": 200, "body": {"choices": [{"message": {"content": None, "refusal": "No."}}]}}},
        {"response": {"status_code": 429, "body": {}}},
        {"response": None, "error": {"code": ["batch_expired"]}},
    ],
)
async def test_a_line_that_says_nothing_is_no_answer(bot: Agency, provider: FakeBatches, line: Any) -> None:  # noqa: ANN401
    def emptied(file: bytes) -> bytes:
        return written([{**line, "custom_id": each["custom_id"]} for each in lines(file)])

    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        provider.rewrite(emptied)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert (len(bot.stored()), bot.open()) == (1, 0)
        assert "from the abstract" not in await bot.nine()
    assert bot.live == 4


async def test_a_file_that_lacks_answers_leaves_what_was_reserved(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        reserved = bot.usage()
        provider.complete()
        provider.rewrite(lambda file: written(lines(file)[:1]))
        bot.go(timedelta(minutes=5))
        await batches.tick()
    rows = bot.usage()
    assert sorted(row["state"] for row in rows) == ["estimated"] * 2 + ["measured"] * 2
    kept = {row["id"]: row["cost"] for row in reserved}
    assert all(row["cost"] == kept[row["id"]] for row in rows if row["state"] == "estimated")


@pytest.mark.parametrize("name", ["../../v1/models", "a/b", "", "x" * 300, 7, {"a": 1}])
async def test_what_is_no_name_of_a_file_is_not_asked_for(bot: Agency, provider: FakeBatches, name: object) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        provider.all[provider.latest]["output_file_id"] = name
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert not any("content" in each for each in provider.asked)
    assert len(bot.stored()) == 1


# ---------------------------------------------------------------- money


async def test_no_more_is_asked_for_than_three_quarters_of_the_day_can_pay(
    bot: Agency, provider: FakeBatches, tmp_path: Path
) -> None:
    (tmp_path / "again").mkdir()
    async with bot.start() as batches:
        await bot.morning(batches)
        one = bot.usage()[-1]["cost"]
        spent = bot.usage()[0]["cost"]
        assert provider.latest
    again = agency(tmp_path / "again", bot.server, allowance=Allowance(day=spent + 3 * one))
    again.world.arxiv.days[TUESDAY] = papers(4)
    again.world.add(ROOM, AT_NINE, due=NINE)
    async with again.start() as batches:
        await again.morning(batches)
        assert len(provider.requests()) == 2
    assert again.spent().cost <= spent + 2 * one
    again.world.close()


async def test_calls_in_batches_count_as_calls(bot: Agency, provider: FakeBatches) -> None:
    bot.allowance = Allowance(calls=3)
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(provider.requests()) == 2
        assert "from the abstract" in await bot.nine()  # what is not there yet may not be asked for either


async def test_what_is_reserved_costs_half_and_an_unknown_price_stays_unknown(
    bot: Agency, provider: FakeBatches
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        row = bot.usage()[-1]
        assert row["state"] == "open"
        assert row["cost"] == (row["prompt_tokens"] * 1000 + row["completion_tokens"] * 4000) // 2
    bot.prices = Prices(known={}, own={})
    async with bot.start() as batches:
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert [row["cost"] is None for row in bot.usage()] == [False, True, True, True]


async def test_a_chat_that_has_no_money_left_does_not_keep_another_from_paying(bot: Agency, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    bot.world.add(HALL, AT_NINE, due=NINE)
    async with bot.start() as batches:
        await bot.morning(batches)
        one = bot.usage()[-1]["cost"]
    again = agency(tmp_path / "again", bot.server, allowance=Allowance(chat=3 * one))
    again.world.arxiv.days[TUESDAY] = papers(6)
    for room in (ROOM, HALL):
        again.world.add(room, AT_NINE, due=NINE)
    async with again.start() as batches:
        await again.morning(batches)
        payers = [row["chat_id"] for row in again.usage()]
    again.world.close()
    assert set(payers) == {"room", "hall"}


# ---------------------------------------------------------------- servers


@pytest.mark.parametrize("where", ["POST /v1/files", "POST /v1/batches"])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 415, 501])
async def test_a_server_that_takes_no_batches_is_asked_as_ever_and_the_operator_hears_it_once(
    bot: Agency, provider: FakeBatches, where: str, status: int
) -> None:
    provider.faults = [(where, Reply(status=status, body=b'{"error": {"message": "unknown"}}'))] * 50
    async with bot.start() as batches:
        await bot.morning(batches)
        assert bot.told == [Note("batch_not_offered", {"status": status})]
        assert (bot.states(), bot.spent().calls) == (["done"], 1)
        before = len(provider.asked)
        for _ in range(5):
            bot.go(timedelta(minutes=10))
            await batches.plan()
            await batches.tick()
        assert "from the abstract" not in await bot.nine()
    assert bot.live == 4
    assert len(bot.told) == 1
    assert len(provider.asked) == before


async def test_a_server_that_takes_none_is_asked_again_after_a_day_or_a_restart(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches
) -> None:
    server.has_batches = False
    async with bot.start() as batches:
        await bot.morning(batches)
        server.has_batches = True
        for number, (hours, made) in enumerate([(19, 0), (44, 1)], 1):
            day = TUESDAY + timedelta(days=number)
            bot.world.arxiv.days[day] = [announced(f"2605.1000{number}", day, abstract=ABSTRACT)]
            bot.world.arxiv.today = day
            bot.go(NINE + timedelta(hours=hours))
            await bot.world.engine.issue()
            bot.world.chats.set_due(ROOM, bot.world.clock() + timedelta(hours=3))
            await bot.world.engine.look()
            await batches.plan()
            await batches.tick()
            assert len(provider.all) == made
    server.has_batches = False
    async with bot.start() as batches:
        assert len(bot.told) == 1


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ({"object": "list", "data": [{"code": "token_limit_exceeded", "message": "m"}]}, "token_limit_exceeded"),
        (
            {"data": [{"code": code} for code in ("one", "one", None, 7, "<b>@all", "two", "six", "ten")]},
            "one, two, six",
        ),
        ({"data": ["x", None]}, "failed"),
        ({"data": 7}, "failed"),
        ([], "failed"),
        (None, "failed"),
    ],
)
async def test_the_operator_hears_once_a_day_that_the_provider_refused_a_batch_and_why(
    bot: Agency, provider: FakeBatches, errors: object, reason: str
) -> None:
    bot.world.add(HALL, replace(AT_NINE, languages=("zh",)), due=NINE + timedelta(hours=1))
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(provider.all) == 2
        for each in provider.all.values():
            each |= {"status": "failed", "errors": errors}
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert "from the abstract" not in await bot.nine()
    assert bot.told == [Note("batch_failed", {"code": reason})]
    assert f"({reason})" in say("en", "note.batch_failed", **bot.told[0].args)
    assert bot.open() == 0


async def test_a_server_without_these_addresses_is_one(bot: Agency, server: FakeOpenAI) -> None:
    server.has_batches = False
    async with bot.start() as batches:
        await bot.morning(batches)
        assert bot.told == [Note("batch_not_offered", {"status": 404})]
        assert "2605.00004" in await bot.nine()


async def test_a_server_that_stumbles_is_asked_again(bot: Agency, provider: FakeBatches) -> None:
    busy = Reply(status=429, body=b'{"error": {"message": "slow down"}}')
    provider.faults = [("POST /v1/files", busy), ("POST /v1/batches", busy), ("GET /v1/batches/", busy)]
    async with bot.start() as batches:
        await bot.morning(batches)
        for _ in range(4):
            bot.go(timedelta(minutes=2))
            await batches.tick()
        provider.complete()
        for _ in range(4):
            bot.go(timedelta(minutes=10))
            await batches.tick()
        assert len(bot.stored()) == 4
    assert (bot.told, len(provider.all), bot.live) == ([], 1, 1)


async def test_a_form_the_server_has_not_shown_to_take_is_not_put_in_a_batch(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches
) -> None:
    server.refuses = ("temperature", "max_tokens")
    async with bot.start() as batches:
        await bot.morning(batches)
        body = provider.requests()[0]["body"]
        assert "max_completion_tokens" in body
        assert body.keys().isdisjoint(server.refuses)


async def test_a_model_that_does_not_answer_is_not_asked_in_a_batch_either(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches
) -> None:
    server.key = "another"
    async with bot.start() as batches:
        await bot.morning(batches)
        assert provider.asked == []
        server.key = "test-key-5f0c1a"
        await bot.morning(batches)
        assert provider.asked == []  # it rests
        bot.go(MORNING + timedelta(minutes=11))
        await batches.plan()
        await batches.tick()
        assert len(provider.all) == 1


async def test_a_file_that_is_gone_takes_no_other_along(bot: Agency, server: FakeOpenAI, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        server.faults.append(fails(500, "The server had an error"))
        provider.complete()
        del provider.files[provider.all[provider.latest]["error_file_id"]]
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert (len(bot.stored()), bot.open()) == (3, 0)
    assert sorted(row["state"] for row in bot.usage()) == ["estimated", "measured", "measured", "measured"]


@pytest.mark.parametrize("status", [400, 401, 403, 409, 500])
async def test_what_was_taken_is_not_given_up_for_a_refusal(bot: Agency, provider: FakeBatches, status: int) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        refused = Reply(status=status, body=b"{}")
        provider.faults = [("GET /v1/batches/", refused), ("POST /v1/batches/batch_0001/cancel", refused)]
        bot.go(NINE - timedelta(minutes=15))
        for _ in range(3):
            await batches.tick()
            bot.go(timedelta(minutes=2))
        assert bot.states() == ["cancelling"]
        provider.run()
        provider.end("cancelled")
        await batches.tick()
        assert len(bot.stored()) == 4
    assert bot.told == []


async def test_a_batch_that_ends_while_it_is_cancelled_is_used(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        provider.faults = [("POST /v1/batches/batch_0001/cancel", Reply(status=400, body=b"{}"))]
        bot.go(NINE - timedelta(minutes=15))
        await batches.tick()
        provider.run()
        provider.end()
        bot.go(timedelta(minutes=2))
        await batches.tick()
        assert (len(bot.stored()), bot.open()) == (4, 0)


@pytest.mark.parametrize("lost", ["gone", "silent"])
async def test_a_batch_nobody_hears_of_again_keeps_what_was_reserved(
    bot: Agency, provider: FakeBatches, lost: str
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        reserved = bot.spent()
        if lost == "gone":
            provider.all.clear()
        else:
            provider.begin()
        for hours in range(1, 28):
            bot.go(MORNING + timedelta(hours=hours))
            await batches.tick()
    assert bot.states() == ["done"]
    assert bot.spent() == reserved
    assert {row["state"] for row in bot.usage()} == {"measured", "estimated"}


@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"[" * 100_000, b'{"id": null}', b'{"id": "../x"}', b" " * 3_000_000]
)
async def test_an_answer_that_says_nothing_is_asked_for_again(bot: Agency, provider: FakeBatches, body: bytes) -> None:
    provider.faults = [("POST /v1/files", Reply(body=body)), ("POST /v1/batches", Reply(body=body))]
    async with bot.start() as batches:
        await bot.morning(batches)
        for _ in range(5):
            bot.go(timedelta(minutes=3))
            await batches.tick()
        assert bot.states() == ["running"]
    assert len(provider.all) == 1


async def test_a_server_that_hangs_is_left_in_time(bot: Agency, provider: FakeBatches) -> None:
    bot.seconds = 0.3
    provider.faults = [("POST /v1/files", Reply(hang=True)), ("POST /v1/batches", Reply(body=b"{" * 500, drip=0.02))]
    async with bot.start() as batches:
        await bot.morning(batches)
        assert bot.states() == ["planned"]
        bot.go(timedelta(minutes=2))
        await batches.tick()
        assert bot.states() == ["creating"]
        bot.go(timedelta(minutes=2))
        await batches.tick()
        assert bot.states() == ["running"]
