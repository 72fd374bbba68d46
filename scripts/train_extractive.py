"""Learn `bot/summaries/weights.json` from SciTLDR: which sentence of an abstract is its best TL;DR.

`python -m scripts.train_extractive --data FOLDER` where FOLDER holds `scitldr/train.jsonl.xz` (and `dev.jsonl`, which
is only measured). Needs the `bench` dependencies. Two linear models, one after the other:

1. a logistic regression says how likely each word of an abstract is in its TL;DR (features by kind of word, and a
   lexicon);
2. a ridge regression says how much ROUGE-1 F1 a sentence has above its abstract's mean, from its features (among them
   what the first model expects of its words; taken out of fold, so that the second learns how far to trust the first)
   and from its phrases.

Nothing is random: folds go by position, and the same data give the same file.
"""

from __future__ import annotations

import argparse
import importlib
import json
import lzma
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.summaries.features import Reading, phrases, sentence_features, stems
from bot.summaries.gist import Kind, word_features
from bot.summaries.scorer import WEIGHTS, read, scores
from scripts.weights_file import named, split, written

Array = NDArray[np.float64]
Row = Mapping[str, Any]  # of SciTLDR: title, source (sentences), target (references)
Likeness = Callable[[str, str], float]

FOLDS = 5
RARE = 3  # stems in fewer papers count as seen once
GIST_RIDGE, LEXICON_RIDGE, LEXICON_LEAST = 3.0, 10.0, 8
# What readers need and ROUGE does not see: a TL;DR that says the name and stands by itself. Added to what is learned;
# it costs less than 0.1 of ROUGE-1, both figures are printed.
FOR_READERS = {
    "offers the named": 0.03,
    "has: leans": -0.015,
    "has: closing": -0.02,
    "has: own voice": 0.03,
    "has: helps": -0.03,
}
SENTENCE_RIDGE, PHRASE_SCALE, PHRASE_LEAST = 1000.0, 2.0, 40


@dataclass(frozen=True)
class Paper:
    """One abstract by sentences, each with its ROUGE-1 F1 against the best reference, and the references' stems."""

    reading: Reading
    wanted: tuple[frozenset[str], ...]
    quality: Array


@dataclass(frozen=True)
class Words:
    """The first model's data: one row a word of a paper."""

    features: Array
    stem: NDArray[np.int64]
    wanted: Array
    paper: NDArray[np.int64]


@dataclass(frozen=True)
class Gist:
    """The first model: weights by column, and by number of the stem."""

    columns: Array
    lexicon: Array

    def likely(self, words: Words) -> Array:
        """By row, the probability of being in a TL;DR."""
        return sigmoid(words.features @ self.columns + self.lexicon[words.stem])


