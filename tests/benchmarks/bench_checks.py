"""How much of what is false the checks catch: one number, name or negation changed by script in a true sentence.

200 abstracts; the true sentences are the abstract's own, and the human TL;DRs of SciTLDR as others that nobody changed.
Needs the data folder that PAPERBOY_DATA names (papers/announced-*.jsonl.xz, scitldr/dev.jsonl); without it, says so.
"""

from __future__ import annotations

import json
import lzma
import os
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.models import Paper
from bot.summaries import evidence, meaning, prompt, rules
from bot.summaries.rules import Ground

PAPERS = 200
SEED = 20260518

Change = Callable[[str, random.Random], str | None]
"""A sentence with one thing changed in it; None if there is nothing to change."""


def main() -> None:
    """Print the share of changed sentences caught, and of unchanged ones refused."""
    folder = Path(os.environ.get("PAPERBOY_DATA", "../shared/data"))
    files = sorted(folder.glob("papers/announced-*.jsonl.xz"))
    if not files:
        print(f"skipped: no papers in {folder}; PAPERBOY_DATA names the folder")
        return
    papers = _papers(files)
    print(f"{len(papers)} abstracts; aims: numbers >= 99 %, names >= 95 %, wrong alarms <= 1 %; negation reported")
    for name, change in CHANGES.items():
        caught, changed, missed = measure(papers, change)
        print(f"{name:>22}: {caught}/{changed} caught ({caught / max(1, changed):.1%})")
        for text in missed[:3]:
            print(f"{'':>24}missed: {text[:110]}")
    refused, sentences, why = alarms(papers)
    print(f"{'the papers own words':>22}: {refused}/{sentences} refused ({refused / max(1, sentences):.2%})  {why}")
    _gold(folder)


def measure(papers: list[Paper], change: Change) -> tuple[int, int, list[str]]:
    """How many changed sentences were caught, how many were changed, and those that were missed."""
    chance = random.Random(SEED)  # noqa: S311 - the same changes each time
    caught = changed = 0
    missed = []
    for paper in papers:
        ground = grounds(paper)
        candidates = [sentence for sentence in ground.source.sentences if rules.problem(sentence, ground) is None]
        chance.shuffle(candidates)
        for sentence in candidates:
            other = change(sentence, chance)
            if other is not None and other != sentence:
                changed += 1
                if rules.problem(other, ground) is not None:
                    caught += 1
                else:
                    missed.append(other)
                break
    return caught, changed, missed


def alarms(papers: list[Paper]) -> tuple[int, int, dict[str, int]]:
    """How many of the papers' own sentences are refused, of how many, and why. Orders and addresses rightly are."""
    refused = sentences = 0
    why: Counter[str] = Counter()
    for paper in papers:
        ground = grounds(paper)
        for sentence in ground.source.sentences:
            sentences += 1
            problem = rules.problem(sentence, ground)
            if problem is not None and not problem.startswith("it holds"):
                refused += 1
                why[problem[:40]] += 1
    return refused, sentences, dict(why.most_common(6))


def _as_takeaway(text: str, ground: Ground) -> str | None:
    """What is wrong with `text`, as a statement that rests on what is nearest to it."""
    near = evidence.nearest(text, ground.source.sentences)
    return rules.problem(text, ground) or meaning.denied(text, near)


def grounds(paper: Paper) -> Ground:
    """A paper as the checks see it, for statements in English."""
    return rules.ground(prompt.source(paper), language="en")


# ---------------------------------------------------------------- changes

_NUMBER = re.compile(r"(?<![\w.,^⁻-])(?<!\()\d+(?:\.\d+)?(?![\w^⁰-⁹)])")  # (1) only counts what is listed
_NAME = re.compile(r"\b(?:[A-Z][A-Za-z]*[A-Z]\w*(?:-[A-Za-z0-9.]+)*|[A-Za-z]{2,}\d[\w.-]*\w)\b")
_INVENTED = ("ZetaNet", "QuoraBench", "MMXU", "PolyGSM9K", "Krypton-12B", "HumanSight", "SQuARE-X", "VarCLIPS")
_VERB = re.compile(r"\b(is|are|does|do|can|will|was|were|has|have)\b(?! not)")
_TURNED = {
    "outperforms": "underperforms", "outperform": "underperform", "improves": "degrades", "higher": "lower",
    "better": "worse", "increases": "decreases", "reduces": "increases", "faster": "slower", "lower": "higher",
    "reducing": "increasing", "improving": "degrading", "superior": "inferior", "without": "with",
}  # fmt: skip


