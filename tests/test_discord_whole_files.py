"""PDF files on the test Discord, by the whole bot: as an option or on a message, fetched from Discord's files alone."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from adapters.discord.attached import is_discords
from adapters.discord.settings import API
from tests.fakes.campus import Campus, campus
from tests.fakes.discord_answers import Answer
from tests.fakes.discord_server import FakeDiscord
from tests.fakes.pdf_papers import STAMP, paper
from tests.fakes.pdfs import scanned


async def attaches(c: Campus, content: bytes = b"", url: str = "", **given: object) -> Answer:
    """Bob summarizes a file among the others of the server."""
    file = c.server.uploads(content or paper(), url=url)
    return await c.over(await c.server.uses(c.bob, c.papers, "pdf", {"file": file, **given}))


def database(folder: Path) -> bytes:
    """All that is kept."""
    return b"".join(each.read_bytes() for each in folder.rglob("paperboy.db*"))


async def test_an_attached_pdf_is_summarized_for_its_sender_alone_and_not_kept(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    caplog.set_level(logging.DEBUG, logger="adapters")
    async with campus(tmp_path) as c, c.open():
        file = c.server.uploads(paper(stamp=STAMP), name="a-draft-of-mine.pdf")
        answer = await c.over(await c.server.uses(c.bob, c.papers, "pdf", {"file": file}))
        assert answer.private
        assert answer.text.startswith("FastGraph: Learning over Sparse Graphs")
        assert "the PDF you sent" in answer.text
        assert "big says" in answer.text
        assert answer.message is not None
        assert [each.label for each in answer.message.buttons] == ["Summarize 2405.17428"]
        assert c.server.files.asked == [file.id]
    kept = database(tmp_path)
    assert kept
    for secret in ("a-draft-of-mine", "FastGraph"):
        assert secret.encode() not in kept
        assert secret not in caplog.text


async def test_in_the_private_chat_it_is_answered_as_everything_there(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        file = c.server.uploads(paper())
        answer = await c.over(await c.server.uses(c.bob, c.world.dm(c.bob), "pdf", {"file": file}))
        assert answer.text.startswith("FastGraph")
        assert not answer.private


async def test_a_pdf_on_a_message_is_summarized_from_its_menu_unless_the_message_names_papers(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        files = [c.server.uploads(b"x", "a.png", "image/png"), c.server.uploads(paper())]
        message = c.world.posts(c.ann, c.papers, "our draft", files=files)
        answer = await c.over(await c.server.uses_on(c.bob, message, "Summarize paper"))
        assert answer.private
        assert answer.text.startswith("FastGraph")
        named = c.world.posts(c.ann, c.papers, "see 2605.00077", files=files)
        answer = await c.over(await c.server.uses_on(c.bob, named, "Summarize paper"))
        assert "2605.00077" in answer.text
        assert c.server.files.asked == [files[1].id]


async def test_what_cannot_be_read_is_said_with_a_next_step(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        assert (await attaches(c, scanned())).text.startswith("This PDF has pictures of pages")
        word = c.server.uploads(b"PK", "notes.docx", "application/msword")
        answer = await c.over(await c.server.uses(c.bob, c.papers, "pdf", {"file": word}))
        assert answer.text.startswith("I read PDF files only.")
        assert answer.private


async def test_nothing_is_fetched_from_anywhere_else(tmp_path: Path) -> None:
    async with FakeDiscord() as elsewhere, campus(tmp_path) as c, c.open():
        theirs = elsewhere.uploads(paper()).url
        for url in (theirs, "https://evil.example/paper.pdf", "file:///etc/passwd"):
            assert (await attaches(c, url=url)).text == "I could not get the file. Send it again in a minute."
        c.server.files.sends_to = theirs
        assert (await attaches(c)).text == "I could not get the file. Send it again in a minute."
        assert elsewhere.files.asked == []


async def test_a_file_that_does_not_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    async with campus(tmp_path) as c, c.open():
        c.server.files.endless = True
        assert "up to 40 MB" in (await attaches(c)).text
        assert c.server.files.sent < 120 << 20


@pytest.mark.parametrize(
    ("url", "api", "may"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.pdf?ex=1", API, True),
        ("https://media.discordapp.net/attachments/1/2/a.pdf", API, True),
        ("http://cdn.discordapp.com/attachments/1/2/a.pdf", API, False),
        ("https://cdn.discordapp.com:8443/attachments/1/2/a.pdf", API, False),
        ("https://cdn.discordapp.com.evil.example/a.pdf", API, False),
        ("https://cdn.discordapp.com@evil.example/a.pdf", API, False),
        ("https://evil.example/cdn.discordapp.com", API, False),
        ("https://discord.com/api/v10/users/@me", API, False),
        ("https://canary.discord.com/x", "https://canary.discord.com/api/v10", False),
        ("http://127.0.0.1:8080/attachments/a.pdf", "http://127.0.0.1:8080/api/v10", True),
        ("http://127.0.0.1:8081/attachments/a.pdf", "http://127.0.0.1:8080/api/v10", False),
        ("https://cdn.discordapp.com/a.pdf", "http://127.0.0.1:8080/api/v10", True),
        ("https://[::1", API, False),
        ("", API, False),
    ],
)
def test_only_discords_own_files_are_fetched(url: str, api: str, may: bool) -> None:
    assert is_discords(url, api) is may