def main() -> None:
    """Read, learn, write, measure on dev."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=WEIGHTS)
    arguments = parser.parse_args()
    # By name and here, so that neither the type checker nor a test of `learn` needs the benchmark dependencies.
    scorer: Any = importlib.import_module("rouge_score.rouge_scorer").RougeScorer(["rouge1"], use_stemmer=True)

    def rouge(target: str, text: str) -> float:
        return float(scorer.score(target, text)["rouge1"].fmeasure)

    text = learn(list(load(arguments.data / "scitldr" / "train.jsonl.xz")), rouge, say=print)
    arguments.output.write_text(text, encoding="utf-8")
    print(f"{arguments.output.name}: {len(text) / 1000:.0f} kB")
    if (dev := arguments.data / "scitldr" / "dev.jsonl").exists():
        shipped = read(text)
        papers = [prepared(row, rouge, shipped.idf) for row in load(dev)]
        best = [p.quality[int(np.argmax(scores(p.reading.title, p.reading.sentences, shipped)))] for p in papers]
        print(f"dev (not learned from): ROUGE-1 {100 * float(np.mean(best)):.2f} of {len(papers)}")


def learn(rows: Sequence[Row], likeness: Likeness, *, say: Callable[[str], object]) -> str:
    """The weights as the file has them; `likeness(target, sentence)` is what is learned to be high, 0 to 1.

    `say` is told the figures, among them the cross-validated ones. Fewer papers than folds cannot be learned from.
    """
    say(f"{len(rows)} papers to learn from")
    counts = Counter(stem for row in rows for stem in set(stems(" ".join([row["title"], *row["source"]]))))
    frequency = {stem: count for stem, count in sorted(counts.items()) if count >= RARE}
    known = len(rows) + 1
    papers = [prepared(row, likeness, lambda stem: math.log(known / (frequency.get(stem, 1) + 1))) for row in rows]
    fold = np.arange(len(papers)) % FOLDS

    columns, lexicon, words = word_rows(papers)
    say(f"words: {len(words.wanted)} rows, {len(columns)} features, {len(lexicon)} stems")
    likely = out_of_fold(
        words.features, words.paper, fold, lambda part: fit_gist(words, part, len(lexicon)).likely(words)
    )
    surprise = -np.mean(words.wanted * np.log(likely) + (1 - words.wanted) * np.log(1 - likely))
    say(f"words: cross-validated log loss {surprise:.4f}")
    gist = fit_gist(words, np.ones(len(words.paper), dtype=bool), len(lexicon))

    names, rows_of, quality, paper = sentence_rows(papers, likely)
    say(f"sentences: {len(quality)} rows, {len(names)} features and phrases")
    centred = quality - (np.bincount(paper, quality) / np.bincount(paper))[paper]
    scale = 1 / (rows_of.std(axis=0) + 1e-9)
    scale[[name.startswith("phrase ") for name in names]] = PHRASE_SCALE
    scaled = (rows_of - rows_of.mean(axis=0)) * scale
    guessed = out_of_fold(scaled, paper, fold, lambda part: scaled @ ridge(scaled[part], centred[part]))
    given = np.array([FOR_READERS.get(name, 0.0) for name in names])
    say(f"sentences: cross-validated ROUGE-1 {100 * chosen(guessed, quality, paper):.2f}")
    say(f"           with what readers need  {100 * chosen(guessed + rows_of @ given, quality, paper):.2f}")
    say(f"           the best possible       {100 * chosen(quality, quality, paper):.2f}")
    weights = dict(zip(names, (ridge(scaled, centred) * scale + given).tolist(), strict=True))
    return written(len(rows), frequency, split(columns, gist.columns), named(lexicon, gist.lexicon), weights)


def load(path: Path) -> Iterator[Row]:
    """SciTLDR's rows: `title`, `source` (sentences), `target` (references)."""
    text = lzma.decompress(path.read_bytes()) if path.suffix == ".xz" else path.read_bytes()
    return map(json.loads, text.decode().splitlines())


def prepared(row: Row, likeness: Likeness, idf: Callable[[str], float]) -> Paper:
    """A row with the figures that are to be learned."""
    quality = [max(likeness(target, sentence) for target in row["target"]) for sentence in row["source"]]
    wanted = tuple(frozenset(stems(target)) for target in row["target"])
    return Paper(Reading(str(row["title"]), row["source"], idf), wanted, np.array(quality))


def word_rows(papers: Sequence[Paper]) -> tuple[dict[tuple[Kind, str], int], dict[str, int], Words]:
    """Numbers of (kind, feature) and of stems, and the rows."""
    found = [(at, stem, *kind) for at, p in enumerate(papers) for stem, kind in word_features(p.reading).items()]
    columns = {key: i for i, key in enumerate(sorted({(kind, name) for _, _, kind, some in found for name in some}))}
    lexicon = {stem: i for i, stem in enumerate(sorted({stem for _, stem, _, _ in found}))}
    features = np.zeros((len(found), len(columns)))
    for row, (_, _, kind, some) in enumerate(found):
        for name, value in some.items():
            features[row, columns[kind, name]] = value
    return (
        columns,
        lexicon,
        Words(
            features=features,
            stem=np.array([lexicon[stem] for _, stem, _, _ in found]),
            wanted=np.array([np.mean([stem in one for one in papers[at].wanted]) for at, stem, _, _ in found]),
            paper=np.array([at for at, _, _, _ in found]),
        ),
    )


