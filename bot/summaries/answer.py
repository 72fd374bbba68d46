"""A model's answer, whatever it looks like, into fields. Pure.

Models wrap JSON in fences and prose, think aloud before it, leave a comma too many, curl its quotes, and write LaTeX
into it, whose `\\theta` a JSON reader takes for a tab and "heta". What can be read without guessing is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from bot.latex import readable
from bot.models import PARTS, Part
from bot.summaries.orders import visible

MAX_ANSWER: Final = 200_000
"""Characters of an answer that are looked at."""

MAX_TEXT: Final = 1000
MAX_TRANSLATION: Final = 12_000
MAX_POINTS: Final = 20
MAX_OBJECTS: Final = 20
"""Things in braces that are looked at for the answer: prose has some too."""
MAX_DEPTH: Final = 4

KEYS: Final = frozenset({"headline", "tldr", "tl;dr", "takeaways", *PARTS})
"""Of which a summary has some."""

MAX_EVIDENCE: Final = 12
"""Sentences one statement may name: some models name all they have read."""


class Unreadable(ValueError):
    """No summary can be read from the answer. `cut`: it stops in the middle, as if a limit had been reached.

    `declined`: it is no JSON but a sentence that declines.
    """

    def __init__(self, message: str, *, cut: bool = False, declined: bool = False) -> None:
        super().__init__(message)
        self.cut = cut
        self.declined = declined


@dataclass(frozen=True, slots=True)
class Point:
    """A statement as answered: numbers of sentences, or a sentence quoted instead; `english`: the same in English."""

    text: str
    sentences: tuple[int, ...] = ()
    quote: str | None = None
    english: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model said, each text one line of readable Unicode; nothing of it is believed yet.

    `title` is the model's copy of the paper's title: it tells which paper it speaks of.
    """

    headline: str
    tldr: str
    takeaways: tuple[Point, ...]
    title: str | None = None
    title_translation: str | None = None
    abstract_translation: str | None = None
    parts: tuple[tuple[Part, tuple[Point, ...]], ...] = ()


def parse(text: str) -> Answer:
    """The fields of an answer; raises Unreadable."""
    fields = fields_of(text, keys=KEYS)
    headline, tldr = _text(fields.get("headline")), _text(fields.get("tldr") or fields.get("tl;dr"))
    if not tldr:
        raise Unreadable('the key "tldr" is missing or is not a string')
    if not headline:
        raise Unreadable('the key "headline" is missing or is not a string')
    return Answer(
        title=_text(fields.get("title")),
        headline=headline,
        tldr=tldr,
        takeaways=points(fields.get("takeaways")),
        title_translation=_text(fields.get("title_translation")),
        abstract_translation=_text(fields.get("abstract_translation"), limit=MAX_TRANSLATION),
        parts=tuple((name, said) for name in PARTS if (said := points(fields.get(name)))),
    )


def fields_of(text: str, *, keys: Collection[str]) -> dict[str, object]:
    """The JSON object of an answer that has one of these keys, its own in lower case; raises Unreadable."""
    found = _object(text, keys)
    if found is None:
        raise Unreadable("it has none of the keys asked for")
    return found


# ---------------------------------------------------------------- JSON

_THOUGHTS: Final = re.compile(r"\A.*</(?:think|thinking|reasoning)>", re.DOTALL | re.IGNORECASE)
_DECLINED: Final = re.compile(
    r"\A\W*(?:i['’]?m (?:sorry|unable)|i (?:am sorry|am unable|cannot|can['’]?t|won['’]?t)|sorry,|as an ai\b"
    r"|很?抱歉|对不起|我(?:无法|不能)|извините|я не могу|申し訳)",
    re.IGNORECASE,
)
_TRAILING_COMMA: Final = re.compile(r",(?=\s*[}\]])")
_CURLY: Final = re.compile(r"(?<=[{\[,:])(\s*)[“”„]|[“”](?=\s*[}\],:])")
# One JSON string, or one structural character: enough to find where an object ends.
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*+"|["{}\[\]]', re.DOTALL)


def _object(text: str, keys: Collection[str]) -> dict[str, object] | None:
    """The first object with one of `keys`, wherever prose or a wrapping hides it; None if all objects are others."""
    text = _THOUGHTS.sub("", text[:MAX_ANSWER])
    at = text.find("{")
    if at < 0:
        raise Unreadable("it is not a JSON object", declined=_DECLINED.match(text) is not None)
    whole, is_json = True, False
    for _ in range(MAX_OBJECTS):
        if at < 0 or not whole:
            break
        read, whole, end = _read(text[at:])
        is_json |= read is not None
        if (found := _having(read, keys)) is not None:
            return found
        at = text.find("{", at + end)
    if is_json and whole:
        return None
    raise Unreadable("it is not valid JSON", cut=not whole)


def _read(text: str) -> tuple[object, bool, int]:
    """The object that starts `text` (None: no JSON), whether it is closed, and where it ends."""
    whole, end = False, len(text)
    for repaired in (text, _CURLY.sub(r'\1"', text)):
        whole, end = _extent(repaired)
        try:
            return json.loads(_TRAILING_COMMA.sub("", _escapes(repaired[:end])), strict=False), whole, end
        except (ValueError, RecursionError):
            continue
    return None, whole, end


def _extent(text: str) -> tuple[bool, int]:
    """Whether the object that starts `text` is closed, and where it ends."""
    depth = 0
    for token in _TOKEN.finditer(text):
        if token[0] in "{[":
            depth += 1
        elif token[0] in "}]":
            depth -= 1
            if depth == 0:
                return True, token.end()
        elif token[0] == '"':  # a string that never ends
            break
    return False, len(text)


