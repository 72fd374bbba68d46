"""Pieces of a query put together as a tree. Pure.

query := all (("OR" | "|") all)*
all   := one ("AND"? one)*              AND binds tighter than OR; nothing between two terms is AND
one   := ("NOT" | "-") one | field? term
term  := word | word"*" | "phrase" | category | "(" query ")"
field := "ti:" | "abs:" | "au:" | "cat:" | "co:" | "all:"       of a group: of each term in it without its own
"""

from __future__ import annotations

import re
from typing import Final

from bot.topics.leaves import leaf
from bot.topics.lexer import Is, Mistake, Piece, pieces, with_instead
from bot.topics.tree import Node, both, either, negated

MOST_TERMS: Final = 60
DEEPEST: Final = 10

_BEGINS_TERM = frozenset({Is.WORD, Is.PHRASE, Is.OPEN})
_BEGINS_ONE = _BEGINS_TERM | {Is.FIELD, Is.NOT}
_OR_NOT = re.compile(r"(?:\bOR\b|\|\|?)\s*(?=-|NOT\b)")


def tree(text: str) -> Node:
    """The tree of `text` (plain: ASCII punctuation). Raises Mistake."""
    parser = _Parser(text)
    if parser.sees(Is.END):
        raise Mistake("empty", "The query is empty.", start=0, end=0)
    root = parser.query(field="", depth=0)
    if parser.sees(Is.CLOSE):
        raise parser.wrong(parser.next, "unopened_group", "This parenthesis closes nothing.", " ")
    if not root.bounded:
        raise Mistake(
            "only_excludes",
            "This says only what to leave out; say what to look for, too.",
            start=0,
            end=len(text),
            repairs=(_OR_NOT.sub("", text), f"cs.* ({text})" if _OR_NOT.search(text) else f"cs.* {text}"),
        )
    return root


class _Parser:
    """Recursive descent, no deeper than DEEPEST; `next` is the piece to be taken."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.pieces = iter(pieces(text))
        self.next = next(self.pieces)
        self.terms = 0

    def sees(self, *kinds: Is) -> bool:
        return self.next.kind in kinds

    def take(self) -> Piece:
        taken = self.next
        self.next = next(self.pieces, taken)
        return taken

    def wrong(self, piece: Piece, code: str, reason: str, *instead: str) -> Mistake:
        repairs = with_instead(self.text, piece.start, piece.end, *instead)
        return Mistake(code, reason, start=piece.start, end=piece.end, repairs=repairs)

    def query(self, *, field: str, depth: int) -> Node:
        parts = [self.all(field=field, depth=depth)]
        while self.sees(Is.OR):
            self.operator()
            parts.append(self.all(field=field, depth=depth))
        return either(parts)

    def all(self, *, field: str, depth: int) -> Node:
        if self.sees(Is.AND, Is.OR):
            raise self.wrong(self.next, "dangling_operator", f"Nothing stands before this {self.next.text}.", " ")
        if self.sees(Is.CLOSE):
            raise self.wrong(self.next, "unopened_group", "This parenthesis closes nothing.", " ")
        parts = [self.one(field=field, depth=depth)]
        while self.sees(Is.AND, *_BEGINS_ONE):
            if self.sees(Is.AND):
                self.operator()
            parts.append(self.one(field=field, depth=depth))
        return both(parts)

    def one(self, *, field: str, depth: int) -> Node:
        if self.sees(Is.NOT):
            self.descend(self.next, depth)
            self.operator()
            return negated(self.one(field=field, depth=depth + 1))
        if not self.sees(Is.FIELD):
            return self.term(field=field, depth=depth)
        own = self.take()
        if self.sees(Is.NOT):
            signs = Piece(Is.NOT, "", own.start, self.next.end)
            raise self.wrong(signs, "field_before_minus", "The minus sign stands before the field.", f"-{own.text}:")
        if not self.sees(*_BEGINS_TERM):
            raise self.wrong(own, "dangling_field", f"Nothing to look for follows {own.text}:", " ")
        if self.sees(Is.WORD):  # a name or a title may be Or or Not
            return self.leaf(self.take(), field=own.text)
        return self.term(field=own.text, depth=depth)

    def term(self, *, field: str, depth: int) -> Node:
        piece = self.take()
        if piece.kind is Is.OPEN:
            return self.group(piece, field=field, depth=depth)
        if piece.kind is Is.WORD and piece.text.lower() in {"or", "not"}:
            capitals = piece.text.upper()
            reason = f"As an operator {capitals} is written in capitals, as a word in quotation marks."
            raise self.wrong(piece, "small_operator", reason, capitals, f'"{piece.text}"')
        return self.leaf(piece, field=field)

    def group(self, opening: Piece, *, field: str, depth: int) -> Node:
        self.descend(opening, depth)
        if self.sees(Is.CLOSE):
            empty = Piece(Is.OPEN, "()", opening.start, self.next.end)
            raise self.wrong(empty, "empty_group", "There is nothing between these parentheses.", " ")
        if self.sees(Is.END):
            raise self.wrong(opening, "unclosed_group", "This parenthesis is never closed.", " ")
        inner = self.query(field=field, depth=depth + 1)
        if self.take().kind is not Is.CLOSE:
            wrong = self.wrong(opening, "unclosed_group", "This parenthesis is never closed.")
            wrong.repairs = (f"{self.text.rstrip()})",)
            raise wrong
        return inner

    def leaf(self, piece: Piece, *, field: str) -> Node:
        found = leaf(piece, field=field, text=self.text)
        self.terms += found.size
        if self.terms > MOST_TERMS:
            raise self.wrong(piece, "too_many_terms", f"A query has at most {MOST_TERMS} words; make two topics of it.")
        return found

    def operator(self) -> None:
        """Takes an operator that has something to act on."""
        operator = self.take()
        if not self.sees(*_BEGINS_ONE):
            raise self.wrong(operator, "dangling_operator", f"Nothing follows this {operator.text}.", " ")

    def descend(self, piece: Piece, depth: int) -> None:
        if depth >= DEEPEST:
            raise self.wrong(piece, "too_deep", f"Parentheses and exclusions go {DEEPEST} deep at most.", " ")