def fit_gist(words: Words, part: NDArray[np.bool_], stems_known: int) -> Gist:
    """Penalized logistic regression by Newton's method, features and lexicon in turn.

    Each row has one stem, so the lexicon's part of the Hessian is diagonal.
    """
    x, stem, wanted = words.features[part], words.stem[part], words.wanted[part]
    columns, lexicon = np.zeros(x.shape[1]), np.zeros(stems_known)
    common = np.bincount(stem, minlength=stems_known) >= LEXICON_LEAST
    for _ in range(6):
        p = sigmoid(x @ columns + lexicon[stem])
        hessian = (x * (p * (1 - p))[:, None]).T @ x + GIST_RIDGE * np.eye(x.shape[1])
        columns = columns + np.linalg.solve(hessian, x.T @ (wanted - p) - GIST_RIDGE * columns)
        p = sigmoid(x @ columns + lexicon[stem])
        step = np.bincount(stem, wanted - p, stems_known) - LEXICON_RIDGE * lexicon
        lexicon = np.where(common, lexicon + step / (np.bincount(stem, p * (1 - p), stems_known) + LEXICON_RIDGE), 0.0)
    return Gist(columns, lexicon)


def sentence_rows(papers: Sequence[Paper], likely: Array) -> tuple[list[str], Array, Array, NDArray[np.int64]]:
    """Names of the columns, the rows, what is to be learned, and which paper a row is of."""
    features: list[Mapping[str, float]] = []
    said: list[set[str]] = []
    start = 0
    for paper in papers:
        known = list(word_features(paper.reading))
        of_paper = dict(zip(known, likely[start : start + len(known)].tolist(), strict=True))
        start += len(known)
        features += sentence_features(paper.reading, of_paper)
        said += [phrases(paper.reading, at) for at in range(len(paper.reading.sentences))]
    counts = Counter(phrase for some in said for phrase in some)
    own = list(features[0])
    often = {phrase: i for i, phrase in enumerate(sorted(p for p, n in counts.items() if n >= PHRASE_LEAST), len(own))}
    rows = np.zeros((len(features), len(own) + len(often)))
    for row, (some, spoken) in enumerate(zip(features, said, strict=True)):
        rows[row, : len(own)] = [some[name] for name in own]
        rows[row, [often[phrase] for phrase in spoken if phrase in often]] = 1.0
    number = np.repeat(np.arange(len(papers)), [len(p.quality) for p in papers])
    return own + ["phrase " + p for p in often], rows, np.concatenate([p.quality for p in papers]), number


def ridge(x: Array, y: Array) -> Array:
    """Ridge regression through the origin."""
    return np.asarray(np.linalg.solve(x.T @ x + SENTENCE_RIDGE * np.eye(x.shape[1]), x.T @ y))


def out_of_fold(
    rows: Array, paper: NDArray[np.int64], fold: NDArray[np.int64], guess: Callable[[NDArray[np.bool_]], Array]
) -> Array:
    """By row what `guess` says when it learned from the other folds only."""
    guessed = np.zeros(len(rows))
    for each in range(FOLDS):
        held = fold[paper] == each
        guessed[held] = guess(~held)[held]
    return guessed


def chosen(guessed: Array, quality: Array, paper: NDArray[np.int64]) -> float:
    """Mean quality of each paper's sentence with the highest guess."""
    order = np.lexsort((guessed, paper))
    last = np.append(np.nonzero(np.diff(paper[order]))[0], len(order) - 1)
    return float(quality[order[last]].mean())


def sigmoid(z: Array) -> Array:
    """From log odds to probability."""
    return np.asarray(1 / (1 + np.exp(-z)))


if __name__ == "__main__":
    main()
