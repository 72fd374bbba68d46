"""What sections are for, and which of them fit a budget: never cut within a sentence, the same every time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.document import Math
from bot.full import Full, Section, SectionKind, Table
from bot.fulltext.choice import FIRST, choose, cost, table_cost, tokens
from bot.fulltext.sections import Heading, is_cut, kind_of, kinds, numbered, sorted_out
from bot.summaries.sentences import sentences

K = SectionKind


def section(kind: K, *paragraphs: str, title: str = "", level: int = 1) -> Section:
    return Section(title=title or kind.value, kind=kind, paragraphs=paragraphs, level=level)


def full(*sections: Section, tables: tuple[Table, ...] = ()) -> Full:
    return Full(source="html", title="A Paper", sections=sections, tables=tables)


# ---------------------------------------------------------------- kinds


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Abstract", K.ABSTRACT),
        ("1 Introduction", K.INTRODUCTION),
        ("I. INTRODUCTION", K.INTRODUCTION),
        ("Introduction and Related Work", K.INTRODUCTION),
        ("2. Related Work", K.RELATED),
        ("Background", K.RELATED),
        ("3 Method", K.METHOD),
        ("Materials and Methods", K.METHOD),
        ("Experimental Methods", K.METHOD),
        ("Model Architecture", K.METHOD),
        ("Proposed Framework", K.METHOD),
        ("4 Experiments", K.RESULTS),
        ("Experimental Setup", K.RESULTS),
        ("Results and Discussion", K.RESULTS),
        ("Ablation Study", K.RESULTS),
        ("5 Discussion", K.DISCUSSION),
        ("Limitations", K.LIMITATIONS),
        ("Limitations and Future Work", K.LIMITATIONS),
        ("Threats to Validity", K.LIMITATIONS),
        ("Conclusions", K.CONCLUSION),
        ("Discussion and Conclusion", K.CONCLUSION),
        ("Future Work", K.CONCLUSION),
        ("Appendix A: More Results", K.APPENDIX),
        ("Supplementary Material", K.APPENDIX),
        ("Kangaroo", K.OTHER),
        ("", K.OTHER),
    ],
)
def test_a_heading_says_what_its_section_is_for(title: str, kind: K) -> None:
    assert kind_of(title) is kind


@pytest.mark.parametrize(
    ("heading", "number", "title"),
    [
        ("3.2 Attention", "3.2", "Attention"),
        ("3. Method", "3", "Method"),
        ("IV. RESULTS", "IV", "RESULTS"),
        ("A. Proofs", "A", "Proofs"),
        ("A.1 More", "A.1", "More"),
        ("Appendix B Details", "B", "Details"),
        ("A New Model", "", "A New Model"),
        ("I Think", "", "I Think"),
        ("3D Reconstruction", "", "3D Reconstruction"),
        ("2024 in Review", "", "2024 in Review"),
        ("", "", ""),
    ],
)
def test_a_number_is_told_from_the_words(heading: str, number: str, title: str) -> None:
    assert numbered(heading) == (number, title)


@pytest.mark.parametrize("title", ["References", "7 REFERENCES", "Bibliography", "Acknowledgments", "Contents",
                                   "Acknowledgements and Funding", "Acknowledgment."])  # fmt: skip
def test_references_and_thanks_are_cut(title: str) -> None:
    assert is_cut(title)


@pytest.mark.parametrize("title", ["Reference-free Evaluation", "Content Selection", "Thanksgiving", "Introduction"])
def test_what_only_sounds_like_it_is_not_cut(title: str) -> None:
    assert not is_cut(title)


def test_a_section_shares_the_kind_of_what_it_stands_below() -> None:
    headings = [
        Heading("Method"), Heading("Kangaroo", 2), Heading("Results of Others", 3), Heading("Experiments"),
        Heading("Models", 2), Heading("Limitations", 2), Heading("Discussion"), Heading("Ablations", 2),
    ]  # fmt: skip
    assert kinds(headings) == (
        K.METHOD, K.METHOD, K.METHOD, K.RESULTS, K.RESULTS, K.LIMITATIONS, K.DISCUSSION, K.RESULTS
    )  # fmt: skip


def test_a_method_called_by_its_own_name_is_the_method() -> None:
    named = [Heading("Introduction"), Heading("Related Work"), Heading("KangarooNet"), Heading("Jumping", 2),
             Heading("Experiments"), Heading("Kangaroos")]  # fmt: skip
    assert kinds(named) == (K.INTRODUCTION, K.RELATED, K.METHOD, K.METHOD, K.RESULTS, K.OTHER)
    assert K.METHOD not in kinds([Heading("Introduction"), Heading("KangarooNet")])


def test_what_stands_below_the_references_is_cut_with_them_and_an_appendix_is_not() -> None:
    found = sorted_out(
        [
            Section(title="References", kind=K.OTHER, paragraphs=("Doe, 2024.",)),
            Section(title="Books", kind=K.OTHER, paragraphs=("Roe, 2023.",), level=2),
            Section(title="Proofs", kind=K.OTHER, paragraphs=("We prove.",)),
            Section(title="Method", kind=K.OTHER, paragraphs=()),
        ],
        appendix=[False, False, True, False],
    )
    assert [(each.title, each.kind) for each in found] == [("Proofs", K.APPENDIX)]


# ---------------------------------------------------------------- choice


def test_tokens_are_counted_by_script() -> None:
    assert tokens("") == 0
    assert tokens("four") == 1
    assert tokens("fours") == 2
    assert tokens("модель") == 3
    assert tokens("大模型") == 3


PAPER = full(
    section(K.ABSTRACT, "We show it."),
    section(K.INTRODUCTION, *["The world has many papers. Nobody reads them all."] * 10),
    section(K.RELATED, *["Others read some."] * 10),
    section(K.METHOD, *["We read every one. It takes a while."] * 200, title="Reading"),
    section(K.RESULTS, *["It helps 12.5 % of people."] * 10),
    section(K.LIMITATIONS, "It is slow. It is dear."),
    section(K.CONCLUSION, "Read more. Sleep less."),
    section(K.APPENDIX, *["And more."] * 50),
    tables=(Table(label="Table 1", caption="Readers.", rows=("who | how many", "all | 12")),),
)


def test_all_of_a_paper_is_chosen_where_it_fits() -> None:
    choice = choose(PAPER, 100_000)
    assert choice.sections == PAPER.sections
    assert choice.tables == PAPER.tables
    assert choice.left == ()
    assert choice.tokens == sum(map(cost, PAPER.sections)) + sum(map(table_cost, PAPER.tables))


def test_a_long_method_does_not_crowd_out_results_limitations_and_conclusion() -> None:
    choice = choose(PAPER, 500)
    assert {each.kind for each in choice.sections} == set(FIRST)
    whole = {each.kind for each in choice.sections if not each.cut}
    assert whole == set(FIRST) - {K.METHOD}
    assert "Reading" in choice.left
    assert "related" in choice.left


def test_two_long_sections_share_what_there_is() -> None:
    long = "We read every one. It takes a while. " * 100
    choice = choose(full(section(K.METHOD, long), section(K.RESULTS, long)), 400)
    method, results = (cost(each) for each in choice.sections)
    assert abs(method - results) < 20
    assert method + results > 370


def test_what_is_left_goes_to_tables_then_to_the_rest() -> None:
    without_appendix = sum(cost(each) for each in PAPER.sections if each.kind in FIRST) + table_cost(PAPER.tables[0])
    choice = choose(PAPER, without_appendix + 5)
    assert choice.tables == PAPER.tables
    assert {each.kind for each in choice.sections} == set(FIRST)


def test_a_table_is_taken_whole_or_not_at_all() -> None:
    table = Table(label="Table 1", caption="Long.", rows=tuple(f"row {n} | {n}" for n in range(100)))
    assert choose(full(section(K.RESULTS, "We win."), tables=(table,)), 100).tables == ()


def test_a_cut_section_keeps_only_the_formulas_it_shows() -> None:
    one, two = Math("x²", "x^2"), Math("y²", "y^2")
    long = Section(
        title="M", kind=K.METHOD, paragraphs=("First x² is here.", "Then y² comes, much later."), formulas=(one, two)
    )
    (kept,) = choose(full(long), cost(long) - 1).sections
    assert kept.cut
    assert kept.formulas == (one,)


def test_a_sentence_longer_than_the_budget_is_left_out() -> None:
    assert choose(full(section(K.ABSTRACT, "word " * 400)), 100).sections == ()


SENTENCE = st.integers(0, 30).map(lambda length: f"We find {'very ' * length}much.")
SECTION = st.builds(
    lambda kind, paragraphs, title: section(kind, *(" ".join(each) for each in paragraphs), title=title),
    st.sampled_from(list(K)),
    st.lists(st.lists(SENTENCE, min_size=1, max_size=5), min_size=1, max_size=5),
    st.sampled_from(["One", "Two", "A longer title"]),
)


@given(st.lists(SECTION, max_size=8), st.integers(-5, 600))
def test_a_choice_fits_its_budget_and_ends_with_whole_sentences(sections: list[Section], budget: int) -> None:
    paper = full(*sections)
    choice = choose(paper, budget)
    assert choice.tokens <= max(0, budget)
    assert choice.tokens == sum(map(cost, choice.sections))
    assert choice == choose(paper, budget)
    titles = [each.title for each in paper.sections]
    position = -1
    for each in choice.sections:
        at = next(
            n for n, whole in enumerate(paper.sections) if n > position and whole.kind is each.kind
            and " ".join(whole.paragraphs).startswith(" ".join(each.paragraphs)) and whole.title == each.title
        )  # fmt: skip
        position = at
        whole = " ".join(paper.sections[at].paragraphs)
        said = " ".join(each.paragraphs)
        assert sentences(whole)[: len(sentences(said))] == sentences(said)
        assert each.cut == (said != whole)
    assert len(choice.left) <= len(titles)


@given(st.lists(SECTION, max_size=8), st.integers(0, 300), st.integers(0, 300))
def test_a_larger_budget_never_reads_less_of_the_abstract(sections: list[Section], one: int, two: int) -> None:
    paper = full(*sections)

    def read(budget: int) -> int:
        return sum(cost(each) for each in choose(paper, budget).sections if each.kind is K.ABSTRACT)

    assert read(min(one, two)) <= read(max(one, two))
