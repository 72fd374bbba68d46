"""Papers on demand, digests at once, and why a paper came or did not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.digest_table import DigestItem
from bot.document import Card, Document, Paragraph, Text
from bot.locales import say
from bot.platforms import Part
from bot.ports import SourceRefused, SourceUnreachable
from bot.targets import Target
from tests.fakes.desk import ADMIN, GROUP, MEMBER, NOW, OWNER, PRIVATE, Front, front, labels, text
from tests.samples import listed, paper


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


# ---------------------------------------------------------------- /summarize


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("/summarize 2405.17428", {}),
        ("/summarize https://arxiv.org/pdf/2405.17428v1", {}),
        ("2405.17428", {}),
        ("/summarize", {"replied_to": "see https://arxiv.org/abs/2405.17428", "kind": "group", "actor": MEMBER}),
        ("/summarize this one", {"replied_to": "2405.17428", "kind": "group"}),
    ],
)
async def test_a_paper_is_summarized_however_it_is_named(at: Front, typed: str, given: dict[str, object]) -> None:
    assert text(await at.say(typed, **given)).startswith("NV-Embed: Improved Techniques\n")


async def test_a_summary_is_in_the_language_of_the_chat(at: Front) -> None:
    await at.say("2405.17428", locale="zh-hans")
    await at.say("/language ja+en")
    await at.say("2405.17428")
    assert at.reading.languages == ["zh", "ja"]


async def test_a_slow_summary_says_at_once_what_is_read(at: Front) -> None:
    at.patience = 0.0
    at.restart()
    at.reading.wait = lambda: asyncio.sleep(0.002)
    at.store.save_papers([paper(title="NV-Embed: Improved Techniques for Training")])
    first, last = await at.hears(at.ask("2405.17428"))
    assert text(first) == "Reading NV-Embed …"
    assert text(last).startswith("NV-Embed: Improved")
    assert text((await at.hears(at.ask("/summarize 2409.15700v2")))[0]) == "Reading 2409.15700v2 …"
    assert text((await at.hears(at.ask("2405.17428 2409.15700")))[0]) == "Reading 2 papers …"


async def test_several_papers_are_read_and_what_is_too_many_is_said(at: Front) -> None:
    reply = await at.say("/summarize " + " ".join(f"2405.0000{n}" for n in range(1, 8)))
    assert at.reading.asked == [tuple(f"2405.0000{n}" for n in range(1, 6))]
    assert "2 more were named; I read 5 at a time" in text(reply)


async def test_what_is_no_id_is_explained_with_one_that_works(at: Front) -> None:
    reply = await at.say("banana")
    assert text(reply) == "“banana” is not a paper I can find. Send an arXiv id (2405.17428) or a link."
    assert text(await at.press(reply, "Try a paper")).startswith("NV-Embed")
    assert "reply with it to a message" in text(await at.say("/summarize"))
    assert (await at.say("/summarize banana", kind="group")).private


async def test_the_name_of_a_topic_may_have_meant_the_topic(at: Front) -> None:
    reply = await at.say("大模型", locale="zh")
    assert text(await at.press(reply, "订阅大语言模型", locale="zh")).startswith("大语言模型\n")


async def test_a_paper_nobody_knows_is_said_so(at: Front) -> None:
    assert "arXiv does not know 2401.00001" in text(await at.say("2401.00001"))


async def test_arxiv_out_of_reach_is_said_with_when_to_try_again(at: Front) -> None:
    at.reading.error = SourceUnreachable("https://secret.example/?q=… failed")
    reply = await at.say("2405.17428")
    assert text(reply).splitlines() == [
        "arXiv could not be asked: no connection, or no complete answer in time.",
        "Try again in a few minutes.",
    ]
    at.reading.error = SourceRefused("403", retry_at=NOW + timedelta(minutes=40))
    assert "Try again after 12:40 UTC" in text(await at.say("2405.17428"))


async def test_who_asks_too_often_hears_when_to_come_back(tmp_path: Path) -> None:
    with front(tmp_path, per_user=2) as desk:
        for _ in range(2):
            await desk.say("2405.17428")
        desk.now += timedelta(minutes=10)
        reply = await desk.say("2405.17428")
        assert text(reply) == "That was a lot within an hour. Ask again after 13:00 UTC."
        assert reply.private
        assert len(desk.reading.asked) == 2
        assert text(await desk.say("2405.17428", actor=MEMBER)).startswith("NV-Embed"), "others may"
        await desk.say("/subscribe ~llm sample")
        assert desk.poster.previews == [], "a sample costs as much"
        for _ in range(3):
            assert text(await desk.say("2405.17428", actor=OWNER)).startswith("NV-Embed"), "owners always"
        desk.now += timedelta(minutes=51)
        assert text(await desk.say("2405.17428")).startswith("NV-Embed")


async def test_a_chat_without_the_model_is_told_what_it_reads(tmp_path: Path) -> None:
    with front(tmp_path, policy="approve") as desk:
        reply = await desk.say("2405.17428")
        assert desk.reading.asked == []
        assert desk.modest.asked == [("2405.17428",)]
        assert say("en", "cmd.summarize.modest") in text(reply)


async def test_asks_do_not_wait_for_each_other(at: Front) -> None:
    gate = asyncio.Event()
    at.reading.wait = gate.wait
    slow = asyncio.create_task(at.say("2405.17428"))
    assert "nothing" in text(await at.say("/list")).lower()
    await at.follow("llm")
    gate.set()
    assert text(await slow).startswith("NV-Embed")


# ---------------------------------------------------------------- /digest


async def test_an_admins_digest_posts_what_has_come_once(at: Front) -> None:
    await at.follow("llm", kind="group")
    ask = at.ask("/digest", kind="group", update="memory:77")
    assert [text(reply) for reply in await at.hears(ask)] == ["The digest is on its way: 3 papers."]
    await at.hears(ask)
    assert at.poster.periods == ["ask:memory:77"]
    at.poster.papers = 0
    assert text(await at.say("/digest", kind="group")) == "Nothing has matched since the last digest."


async def test_a_members_digest_is_where_the_last_one_is_and_what_waits(at: Front) -> None:
    await at.follow("llm", kind="group")
    reply = await at.say("/digest", kind="group", actor=MEMBER)
    assert text(reply).splitlines() == ["There has been no digest here yet.", "3 papers wait for the next one."]
    assert at.poster.periods == []
    await delivered(at, GROUP, date(2026, 5, 18))
    said = text(await at.say("/digest", kind="group", actor=MEMBER))
    assert "The last one: the digest of 18 May 2026 (Mon) (https://example.org/1)." in said


async def test_a_digest_that_cannot_be_made_says_why(at: Front) -> None:
    await at.follow("llm")
    at.poster.error = SourceUnreachable("x")
    assert "arXiv could not be asked" in text(await at.say("/digest"))


# ---------------------------------------------------------------- /why


async def delivered(at: Front, target: Target, day: date, *, state: str = "sent", error: str | None = None) -> None:
    """A digest of `day` with two papers, one shown, and its message in `state`."""
    outbox = Outbox(at.store.database, {}, Pacing({}), clock=at.clock)
    card = Card((Paragraph((Text("x"),)),), key="2605.00001")
    items = (
        DigestItem(paper_id="2605.00001", topic="LLM"),
        DigestItem(paper_id="2605.00002", topic="LLM", shown=False),
    )
    await outbox.post(target, "p1", [Part({}, Document((card,)))], items=items, seen=[("2605.00001", 1)], day=day)
    ref = '{"chat_id": "1", "message_id": "1", "thread_id": null, "url": "https://example.org/1"}'
    at.store.database.write(
        lambda db: (
            db.execute(
                "UPDATE outbox SET state = ?, error = ?, ref = ?", [state, error, ref if state == "sent" else None]
            ),
            db.execute("UPDATE digests SET root_ref = ?", [ref if state == "sent" else None]),
        )
    )


async def why(at: Front, id_: str = "2605.00001") -> str:
    return text(await at.say(f"/why {id_}"))


@pytest.fixture
async def known(at: Front) -> Front:
    """Two papers announced, the topic of one followed."""
    at.announce(listed("2605.00001", day=date(2026, 5, 18)), listed("2605.00002", day=date(2026, 5, 18)))
    at.store.save_papers([paper("2605.00001", title="Zebrafish brains"), paper("2605.00002", title="More zebrafish")])
    await at.follow('zebrafish OR "danio rerio" as Fish')
    return at


async def test_why_names_the_words_that_matched(known: Front) -> None:
    said = await why(known)
    assert said.startswith("Zebrafish brains (https://arxiv.org/abs/2605.00001) · 2605.00001\n")
    assert "Fish matches it by: zebrafish." in said


async def test_why_says_where_it_was_sent_or_that_it_ranked_below(known: Front) -> None:
    await delivered(known, PRIVATE, date(2026, 5, 18))
    assert "It was number 1 in the digest of 18 May 2026 (Mon) (https://example.org/1)." in await why(known)
    assert "It ranked 2 in the digest of 18 May 2026 (Mon)" in await why(known, "2605.00002")


@pytest.mark.parametrize(
    ("state", "error", "said"),
    [
        ("ready", None, "which is on its way"),
        ("dead", "the chat is closed", "could not be delivered: the chat is closed"),
        ("unknown", None, "an admin has to say"),
    ],
)
async def test_why_says_what_became_of_the_message(known: Front, state: str, error: str | None, said: str) -> None:
    await delivered(known, PRIVATE, date(2026, 5, 18), state=state, error=error)
    assert said in await why(known)


async def test_why_says_what_is_not_announced_not_matched_not_known_or_not_due(known: Front) -> None:
    assert "when the subscription began" in await why(known)
    known.store.save_papers([paper("2605.00003", title="Zebrafish, by id")])
    assert "has not announced it in the categories I watch (cs.*, stat.ML, eess.*)" in await why(known, "2605.00003")
    known.announce(listed("2605.00004", day=date(2026, 5, 18)))
    said = await why(known, "2605.00004")
    assert "None of the topics followed here matches it." in said
    assert "began" not in said
    assert "I know nothing of 2605.00099" in await why(known, "2605.00099")
    await known.say("/unsubscribe 1")
    assert "Nothing is followed here" in await why(known)


async def test_why_asks_for_a_paper_and_takes_one_from_a_reply(known: Front) -> None:
    assert "/why 2405.17428" in text(await known.say("/why"))
    assert "“banana” is not a paper" in text(await known.say("/why banana"))
    assert "Zebrafish brains" in text(await known.say("/why", replied_to="https://arxiv.org/abs/2605.00001"))
    assert "Summarize 2605.00001" in labels(await known.say("/why 2605.00001", actor=ADMIN))
