"""`make bench-model`: the checks over the answers of the real model behind OPENAI_BASE_URL; not for CI.

    OPENAI_BASE_URL=http://localhost:11434/v1 PAPERBOY_MODEL=qwen2.5 make bench-model

Prints for each paper what the model said wrong and what became of it. Papers are those of tests/data/reference;
BENCH_LANGUAGES (`en,zh`), BENCH_PAPERS (7) and BENCH_DEPTH (`brief`) change what is asked.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import cast

from bot.models import Depth, Paper
from bot.ports import SummaryError
from bot.settings import Settings
from bot.summaries.llm import create

PAGE = Path(__file__).parent.parent / "data" / "reference" / "page.json"


def main() -> None:
    """Ask, and print the verdicts."""
    settings = Settings.read()
    if not settings.has_model:
        sys.exit("Set OPENAI_BASE_URL (or OPENAI_API_KEY) and PAPERBOY_MODEL to the model you want to measure.")
    asyncio.run(_measure(settings))


async def _measure(settings: Settings) -> None:
    depth = cast("Depth", os.environ.get("BENCH_DEPTH", "brief"))
    outcomes: Counter[str] = Counter()
    tokens = 0
    async with create(settings, depth=depth) as model:
        for language in os.environ.get("BENCH_LANGUAGES", "en,zh").split(","):
            for paper in _papers()[: int(os.environ.get("BENCH_PAPERS", "7"))]:
                started = time.perf_counter()
                print(f"\n== {paper.id} [{language}] {paper.title[:70]}", flush=True)
                try:
                    made = await model.summarize(paper, language=language, depth=depth)
                except SummaryError as exc:
                    outcomes[f"refused: {exc.code}"] += 1
                    print(f"   no summary after {time.perf_counter() - started:.0f} s: {exc}")
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
                print(f"   {made.headline}\n   {made.tldr}")
                for each in made.takeaways:
                    print(f"   * {each.text}")
                for problem in checks.problems:
                    print(f"   ! {problem}")
    print(f"\n{dict(outcomes)}  {tokens} tokens  model {settings.model}")


def _papers() -> list[Paper]:
    rows = json.loads(PAGE.read_text(encoding="utf-8"))
    return [
        Paper(id=row["arxiv_id"], title=row["title"], authors=tuple(row["authors"]), abstract=row["abstract"])
        for row in rows
    ]


if __name__ == "__main__":
    main()
