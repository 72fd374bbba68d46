"""Whether the names of a statement stand in its source: models, data sets, metrics, by the look of the word. Pure.

A name is a word with a capital inside or a digit beside letters (`NV-Embed`, `GSM8K`, `LoRA`, `PASS@1`), or a
capitalised word where nothing but a name has a capital: inside an English sentence, among Chinese characters.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z0-9]+(?:[-_.@/+&'’][A-Za-z0-9]+)*\+*")
_PART: Final = re.compile(r"[A-Za-z0-9]+")
_LETTERS: Final = re.compile(r"[a-z]+")
_NAME: Final = re.compile(r"[A-Za-z]+[A-Z]|[A-Z]{2}|[A-Za-z]\d|\d[A-Za-z]")
# A number with its unit is a number's business.
_MEASURE: Final = re.compile(
    r"\d+(?:[.,]\d+)*[- ]?(?:[kKMBTxX]|[kMGTP]i?B|[kKMG]?Hz|ms|s|h|fps|FPS|dB|px|D|st|nd|rd|th)"
)
# What every reader in the field says for the long form, whether or not the paper abbreviates it.
_COMMON: Final = frozenset({
    "ai", "ml", "dl", "nlp", "llm", "rl", "cv", "gpu", "cpu", "tpu", "api", "sota", "it", "us", "uk", "eu", "2d",
    "3d", "tldr", "ok", "id", "qa", "rag", "vlm", "mllm", "moe", "cnn", "rnn", "vit", "gan"
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """The words of a source: whole and in parts, squeezed together, and the initials of its words in order."""

    words: frozenset[str]
    squeezed: str
    initials: str


def known(text: str) -> Known:
    """What names a statement may use."""
    text = _normal(text).lower()
    parts = _PART.findall(text)
    keys = {_key(word) for word in _WORD.findall(text)}.union(parts, map("".join, pairwise(parts)))
    return Known(
        words=frozenset(keys | {key.removesuffix("s") for key in keys}),
        squeezed="".join(parts),
        initials="".join(word[0] for word in _LETTERS.findall(text)),
    )


def missing(statement: str, source: Known) -> tuple[str, ...]:
    """The names of `statement` that `source` does not have."""
    words = (word for word in _WORD.findall(_normal(statement)) if _NAME.search(word))
    return tuple(dict.fromkeys(word for word in words if not _MEASURE.fullmatch(word) and not _stands(word, source)))


_CAPITALISED: Final = re.compile(r"(?<![\w-])[A-Z][a-z]{2,}(?:[-'’][A-Za-z0-9]+)*(?![\w])")
_OPENS: Final = re.compile(r"(?:\A|[.!?:;…—–/(\[\"“«„。！？：；（]|\d\.)\s*\Z")
# Capitals that name no model and no data set; months are a number's business.
_ORDINARY: Final = frozenset({
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "unicode", "english",
    "python", "transformer", "transformers", "code", "the", "this", "gaussian", "bayesian", "internet", "web",
})  # fmt: skip
_NOUNS_CAPITALISED: Final = frozenset({"de", "lb"})


def foreign(statement: str, source: Known, *, language: str) -> tuple[str, ...]:
    """The capitalised words of `statement` (in `language`) inside a sentence that no word of `source` begins like.

    None for languages that capitalise every noun, nor for a statement in Title Case.
    """
    statement = _normal(statement)
    base = language.lower().partition("-")[0]
    if base in _NOUNS_CAPITALISED:
        return ()
    found = [
        match[0]
        for match in _CAPITALISED.finditer(statement)
        if not _OPENS.search(statement[: match.start()]) or not statement.isascii()
    ]
    plain = re.findall(r"(?<![\w-])[a-z]{4,}", statement)
    if statement.isascii() and len(found) > len(plain):
        return ()
    return tuple(dict.fromkeys(word for word in found if not _known(word, source)))


def _known(word: str, source: Known) -> bool:
    key = _key(word)
    if key in _ORDINARY or _stands(word, source):
        return True
    # Bayes and Bayesian, Russian and Russia; of a short word all of it.
    beginning = key[: max(4, len(key) - 3)]
    return any(each.startswith(beginning) for each in source.words)


def _stands(word: str, source: Known) -> bool:
    key = _key(word)
    forms = {key, key.removesuffix("s")}
    if forms & (source.words | _COMMON):
        return True
    if len(key) >= 6 and key in source.squeezed:
        return True
    if word.isalpha() and any(2 <= len(form) <= 6 and form in source.initials for form in forms):
        return True  # an abbreviation of words that stand there
    # A compound (`GPT-4-based`, `LLM-to-CNN`) stands by its parts with capitals or digits: together, or each as a name.
    parts = [part for part in _PART.findall(word) if not (part.isalpha() and part.islower())]
    return "".join(parts).lower() in source.words or all(
        not part.isdigit() and part.lower().removesuffix("s") in source.words | _COMMON for part in parts
    )


def _key(word: str) -> str:
    return word.lower() if word.isalnum() else "".join(_PART.findall(word)).lower()


def _normal(text: str) -> str:
    return re.sub(r"[‐‑‒–—−]", "-", unicodedata.normalize("NFKC", text))
