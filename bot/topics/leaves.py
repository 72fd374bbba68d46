"""A word or phrase of a query and its field, as a leaf of the tree. Pure."""

from __future__ import annotations

import re
from typing import cast

from bot.topics import taxonomy
from bot.topics.lexer import Is, Mistake, Piece, with_instead
from bot.topics.tree import Author, Category, Leaf, TextField, Words
from bot.topics.words import split, stem

SHORTEST_PREFIX = 2
"""Letters before a star; one letter would select nearly everything."""

_PAPER_ID = re.compile(r"(?:.*/)?\d{4}\.\d{4,5}(?:v\d+)?(?:\.pdf)?", re.IGNORECASE)


def leaf(piece: Piece, *, field: str, text: str) -> Leaf:
    """`piece`, a WORD or PHRASE of `text`, looked for in `field` ("" for none). Raises Mistake."""
    if field == "cat":
        return _category(piece, text)
    if field == "" and piece.kind is Is.WORD:
        if _is_category(piece.text.rstrip(".:!?")):
            return _category(piece, text)
        if _PAPER_ID.fullmatch(piece.text):
            reason = "This is a paper's id, not a topic; ask for the paper itself."
            raise Mistake("paper_id", reason, start=piece.start, end=piece.end)
    words, prefix = _words(piece, text)
    typed = " ".join(piece.text.split())
    if field == "au":
        whole = piece.kind is Is.PHRASE
        return Author(f'"{typed}"' if whole else typed, tuple(word.casefold() for word in words), whole, prefix)
    stems = [stem(word) for word in words]
    if prefix:
        stems[-1] = words[-1].casefold()
    typed = f'"{typed}"' if piece.kind is Is.PHRASE else typed
    return Words(typed, tuple(stems), cast(TextField, field), prefix)


def _is_category(word: str) -> bool:
    """Whether a bare `word` must be meant as a category: `cs.XX` too, but not `physics`, `stat` or `node.js`."""
    archive, dot, _ = word.lower().partition(".")
    return (bool(dot) and archive in taxonomy.ARCHIVES) or ("-" in word and taxonomy.canonical(word) is not None)


def _category(piece: Piece, text: str) -> Category:
    word = piece.text.strip().rstrip(".:!?")
    pattern = taxonomy.canonical(word)
    if pattern is not None:
        return Category(word, pattern)
    meant = taxonomy.suggest(word)
    archive = word.lower().partition(".")[0]
    members = taxonomy.ARCHIVES.get(archive, ())
    has = f"{archive} has {' '.join(member.removeprefix(f'{archive}.') for member in members)}." if members else ""
    raise Mistake(
        "unknown_category",
        f"{word[:40]} is not an arXiv category.",
        start=piece.start,
        end=piece.end,
        repairs=with_instead(
            text,
            piece.start,
            piece.end,
            *((meant,) if meant else ()),
            *((f"{archive}.*",) if len(members) > 1 else members),
            f'"{word}"',
        ),
        hint="" if meant else has,
    )


def _words(piece: Piece, text: str) -> tuple[list[str], bool]:
    """The words of `piece`, accents folded, and whether the last one may go on."""
    typed = piece.text.rstrip() if piece.kind is Is.PHRASE else piece.text.rstrip(".:!?")
    prefix = typed.endswith("*")
    words = split(typed)
    plain = typed.replace("*", "")
    if not words:
        reason = "This has neither letters nor digits."
        raise _wrong(piece, text, "no_letters", reason, "")
    if "*" in typed.removesuffix("*") or (prefix and not typed[-2].isalnum()):
        reason = "A star stands only at the end of a word: transform*"
        raise _wrong(piece, text, "misplaced_star", reason, f'"{plain}"' if piece.kind is Is.PHRASE else plain)
    if prefix and len(words[-1]) < SHORTEST_PREFIX:
        reason = f"A star needs at least {SHORTEST_PREFIX} letters before it."
        raise _wrong(piece, text, "short_prefix", reason, f'"{plain}"' if piece.kind is Is.PHRASE else plain)
    return words, prefix


def _wrong(piece: Piece, text: str, code: str, reason: str, *instead: str) -> Mistake:
    repairs = with_instead(text, piece.start, piece.end, *instead)
    return Mistake(code, reason, start=piece.start, end=piece.end, repairs=repairs)
