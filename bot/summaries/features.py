"""What can be told of an abstract's sentences without understanding them. Pure.

Everything has a name, and `weights.json` holds one weight a name: what the scorer believes can be read.
Words are compared by stem; a stem only has to be the same for the same word, not to be a word.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

from bot.summaries.cues import cues_of

Features = dict[str, float]
Vector = dict[str, float]

STOP = frozenset({
    "a", "about", "above", "after", "again", "against", "al", "all", "also", "am", "an", "and", "any", "are", "as",
    "at", "be", "because", "been", "before", "being", "below", "between", "both", "but", "by", "can", "cannot",
    "could", "did", "do", "does", "doing", "down", "during", "e.g", "each", "et", "few", "for", "from", "further",
    "g", "had", "has", "have", "having", "he", "her", "here", "hers", "him", "his", "how", "however", "i", "if", "in",
    "into", "is", "it", "its", "itself", "let", "me", "more", "most", "my", "no", "nor", "not", "of", "off", "on",
    "once", "only", "or", "other", "our", "ours", "out", "over", "own", "s", "same", "she", "should", "so", "some",
    "such", "t", "than", "that", "the", "their", "theirs", "them", "then", "there", "these", "they", "this", "those",
    "through", "to", "too", "under", "until", "up", "upon", "us", "very", "via", "was", "we", "were", "what", "when",
    "where", "which", "while", "who", "whom", "why", "will", "with", "within", "without", "would", "you", "your"
})  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_SUFFIXES = (
    ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("iveness", "ive"), ("ousness", "ous"),
    ("ically", "ic"), ("ations", "ate"), ("ation", "ate"), ("ments", "ment"), ("ingly", ""), ("edly", ""),
    ("ities", "ity"), ("ness", ""),
    ("izing", "ize"), ("izes", "ize"), ("ized", "ize"), ("ing", ""), ("ies", "y"), ("ied", "y"), ("ely", "e"),
    ("ly", ""), ("ers", "er"), ("es", "e"), ("ed", ""), ("s", ""),
)  # fmt: skip

# What the sentences around one say about it.
_AROUND = ("we propose", "opens however", "we show", "background", "this paper")
# What matters as much against the other sentences as by itself.
_RELATIVE = ("title share", "title likeness", "title f1", "centrality", "rank", "log length", "gist", "gist of content")


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """`word` (lower case) without its ending."""
    if len(word) > 3 and not word.endswith(("ss", "us", "is")):
        for ending, instead in _SUFFIXES:
            if word.endswith(ending) and len(word) - len(ending) >= 3:
                word = word.removesuffix(ending) + instead
                break
    if len(word) > 3 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
        word = word[:-1]
    return word


def stems(text: str) -> list[str]:
    """The stems of `text` in order."""
    return [stem(word) for word in _WORD.findall(text.lower())]


STOP_STEMS = STOP | {stem(word) for word in STOP}


@dataclass(frozen=True)
class Reading:
    """An abstract made ready: its title, its sentences, their stems, and how rare a stem is (`idf`, in nats)."""

    title: str
    sentences: Sequence[str]
    idf: Callable[[str], float]

    @cached_property
    def rarity(self) -> dict[str, float]:
        """idf of every stem of title and abstract."""
        return {word: self.idf(word) for word in {*self.title_words, *(w for words in self.words for w in words)}}

    @cached_property
    def words(self) -> list[list[str]]:
        return [stems(sentence) for sentence in self.sentences]

    @cached_property
    def title_words(self) -> list[str]:
        return stems(self.title)

    @cached_property
    def title_pairs(self) -> set[tuple[str, str]]:
        return set(pairwise(self.title_words))

    @cached_property
    def cues(self) -> list[dict[str, bool]]:
        """Which cues each sentence has."""
        return [cues_of(sentence) for sentence in self.sentences]

    @cached_property
    def title_shares(self) -> list[float]:
        """How much of the title's content each sentence has, 0 to 1."""
        content = set(self.title_words) - STOP_STEMS
        return [len(content.intersection(words)) / max(1, len(content)) for words in self.words]

    @cached_property
    def vectors(self) -> list[Vector]:
        return [self.vector(words) for words in self.words]

    @cached_property
    def likeness(self) -> list[list[float]]:
        """Cosine of every two sentences; 0 to itself."""
        many = self.vectors
        rows = [[0.0] * len(many) for _ in many]
        for i, one in enumerate(many):
            for j in range(i):
                rows[i][j] = rows[j][i] = cosine(one, many[j])
        return rows

    def vector(self, words: Sequence[str]) -> Vector:
        """tf-idf of the content words, of length one."""
        counts = Counter(word for word in words if word not in STOP_STEMS)
        raw = {word: count * self.rarity[word] for word, count in counts.items()}
        norm = math.sqrt(sum(value * value for value in raw.values())) or 1.0
        return {word: value / norm for word, value in raw.items()}


def cosine(one: Vector, other: Vector) -> float:
    """Of two vectors of length one."""
    if len(one) > len(other):
        one, other = other, one
    return sum(value * other.get(word, 0.0) for word, value in one.items())


def sentence_features(reading: Reading, gist: Mapping[str, float]) -> list[Features]:
    """Features by sentence; `gist` says how likely each stem is in a TL;DR (see `bot.summaries.gist`)."""
    count = len(reading.sentences)
    ranks = _ranks(reading.likeness)
    title_vector = reading.vector(reading.title_words)
    found = [
        _own(reading, at, gist)
        | {
            "title likeness": cosine(reading.vectors[at], title_vector),
            "centrality": sum(reading.likeness[at]) / max(1, count - 1),
            "rank": ranks[at] * count,
        }
        for at in range(count)
    ]
    for cue in _AROUND:
        _look_around(found, cue, [cues[cue] for cues in reading.cues])
    for name in _RELATIVE:
        _compare(found, name)
    return found


