"""How `bot/summaries/weights.json` is laid out: what a person would read spread out, long lists in few lines. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bot.summaries.gist import Kind

Array = NDArray[np.float64]

ABOUT = (
    "Which sentence of an abstract is its best TL;DR. Learned by scripts/train_extractive.py from the train part of "
    "SciTLDR (Cachola et al. 2020, Apache-2.0); read by bot/summaries/scorer.py. gist, lexicon: log odds of a word "
    "being in a TL;DR. sentence, phrases: ROUGE-1 F1 above the abstract's mean. Stems, not words."
)


def split(columns: Mapping[tuple[Kind, str], int], weights: Array) -> dict[str, dict[str, float]]:
    """By kind and feature."""
    found: dict[str, dict[str, float]] = {}
    for (kind, name), column in columns.items():
        found.setdefault(kind, {})[name] = round(float(weights[column]), 4)
    return found


def named(numbers: Mapping[str, int], weights: Array) -> dict[str, float]:
    """By stem, without those that say nothing."""
    rounded = {stem: round(float(weights[number]), 3) for stem, number in numbers.items()}
    return {stem: weight for stem, weight in rounded.items() if abs(weight) >= 0.02}


def written(
    papers: int,
    frequency: Mapping[str, int],
    gist: Mapping[str, Mapping[str, float]],
    lexicon: Mapping[str, float],
    weights: Mapping[str, float],
) -> str:
    """The file, small groups spread out, large ones in few lines."""
    own = {name: round(value, 5) for name, value in weights.items() if not name.startswith("phrase ")}
    said = {name.removeprefix("phrase "): round(value, 4) for name, value in weights.items() if name not in own}
    parts = {
        "about": ABOUT,
        "papers": papers,
        "sentence": own,
        "gist": gist,
        "phrases": {name: value for name, value in said.items() if value},
        "lexicon": lexicon,
        "frequency": frequency,
    }
    lines = [
        f" {json.dumps(name)}: {_laid_out(part, spread=name in {'sentence', 'gist'})}" for name, part in parts.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _laid_out(part: object, *, spread: bool) -> str:
    if not isinstance(part, Mapping):
        return json.dumps(part, ensure_ascii=False)
    if spread:
        return json.dumps(part, ensure_ascii=False, indent=1).replace("\n", "\n ")
    items = [f"{json.dumps(name, ensure_ascii=False)}: {value}" for name, value in part.items()]
    return "{\n  " + ",\n  ".join(", ".join(items[i : i + 12]) for i in range(0, len(items), 12)) + "\n }"
