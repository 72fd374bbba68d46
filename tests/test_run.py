"""`paperboy run` as a process: a pipe in the place of somebody who types, arXiv over a socket, signals, the lock."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from bot.models import Announcement, Kind, Listed
from tests.fakes.arxiv import FakeArxiv
from tests.samples import paper

ROOT = Path(__file__).parent.parent
FIRST, SECOND = date(2026, 5, 19), date(2026, 5, 20)
ABSTRACT = "A language model learns. We show that it learns fast. It beats the baseline by 3 points."


def announced(number: int, day: date) -> Listed:
    of = paper(
        f"2605.{number:05d}",
        title=f"Language Model {number}",
        abstract=ABSTRACT,
        version=1,
        categories=("cs.CL",),
        primary_category="cs.CL",
    )
    entry = Announcement(paper_id=of.id, date=day, version=1, announce_type=Kind.NEW)
    return Listed(paper=of, announcement=entry)


@dataclass
class Terminal:
    """A folder, the arXiv that the bot in it talks to, and whoever types."""

    folder: Path
    arxiv: FakeArxiv

    def start(self, *args: str) -> subprocess.Popen[str]:
        """`paperboy run`, or another command."""
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        env = {
            **keep,
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "ARXIV_API_URL": self.arxiv.api_url,
            "ARXIV_FEED_URL": self.arxiv.feed_url,
            "ARXIV_SITE_URL": self.arxiv.site_url,
            "ARXIV_DELAY_SECONDS": "0",
            "NO_PROXY": "127.0.0.1",
        }
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "bot", *(args or ("run",))]
        return subprocess.Popen(  # noqa: S603 - our own command
            command, cwd=self.folder, env=env, text=True, encoding="utf-8", stdin=pipe, stdout=pipe, stderr=pipe
        )

    def chat(self, lines: Sequence[str]) -> str:
        """What stands in the terminal after `lines` came through a pipe and it ended."""
        with self.start() as process:
            out, err = process.communicate("".join(f"{line}\n" for line in lines), timeout=100)
        assert process.returncode == 0, err
        assert "Traceback" not in err
        return out

    def forget_when_it_looked(self) -> None:
        """As if the last look at arXiv were hours ago."""
        with sqlite3.connect(self.folder / "paperboy.db") as db:
            db.execute("DELETE FROM marks WHERE key = 'looked_at'")
        db.close()

    def wait_for_digest(self, process: subprocess.Popen[str]) -> None:
        """Until something was sent, for a minute at most."""
        with sqlite3.connect(self.folder / "paperboy.db", timeout=30) as db:
            for _ in range(600):
                if db.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()[0]:
                    break
                assert process.poll() is None
                time.sleep(0.1)
        db.close()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    days = {FIRST: [announced(1, FIRST)], SECOND: [announced(n, SECOND) for n in (11, 12)]}
    with FakeArxiv(papers=[each.paper for day in days.values() for each in day], announced=days, today=FIRST) as arxiv:
        yield Terminal(tmp_path, arxiv)
        assert arxiv.violations == []


def test_a_chat_subscribes_sees_the_next_digest_once_and_nothing_old(terminal: Terminal) -> None:
    before = terminal.chat(["/subscribe LLM", "1", "/settings quiet off", "/list"])
    assert "Following LLM from now on" in before
    assert "1. LLM" in before
    terminal.arxiv.today = SECOND
    terminal.forget_when_it_looked()
    with terminal.start() as process:
        terminal.wait_for_digest(process)
        out, err = process.communicate("/why 2605.00011\n/why 2605.00001\n/digest\n", timeout=100)
    assert process.returncode == 0, err
    assert out.count("1. Language Model 12\n") == 1
    assert "Language Model 1\n" not in out
    assert "It was sent as number 2 of 2 in the digest of" in out
    assert "Nothing has matched since the last digest" in out
    again = terminal.chat(["/digest"])
    assert "Language Model 12" not in again


def test_a_paper_on_demand_and_a_mistake_are_answered(terminal: Terminal) -> None:
    said = terminal.chat(["see arxiv.org/abs/2605.00011v1", "banana", '/subscribe "open', "/nonsense"])
    assert "Language Model 11" in said
    assert "“banana” is not a paper I can find" in said
    assert "never closed" in said


def test_a_second_run_on_the_database_says_who_holds_it_and_other_commands_work(terminal: Terminal) -> None:
    with terminal.start() as first:
        assert first.stdout
        assert first.stdout.readline()  # the greeting: it is up
        with terminal.start() as second:
            _, err = second.communicate("", timeout=60)
        assert second.returncode == 1
        assert f"process {first.pid}" in err
        with terminal.start("summarize", "2605.00011") as beside:
            out, _ = beside.communicate(timeout=60)
        assert beside.returncode == 0
        assert "Language Model 11" in out
        first.communicate("", timeout=60)
    assert first.returncode == 0


def test_where_nobody_reads_it_says_so_and_does_not_run(terminal: Terminal) -> None:
    closed = ["sh", "-c", f'exec "{sys.executable}" -m bot run >&-']
    env = {"PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    done = subprocess.run(  # noqa: S603 - our own command
        closed, cwd=terminal.folder, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.startswith("Nobody would read what I say")


def test_it_stops_when_told_to_and_leaves_nothing_leased(terminal: Terminal) -> None:
    terminal.chat(["/subscribe LLM", "1", "/settings quiet off"])
    with terminal.start() as process:
        assert process.stdout
        assert process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "Traceback" not in err
    with sqlite3.connect(terminal.folder / "paperboy.db") as db:
        assert db.execute("SELECT count(*) FROM outbox WHERE state = 'leased'").fetchone() == (0,)
    db.close()


def test_an_arxiv_that_is_away_keeps_nobody_from_talking(terminal: Terminal) -> None:
    terminal.arxiv.fail("/", status=503, retry_after="3600")
    said = terminal.chat(["/help", "2405.17428"])
    assert "/subscribe" in said
    assert "NV-Embed" in said
