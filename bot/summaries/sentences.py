"""English scientific prose into sentences, losslessly. Pure.

A mark (`.`, `?`, `!`, `…`) ends a sentence unless what stands before it is an abbreviation, an initial or a list
number, or what follows goes on: a small letter (but not a name such as `vLLM`), or an open parenthesis around it.
"""

from __future__ import annotations

import re

_OPENING = "([{\"'“‘«`"
_CLOSING = ")\\]}\"'”’»`"
# Possessive, and never tried from inside a run of marks: a long run that ends no sentence is looked at once.
_MARK = re.compile(rf"(?:(?<![.!?…])[.!?…]++[{_CLOSING}]*+(?=\s)|[。！？]++[{_CLOSING}]*+(?=.))", re.DOTALL)

# A full stop never ends a sentence after these: something they introduce always follows.
_INTRODUCING = frozenset({
    "e.g", "i.e", "eg", "ie", "cf", "vs", "viz", "approx", "ca", "fig", "figs", "eq", "eqs", "eqn", "eqns", "sec",
    "sect", "secs", "tab", "tabs", "ref", "refs", "alg", "thm", "def", "defn", "prop", "lem", "cor", "dr", "prof",
    "mr", "mrs", "ms", "st", "mt", "resp", "incl", "esp", "dept", "univ"
})  # fmt: skip
# These introduce a number; without one they are words.
_NUMBERED = frozenset({
    "no", "nos", "vol", "vols", "p", "pp", "ch", "chap", "art", "ver", "v", "ed", "app"
})  # fmt: skip
# After these (and initials, and dotted letters such as U.S. or w.r.t.) the next word decides.
_OPEN = frozenset({
    "al", "etc", "jr", "sr", "inc", "ltd", "co", "corp", "int'l", "dist", "avg", "max", "min", "temp", "std"
})  # fmt: skip
_DOTTED = re.compile(r"(?:[^\W\d_]\.)+[^\W\d_]")
_LIST_ITEM = re.compile(r"\(?(?:[ivx]{1,4}|[a-h])\)(?!\w)")
_ITEM = re.compile(r"\(?(?:\d{1,2}|[ivx]{1,4}|[a-z])")

# Words that open a sentence and hardly ever follow an abbreviation, an initial or a name.
_STARTERS = frozenset({
    "a", "additionally", "after", "all", "although", "also", "an", "and", "another", "are", "as", "at", "based",
    "because", "besides", "both", "building", "but", "by", "can", "compared", "consequently", "conversely",
    "currently", "depending", "despite", "do", "does", "due", "during", "each", "empirically", "especially", "even",
    "every", "existing", "experimental", "experiments", "extensive", "final", "finally", "first", "firstly",
    "following", "for", "from", "further", "furthermore", "given", "hence", "here", "how", "however", "if", "in",
    "indeed", "inspired", "instead", "is", "it", "its", "last", "lastly", "many", "more", "moreover", "most",
    "motivated", "nevertheless", "next", "no", "nonetheless", "not", "notably", "numerical", "on", "once", "one",
    "only", "or", "other", "our", "overall", "particularly", "prior", "previous", "recent", "recently", "results",
    "second", "secondly", "several", "similarly", "since", "so", "some", "specifically", "such", "surprisingly",
    "that", "the", "their", "then", "there", "therefore", "these", "they", "third", "this", "those", "though",
    "through", "thus", "to", "together", "two", "under", "unfortunately", "unlike", "using", "we", "what", "when",
    "where", "whereas", "whether", "which", "while", "whilst", "why", "with", "within", "without", "yet"
})  # fmt: skip

