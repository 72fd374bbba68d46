"""The core without a network: a day of papers, how long `--help` takes, what the demo needs."""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from bot.bundle import bundled
from bot.models import Announcement, Kind, Listed
from bot.sources.atom import feed
from bot.store import FeedState, Store
from bot.topics.catalogue import topic
from bot.topics.select import select
from tests.fakes import arxiv_answers

DAY = date(2026, 5, 20)
PAPERS = 700


def main() -> None:
    """Prints each figure beside its aim."""
    parse, store, selected = _day()
    total = parse + store + selected
    print(
        f"a day of {PAPERS} papers: {total:.2f} s (aim 2 s: {total / 2:.2f} x) · parsed {parse:.2f}"
        f" · stored {store:.2f} · selected {selected:.2f}"
    )
    helps = sorted(_seconds("--help")[0] for _ in range(5))
    bare = sorted(_python() for _ in range(5))
    print(
        f"paperboy --help: {statistics.median(helps):.2f} s (aim 0.4 s) · Python alone {statistics.median(bare):.2f} s"
    )
    seconds, memory = _seconds("demo")
    print(f"demo: {seconds:.2f} s, at most {memory:.0f} MB (aim 250 MB: {memory / 250:.2f} x)")


def _day() -> tuple[float, float, float]:
    papers = [each.paper for each in bundled()]
    many = [
        replace(papers[n % len(papers)], id=f"2605.{n:05d}", version=1, categories=("cs.CL",), primary_category="cs.CL")
        for n in range(PAPERS)
    ]
    listed = [
        Listed(
            paper=each,
            announcement=Announcement(paper_id=each.id, date=DAY, version=1, announce_type=Kind.NEW),
        )
        for each in many
    ]
    body = arxiv_answers.feed("cs", listed, day=DAY, categories=frozenset({"cs.CL"}))
    began = time.perf_counter()
    read = feed(body)
    parsed = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "bench.db") as store:
        opened = time.perf_counter()
        state = FeedState(name="cs", day=DAY, count=PAPERS, fetched_at=datetime(2026, 5, 20, 5, tzinfo=UTC))
        store.save_feed(state, read.items)
        stored = time.perf_counter()
        found = select(store.announced(DAY), [topic("LLM")], limit=10)
        done = time.perf_counter()
    if found.total == 0:
        sys.exit("nothing was selected: the benchmark is broken")
    return parsed - began, stored - opened, done - stored


def _seconds(*args: str) -> tuple[float, float]:
    """Seconds and megabytes (resident, at most) of `paperboy ARGS`."""
    began = time.perf_counter()
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "bot", *args], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"paperboy {' '.join(args)} failed")
    scale = 1 if sys.platform == "darwin" else 1024  # ru_maxrss is in bytes there, in KiB elsewhere
    return time.perf_counter() - began, _resident(usage) * scale / 1e6


def _resident(usage: resource.struct_rusage) -> int:
    return usage.ru_maxrss


def _python() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began
