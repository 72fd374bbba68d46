"""The paper's own sentences as a summary: no key, no network, labelled as such. Pure but for reading its weights once.

The TL;DR is the sentence that the scorer expects to be nearest to what people write; takeaways are further sentences
with something to say (a method, a result, a number) that repeat neither it nor each other, in reading order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.models import Checks, Depth, Paper, Summary, Takeaway
from bot.ports import Progress, no_progress
from bot.summaries.candidates import candidates, harmless
from bot.summaries.cues import speaks_of_itself
from bot.summaries.features import STOP_STEMS, stems
from bot.summaries.headline import headline
from bot.summaries.openings import trimmed
from bot.summaries.orders import without_orders
from bot.summaries.scorer import scores, shipped

FEWEST, MOST = 3, 7
"""Takeaways, where the abstract has as many."""

OVERLAP = 0.5
"""Two sentences that share this part of the shorter one's content say the same."""

_NUMBER = re.compile(r"(?<![\w-])\d+(?:[.,]\d+)*\s*(?:%|×|x\b|times|points?|percent|-fold|[kKMBT]?\b)")
_RESULT = re.compile(
    r"\b(?:outperform|improv|achiev|surpass|reduc|increas|gain|exceed|match|attain|reach|yield|accelerat|speed|result|"
    r"experiment|show|demonstrat|find|found|reveal|prove|state-of-the-art|significant)\w*",
    re.IGNORECASE,
)
_OFFER = re.compile(
    r"\b(?:propos|introduc|present|develop|design|contribut|consists?|comprises?|combin|leverag|train|construct"
    r"|built|build)\w*",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"^(?:recent|in recent|existing|many|most|current|traditional|conventional|modern|prior|previous|while"
    r"|although|despite|"
    r"however|unfortunately|yet|but)\b|\b(?:has|have) (?:been|become|emerged|attracted|gained|shown)\b"
    r"|\bremains? (?:a|an|un)",
    re.IGNORECASE,
)
_HAN = re.compile(r"[\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LETTER = re.compile(r"[^\W\d_]")


class Extractive:
    """Port Summarizer. Whatever language and depth are asked for, it is the abstract, in the paper's own language."""

    model = "extractive"
    prompt_version = "x2"

    async def summarize(
        self, paper: Paper, *, language: str, depth: Depth = "brief", progress: Progress = no_progress
    ) -> Summary:
        """What `summarize_now` says; never raises SummaryError."""
        return self.summarize_now(paper)

    def summarize_now(self, paper: Paper) -> Summary:
        """A few milliseconds a paper. A paper without an abstract is summarized by its title, or named by its id."""
        from bot.latex import readable  # noqa: PLC0415 - so that importing this costs nothing

        title = without_orders(harmless(readable(paper.title)))
        title = title if re.search(r"\w", title) else paper.id
        found = candidates(readable(paper.abstract))
        marks = scores(title, found, shipped())
        ranked = sorted(range(len(found)), key=lambda at: (-marks[at], at))
        best = [found[at] for at in ranked] or [title]
        takeaways = [found[at] for at in _further(found, marks, ranked)]
        said = 1 + len(takeaways)
        return Summary(
            paper_id=paper.id,
            version=paper.version,
            language=written_in(" ".join(found) or title),
            depth="brief",
            source="abstract",
            method="extractive",
            headline=headline(title, best),
            tldr=best[0],
            takeaways=tuple(Takeaway(text=trimmed(sentence), evidence=sentence) for sentence in takeaways),
            checks=Checks(statements=said, supported=said),
        )


def written_in(text: str) -> str:
    """`zh` or `ru` where most letters say so, else `en`; we tell no more languages apart."""
    letters = len(_LETTER.findall(text))
    han, cyrillic = len(_HAN.findall(text)), len(_CYRILLIC.findall(text))
    # A Han character says about as much as three letters of the names that stand between them.
    return "zh" if 3 * han > letters - han else "ru" if 2 * cyrillic > letters else "en"


def _further(found: Sequence[str], marks: Sequence[float], ranked: Sequence[int]) -> list[int]:
    """Which sentences are takeaways beside the best, in reading order."""
    worth = {at: _worth(found[at], marks[at]) for at in ranked[1:]}
    taken: list[int] = []
    for at in sorted(worth, key=lambda at: (-worth[at], at)):
        if len(taken) == MOST or (len(taken) >= FEWEST and worth[at] <= 0):
            break
        if all(overlap(found[at], found[other]) < OVERLAP for other in [ranked[0], *taken]):
            taken.append(at)
    return sorted(taken)


def _worth(sentence: str, mark: float) -> float:
    """How much a reader learns from a sentence; above 0 is worth showing."""
    has_number = _NUMBER.search(sentence) is not None
    is_result = _RESULT.search(sentence) is not None
    worth = 4 * mark + 0.6 * (has_number and is_result) + 0.2 * has_number + 0.2 * is_result
    worth += 0.4 * speaks_of_itself(sentence) + 0.3 * (_OFFER.search(sentence) is not None)
    worth -= 0.7 * (_BACKGROUND.search(sentence) is not None and not speaks_of_itself(sentence))
    return worth - 0.5 * (len(sentence) < 40) - 0.3


def overlap(one: str, other: str) -> float:
    """The part of the shorter one's content words that the other has too, 0 to 1."""
    few, many = sorted((set(stems(one)) - STOP_STEMS, set(stems(other)) - STOP_STEMS), key=len)
    return len(few & many) / len(few) if few else 1.0