# How far a parenthesis may reach and still hold a sentence together; a forgotten bracket must not swallow the text.
_PARENTHESIS = 400
_RUN_ON = re.compile(
    r"(?:(?<=[a-z\])]{2})|(?<=\w\)))\.(?=(?:We|The|This|In|Our|However|It|These|To|Experiments|Moreover|Finally)\s)"
)


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text` in order, white space collapsed; joined, they are `text` but for white space.

    Time is linear in `text`. Text without any mark is one sentence, empty text none.
    """
    line = " ".join(_RUN_ON.sub(". ", text).split())
    held = _held(line)
    found: list[str] = []
    start = 0
    for mark in _MARK.finditer(line):
        end = mark.end()
        if held[end - 1] or not _ends(line, start, mark):
            continue
        found.append(line[start:end].strip())
        start = end
    found.append(line[start:].strip())
    return tuple(sentence for sentence in found if sentence)


def _held(line: str) -> bytearray:
    """For every character whether a parenthesis of sensible length is open around it."""
    held = bytearray(len(line))
    pairs = {")": "(", "]": "["}
    opened: list[int] = []
    for at, char in enumerate(line):
        if char in "([":
            opened.append(at)
        elif char in ")]" and opened and line[opened[-1]] == pairs[char]:
            begin = opened.pop()
            if not opened and at - begin <= _PARENTHESIS:
                held[begin:at] = b"\x01" * (at - begin)
        if opened and at - opened[0] > _PARENTHESIS:
            opened.clear()
    return held


def _ends(line: str, start: int, mark: re.Match[str]) -> bool:
    """Whether the sentence that began at `start` ends with this mark."""
    marks = mark.group().rstrip(_CLOSING.replace("\\", ""))
    if marks[0] in "。！？":
        return True
    # Only the neighbourhood is looked at, so that the whole stays linear.
    before = line[max(start, mark.start() - 40) : mark.start()].rsplit(" ", 2)
    word = before[-1].lstrip(_OPENING)
    following = line[mark.end() + 1 : mark.end() + 41].split(" ", 1)[0]
    after = following.lstrip(_OPENING)
    if marks in {"…", "..."} and after[:1].islower():  # no forgotten capital: what trails off goes on
        return False
    goes_on = after[:1].islower() and not (_LIST_ITEM.match(following) or _starts_lower(word, after))
    if marks != ".":
        return not goes_on and bool(after) and word not in {"Yahoo", "Jeopardy"}
    if not after or goes_on or after[0] in ",;:)]%=<>≤≥≈±+×·/&":
        return False
    if _is_item(line, start, mark, word):
        return False
    return _stop_ends(word, following, after, closed=len(mark.group()) > len(marks))


def _stop_ends(word: str, following: str, after: str, *, closed: bool) -> bool:
    """Whether a full stop after `word` ends the sentence when `after` is next.

    `closed`: a quote or a bracket stands between the stop and the space.
    """
    bare = _bare(word)
    if bare in _INTRODUCING or (closed and bare in _OPEN):
        return False
    if closed:
        return True
    if bare in _NUMBERED and after[0].isdigit():
        return False
    opens = re.split(r"[^\w]", after, maxsplit=1)[0].lower() in _STARTERS
    if bare in _OPEN or _DOTTED.fullmatch(bare):
        return opens and following[0] not in "(["
    is_initial = len(word) == 1 and word.isalpha() and word.isupper()
    return opens or not is_initial


def _bare(word: str) -> str:
    """`word` as abbreviations are listed; nothing for an acronym: `MT.` is not `Mt.`"""
    last = re.split(r"[(\[/–—-]", word)[-1]
    return "" if len(last) > 1 and last.isupper() and last.isalpha() else last.lower()


def _is_item(line: str, start: int, mark: re.Match[str], word: str) -> bool:
    """Whether `1.` only numbers what follows: it opens a sentence or comes after a colon or semicolon."""
    if not _ITEM.fullmatch(word) or word == "a":
        return False
    ahead = line[max(start, mark.start() - len(word) - 2) : mark.start() - len(word)].strip()
    return not ahead or ahead[-1] in ":;,"


def _starts_lower(word: str, after: str) -> bool:
    """Whether a small letter may open a sentence here: `vLLM`, `word2vec`, `k-means`, or a forgotten capital."""
    name = after.rstrip(".,;:)")
    if any(char.isupper() for char in name):
        return _bare(word) not in _INTRODUCING | _NUMBERED | _OPEN
    ordinary = len(word) >= 4 and word.isalpha() and _bare(word) not in _INTRODUCING | _OPEN
    is_name = any(char.isdigit() for char in name) or re.match(r"[a-z]-[a-z]{3}", name) is not None
    return ordinary and (is_name or name.lower() in _STARTERS - {"and", "or", "of", "a"})
