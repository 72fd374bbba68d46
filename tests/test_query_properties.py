"""Queries nobody would write: hostile text, every spelling of a tree, a naive evaluator and a naive arXiv."""

from __future__ import annotations

import re
from typing import TypeAlias

from hypothesis import example, given
from hypothesis import strategies as st

from bot.topics.query import LONGEST, Prepared, Query, QueryError, parse
from bot.topics.words import fold, split, stem, stems
from tests.topic_papers import made

NASTY = st.text(
    alphabet=st.sampled_from("ab\"“”()（）|&-*+:：.,/ \t\n\x00\u200bORANDNOTti:au:cat:cs.CL大é'`\\$"), max_size=60
)

VOCABULARY = ("graph", "model", "study", "loss", "cat", "bench")
CATEGORIES = ("cs.CL", "cs.CV", "math.NA", "hep-th")

Tree: TypeAlias = tuple[str, str] | tuple[str, "list[Tree]"]
"""(`word`, w), (`phrase`, "w w"), (`prefix`, w), (`ti`, w), (`cat`, c); (`and` | `or` | `not`, [trees])."""

leaf = st.one_of(
    st.tuples(st.sampled_from(["word", "ti"]), st.sampled_from(VOCABULARY)),
    st.tuples(st.just("phrase"), st.lists(st.sampled_from(VOCABULARY), min_size=2, max_size=3).map(" ".join)),
    st.tuples(st.just("prefix"), st.sampled_from(VOCABULARY).map(lambda word: word[:3])),
    st.tuples(st.just("cat"), st.sampled_from(CATEGORIES)),
)
trees: st.SearchStrategy[Tree] = st.recursive(
    leaf,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3)),
        st.tuples(st.just("not"), st.lists(inner, min_size=1, max_size=1)),
    ),
    max_leaves=8,
)
texts = st.lists(st.sampled_from([*VOCABULARY, "models", "Studies", "other"]), max_size=6)
papers = st.tuples(texts, texts, st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=2, unique=True))


def spelled(tree: Tree, data: st.DataObject) -> str:
    """`tree` as somebody might type it."""

    def pick(*choices: str) -> str:
        return data.draw(st.sampled_from(choices))

    kind, what = tree
    if isinstance(what, str):
        match kind:
            case "phrase":
                return pick(f'"{what}"', f"“{what.upper()}”", what.replace(" ", "-"))
            case "prefix":
                return f"{what}*"
            case "ti":
                return pick(f"ti:{what}", f"TI: {what}", f'ti:("{what}")')
            case "cat":
                return pick(what, what.lower(), f"cat:{what}")
            case _:
                return pick(what, what.upper() + "s", f'"{what}"') if what not in {"study", "loss", "bench"} else what
    parts = [f"({spelled(part, data)})" if part[0] in {"and", "or"} else spelled(part, data) for part in what]
    if kind == "not":
        return pick("-", "NOT ") + parts[0]
    return pick(*((" ", " AND ", " & ") if kind == "and" else (" OR ", " | "))).join(parts)


def naive(tree: Tree, title: list[str], abstract: list[str], categories: list[str]) -> bool:
    kind, what = tree
    if isinstance(what, list):
        parts = [naive(part, title, abstract, categories) for part in what]
        return all(parts) if kind == "and" else any(parts) if kind == "or" else not parts[0]
    if kind == "cat":
        return what in categories
    singular = {"models": "model", "Studies": "study"}
    texts = [[singular.get(word, word) for word in text] for text in ([title] if kind == "ti" else [title, abstract])]
    if kind == "prefix":
        return any(word.startswith(what) for text in texts for word in text)
    wanted = what.split()
    return any(text[at : at + len(wanted)] == wanted for text in texts for at in range(len(text)))


def taken(text: str, *, longest: int | None = None) -> Query | QueryError:
    try:
        return parse(text, longest=longest)
    except QueryError as wrong:
        return wrong


def ready(paper: tuple[list[str], list[str], list[str]]) -> Prepared:
    title, abstract, categories = paper
    return made(" ".join(title), " ".join(abstract), categories=tuple(categories))


def is_bounded(tree: Tree) -> bool:
    kind, what = tree
    if isinstance(what, str):
        return True
    parts = [is_bounded(part) for part in what]
    return any(parts) if kind == "and" else all(parts) if kind == "or" else not parts[0]


