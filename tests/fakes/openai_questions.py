"""What a well-behaved model would answer to a question about the paper it was sent, or say of two papers. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = dict[str, Any]

_SAID: Mapping[str, str] = {
    "zh": "对这个问题的回答见于原文所述的内容",
    "ru": "Ответ на этот вопрос содержится в тексте статьи",
    "ja": "この問いへの答えは本文に述べられている",
    "de": "Die Antwort auf diese Frage steht im Text",
}
_STOP = frozenset("a an and are as by does for how in is it many much of on the to what which with".split())  # noqa: SIM905 - words


def question_of(messages: list[Json]) -> str | None:
    """The question of a request, None if it asks for something else."""
    found = re.search(r"^The question:\n(=== \w+ ===)\n(.*)\n\1$", _asked(messages), re.MULTILINE)
    return found[2] if found else None


def is_contrast(messages: list[Json]) -> bool:
    """Whether a request asks for two papers side by side."""
    return re.search(r"^Paper A\n=== ", _asked(messages), re.MULTILINE) is not None


def sentences_of(text: str) -> dict[int, str]:
    """The numbered sentences of a request."""
    return {int(number): said for number, said in re.findall(r"^\[(\d+)\] (.*)$", text, re.MULTILINE)}


def answer(question: str, messages: list[Json]) -> Json:
    """The sentence that has most words of the question, if one has two; else that the paper does not say."""
    numbered = sentences_of(_asked(messages))
    asked = _words(question)
    best = max(numbered, key=lambda number: len(asked & _words(numbered[number])))
    if len(asked & _words(numbered[best])) < 2:
        return {"found": False, "statements": []}
    return {"found": True, "statements": [statement(numbered[best], best, _language(messages))]}


def contrast(messages: list[Json]) -> Json:
    """Of each paper its first sentences, as problem, method, results and limitations."""
    first, second = _asked(messages).split("\nPaper B\n")
    said: Json = {}
    for side, text in (("a", first), ("b", second)):
        numbered = list(sentences_of(text).items())
        for place, aspect in enumerate(("problem", "method", "results", "limitations")):
            said[f"{aspect}_{side}"] = [
                statement(sentence, number, _language(messages)) for number, sentence in numbered[place : place + 1]
            ]
    return said | {"shared": []}


def statement(sentence: str, number: int, language: str) -> Json:
    """The sentence itself; in another language a set phrase with its names and numbers, and the sentence in English."""
    base = language.partition("-")[0]
    if base == "en":
        return {"text": sentence, "evidence": [number]}
    kept = re.findall(r"\b[A-Z][A-Za-z]*[A-Z]\w*\b|(?<![\w.^⁻-])\d+(?:\.\d+)?(?:\s?%)?(?![\w.%^⁰-⁹]|-[a-z])", sentence)
    names = f" {', '.join(dict.fromkeys(kept))}" if kept else ""
    stop = "。" if base in {"zh", "ja"} else "."
    return {"text": f"{_SAID[base]}{names}{stop}", "evidence": [number], "english": sentence}


def _language(messages: list[Json]) -> str:
    found = re.search(r"One JSON object in .{1,40} \[([A-Za-z-]+)\]", _asked(messages))
    return found[1] if found else "en"


def _asked(messages: list[Json]) -> str:
    """All that was said, whoever said it: some servers know no system messages."""
    return "\n".join(str(message["content"]) for message in messages)


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower())) - _STOP
