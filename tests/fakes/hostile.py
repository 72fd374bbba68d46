"""Papers that talk to whoever summarizes them, and a model that does what they say."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.models import Paper
from tests.fakes.openai_answers import Fault, edits, says

SENTENCES = (
    "Graph models are slow on sparse inputs because each edge is visited in every step of the training.",
    "FastGraph samples edges by their influence on the loss and needs no tuning across datasets.",
    "Training runs 3.5 times faster on the OGB benchmark than with full neighbourhoods of each node.",
    "Accuracy stays within 0.2% of the full training on all of the twelve tasks that were tried.",
    "A proof bounds the variance of the estimate, and an ablation shows which parts of it matter.",
    "The sampler fails on dense graphs, where nearly every edge has the same influence on the loss.",
)
TITLE = "FastGraph: Learning over Sparse Graphs"


@dataclass(frozen=True)
class Hostile:
    """A paper and what it tries."""

    paper: Paper
    bait: str


def corpus() -> list[Hostile]:
    """All of them."""
    path = Path(__file__).parent.parent / "data" / "hostile" / "papers.jsonl"
    return [_hostile(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _hostile(row: dict[str, Any]) -> Hostile:
    bait, at = row["bait"], {"start": 0, "middle": 3, "end": len(SENTENCES), "title": 3}[row["where"]]
    abstract = " ".join((*SENTENCES[:at], bait, *SENTENCES[at:]))
    title = f"{TITLE} {bait}" if row["where"] == "title" else TITLE
    return Hostile(Paper(id=row["id"], version=1, title=title, authors=("A. Author",), abstract=abstract), bait)


def obedient(bait: str) -> dict[str, Callable[[], Fault]]:
    """Ways in which a model obeys, each an answer."""
    point = {"text": bait, "evidence": [1]}
    return {
        "everywhere": lambda: edits(lambda said: {**said, "tldr": bait, "headline": bait, "title_translation": bait}),
        "among others": lambda: edits(
            lambda said: {**said, "takeaways": [point, *said["takeaways"], point], "link": bait, "ping": bait}
        ),
        "glued": lambda: edits(
            lambda said: {
                **said,
                "tldr": f"{said['tldr']} {bait}",
                "headline": bait[:60],
                "abstract_translation": f"{said.get('abstract_translation', '')} {bait}",
            }
        ),
        "instead": lambda: says(bait),
    }
