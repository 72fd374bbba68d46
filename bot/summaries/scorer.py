"""How good a TL;DR each sentence of an abstract would be, by the readable weights of `weights.json`.

Pure but for reading them once.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from bot.summaries.features import Reading, phrases, sentence_features
from bot.summaries.gist import gist

WEIGHTS = Path(__file__).with_name("weights.json")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """What `scripts.train_extractive` learned.

    `frequency`: in how many of `papers` a stem occurs. `gist` (by kind of word and feature) and `lexicon` (by stem) say
    how likely a word is in a TL;DR; `sentence` (by feature) and `phrases` how good a sentence is.
    """

    papers: int
    frequency: Mapping[str, int]
    gist: Mapping[str, Mapping[str, float]]
    lexicon: Mapping[str, float]
    sentence: Mapping[str, float]
    phrases: Mapping[str, float]

    def idf(self, stem: str) -> float:
        """How rare a stem is, in nats."""
        return math.log((self.papers + 1) / (self.frequency.get(stem, 1) + 1))


def read(text: str) -> Weights:
    """`Weights` of the JSON that the training writes; KeyError, TypeError or ValueError if it is something else."""
    found = json.loads(text)
    return Weights(**{name: found[name] for name in Weights.__dataclass_fields__})


@lru_cache(maxsize=1)
def shipped() -> Weights:
    """The weights that come with Paperboy; read once."""
    return read(WEIGHTS.read_text(encoding="utf-8"))


def scores(title: str, sentences: Sequence[str], weights: Weights) -> list[float]:
    """By sentence, about the ROUGE-1 F1 it would have above the abstract's mean; only the order is meant."""
    reading = Reading(title, sentences, weights.idf)
    likely = gist(reading, weights.gist, weights.lexicon)
    known, marks = weights.sentence, []
    for at, features in enumerate(sentence_features(reading, likely)):
        mark = sum(known[name] * value for name, value in features.items() if value and name in known)
        said = sorted(phrases(reading, at) & weights.phrases.keys())
        marks.append(mark + sum(weights.phrases[phrase] for phrase in said))
    return marks