def _having(found: object, keys: Collection[str]) -> dict[str, object] | None:
    """`found`, or what it wraps, if it has one of `keys`: `{"result": {"summary": {…}}}` is the object inside."""
    for _ in range(MAX_DEPTH):
        if not isinstance(found, dict):
            return None
        fields = {str(key).strip().lower(): value for key, value in found.items()}
        if not fields.keys().isdisjoint(keys):
            return fields
        if len(fields) != 1:
            return None
        (found,) = fields.values()
        if isinstance(found, list) and len(found) == 1:
            (found,) = found
    return None


# LaTeX commands that begin with a letter which JSON also knows as an escape: \b \f \n \r \t (\u needs four digits).
_COMMANDS: Final = frozenset({
    "bar", "because", "begin", "beta", "beth", "between", "bf", "big", "bigcap", "bigcup", "bigg", "bigl",
    "bigoplus", "bigr", "bigotimes", "binom", "blacksquare", "bmatrix", "bmod", "boldsymbol", "bot", "bowtie",
    "boxed", "boxplus", "breve", "bullet", "bumpeq", "fbox", "flat", "footnote", "forall", "frac", "frown", "frak",
    "nabla", "natural", "ne", "nearrow", "neg", "neq", "newline", "nexists", "ni", "nleq", "nmid", "nolimits",
    "nonumber", "norm", "not", "notin", "nparallel", "nsim", "nsubseteq", "nsupseteq", "nu", "nwarrow", "rangle",
    "rank", "rbrace", "rceil", "re", "ref", "rfloor", "rho", "right", "rightarrow", "rightharpoonup",
    "rightleftharpoons", "rightsquigarrow", "rm", "rtimes", "rvert", "tag", "tan", "tanh", "tau", "tbinom", "text",
    "textbf", "textit", "textrm", "textsc", "textsf", "textsuperscript", "textsubscript", "texttt", "tfrac",
    "theta", "therefore", "thickapprox", "thicksim", "tilde", "times", "to", "top", "triangle", "triangleq",
    "trianglelefteq", "tt", "twoheadrightarrow"
})  # fmt: skip
_ESCAPE: Final = re.compile(r'\\(?:(u[0-9a-fA-F]{4}|["\\/])|([a-zA-Z]+)|(.)|\Z)', re.DOTALL)


def _escapes(text: str) -> str:
    """Every lone backslash that is not meant for JSON doubled, so that LaTeX survives the reader."""

    def fixed(match: re.Match[str]) -> str:
        meant, letters, _ = match.groups()
        if meant is not None or (letters and letters[0] in "bfnrt" and letters not in _COMMANDS):
            return match[0]
        return "\\" + match[0]

    return _ESCAPE.sub(fixed, text)


# ---------------------------------------------------------------- fields

_LATEX: Final = re.compile(r"\\[A-Za-z({\[,;:!|]|\$[^$]+\$|[_^]\{")
# LaTeX eats the space after a command; a model that writes `\theta is` means it.
_COMMAND_SPACE: Final = re.compile(r"(\\[A-Za-z]+) +(?=\w)")
_CONTROL: Final = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffe]+"
)
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")


def _text(value: object, *, limit: int = MAX_TEXT) -> str | None:
    """One line of readable Unicode, bounded; None if it is no text or says nothing."""
    if not isinstance(value, str):
        return None
    line = _CONTROL.sub(" ", visible(_SURROGATE.sub("", value[: 2 * limit])))
    if _LATEX.search(line):
        line = readable(_COMMAND_SPACE.sub(r"\1{} ", line))
    line = " ".join(line.replace("\\", "").split())[:limit].rstrip()
    return None if line.strip(" .-–—…").lower() in {"", "null", "none", "n/a"} else line


def points(value: object) -> tuple[Point, ...]:
    """Statements, in whatever form they came; nothing of them is believed yet."""
    if isinstance(value, Mapping):  # {"1": "…", "2": "…"}, or one point alone
        value = [value] if "text" in value else list(value.values())
    if isinstance(value, str):
        value = [re.sub(r"\A\W*\d{1,2}[.)、]\s*|\A[-*•]\s*", "", line) for line in value.splitlines()]
    if not isinstance(value, list):
        return ()
    found = (_point(each) for each in value[:MAX_POINTS])
    return tuple(point for point in found if point is not None)


def _point(value: object) -> Point | None:
    if isinstance(value, str):
        text = _text(value)
        return Point(text) if text else None
    if not isinstance(value, Mapping):
        return None
    fields = {str(key).strip().lower(): each for key, each in value.items()}
    text = next(
        (found for key in ("text", "takeaway", "statement", "point") if (found := _text(fields.get(key)))), None
    )
    evidence = next(
        (fields[key] for key in ("evidence", "sentences", "sentence", "source", "quote") if key in fields), None
    )
    if not text:
        return None
    numbers, quote = evidence_of(evidence)
    return Point(text, numbers, quote, _text(fields.get("english")))


def evidence_of(value: object) -> tuple[tuple[int, ...], str | None]:
    """Sentence numbers (3, [3, 4], "3", "[3]", "sentences 3 and 4") or a quoted sentence."""
    values = value if isinstance(value, list) else [value]
    numbers: list[int] = []
    quote: str | None = None
    for each in values[:MAX_EVIDENCE]:
        if isinstance(each, bool) or each is None:
            continue
        if isinstance(each, int | float):
            if 0 < each < 10_000:
                numbers.append(int(each))
        elif (
            isinstance(each, str)
            and len(each) <= 40
            and re.fullmatch(r"(?:\W|\d{1,4}|sentences?|and|s)+", each, re.IGNORECASE)
        ):
            numbers += map(int, re.findall(r"\d{1,4}", each))
        elif quote is None:
            quote = _text(each)
    return tuple(dict.fromkeys(numbers))[:MAX_EVIDENCE], quote
