"""The sentences of an abstract that may be shown, made harmless. Pure.

A paper's text is hostile: links, addresses, mentions and markup are taken out; sentences that only say where the code
is, that the paper was withdrawn, or that talk to a machine reader are not shown at all.
"""

from __future__ import annotations

import re

from bot.summaries.orders import addresses_a_machine, visible
from bot.summaries.sentences import sentences

LONGEST = 20_000
"""Characters of an abstract that are read; arXiv allows 1,920."""

MOST = 80
"""Sentences that are weighed."""

_HOST = r"(?:[\w-]+\.)+"
_URL = (
    rf"(?:(?:https?|ftp|tg|discord|steam|file)://|javascript:|www\.|(?<![\w@/.-])(?:discord\.gg|bit\.ly|wa\.me)/|(?<![\w@/.-]){_HOST}(?:com|org|io|net|ai|edu|gov|dev|co|cn|de|uk|eu|fr|jp|ru|me)/)"
    r"[^\s<>\"”]*[^\s<>\"”.,;:!?)\]}'’]"
)
_EMAIL = rf"(?:mailto:)?(?:\{{[^{{}}\s]{{1,99}}\}}|[\w.+-]{{1,64}})@{_HOST}[A-Za-z]{{2,}}"
_ADDRESS = re.compile(rf"(?:\b(?:at|from|via|in|on|under|see|here|through)\s*:?\s*)?[(\[<]*(?:{_URL}|{_EMAIL})[)\]>]*")
_MENTION = re.compile(r"<@[!&]?(?=\d)|<(?:#|t:|id:|a?:\w+:|/[^<>:]{1,60}:)[^<>]{0,40}>|(?<!\w)@(?=[^\W\d])")
_TAG = re.compile(
    r"</?(?:a|b|br|code|del|div|em|font|i|iframe|img|p|pre|s|script|span|strong|style|sub|sup|svg|u|tg-[a-z]+)"
    r"(?:\s+[\w-]+\s*=[^<>]{0,300})?\s*/?>",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\[\]]{1,200})\]\([^()\s]{1,300}\)")
_EMPHASIS = re.compile(r"(?<!\w)(_{1,2}|\|\|)(?=\w)([^_|]{1,200})(?<=\w)\1(?!\w)|\*\*|`+|~~")
_SPOILER = re.compile(r"(?<!\w)\|\|(?=\w)([^|\s]{1,200})(?<=\w)\|\|(?!\w)")  # before its end is taken for an address
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")
_BEFORE_MARK = re.compile(r"\s+([.,;:!?)\]])(?=\s|$)")
_TWO_MARKS = re.compile(r"[,;:]+([,.;])(?=\s|$)")
_EMPTY = re.compile(r"\(\s*\)|\[\s*\]")
# Without any of these characters there is nothing to take out.
_SUSPECT = re.compile(
    "[@/<*`_~|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|www\\.|\\]\\(|javascript:"
)

# The following are matched in lower case.
_THINGS = (
    r"\b(?:codes?|codebase|data|datasets?|models?|weights|checkpoints?|videos?|demos?|software|implementations?"
    r"|materials?|"
    r"repository|benchmark|website|project page|page|resources?|source)\b"
)
_ELSEWHERE = re.compile(
    rf"{_THINGS}.{{0,120}}\b(?:available|released?|found|open-?sourced?|accessible|accessed|hosted|provided"
    rf"|published|at|on)\b"
    r"|\bavailable (?:at|on|from|via|in|under)\b|\bproject (?:page|website)|\bwe (?:will |also "
    r"|further )*(?:release|open-?source|publish|share|make)\b"
)
_PROMISED = re.compile(
    rf"{_THINGS}.{{0,60}}\b(?:publicly |freely |openly |made |be )+(?:available|released|open-?sourced"
    rf"|accessible|published)"
    r"|\bcodes?\b.{0,40}\bavailable\b|\bavailable (?:upon|on) request|\bupon (?:acceptance|publication)\b"
)
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|manuscript|submission|preprint|work|version)\b.{0,40}\b(?:has been|is|was|been|being)\b.{0,20}"
    r"\bwithdrawn\b|\bwithdrawn by\b|^withdrawn\b|\barxiv admin(?:istrators?)?\b"
)


def harmless(text: str) -> str:
    """`text` on one line without links, addresses, mentions and markup."""
    text = visible(text)
    if _SUSPECT.search(text) is None:
        return " ".join(text.split())
    text = _CONTROL.sub(" ", text)
    text = _LINK.sub(r"\1", text)
    text = _ADDRESS.sub("", _SPOILER.sub(r"\1", text))
    text = _MENTION.sub("", _EMPHASIS.sub(r"\2", _TAG.sub("", text)))
    text = _BEFORE_MARK.sub(r"\1", _EMPTY.sub("", " ".join(text.split())))
    return " ".join(_TWO_MARKS.sub(r"\1", text).split())


def candidates(abstract: str) -> tuple[str, ...]:
    """The sentences that may be shown, in order, as they will be shown; none if there is nothing to say.

    `abstract` is readable Unicode. An abstract of which nothing else is left keeps its sentences, made harmless, except
    those that talk to a machine reader.
    """
    said: list[tuple[str, bool]] = []
    for sentence in sentences(visible(abstract[:LONGEST]))[:MOST]:
        clean, lower = harmless(sentence), sentence.lower()
        if re.search(r"\w", clean) and not addresses_a_machine(sentence):
            said.append((clean, _is_aside(lower)))
    return tuple(clean for clean, is_aside in said if not is_aside) or tuple(clean for clean, _ in said)


def _is_aside(lower: str) -> bool:
    """Whether a sentence only points elsewhere or is a notice, not a part of the argument."""
    if _WITHDRAWN.search(lower):
        return True
    if _SUSPECT.search(lower) and (address := _ADDRESS.search(lower)):
        return len(lower) - len(address[0]) < 60 or _ELSEWHERE.search(lower) is not None
    return len(lower) < 140 and _PROMISED.search(lower) is not None