def _number(sentence: str, chance: random.Random) -> str | None:
    """Another value of the same form: a digit changed."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    digits = list(match[0])
    at = chance.choice([place for place, char in enumerate(digits) if char.isdigit()])
    digits[at] = chance.choice([each for each in "123456789" if each != digits[at]])
    return sentence[: match.start()] + "".join(digits) + sentence[match.end() :]


_OTHER_UNIT = {
    "ms": "s",
    "hours": "days",
    "GB": "MB",
    "times": "%",
    "x": "%",
    "points": "times",
    "%": "×",
    "minutes": "s",
}
_MEASURED = re.compile(rf"(?<![\w.])(\d[\d.,]*[ -]?)({'|'.join(_OTHER_UNIT)})(?![\w])")


def _unit(sentence: str, chance: random.Random) -> str | None:
    """The same number of something else."""
    found = list(_MEASURED.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    return sentence[: match.start(2)] + _OTHER_UNIT[match[2]] + sentence[match.end(2) :]


def _name(sentence: str, chance: random.Random) -> str | None:
    """Another model or data set."""
    found = list(_NAME.finditer(sentence))
    if not found:
        return None
    match = chance.choice(found)
    return sentence[: match.start()] + chance.choice(_INVENTED) + sentence[match.end() :]


def _letter(sentence: str, chance: random.Random) -> str | None:
    """The same name with a letter or a digit changed (GPT-4 for GPT-3, MBEB for MTEB)."""
    found = [match for match in _NAME.finditer(sentence) if len(match[0]) > 3]
    if not found:
        return None
    match = chance.choice(found)
    name = list(match[0])
    # Not `based` of LLM-based.
    loud = [part.span() for part in re.finditer(r"[A-Za-z0-9]*[A-Z0-9][A-Za-z0-9]*", match[0])]
    at = chance.choice([place for start, end in loud for place in range(start, end)])
    pool = "123456789" if name[at].isdigit() else "BCDFGHKMNPQRSTVWXZ" if name[at].isupper() else "bcdfghkmnpqrtvwxz"
    name[at] = chance.choice([each for each in pool if each != name[at]])
    return sentence[: match.start()] + "".join(name) + sentence[match.end() :]


def _negation(sentence: str, chance: random.Random) -> str | None:
    """`not` put in, or taken out."""
    if " not " in sentence:
        return sentence.replace(" not ", " ", 1)
    match = _VERB.search(sentence)
    return None if match is None else f"{sentence[: match.end()]} not{sentence[match.end() :]}"


def _direction(sentence: str, chance: random.Random) -> str | None:
    """The opposite of the first word that has one."""
    for word, opposite in _TURNED.items():
        if re.search(rf"\b{word}\b", sentence):
            return re.sub(rf"\b{word}\b", opposite, sentence, count=1)
    return None


CHANGES: dict[str, Change] = {
    "a number": _number,
    "a unit": _unit,
    "a name, another": _name,
    "a name, misspelt": _letter,
    "a negation": _negation,
    "a direction": _direction,
}


# ---------------------------------------------------------------- data


def _papers(files: list[Path]) -> list[Paper]:
    chance = random.Random(SEED)  # noqa: S311 - the same papers each time
    rows = [json.loads(line) for path in files[:2] for line in _lines(path)]
    rows = [row for row in rows if len(row["abstract"]) > 400]
    return [
        Paper(id=row["id"], title=row["title"], authors=(), abstract=row["abstract"])
        for row in chance.sample(rows, PAPERS)
    ]


def _lines(path: Path) -> Iterator[str]:
    with lzma.open(path, "rt", encoding="utf-8") as file:
        yield from file


def _gold(folder: Path) -> None:
    """TL;DRs that people wrote from the whole paper: what is not in the abstract is rightly refused, the rest not."""
    path = folder / "scitldr" / "dev.jsonl"
    if not path.exists():
        return
    refused, total, why = 0, 0, Counter[str]()
    turned, caught, chance = 0, 0, random.Random(SEED)  # noqa: S311 - the same changes each time
    for line in path.read_text(encoding="utf-8").splitlines()[:PAPERS]:
        row = json.loads(line)
        abstract = " ".join(row["source"])
        paper = Paper(id=str(row.get("paper_id")), title=row.get("title") or "", authors=(), abstract=abstract)
        ground = grounds(paper)
        for gold in row["target"]:
            total += 1
            if (problem := _as_takeaway(gold, ground)) is not None:
                refused += 1
                why[problem[:60]] += 1
            elif (other := _negation(gold, chance)) is not None:
                turned += 1
                caught += _as_takeaway(other, ground) is not None
    print(f"{'negated human TL;DRs':>22}: {caught}/{turned} caught ({caught / max(1, turned):.1%}), in other words")
    print(f"{'human TL;DRs':>22}: {refused}/{total} refused ({refused / max(1, total):.1%})")
    for problem, count in why.most_common(25):
        print(f"{'':>24}{count} x {problem}")


if __name__ == "__main__":
    main()
