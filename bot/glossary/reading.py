"""Glossaries from files: ours, that of a textbook (see NOTICE), and what the operator adds."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Final

from bot.glossary.terms import Glossary, Term, Wrong
from bot.ports import UsageError

LANGUAGES: Final = ("zh", "ru", "ja", "de")
"""The languages we have terms for."""

LARGEST: Final = 1_000_000
"""Bytes of an operator's file that are read."""

# Words of the textbook's list that mean many things outside of it, or that the field says otherwise.
_EVERYDAY: Final = frozenset({
    "transform", "cost", "dense", "size", "import", "block", "class", "bias", "offset", "filter", "pipeline",
    "example", "instance", "property", "image", "error", "feature", "metric", "operator", "mean", "channel", "label",
    "weight", "batch", "broadcast", "padding", "stride", "concatenate", "hypothesis", "precision", "accuracy",
    "epoch", "diverge", "converge", "vocabulary", "tokenize", "subsample", "upsample", "normalization", "baseline",
    "variance", "parameter", "classification", "classifier", "dataset", "data example", "data instance", "corpus",
    "optimizer", "encoder", "decoder", "gradient", "generalization", "ground truth", "unigram", "bigram", "trigram",
    "pooling layer", "sequential partitioning", "attention cue",
})  # fmt: skip
_COLUMNS: Final = "a line is: LANGUAGE, term, rendering, and if need be what else is right and what is wrong, by tabs"


class GlossaryError(UsageError):
    """The operator's glossary cannot be read; the text says which line is wrong."""


def shipped(language: str) -> Glossary | None:
    """Our terms for `language` (BCP 47); None if there are none, as for Traditional Chinese."""
    base = base_of(language)
    return _shipped(base) if base in LANGUAGES else None


def base_of(language: str) -> str:
    """What a glossary goes by: `zh` for Simplified Chinese alone."""
    tag = language.replace("_", "-").lower()
    if re.search(r"-(?:hant|tw|hk|mo)\b", tag):
        return "zh-hant"
    return tag.partition("-")[0]


def additions(path: Path) -> Mapping[str, tuple[Term, ...]]:
    """The terms of an operator's file, by language. Raises GlossaryError.

    UTF-8, a term a line, columns separated by tabs: language, English term (inflections after `|`), rendering, then,
    both optional, what else is right and what is wrong (`|` between, `wrong>right` where something else takes its
    place). `#` begins a comment.
    """
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
        text = body.decode("utf-8-sig")
    except OSError as exc:
        raise GlossaryError(f"The glossary {path} cannot be read ({exc.strerror}). Check PAPERBOY_GLOSSARY.") from None
    except UnicodeDecodeError:
        raise GlossaryError(f"The glossary {path} is not UTF-8. Save it as UTF-8.") from None
    if len(body) > LARGEST:
        raise GlossaryError(f"The glossary {path} is larger than {LARGEST // 1_000_000} MB.")
    found: dict[str, list[Term]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        language, *columns = (column.strip() for column in line.split("\t"))
        if (
            not re.fullmatch(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*", language)
            or not all(columns[:2])
            or len(columns) < 2
        ):
            raise GlossaryError(f"Line {number} of the glossary {path} is no term: {_COLUMNS}.")
        found.setdefault(base_of(language), []).append(_term(columns))
    return {language: tuple(terms) for language, terms in found.items()}


def merged(language: str, added: Mapping[str, tuple[Term, ...]]) -> Glossary | None:
    """Ours for `language` with what was added, which wins."""
    ours, more = shipped(language), added.get(base_of(language), ())
    if not more:
        return ours
    return Glossary(base_of(language), ((*ours.terms, *more) if ours else more))


@functools.cache
def _shipped(base: str) -> Glossary:
    terms = _textbook() if base == "zh" else ()
    own = tuple(_term(line.split("\t")) for line in _lines(f"{base}.tsv") if not line.startswith("#"))
    return Glossary(base, (*terms, *own))


def _textbook() -> tuple[Term, ...]:
    found = []
    for line in _lines("d2l.zh.tsv"):
        english, chinese = line.split("\t")
        name = re.sub(r"\s*\(.*?\)", "", english)
        if name not in _EVERYDAY:
            rendering, *also = chinese.split("/")
            found.append(Term(forms=(name,), rendering=rendering, also=tuple(also)))
    return tuple(found)


def _term(columns: Iterable[str]) -> Term:
    forms, rendering, also, wrong = (*columns, "", "", "")[:4]
    return Term(
        forms=_parts(forms),
        rendering=rendering.strip(),
        also=_parts(also),
        wrong=tuple(_wrong(part, rendering.strip()) for part in _parts(wrong)),
        settled=True,
    )


def _wrong(text: str, rendering: str) -> Wrong:
    """`wrong`, `wrong>right`, `wrong?` (nothing simply takes its place), `wrong~word+word` (unless the paper has)."""
    text, _, words = text.partition("~")
    again = "?" in (text[-1:], words[-1:])
    text, _, right = text.rstrip("?").partition(">")
    unless = frozenset(word.lower() for word in words.rstrip("?").split("+") if word)
    return Wrong(text=text.strip(), right=None if again else (right.strip() or rendering), unless=unless)


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split("|") if part.strip())


def _lines(name: str) -> list[str]:
    text = files("bot.glossary").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip()]
