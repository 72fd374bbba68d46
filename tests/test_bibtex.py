"""BibTeX that BibTeX reads: every brace closed, every special character spelled, names and capitals kept."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bibtex import entry, key
from tests.samples import paper

ID, OTHER = "2405.17428", "2409.15700"


def fields(made: str) -> dict[str, str]:
    """An entry as BibTeX reads it: braces count wherever they stand, and everything else is a mistake."""
    head = re.match(r"@misc\{([^\s{},\"#%'()=~\\]+),\n", made)
    assert head, made
    found: dict[str, str] = {"key": head[1]}
    at = head.end()
    while name := re.compile(r"  (\w+) = \{").match(made, at):
        depth, end = 1, name.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(made[end], 0)
            end += 1
        found[name[1]] = made[name.end() : end - 1]
        at = end + len(re.compile(r",?\n").match(made, end).group())  # type: ignore[union-attr]
    assert made[at:] == "}", made[at:]
    return found


def bib(**given_: Any) -> dict[str, str]:  # noqa: ANN401 - fields of a paper
    return fields(entry(paper(ID, **given_)))


def test_an_entry_says_what_arxiv_says() -> None:
    made = bib(
        title="NV-Embed: Improved Techniques",
        authors=("Chankyu Lee", "Wei Ping"),
        published=datetime(2023, 12, 31, tzinfo=UTC),
        primary_category="cs.CL",
        doi="10.1000/a_b(1)",
        journal_ref="ICLR 2025 & more",
    )
    assert made == {
        "key": "lee2405.17428",
        "title": "{NV-Embed}: Improved Techniques",
        "author": "Chankyu Lee and Wei Ping",
        "year": "2023",
        "eprint": ID,
        "archivePrefix": "arXiv",
        "primaryClass": "cs.CL",
        "doi": "10.1000/a_b(1)",
        "note": r"ICLR 2025 \& more",
        "url": f"https://arxiv.org/abs/{ID}",
    }


@pytest.mark.parametrize(
    ("title", "written"),
    [
        ("50\\% of $\\beta_{1}$ & x_y #1", r"50\% of {$\beta_{1}$} \& x\_y \#1"),
        ("{LLMs} and GPT-4o: a study", r"{LLMs} and {GPT-4o}: a study"),
        ("{\\'E}tude \\emph{for} $a < b$", "Étude for {$a < b$}"),
        ("A } brace { and a back\\textbackslash slash ~ ^", None),
        ("On $\\{x\\}$", r"On \textbraceleft{}x\textbraceright{}"),
        ("Broken $\\frac{a}{b$ here", None),
        ("", ID),
    ],
)
def test_titles_are_escaped_and_keep_their_formulas(title: str, written: str | None) -> None:
    made = bib(title=title)["title"]
    assert written is None or made == written
    assert not re.search(r"(?<!\\)[&%#]", re.sub(r"\{\$[^$]*\$\}", "", made))


@pytest.mark.parametrize(
    ("names", "written"),
    [
        (("The ATLAS Collaboration", "Jo Doe"), "{The ATLAS Collaboration} and Jo Doe"),
        (("Martin King, Jr.",), "{Martin King, Jr.}"),
        (("Tom and Jerry",), "{Tom and Jerry}"),
        (('J{\\"o}rg M\\"uller',), "Jörg Müller"),
        (("Andrea Anders",), "Andrea Anders"),
        (("", "A B"), "A B"),
    ],
)
def test_names_are_what_bibtex_takes_for_names(names: tuple[str, ...], written: str) -> None:
    assert bib(authors=names)["author"] == written


def test_hundreds_of_authors_end_in_others() -> None:
    made = bib(authors=tuple(f"A{number} B" for number in range(500)))["author"]
    assert made.count(" and ") == 200
    assert made.endswith(" and others")


def test_what_the_source_did_not_give_is_not_there() -> None:
    made = fields(entry(paper("hep-th/9901001", authors=())))
    assert set(made) == {"key", "title", "year", "eprint", "archivePrefix", "url"}
    assert (made["key"], made["year"]) == ("hep-th/9901001", "1999")
    assert "doi" not in bib(doi="10.1/{x}")
    assert fields(entry(paper("math/0703001")))["year"] == "2007"


def test_no_two_papers_have_the_same_key() -> None:
    same = [paper(id_, title="T", authors=("A Lee",)) for id_ in (ID, OTHER)]
    assert len({key(each) for each in same}) == 2


nasty = st.text(alphabet=st.sampled_from(list("aZ1 é我{}\\$&%#_^~\"'@,=-\n\x00\u202e")), max_size=30)


@given(title=nasty, name=nasty, comment=nasty, doi=nasty)
def test_no_text_breaks_out_of_its_field(title: str, name: str, comment: str, doi: str) -> None:
    made = bib(title=title, authors=(name, "A B"), journal_ref=comment, doi=doi, primary_category=comment)
    assert {"key", "title", "author", "url"} <= set(made)
    assert made["author"].endswith("A B")
    for value in (made["title"], made["author"], made.get("note", "")):
        bare = re.sub(r"\{\$[^$]*\$\}", "", value)
        assert not re.search(r"(?<!\\)[&%#_$]|[~^]", re.sub(r"\\[&%#_$]", "", bare)), value
        assert not re.search(r"\\(?!text\w+\{\}|[&%#_$])", bare), value