_PIECE = re.compile(r'\s*(\(|\)|ANDNOT|AND|OR|(?:ti|abs|cat):(?:"[^"]*"|[^\s()]+))')


def api_matches(search: str, paper: Prepared) -> bool:
    """How arXiv's API reads `search`: equal precedence, grouped from the right, ANDNOT between two terms."""
    pieces = _PIECE.findall(search)
    assert "".join(pieces).replace(" ", "") == search.replace(" ", ""), search
    found, rest = _group(pieces, paper)
    assert not rest, search
    return found


def _group(pieces: list[str], paper: Prepared) -> tuple[bool, list[str]]:
    if pieces[0] == "(":
        found, rest = _group(pieces[1:], paper)
        assert rest[0] == ")"
        rest = rest[1:]
    else:
        found, rest = _term(pieces[0], paper), pieces[1:]
    if not rest or rest[0] == ")":
        return found, rest
    other, after = _group(rest[1:], paper)
    match rest[0]:
        case "AND":
            return found and other, after
        case "OR":
            return found or other, after
        case "ANDNOT":
            return found and not other, after
        case operator:
            raise AssertionError(operator)


def _term(term: str, paper: Prepared) -> bool:
    field, _, words = term.partition(":")
    words = words.strip('"')
    if field == "cat":
        return words in paper.categories
    text = {"ti": paper.title, "abs": paper.abstract}[field]
    if words.endswith("*"):
        return f" {words[:-1]}" in text
    return "".join(f" {word} " for word in stems(words)) in text


@given(trees, papers, st.data())
def test_a_query_agrees_with_a_naive_evaluator_however_it_is_spelled(
    tree: Tree, paper: tuple[list[str], list[str], list[str]], data: st.DataObject
) -> None:
    query = taken(spelled(tree, data))
    if isinstance(query, QueryError):
        assert query.code == "too_deep" or (query.code == "only_excludes" and not is_bounded(tree))
        return

    assert is_bounded(tree)
    assert query.matches(ready(paper)) is naive(tree, *paper)
    again = parse(query.canonical(), longest=None)
    assert again.canonical() == query.canonical()
    assert again.matches(ready(paper)) is naive(tree, *paper)


@given(trees.filter(is_bounded), papers, st.data())
def test_arxivs_api_is_asked_the_same_question(
    tree: Tree, paper: tuple[list[str], list[str], list[str]], data: st.DataObject
) -> None:
    query = taken(spelled(tree, data))
    if isinstance(query, QueryError):
        assert query.code == "too_deep"
        return

    assert api_matches(query.to_arxiv(), ready(paper)) is naive(tree, *paper)


@given(trees, papers, st.data())
def test_what_matches_has_a_reason_unless_it_matches_by_exclusion(
    tree: Tree, paper: tuple[list[str], list[str], list[str]], data: st.DataObject
) -> None:
    query = taken(spelled(tree, data))
    if isinstance(query, QueryError):
        return
    why = query.why(ready(paper))

    assert query.matches(ready(paper)) or not why
    assert all(parse(term).matches(ready(paper)) for term in why)
    assert "not" in str(tree) or bool(why) is query.matches(ready(paper))


@given(st.one_of(NASTY, st.text(max_size=80)))
@example("“")
@example("a\x00b")
@example('"*"')
@example("ti:au:")
@example("İ ß ﬁ ½")
@example("-" * LONGEST)
@example('"' * 499)
@example("cs." + "x" * 400)
def test_hostile_text_is_either_a_query_or_a_query_error_whose_suggestion_can_be_taken(text: str) -> None:
    query = taken(text, longest=LONGEST)
    if isinstance(query, QueryError):
        assert query.text == text
        assert 0 <= query.place <= len(text)
        assert query.suggestion is None or parse(query.suggestion, longest=None)
        assert len(str(query)) < 2000
        assert all(char == "\n" or char.isprintable() for char in str(query))
        return

    again = parse(query.canonical(), longest=None)
    assert again.canonical() == query.canonical()
    assert query.to_arxiv()
    assert query.matches(made(text)) in {True, False}


@given(st.text(max_size=40))
def test_a_stem_is_its_own_stem_and_is_cut_the_same_way_again(text: str) -> None:
    for word in split(text):
        assert stem(stem(word)) == stem(word)
    assert stems(" ".join(stems(text))) == stems(text)
    assert fold(fold(text)) == fold(text)
