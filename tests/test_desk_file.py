"""A PDF sent to the desk: who sees what is said of it, what is said when it cannot be read, and that nothing stays."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from bot.attached import Attached, NotFetched
from bot.files import Sent
from bot.fulltext.fetch import LONGEST_PDF
from bot.locales import UI, messages
from bot.models import ArxivId, Note, Takeaway
from bot.platforms import Reply
from bot.ports import NoText, TextProblem
from tests.fakes.desk import GROUP, MEMBER, OWNER, Front, front, labels, text
from tests.fakes.virtual_time import virtually
from tests.samples import summary

NAME = "very-secret-draft.pdf"


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path) as made:
        yield made


def file(**given: Any) -> Attached:  # noqa: ANN401 - any field of it
    async def read(most: int) -> bytes:
        return b"%PDF-"

    told = {"name": NAME, "media_type": "application/pdf", "size": 5, "most": 20 << 20, "read": read}
    return Attached(**{**told, **given})


async def said(at: Front, attached: Attached | None = None, typed: str = "/summarize", **given: Any) -> Reply:  # noqa: ANN401
    return await at.say(typed, file=attached or file(), **given)


def found(at: Front) -> Sent:
    assert isinstance(at.files.says, Sent)
    return at.files.says


# ---------------------------------------------------------------- what is said of it


async def test_a_file_is_said_as_a_paper_is_but_for_what_it_has_not(at: Front) -> None:
    deep = summary(
        tldr="It embeds.", takeaways=(Takeaway("It is fast.", "Fast it is.", "4 Results"),), source="pdf", depth="deep"
    )
    at.files.says = replace(found(at), summary=deep, notes=(Note("text_cut", {"read": 100, "total": 200}),))
    reply = await said(at)
    assert text(reply).splitlines() == [
        "A Paper",
        "the PDF you sent · read for you alone, kept nowhere",
        "TL;DR: It embeds.",
        "Takeaways",
        "1. It is fast.",
        "Evidence",
        "1. Fast it is. (4 Results)",
        "Only the first 100 of 200 pages were read.",
        "———",
        "Machine-made, for first screening, not for citing: go by the paper",
    ]
    assert labels(reply) == [], "nothing can be done with what is not kept"
    assert at.files.asked == [("en", True)]
    assert at.reading.asked == []


async def test_without_a_file_one_is_told_how_to_send_it(at: Front) -> None:
    told = await at.say("/pdf", kind="group", target=GROUP)
    assert text(told).startswith("Send me the PDF in our private chat")
    assert told.private
    assert at.files.asked == []


async def test_it_is_for_its_sender_alone_wherever_it_was_sent(at: Front) -> None:
    for reply in (await said(at, kind="group", actor=MEMBER), await said(at)):
        assert reply.private
        assert reply.apart
    at.files.says = NoText("x", code="pdf_broken")
    assert (await said(at, kind="group")).private


@pytest.mark.parametrize("typed", ["what is new here?", "2409.15700", "/summarize 2409.15700"])
async def test_a_file_goes_before_the_words_beside_it(at: Front, typed: str) -> None:
    assert text(await said(at, typed=typed)).startswith("A Paper\n")


async def test_a_paper_of_arxiv_is_offered_by_its_id(at: Front) -> None:
    at.files.says = replace(found(at), stamped=ArxivId("2405.17428", 2))
    reply = await said(at)
    assert "Its first page says it is arXiv 2405.17428v2." in text(reply)
    assert labels(reply) == ["Summarize 2405.17428"]
    assert text(await at.press(reply, "Summarize")).startswith("NV-Embed")


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("no_model", "no model is set up"),
        ("not_allowed", "this chat may not use the model"),
        ("timed_out", "the model did not answer in time"),
        ("something_new", "the model failed"),
    ],
)
async def test_why_these_are_its_own_sentences_is_said(at: Front, why: str, reason: str) -> None:
    own = summary(method="extractive", source="pdf")
    at.files.says = replace(found(at), why=why, summary=own)
    shown = text(await said(at))
    assert f"These are the paper's own sentences: {reason}." in shown
    assert "TL;DR · its own sentences: T" in shown


async def test_a_chat_without_the_model_has_it_not_asked(tmp_path: Path) -> None:
    with front(tmp_path, policy="approve") as desk:
        await said(desk)
        assert desk.files.asked == [("en", False)]


async def test_a_file_counts_as_a_paper_does(tmp_path: Path) -> None:
    with front(tmp_path, per_user=2) as desk:
        await said(desk)
        await desk.say("2405.17428")
        assert "That was a lot" in text(await said(desk))
        assert len(desk.files.asked) == 1
        assert text(await said(desk, actor=OWNER)).startswith("A Paper")


def test_its_own_sentences_are_there_while_the_model_writes(tmp_path: Path) -> None:
    with front(tmp_path, patience=0.4) as desk:
        own = replace(found(desk), summary=summary(method="extractive", tldr="Its own."))

        async def slow(glimpse: Callable[[Sent], None]) -> None:
            await asyncio.sleep(2)
            glimpse(own)
            await asyncio.sleep(10)

        desk.files.meanwhile = slow

        async def heard() -> list[str]:
            return [text(reply) for reply in await desk.hears(desk.ask("/summarize", file=file()))]

        first, second, last = virtually(heard())
    assert first == "Reading your PDF …"
    assert "TL;DR · from the abstract: Its own." in second
    assert second.splitlines()[-1] == "Writing the summary …"
    assert "Writing" not in last


# ---------------------------------------------------------------- what goes wrong


async def failing(most: int) -> bytes:
    raise NotFetched("https://api.telegram.org/file/bot123:SECRET/x")


async def endless(most: int) -> bytes:
    raise NotFetched("x", too_large=True)


@pytest.mark.parametrize(
    ("attached", "starts"),
    [
        (file(name="notes.docx", media_type="application/msword"), "I read PDF files only."),
        (file(name="", media_type=""), "I read PDF files only."),
        (file(size=(20 << 20) + 1), "This PDF is too large for me: I read up to 20 MB"),
        (file(size=LONGEST_PDF + 1, most=500 << 20), "This PDF is too large for me: I read up to 40 MB"),
        (file(size=None, read=endless), "This PDF is too large for me: I read up to 20 MB"),
        (file(read=failing), "I could not get the file. Send it again"),
    ],
)
async def test_a_file_that_does_not_come_is_explained(at: Front, attached: Attached, starts: str) -> None:
    assert text(await said(at, attached)).startswith(starts)
    assert at.files.fetched == []


@pytest.mark.parametrize(("name", "media_type"), [("X.PDF", ""), ("blob", "application/pdf")])
async def test_a_pdf_is_known_by_its_name_or_its_type(at: Front, name: str, media_type: str) -> None:
    assert text(await said(at, file(name=name, media_type=media_type))).startswith("A Paper")


def test_a_file_that_does_not_come_in_time_is_not_waited_for(at: Front) -> None:
    async def never(most: int) -> bytes:
        await asyncio.sleep(1e6)
        return b""

    assert text(virtually(said(at, file(read=never)))).startswith("I could not get the file.")


@pytest.mark.parametrize("language", UI)
@pytest.mark.parametrize("code", sorted({*get_args(TextProblem)} - {"no_html", "html_broken", "no_pdf"}))
async def test_every_file_that_cannot_be_read_is_answered_in_its_own_way(
    at: Front, code: TextProblem, language: str
) -> None:
    at.files.says = NoText("worker's words", code=code)
    shown = text(await said(at, locale=language))
    assert shown == str(messages(language)[f"cmd.file.{code}"]).format(most=20)
    assert "worker" not in shown


async def test_nothing_of_a_file_is_kept_or_logged(at: Front, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await said(at)
    await said(at, file(read=failing))
    at.files.says = NoText("x", code="pdf_broken")
    await said(at, kind="group")
    at.files.says = RuntimeError(NAME)
    assert NAME not in text(await said(at))
    assert NAME not in caplog.text
    assert "SECRET" not in caplog.text
    assert NAME not in repr(at.chats.chat(GROUP))
    for path in at.store.database.path.parent.glob("desk.db*"):
        assert NAME.encode() not in path.read_bytes()


async def test_a_paper_without_a_full_text_is_no_arxiv_that_is_away(at: Front) -> None:
    at.reading.error = NoText("x", code="pdf_scanned")
    assert text(await at.say("2405.17428")).splitlines() == [
        "There is no full text of it: its PDF has pictures of pages, no text.",
        "Its abstract still stands: /abstract with its id shows it.",
    ]


def test_the_name_of_a_file_is_not_told_by_what_stands_for_it(at: Front) -> None:
    assert NAME not in repr(at.ask("/summarize", file=file()))


async def test_privacy_says_what_becomes_of_files(at: Front) -> None:
    assert "A PDF you send is read for you alone and kept nowhere" in text(await at.say("/privacy"))
