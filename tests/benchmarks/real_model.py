"""`make bench-model`: the checks over the answers of the real model behind OPENAI_BASE_URL; not for CI.

    OPENAI_BASE_URL=http://localhost:11434/v1 PAPERBOY_MODEL=qwen2.5 make bench-model

Prints for each paper what the model said wrong and what became of it. Papers are those of tests/data/reference;
BENCH_LANGUAGES (`en,zh`), BENCH_PAPERS (7), BENCH_FIRST (0) and BENCH_DEPTH (`brief`) change what is asked.
BENCH_RECORD=answers.jsonl keeps the answers; BENCH_REPLAY=answers.jsonl asks nobody and judges those again, so that
checks can be changed and compared on the same mistakes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from bot.glossary.reading import shipped
from bot.glossary.terms import NOTHING
from bot.models import Depth, Paper, Takeaway, Usage
from bot.ports import SummaryError
from bot.settings import Settings
from bot.summaries import prompt
from bot.summaries.completion import Completion
from bot.summaries.endpoint import Endpoint
from bot.summaries.llm import create, judge
from bot.summaries.prompt import JsonSchema, Message

PAGE = Path(__file__).parent.parent / "data" / "reference" / "page.json"


def main() -> None:
    """Ask, or read what was answered, and print the verdicts."""
    if replayed := os.environ.get("BENCH_REPLAY"):
        _replay(Path(replayed))
        return
    settings = Settings.read()
    if not settings.has_model:
        sys.exit("Set OPENAI_BASE_URL (or OPENAI_API_KEY) and PAPERBOY_MODEL to the model you want to measure.")
    asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> None:
    depth = cast("Depth", os.environ.get("BENCH_DEPTH", "brief"))
    first = int(os.environ.get("BENCH_FIRST", "0"))
    record = os.environ.get("BENCH_RECORD")
    outcomes: Counter[str] = Counter()
    tokens = 0
    async with create(settings, depth=depth) as model:
        for language in os.environ.get("BENCH_LANGUAGES", "en,zh").split(","):
            for paper in _papers()[first : first + int(os.environ.get("BENCH_PAPERS", "7"))]:
                if record:
                    recorder = _Recorder(model._endpoint, Path(record), paper.id, language, depth)
                    model._endpoint = cast("Endpoint", recorder)
                started = time.perf_counter()
                print(f"\n== {paper.id} [{language}] {paper.title[:70]}", flush=True)
                try:
                    made = await model.summarize(paper, language=language, depth=depth)
                except SummaryError as exc:
                    outcomes[f"refused: {exc.code}"] += 1
                    print(f"   no summary after {time.perf_counter() - started:.0f} s: {exc}", flush=True)
                    continue
                checks, usage = made.checks, made.usage
                calls = usage.calls if usage else 0
                tokens += usage.prompt_tokens + usage.completion_tokens if usage else 0
                outcomes["clean" if not checks.problems else "with problems"] += 1
                outcomes["statements"] += checks.statements
                outcomes["dropped"] += checks.dropped
                outcomes["repaired"] += checks.repaired
                outcomes["calls"] += calls
                took = time.perf_counter() - started
                print(f"   {took:.0f} s, {calls} calls, {checks.dropped} dropped, {checks.repaired} repaired")
                _show(made.headline, made.tldr, made.takeaways, checks.problems)
    print(f"\n{dict(outcomes)}  {tokens} tokens  model {settings.model}")


def _replay(path: Path) -> None:
    papers = {paper.id: paper for paper in _papers()}
    outcomes: Counter[str] = Counter()
    for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
        source, language = prompt.source(papers[row["paper"]]), row["language"]
        glossary = shipped(language)
        terms = glossary.found(source.text) if glossary else NOTHING
        judged = judge(Completion(text=row["text"], finish="stop"), source, language=language, terms=terms)
        print(f"\n== {row['paper']} [{language}, {row['depth']}, call {row['call']}]")
        outcomes["answers"] += 1
        outcomes["will do"] += judged.verdict is not None
        outcomes["asked again"] += judged.wants_retry
        if judged.verdict is None:
            print(f"   no summary: {judged.error or 'it does not stand the checks'}")
            _show("", "", (), judged.problems)
            continue
        outcomes["statements"] += judged.verdict.checks.statements
        outcomes["dropped"] += judged.verdict.checks.dropped
        outcomes["repaired"] += judged.verdict.checks.repaired
        _show(judged.verdict.headline, judged.verdict.tldr, judged.verdict.takeaways, judged.problems)
    print(f"\n{dict(outcomes)}")


def _show(headline: str, tldr: str, takeaways: Sequence[Takeaway], problems: Sequence[str]) -> None:
    if tldr:
        print(f"   {headline}\n   {tldr}")
    for each in takeaways:
        print(f"   * {each.text}\n     > {each.evidence[:160]}")
    for problem in problems:
        print(f"   ! {problem}", flush=True)


@dataclass(slots=True)
class _Recorder:
    """An Endpoint that keeps what it is answered, a line each."""

    endpoint: Endpoint
    path: Path
    paper: str
    language: str
    depth: Depth
    calls: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.endpoint, _Recorder):
            self.endpoint = self.endpoint.endpoint

    async def ask(self, messages: Sequence[Message], schema: JsonSchema) -> tuple[Completion, Usage]:
        found, usage = await self.endpoint.ask(messages, schema)
        self.calls += 1
        row = {"paper": self.paper, "language": self.language, "depth": self.depth, "call": self.calls}
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps({**row, "text": found.text}, ensure_ascii=False) + "\n")
        return found, usage


def _papers() -> list[Paper]:
    rows = json.loads(PAGE.read_text(encoding="utf-8"))
    return [
        Paper(id=row["arxiv_id"], title=row["title"], authors=tuple(row["authors"]), abstract=row["abstract"])
        for row in rows
    ]


if __name__ == "__main__":
    main()
