"""How likely each word of an abstract is to be in a TL;DR of it: a logistic model over named features. Pure.

Words of three kinds (in the title, stop words, others) have weights of their own for the same features.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from bot.summaries.features import STOP_STEMS, Features, Reading

Kind = Literal["title", "stop", "other"]

_FIFTHS = tuple(f"opens in fifth {part + 1}" for part in range(5))
_RARITY = tuple(f"rarity {band}" for band in range(8))
_TIMES = tuple(f"times {count}" for count in range(6))
_SENTENCES = tuple(f"sentences {count}" for count in range(5))


def word_features(reading: Reading) -> dict[str, tuple[Kind, Features]]:
    """Kind and features by stem, for every stem of the abstract."""
    count = len(reading.sentences)
    title = set(reading.title_words)
    content = title - STOP_STEMS
    found = _places(reading, content)
    often = Counter(word for words in reading.words for word in words)
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for words, share in zip(reading.words, reading.title_shares, strict=True):
        for word in set(words):
            shares[word].append(share)
    constant = {"bias": 1.0, "log sentences": math.log(max(1, count))}
    kinds: dict[str, tuple[Kind, Features]] = {}
    for word, features in found.items():
        rarity, held = reading.rarity[word], shares[word]
        features.update(constant)
        features["rarity"] = rarity / 8
        features[_RARITY[max(0, min(7, int(rarity)))]] = 1.0
        features[_TIMES[min(5, often[word])]] = 1.0
        features[_SENTENCES[min(4, len(held))]] = 1.0
        features["share of sentences"] = len(held) / count
        features["best title share"] = max(held)
        features["total title share"] = sum(held)
        features["letters"] = len(word) / 10
        if word in title:
            features["in the title"] = 1.0
        if word.isdigit():
            features["number"] = 1.0
        kinds[word] = ("stop" if word in STOP_STEMS else "title" if word in title else "other", features)
    return kinds


def _places(reading: Reading, content: set[str]) -> dict[str, Features]:
    """Where each stem stands: in which sentences, beside which words."""
    found: dict[str, Features] = {}
    count = len(reading.sentences)
    proposes = [cues["we propose"] or cues["this paper"] for cues in reading.cues]
    proposal = proposes.index(True) if True in proposes else -1
    for at, words in enumerate(reading.words):
        cues = reading.cues[at]
        told = {
            "in the first": at == 0,
            "in the last": at == count - 1,
            "in a proposal": proposes[at],
            "in the proposal": at == proposal,
            "in a result": cues["we show"] or cues["outperforms"],
        }
        here = {name: 1.0 for name, is_so in told.items() if is_so}
        for word in words:
            if word in found:
                found[word].update(here)
            else:
                found[word] = {_FIFTHS[min(4, 5 * at // count)]: 1.0, **here}
        for one, other in pairwise(words):
            if one in content:
                found[other]["after a title word"] = 1.0
            if other in content:
                found[one]["before a title word"] = 1.0
    return found


def gist(
    reading: Reading, weights: Mapping[str, Mapping[str, float]], lexicon: Mapping[str, float]
) -> dict[str, float]:
    """For every stem of the abstract the probability of it being in a TL;DR.

    `weights` are by kind and feature, `lexicon` by stem.
    """
    likely: dict[str, float] = {}
    for word, (kind, features) in word_features(reading).items():
        known = weights[kind]
        odds = lexicon.get(word, 0.0)
        for name, value in features.items():
            if name in known:
                odds += known[name] * value
        likely[word] = 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
    return likely
