"""The parser's process: whatever a file does to it is one clear error here, and it never outlives its welcome."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from bot.full import Section, SectionKind
from bot.fulltext.parsed import Answer, Parsed, decoded, encoded
from bot.fulltext.process import Kind, Limits, parse
from bot.locales import messages, say
from bot.ports import NoText, TextProblem
from tests.fakes.papers_html import abstract, page
from tests.fakes.pdfs import bomb, column, pdf

ROOT = Path(__file__).parent.parent
URL = "https://arxiv.org/html/2405.17428v1"
USUAL = Limits()
PAPER = pdf([column("We show that it works, as everybody had hoped for such a long time. " * 8)])


def script(code: str) -> tuple[str, ...]:
    """A worker of our own making."""
    return (sys.executable, "-c", code)


async def refused(
    body: bytes = b"%PDF-", *, kind: Kind = "pdf", limits: Limits = USUAL, code: str | None = None
) -> NoText:
    with pytest.raises(NoText) as raised:
        await (parse(kind, body, limits=limits, command=script(code)) if code else parse(kind, body, limits=limits))
    return raised.value


async def is_gone(pid: int) -> bool:
    """Has the process ended? The kernel may take a moment to tidy up."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        await asyncio.sleep(0.005)
    return False


async def test_a_page_and_a_pdf_are_read_in_a_process_of_their_own() -> None:
    read_page, read_pdf = await asyncio.gather(
        parse("html", page(abstract("We show it.")), url=URL), parse("pdf", PAPER)
    )
    assert read_page.sections[0].paragraphs == ("We show it.",)
    assert read_pdf.pages == 1
    assert read_pdf.sections[0].paragraphs[0].startswith("We show that it works")


async def test_what_the_worker_refuses_is_refused_here_for_the_same_reason() -> None:
    assert (await refused(b"hello")).code == "pdf_broken"
    assert (await refused(b"<p>hello</p>", kind="html")).code == "no_html"


async def test_a_worker_that_does_not_end_is_killed(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    error = await refused(limits=Limits(seconds=0.5), code=code)
    assert error.code == "parse_timeout"
    assert await is_gone(int(pid.read_text()))


async def test_who_stops_waiting_stops_the_worker(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    code = f"import os, time; open({str(pid)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    task = asyncio.create_task(parse("pdf", b"%PDF-", command=script(code)))
    for _ in range(2000):
        if pid.exists() and pid.read_text():
            break
        await asyncio.sleep(0.005)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await is_gone(int(pid.read_text()))


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems differ")
async def test_an_endless_parser_is_stopped_by_its_share_of_the_processor() -> None:
    names = b" ".join(b"a%d=1" % n for n in range(150_000))  # libxml2 compares each with each
    body = b'<article class="ltx_document"><p ' + names + b">hello</p></article>"
    error = await refused(body, kind="html", limits=Limits(seconds=60, processor=1))
    assert error.code == "parse_timeout"


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems differ")
async def test_a_file_that_unpacks_to_gigabytes_meets_the_limit_of_memory() -> None:
    body = bomb(150)
    assert len(body) < 5_000
    error = await refused(body, limits=Limits(seconds=60, memory=200 << 20))
    assert error.code in {"parse_crashed", "too_large", "pdf_broken", "pdf_scanned"}


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems differ")
async def test_a_parser_that_wants_more_memory_than_there_is_says_too_large() -> None:
    code = (
        "import sys, bot.fulltext.worker as worker; "
        "worker._parser = lambda kind, url: lambda body: bytearray(2 << 30); sys.exit(worker.main(sys.argv[1:]))"
    )
    assert (await refused(limits=Limits(memory=512 << 20), code=code)).code == "too_large"


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "import sys; sys.exit(3)",
        "raise SystemExit",
        "print('not json')",
        "print('[]')",
        'print(\'{"parsed": {"title": 5, "sections": []}, "problem": null}\')',
        'print(\'{"parsed": null, "problem": "<b>buy this</b>"}\')',
        'print(\'{"parsed": null, "problem": null}\')',
        "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)",
        "import os; os.close(0); os.close(1)",
    ],
)
async def test_a_crash_is_one_clear_error(code: str) -> None:
    error = await refused(b"%PDF-" + b"x" * (1 << 20), code=code)  # more than a pipe holds: it is not read
    assert error.code == "parse_crashed"
    assert "buy" not in str(error)


async def test_an_endless_answer_is_not_read_to_its_end() -> None:
    code = "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65536)"
    assert (await refused(limits=Limits(output=1 << 20), code=code)).code == "too_large"


async def test_a_worker_that_cannot_be_started_is_one_clear_error() -> None:
    with pytest.raises(NoText) as raised:
        await parse("pdf", PAPER, command=("/nowhere/python",))
    assert raised.value.code == "parse_crashed"


async def test_a_worker_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    told = tmp_path / "environment"
    await refused(code=f"import json, os; json.dump(dict(os.environ), open({str(told)!r}, 'w'))")
    environment = json.loads(told.read_text())
    assert "sk-secret" not in environment.values()
    assert set(environment) <= {"PYTHONPATH", "PYTHONUTF8", "LD_LIBRARY_PATH", "SYSTEMROOT", "LC_CTYPE"}


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems differ")
@pytest.mark.parametrize(
    "deed", ["open('/etc/hostname')", "open('made', 'w')", "__import__('socket').socket()", "bytearray(1 << 30)"]
)
def test_a_confined_worker_can_do_no_harm(deed: str, tmp_path: Path) -> None:
    code = f"import socket, bot.fulltext.worker as worker; worker.confine(memory=400 << 20, seconds=9); {deed}"
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "OSError" in done.stderr or "MemoryError" in done.stderr
    assert not (tmp_path / "made").exists()


def test_what_a_worker_found_arrives_as_it_was() -> None:
    section = Section(title="Ünï", kind=SectionKind.METHOD, paragraphs=("a\n“b”", "模型"), level=2, number="3.1")
    answer = Answer(parsed=Parsed(title="T", sections=(section,), pages=3, read=2, hidden=True))
    assert decoded(encoded(answer)) == answer


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_every_reason_is_said_in_every_language(language: str) -> None:
    for code in get_args(TextProblem):
        assert f"reason.{code}" in messages("en")
        said = say(language, "note.text_abstract", id="2405.17428", reason=code)
        assert say(language, "reason.failed") not in said
