"""The extractive TL;DR beside first and last sentence, LexRank, TextRank and the best possible choice, on SciTLDR.

ROUGE F1 by `rouge-score` with its stemmer, best reference; everybody is fed SciTLDR's own sentences and chooses one.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from bot.models import Paper
from bot.summaries.extractive import Extractive
from bot.summaries.scorer import scores, shipped
from bot.summaries.sentences import sentences

# By name, so that the type checker needs no benchmark dependencies.
RougeScorer: Any = importlib.import_module("rouge_score.rouge_scorer").RougeScorer
sumy: Any = importlib.import_module("sumy.models.dom")
sumy_stem: Any = importlib.import_module("sumy.nlp.stemmers")
sumy_words: Any = importlib.import_module("sumy.utils")

ROOT = Path(__file__).parent.parent.parent
SAMPLE = ROOT / "tests" / "data" / "scitldr" / "sample.jsonl"
KINDS = ("rouge1", "rouge2", "rougeL")

Row = Mapping[str, Any]
Choice = Callable[[Row], int]
Score = Callable[[str, str], Mapping[str, Any]]


def main() -> None:
    """Print the table, the times, and how the sentence splitter does on the same abstracts."""
    path = _data()
    rows: list[Row] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    print(f"{len(rows)} papers of SciTLDR, {'dev' if path != SAMPLE else 'the small sample of dev in tests/data'}\n")
    score = RougeScorer(list(KINDS), use_stemmer=True).score
    figures = [[_rouge(score, row["target"], sentence) for sentence in row["source"]] for row in rows]
    choices: dict[str, Choice] = {
        "first sentence": lambda row: 0,
        "last sentence": lambda row: len(row["source"]) - 1,
        "TextRank (sumy)": _sumy("text"),
        "LexRank (sumy)": _sumy("lex"),
        "ours": _ours,
    }
    _ours(rows[0])  # its weights are read once
    print(f"{'':18}{'ROUGE-1':>9}{'-2':>7}{'-L':>7}{'ms a paper':>13}{'ours is':>14}")
    taken = {name: _timed(choice, rows) for name, choice in choices.items()}
    for name, (chosen, seconds) in taken.items():
        ratio = f"{seconds / taken['ours'][1]:.1f} x faster" if "Rank" in name else ""
        _line(name, [figures[i][at] for i, at in enumerate(chosen)], f"{1000 * seconds:>13.2f}{ratio:>14}")
    _line("best possible", [max(each) for each in figures], "")
    _whole_summaries(rows)
    _splitter(rows)


def _data() -> Path:
    folder = Path(os.environ.get("PAPERBOY_DATA", ROOT.parent / "shared" / "data"))
    whole = folder / "scitldr" / "dev.jsonl"
    return whole if whole.exists() else SAMPLE


def _rouge(score: Score, targets: Sequence[str], text: str) -> tuple[float, ...]:
    found = [score(target, text) for target in targets]
    return tuple(max(one[kind].fmeasure for one in found) for kind in KINDS)


def _line(name: str, figures: Sequence[tuple[float, ...]], rest: str) -> None:
    one, two, longest = (100 * mean(each) for each in zip(*figures, strict=True))
    print(f"{name:18}{one:9.2f}{two:7.2f}{longest:7.2f}{rest}")


def _timed(choice: Choice, rows: Sequence[Row]) -> tuple[list[int], float]:
    """What is chosen, and processor seconds a paper."""
    start = time.process_time()
    chosen = [choice(row) for row in rows]
    return chosen, (time.process_time() - start) / len(rows)


def _ours(row: Row) -> int:
    found = scores(row["title"], row["source"], shipped())
    return found.index(max(found))


class _Words:
    """sumy's tokenizer port without its download: words are what `str.split` gives, punctuation stripped."""

    def to_words(self, text: str) -> tuple[str, ...]:
        return tuple(word for raw in text.split() if (word := raw.strip(".,;:!?()[]{}\"'`")) and word[0].isalpha())


def _sumy(name: str) -> Choice:
    module = importlib.import_module(f"sumy.summarizers.{name}_rank")
    summarizer = getattr(module, f"{name.title()}RankSummarizer")(sumy_stem.Stemmer("english"))
    summarizer.stop_words = sumy_words.get_stop_words("english")

    def choose(row: Row) -> int:
        found = [sumy.Sentence(sentence, _Words()) for sentence in row["source"]]
        best = summarizer(sumy.ObjectDocumentModel([sumy.Paragraph(found)]), 1)
        return next((i for i, sentence in enumerate(found) if best and sentence is best[0]), 0)

    return choose


def _whole_summaries(rows: Sequence[Row]) -> None:
    extractive = Extractive()
    papers = [
        Paper(id=str(i), title=row["title"], authors=(), abstract=" ".join(row["source"])) for i, row in enumerate(rows)
    ]
    extractive.summarize_now(papers[0])
    start = time.process_time()
    for paper in papers:
        extractive.summarize_now(paper)
    each = 1000 * (time.process_time() - start) / len(papers)
    print(f"\nA whole summary, from LaTeX to headline: {each:.2f} ms a paper")


def _splitter(rows: Sequence[Row]) -> None:
    """Boundaries after a mark that SciTLDR has and we find; ours that it has too (its own splitter misses some)."""
    there = ours = both = 0
    for row in rows:
        known = _ends([s for s in row["source"] if s.strip()])
        found = _ends(sentences(" ".join(row["source"])))
        marked = {end for end, closes in known.items() if closes}
        there, ours, both = there + len(marked), ours + len(found), both + len(marked & found.keys())
    print(
        f"Sentence boundaries: {100 * both / there:.2f} % of SciTLDR's found, {100 * both / ours:.2f} % of ours are its"
    )


def _ends(found: Sequence[str]) -> dict[int, bool]:
    """Where sentences end, counted without white space, and whether with a mark; not the last."""
    ends: dict[int, bool] = {}
    length = 0
    for sentence in found[:-1]:
        length += len("".join(sentence.split()))
        ends[length] = sentence.rstrip().rstrip("\"'”’)]").endswith((".", "?", "!"))
    return ends


if __name__ == "__main__":
    main()
