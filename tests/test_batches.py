"""Summaries asked for in batches: half the price, once, through restarts; and no digest waits for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.batches.provider import Provider
from bot.targets import Access, At, Settings
from tests.fakes.batching import ABSTRACT, AT_NINE, MORNING, NINE, Agency, agency, papers
from tests.fakes.newsroom import HALL, NO_QUIET, ROOM, TUESDAY, WEDNESDAY, announced
from tests.fakes.openai import FakeOpenAI
from tests.fakes.openai_answers import fails, invented_number
from tests.fakes.openai_batches import Batches as FakeBatches
from tests.fakes.summarizing import connection
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


def asked_in(provider: FakeBatches, id_: str | None = None) -> list[str]:
    """The papers of a batch."""
    said = [str(each["body"]["messages"][1]["content"]) for each in provider.requests(id_)]
    return sorted(text.split("Language model ")[1].split("\n")[0] for text in said)


async def test_a_digest_of_nine_is_made_of_a_batch_at_half_the_price(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        assert asked_in(provider) == ["2605.00001", "2605.00002", "2605.00003"]
        reserved = bot.spent()
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()

        assert [each.paper_id for each in bot.stored()] == [f"2605.0000{n}" for n in range(1, 5)]
        assert "from the abstract" not in await bot.nine()
    assert (bot.live, bot.ran, bot.open()) == (1, 3, 0)
    spent = bot.spent()
    assert spent.calls == 4
    assert spent.cost < reserved.cost
    live, *batched = bot.usage()
    assert live["state"] == "measured"
    for row in batched:
        assert row["state"] == "measured"
        assert row["cost"] == (row["prompt_tokens"] * 1000 + row["completion_tokens"] * 4000) // 2
        assert (row["purpose"], row["chat_id"]) == ("brief", "room")


async def test_nothing_stays_with_the_provider(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert [file.body for file in provider.files.values()] == [b"", b""]


async def test_nothing_is_asked_in_batches_unless_the_operator_says_so(bot: Agency, provider: FakeBatches) -> None:
    bot.batching = False
    async with bot.start() as batches:
        await bot.morning(batches)
        assert "2605.00004" in await bot.nine()
    assert provider.asked == []
    assert bot.live == 4


async def test_who_turns_it_off_still_gets_what_is_under_way(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
    bot.batching = False
    provider.complete()
    async with bot.start() as batches:
        await batches.tick()
        assert len(bot.stored()) == 4
    assert bot.open() == 0


async def test_an_announcement_is_planned_once_and_the_next_one_again(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        for _ in range(3):
            bot.go(timedelta(minutes=6))
            await bot.world.engine.look()
            await batches.plan()
            await batches.tick()
        assert len(provider.all) == 1
        provider.complete()
        await bot.nine()
        await batches.tick()
        bot.world.arxiv.days[WEDNESDAY] = [announced("2605.00009", WEDNESDAY, abstract=ABSTRACT)]
        bot.world.arxiv.today = WEDNESDAY
        bot.go(NINE + timedelta(hours=20))
        await bot.world.engine.look()
        await batches.plan()
        await batches.tick()
        assert asked_in(provider) == ["2605.00009"]
    assert len(provider.all) == 2


async def test_what_was_asked_for_long_ago_is_forgotten(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
        for days, left in ((1, 3), (8, 0)):
            day = TUESDAY + timedelta(days=days)
            bot.world.arxiv.days[day] = []
            bot.world.arxiv.today = day
            bot.go(MORNING + timedelta(days=days))
            await bot.world.engine.look()
            await batches.plan()
            assert bot.items() == left


async def test_looks_grow_rare(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        for _ in range(6 * 60 - 60):  # until ten minutes past the hour before nine
            bot.go(timedelta(seconds=30))
            await batches.tick()
    looks = sum(each.startswith("GET /v1/batches/batch_0001") for each in provider.asked)
    assert 10 < looks < 30


# ---------------------------------------------------------------- what is wanted


async def test_what_is_due_within_the_hour_is_made_as_ever(bot: Agency, provider: FakeBatches) -> None:
    bot.world.add(ROOM, AT_NINE, due=NINE - timedelta(hours=3, minutes=10))
    async with bot.start() as batches:
        await bot.morning(batches)
        assert "2605.00004" in await bot.nine()
    assert provider.asked == []


async def test_what_is_made_now_for_another_chat_is_not_paid_twice(bot: Agency, provider: FakeBatches) -> None:
    bot.world.add(HALL, replace(NO_QUIET, size=2))  # on arrival
    async with bot.start() as batches:
        await bot.morning(batches)
        assert asked_in(provider) == ["2605.00001"]  # 4 and 3 are the hall's, 2 has shown the form
        await bot.world.engine.issue()
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
        await bot.nine()
    assert (bot.live, bot.ran) == (3, 1)


async def test_chats_share_what_is_asked_and_each_language_is_its_own(bot: Agency, provider: FakeBatches) -> None:
    bot.world.add(HALL, replace(AT_NINE, languages=("en", "zh")), due=NINE + timedelta(minutes=20))
    async with bot.start() as batches:
        await bot.morning(batches)
        assert asked_in(provider) == sorted(
            [*(f"2605.0000{n}" for n in range(1, 4)), *(f"2605.0000{n}" for n in range(1, 5))]
        )
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert sorted({each.language for each in bot.stored()}) == ["en", "zh"]
    assert len(bot.stored()) == 8


async def test_the_end_of_quiet_hours_is_an_hour_like_any_other(bot: Agency, provider: FakeBatches) -> None:
    bot.world.add(ROOM, Settings(quiet=(time(22), time(8))))
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(provider.requests()) == 3


@pytest.mark.parametrize("access", [Access.NO_MODEL, Access.BLOCKED])
async def test_a_chat_that_may_not_use_the_model_is_asked_nothing_for(
    bot: Agency, provider: FakeBatches, access: Access
) -> None:
    bot.world.chats.set_access(ROOM, access)
    async with bot.start() as batches:
        await bot.morning(batches)
    assert provider.asked == []
    assert bot.live == 0


async def test_what_the_next_announcement_may_push_out_is_not_asked_for_yet(bot: Agency, provider: FakeBatches) -> None:
    weekly = Settings(quiet=None, schedule=At(times=(time(9),), weekdays=frozenset({4}), best=2))
    bot.world.add(ROOM, weekly, due=NINE + timedelta(days=3))
    async with bot.start() as batches:
        await bot.morning(batches)
    assert provider.asked == []


async def test_digests_of_another_hour_have_a_batch_and_a_deadline_of_their_own(
    bot: Agency, provider: FakeBatches
) -> None:
    bot.world.add(HALL, replace(AT_NINE, languages=("de",)), due=NINE + timedelta(hours=3))
    async with bot.start() as batches:
        await bot.morning(batches)
        assert len(provider.all) == 2
        for id_ in provider.all:
            provider.begin(id_)
        bot.go(NINE - timedelta(minutes=14))
        await batches.tick()
    assert [each["status"] for each in provider.all.values()] == ["cancelling", "in_progress"]


# ---------------------------------------------------------------- deadlines


async def test_at_its_deadline_a_batch_is_cancelled_and_what_is_there_is_used(
    bot: Agency, provider: FakeBatches
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        provider.run(1)
        bot.go(NINE - timedelta(minutes=16))
        await batches.tick()
        assert provider.all[provider.latest]["status"] == "in_progress"
        bot.go(NINE - timedelta(minutes=15))
        await batches.tick()
        assert provider.all[provider.latest]["status"] == "cancelling"
        provider.end("cancelled")
        bot.go(timedelta(minutes=2))
        await batches.tick()
        assert len(bot.stored()) == 2
        assert "from the abstract" not in await bot.nine()
    assert (bot.live, bot.ran, bot.spent().calls) == (3, 1, 4)  # what was never run is no call
    assert [row["state"] for row in bot.usage()] == ["measured"] * 4


async def test_a_digest_does_not_wait_for_a_batch(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        bot.go(NINE - timedelta(minutes=10))
        await batches.tick()
        assert "2605.00004" in await bot.nine()
        assert bot.live == 4
        provider.run(2)  # it was run all the same, and is paid for; the stored summaries stay
        provider.end("cancelled")
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert bot.open() == 0
    assert len(bot.stored()) == 4
    assert bot.spent().calls == 6
    assert bot.live == 4


async def test_a_batch_that_could_not_be_sent_by_its_deadline_is_dropped(bot: Agency, provider: FakeBatches) -> None:
    provider.faults = [("POST /v1/files", Reply(status=503, body=b"{}"))] * 50
    async with bot.start() as batches:
        await bot.morning(batches)
        assert bot.states() == ["planned"]
        reserved = bot.spent().calls
        bot.go(NINE - timedelta(minutes=14))
        await batches.tick()
        assert bot.states() == ["done"]
        assert (reserved, bot.spent().calls, bot.calls()) == (4, 1, 1)
        assert "2605.00004" in await bot.nine()
    assert bot.live == 4


@pytest.mark.parametrize("status", ["expired", "failed"])
async def test_what_the_provider_gave_up_costs_nothing_and_is_made_as_ever(
    bot: Agency, provider: FakeBatches, status: str
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        provider.end(status)
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert bot.spent().calls == 1
        assert "from the abstract" not in await bot.nine()
    assert bot.live == 4


# ---------------------------------------------------------------- restarts


def upload_fails(provider: FakeBatches) -> None:
    provider.faults.append(("POST /v1/files", Reply(status=500, body=b"{}")))


def create_fails(provider: FakeBatches) -> None:
    provider.faults.append(("POST /v1/batches", Reply(status=500, body=b"{}")))


def create_is_done_and_not_told(provider: FakeBatches) -> None:
    provider.lost.append("POST /v1/batches")


def nothing_fails(provider: FakeBatches) -> None:
    """All is well."""


@pytest.mark.parametrize(
    ("trouble", "state"),
    [
        (upload_fails, "planned"),
        (create_fails, "creating"),
        (create_is_done_and_not_told, "creating"),
        (nothing_fails, "running"),
    ],
)
async def test_a_restart_goes_on_and_asks_for_nothing_twice(
    bot: Agency, provider: FakeBatches, trouble: Callable[[FakeBatches], None], state: str
) -> None:
    trouble(provider)
    async with bot.start() as batches:
        await bot.morning(batches)
        assert bot.states() == [state]
    async with bot.start() as batches:
        await bot.morning(batches)
        await bot.morning(batches)
        assert bot.states() == ["running"]
        assert len(provider.all) == 1
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert "from the abstract" not in await bot.nine()
    assert (bot.live, bot.ran, bot.spent().calls) == (1, 3, 4)


async def test_a_restart_while_it_is_cancelled_or_read_loses_nothing(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        provider.run()
        bot.go(NINE - timedelta(minutes=15))
        await batches.tick()
        assert bot.states() == ["cancelling"]
    provider.end("cancelled")
    provider.faults.append(("GET /v1/files", Reply(status=500, body=b"{}")))
    async with bot.start() as batches:
        await batches.tick()
        assert (bot.states(), len(bot.stored())) == (["cancelling"], 1)
    async with bot.start() as batches:
        await batches.tick()
        assert (bot.states(), len(bot.stored())) == (["done"], 4)
    assert bot.spent().calls == 4


async def test_a_restart_in_the_middle_of_keeping_answers_pays_once(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        bot.world.store.database.write(
            lambda db: (
                db.execute(
                    "CREATE TRIGGER no BEFORE UPDATE OF state ON batches WHEN NEW.state = 'done' "
                    "BEGIN SELECT RAISE(ABORT, 'power cut'); END"
                )
                and None
            )
        )
        bot.go(timedelta(minutes=5))
        with pytest.raises(Exception, match="power cut"):
            await batches.tick()
        bot.world.store.database.write(lambda db: db.execute("DROP TRIGGER no") and None)
        before = bot.spent()
    async with bot.start() as batches:
        await batches.tick()
        assert bot.open() == 0
    assert bot.spent() == before
    assert len(bot.stored()) == 4


# ---------------------------------------------------------------- answers


async def test_a_request_that_failed_costs_nothing_and_is_made_once_as_ever(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        server.faults.append(fails(500, "The server had an error"))
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert len(bot.stored()) == 3
        assert "from the abstract" not in await bot.nine()
    assert (bot.live, bot.ran) == (2, 3)
    assert sorted(row["cost"] == 0 for row in bot.usage()) == [False] * 4 + [True]


async def test_an_answer_is_judged_as_any_and_asked_again_once_if_it_fails(
    bot: Agency, server: FakeOpenAI, provider: FakeBatches
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        server.faults.append(invented_number)
        provider.complete()
        bot.go(timedelta(minutes=5))
        await batches.tick()
        assert len(bot.stored()) == 4
        assert not any("98.7" in each.tldr for each in bot.stored())
    assert (bot.live, bot.ran) == (2, 3)
    assert "98.7" in server.calls[-1]["messages"][2]["content"]  # what is to be corrected
    assert bot.usage()[-1]["chat_id"] == "room"


async def test_who_asks_meanwhile_is_answered_at_once_and_that_answer_stays(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.begin()
        [paper] = bot.world.store.papers(["2605.00003"]).values()
        answered = await bot.summaries.one(paper, language="en")
        assert answered.method == "llm"
        provider.run()
        provider.end()
        change = "UPDATE summaries SET summary = replace(summary, 'FastGraph', 'FirstGraph')"
        bot.world.store.database.write(lambda db: db.execute(change) and None)
        bot.go(timedelta(minutes=5))
        await batches.tick()
    kept = {each.paper_id: each.tldr + str(each.takeaways) for each in bot.stored()}
    assert "FirstGraph" in kept["2605.00003"]
    assert (bot.live, bot.ran, bot.spent().calls) == (2, 3, 5)


async def test_a_paper_that_reads_otherwise_now_is_not_given_the_old_answer(bot: Agency, provider: FakeBatches) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
        provider.complete()
        changed = announced("2605.00003", TUESDAY, abstract=ABSTRACT + " It is new.", version=2)
        bot.world.store.save_papers([changed.paper])
        bot.go(timedelta(minutes=5))
        await batches.tick()
    assert [each.paper_id for each in bot.stored()] == ["2605.00001", "2605.00002", "2605.00004"]
    assert bot.spent().calls == 4
    assert "open" not in {row["state"] for row in bot.usage()}


async def test_the_client_takes_what_the_provider_says_of_a_batch(server: FakeOpenAI, bot: Agency) -> None:
    async with connection(server) as client:
        real = Provider(client, clock=bot.world.clock)
        file = await real.upload(b'{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": {}}\n')
        name = await real.create(file, mark="m")
        assert await real.find("m") == name
        assert await real.find("other") is None
        assert (await real.look(name)).status == "validating"
        await real.cancel(name)
        assert (await real.look(name)).status == "cancelling"
        assert (await real.read(file)).startswith(b'{"custom_id"')
        await real.delete(file)


async def test_what_was_put_in_a_batch_before_a_crash_costs_no_call_to_find_out(
    bot: Agency, provider: FakeBatches
) -> None:
    async with bot.start() as batches:
        await bot.morning(batches)
    bot.world.chats.drop_mark("batches planned")  # we died before that was written
    async with bot.start() as batches:
        await bot.morning(batches)
    assert (bot.live, len(provider.all)) == (1, 1)