def _look_around(found: Sequence[Features], cue: str, flags: Sequence[bool]) -> None:
    """Adds whether the sentences before and after have `cue`."""
    before, after, earlier, later, first = (
        f"{where}: {cue}" for where in ("before", "next", "earlier", "later", "first")
    )
    for at, features in enumerate(found):
        features[before] = float(at > 0 and flags[at - 1])
        features[after] = float(at + 1 < len(flags) and flags[at + 1])
        features[earlier] = float(any(flags[:at]))
        features[later] = float(any(flags[at + 1 :]))
        features[first] = float(flags[at] and not any(flags[:at]))


def phrases(reading: Reading, at: int) -> set[str]:
    """Stems and pairs of stems of a sentence, its first ones marked `^`.

    `<t>` stands for a word of the title, `<n>` for a number.
    """
    title = set(reading.title_words) - STOP_STEMS
    words = ["<t>" if word in title else "<n>" if word.isdigit() else word for word in reading.words[at]]
    found = {*words, *map(" ".join, pairwise(words))}
    return found | {"^ " + words[0], "^ " + " ".join(words[:2])} if words else found


def _own(reading: Reading, at: int, gist: Mapping[str, float]) -> Features:
    """What a sentence has by itself and by its place."""
    words, sentence, count = reading.words[at], reading.sentences[at], len(reading.sentences)
    length, kinds, title = len(words), set(words), set(reading.title_words)
    content = kinds - STOP_STEMS
    said = [reading.rarity[word] for word in words if word not in STOP_STEMS]
    hoped = sum(gist[word] for word in sorted(kinds))
    place = at / max(1, count - 1)
    named = any(name in sentence for name in _names(reading.title))
    features = {f"has: {cue}": float(there) for cue, there in reading.cues[at].items()}
    features |= {f"fifth {part + 1}": float(min(4, 5 * at // count) == part) for part in range(5)}
    features |= {
        "place": place,
        "place squared": place * place,
        "first": float(at == 0),
        "second": float(at == 1),
        "third": float(at == 2),
        "last": float(at == count - 1),
        "last but one": float(at == count - 2),
        "log length": math.log(length + 1),
        "length misfit": abs(math.log((length + 1) / 24)),  # TL;DRs have about 20 words, what they are made from 25
        "too short": max(0, 12 - length) / 12,
        "too long": max(0, length - 30) / 30,
        "far too long": max(0, length - 45) / 30,
        "title share": reading.title_shares[at],
        "title precision": reading.title_shares[at] * len(title - STOP_STEMS) / max(1, len(content)),
        "title f1": 2 * len(kinds & title) / max(1, len(kinds) + len(title)),
        "title pairs": len(reading.title_pairs.intersection(pairwise(words))) / max(1, len(reading.title_pairs)),
        "stop words": (length - len(said)) / max(1, length),
        "rarity": sum(said) / max(1, len(said)) / 6,
        "capitals": len(re.findall(r"\b\w*[A-Z]\w*[A-Z]\w*", sentence)) / 5,
        "commas": sentence.count(",") / 5,
        # Expected ROUGE-1 against a TL;DR of so many words, were the words independent.
        "gist": 2 * hoped / (length + 20),
        "gist, long": 2 * hoped / (length + 30),
        "gist precision": hoped / (length + 5),
        "gist recall": hoped / 20,
        "gist of content": 2 * sum(gist[word] for word in sorted(content)) / (len(content) + 10),
        "named in title": float(named),
        "offers the named": float(named and (reading.cues[at]["we propose"] or reading.cues[at]["this paper"])),
    }
    return features


def _names(title: str) -> list[str]:
    """`NV-Embed` of "NV-Embed: Improved …", and words with inner capitals."""
    head, colon, _ = title.partition(":")
    own = [head.strip()] if colon and len(head.split()) <= 2 else []
    return own + re.findall(r"\b(?:[A-Z][A-Za-z0-9-]*[A-Z]|[a-z]+[A-Z])[A-Za-z0-9-]*\b", title)


def _ranks(likeness: Sequence[Sequence[float]], *, damping: float = 0.85, rounds: int = 12) -> list[float]:
    """PageRank over likeness, as TextRank and LexRank have it."""
    count = len(likeness)
    ranks = [1 / max(1, count)] * count
    sums = [sum(row) or 1.0 for row in likeness]
    for _ in range(rounds):
        shared = [rank / total for rank, total in zip(ranks, sums, strict=True)]
        ranks = [
            (1 - damping) / count + damping * sum(value * share for value, share in zip(row, shared, strict=True))
            for row in likeness
        ]
    return ranks


def _compare(found: list[Features], name: str) -> None:
    """Adds how `name` stands against the other sentences: deviation, whether the highest, share of higher ones, gap."""
    values = [features[name] for features in found]
    count, highest = len(values), max(values, default=0.0)
    mean = sum(values) / max(1, count)
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / max(1, count)) + 0.02
    falling = sorted(values, reverse=True)
    deviation, top, higher, gap = (f"{name}: {what}" for what in ("deviation", "highest", "higher ones", "gap"))
    for features, value in zip(found, values, strict=True):
        features[deviation] = (value - mean) / spread
        features[top] = float(value == highest)
        features[higher] = falling.index(value) / max(1, count - 1)
        features[gap] = value - highest
