"""What a query selects, and how it refuses what it cannot take."""

from __future__ import annotations

import pytest

from bot.topics.query import LONGEST, And, Author, Category, Not, Or, QueryError, Words, parse
from tests.topic_papers import finds, made

PAPER = made(
    "In-Context Learning with GPT-4 and C++: Étude of LLMs",
    "We study large language models. The caches of T5 help 3D vision; transformers win. 大模型综述 R$^2$ rises.",
    authors=("Gerhard Weikum", "Andrew Chi-Chih Yao", "José Peña", "Laurens van der Maaten", "Wei-Ping Li"),
    categories=("cs.CL", "math.NA"),
    comment="Accepted at ICLR 2025",
    journal_ref="Neural Computation 9",
)


@pytest.mark.parametrize(
    "query",
    [
        "LLM",
        "llms",
        "etude",
        "ÉTUDE",
        "studies",
        '"large language model"',
        '"language models" LLM',
        "in-context",
        "“in context learning”",
        "GPT-4",
        "C++",
        "t5",
        "3d",
        "cache",
        "transform*",
        "transformers*",
        '"language mod*"',
        "大模型",
        "“大模型 综述”",
        "R^2 OR r2",
        "cs.CL",
        "CS.cl",
        "cs.*",
        "cat:cs",
        "cs.NA",
        "cat:(cs.CV OR cs.CL)",
        "ti:gpt abs:vision",
        "ti:(gpt OR bert)",
        "abs:(vision -gpt)",
        "co:ICLR",
        "all:weikum all:computation",
        "nothing OR LLM",
        "nothing | LLM",
        "nothing LLM OR cs.CL",
        "(nothing OR LLM) vision",
        "LLM -survey",
        "LLM NOT survey",
        "LLM ANDNOT (survey OR review)",
        "cs.CL -cs.CV -ti:vision -au:Smith",
        "LLM AND (survey OR -review)",
        "（LLM OR 综述）",
        "ti：“in-context learning”",
        "LLM，vision",
        "study & vision && LLM || nothing",
        "`LLM`, vision;",
        "-(-LLM)",
    ],
)
def test_a_query_finds_the_paper(query: str) -> None:
    assert finds(query, PAPER)


@pytest.mark.parametrize(
    "query",
    [
        "llmx",
        "LL",
        '"language large"',
        '"learning gpt"',
        '"llm we"',
        "gpt5",
        "C",
        "C#",
        "4d",
        "trans",
        "former*",
        "cs.CV",
        "stat.*",
        "ti:vision",
        "abs:gpt",
        "ICLR",
        "weikum",
        "co:LLM",
        "LLM survey",
        "LLM -vision",
        "LLM NOT 3D",
        "LLM -cs.*",
        "nothing OR LLM survey",
        "LLM -(survey OR vision)",
        "search and rescue",
        "or-tools",
    ],
)
def test_a_query_leaves_the_paper(query: str) -> None:
    assert not finds(query, PAPER)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("au:Weikum", True),
        ("au:gerhard", True),
        ('au:"Gerhard Weikum"', True),
        ('au:"Weikum, Gerhard"', True),
        ('au:"G. Weikum"', True),
        ('au:"Weikum G."', True),
        ('au:"Andrew Yao"', True),
        ('au:"A. C.-C. Yao"', True),
        ('au:"van der Maaten"', True),
        ("au:Chi-Chih", True),
        ("au:pena", True),
        ("au:Weik*", True),
        ("au:(Weikum OR Nobody)", True),
        ("au:(Weikum Yao)", True),
        ("au:Weiku", False),
        ('au:"Gerhard Yao"', False),
        ('au:"H. Weikum"', False),
        ('au:"Yao Chi"', False),
        ('au:"Wei Ping"', False),
        ("au:Ping-Wei", False),
        ("au:LLM", False),
    ],
)
def test_an_author_is_found_by_part_of_a_name_or_all_of_it_in_either_order(query: str, found: bool) -> None:
    assert finds(query, PAPER) is found


@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("GP", "GPs", True),
        ("GP", "GPS", False),
        ("gps", "GPS", True),
        ("approach", "approaches", True),
        ("cache", "caches", True),
        ("class", "classes", True),
        ("analysis", "analyses", True),
        ("bias", "biases", True),
        ("matrices", "matrix", True),
        ("opponent", "the opponent’s move", True),
        ("naive", "naïve", True),
        ("Lukasz", "Łukasz", True),
        ("new", "news", True),
        ("us", "use", False),
        ("trans*", "tranquil", False),
        ("trans*", "a tran", True),
    ],
)
def test_words_meet_over_plural_accents_and_possessives_and_not_further(query: str, text: str, found: bool) -> None:
    assert finds(query, made(text)) is found


def test_a_family_name_of_two_words_may_come_first() -> None:
    assert finds('au:"García Márquez, Gabriel"', made(authors=("Gabriel García Márquez",)))


def test_a_name_has_no_plural() -> None:
    assert finds("au:Williams", made(authors=("Ann Williams",)))
    assert not finds("au:William", made(authors=("Ann Williams",)))


def test_a_phrase_does_not_run_from_the_title_into_the_abstract() -> None:
    paper = made("On graph", "neural networks", authors=("Ann Lee", "Bo Ray"))

    assert not finds('"graph neural"', paper)
    assert not finds('all:"lee bo"', paper)
    assert finds("graph neural", paper)


def test_latex_is_read_before_it_is_searched() -> None:
    paper = made(r"\textit{Graphs} of Erd\H{o}s", r"with $\ell_1$ norms", authors=(r"Paul Erd\H{o}s",))

    assert finds("erdos graph au:erdos", paper)
    assert not finds("textit", paper)


def test_and_binds_tighter_than_or() -> None:
    a, b, c = (Words(letter, (letter,)) for letter in "abc")

    assert parse("a OR b c").root == Or((a, And((b, c))))
    assert parse("a b OR c").root == Or((And((a, b)), c))
    assert parse("(a OR b) -c").root == And((Or((a, b)), Not(c)))


def test_the_tree_says_what_was_typed() -> None:
    root = parse("ti:Graphs au:“Ann Lee” hep-th").root

    assert root == And(
        (
            Words("Graphs", ("graph",), "ti"),
            Author('"Ann Lee"', ("ann", "lee"), whole=True),
            Category("hep-th", "hep-th"),
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a AND b", "b a"),
        ("LLMs", '"llm"'),
        ("a OR (b OR c)", "c | b | a"),
        ("ti:(a OR b)", "ti:b OR ti:a"),
        ("cat:cs", "CS.*"),
        ("a NOT b", "-B a"),
        ("in-context", "“In  context”"),
        ("a a b", "a b"),
        ("NOT NOT a", "a"),
        ("au:Yao", "au:YAO"),
        ("cmp-lg", "cs.CL"),
    ],
)
def test_spellings_that_mean_the_same_have_one_canonical_form(one: str, other: str) -> None:
    assert parse(one).canonical() == parse(other).canonical()


def test_queries_that_mean_something_else_have_another_canonical_form() -> None:
    others = ["a b", "a OR b", '"a b"', "ti:a b", "a -b", "au:a b", "a b*", "bb* a", "all:a b", 'au:"a b"', "au:a-b"]
    forms = [parse(other).canonical() for other in others if other != "a b*"]

    assert len(set(forms)) == len(forms)


def test_a_query_keeps_the_text_as_typed() -> None:
    query = parse("  “LLM”   OR\tx ")

    assert query.text == str(query) == "“LLM” OR x"


def test_it_says_which_terms_made_a_paper_match() -> None:
    query = parse('("language model" vision -survey) OR ti:graph OR (LLM nothing) OR cs.CL OR au:Weikum')

    assert query.why(PAPER) == ('"language model"', "vision", "cs.CL", "au:Weikum")
    assert parse("nothing").why(PAPER) == ()


def test_it_says_which_words_and_categories_speak_for_a_paper() -> None:
    query = parse("LLM ti:graph cs.CL -cs.CV -(survey -review) OR llms OR stat.*")

    assert [str(term) for term in query.terms()] == ["LLM", "ti:graph", "review"]
    assert query.categories() == {"cs.CL", "stat.*"}


@pytest.mark.parametrize(
    ("query", "search"),
    [
        ("ti:a OR ti:b ti:c", "(ti:a OR (ti:b AND ti:c))"),
        ("LLMs", "(ti:llms OR abs:llms)"),
        ('ti:"language model" -ti:a -ti:b', '((ti:"language model" ANDNOT ti:a) ANDNOT ti:b)'),
        ("ti:a (ti:b OR -ti:c)", "(ti:a ANDNOT (ti:c ANDNOT ti:b))"),
        ("ti:a -(-ti:b ti:c)", "(ti:a ANDNOT (ti:c ANDNOT ti:b))"),
        ("-(-ti:a -ti:b)", "(ti:a OR ti:b)"),
        ("-(-ti:a OR ti:b)", "(ti:a ANDNOT ti:b)"),
        ("cs.* OR cat:cs.CL", "(cat:cs.* OR cat:cs.CL)"),
        ("au:Weikum OR au:“Gerhard Weikum”", '(au:weikum OR au:"gerhard weikum")'),
        ("all:graph* ti:c++", '(all:graph* AND ti:"c++")'),
    ],
)
def test_it_can_be_asked_of_arxiv_without_leaning_on_precedence(query: str, search: str) -> None:
    assert parse(query).to_arxiv() == search


@pytest.mark.parametrize(
    ("text", "code", "place", "suggestion"),
    [
        ("", "empty", 0, None),
        (" ,; ", "empty", 0, None),
        ("cs.XX AND llm", "unknown_category", 0, "cs.* AND llm"),
        ("llm cs.NPL", "unknown_category", 4, "llm cs.CL"),
        ("cat:foo", "unknown_category", 4, None),
        ('"a b', "unclosed_quote", 0, '"a b"'),
        ('a "', "unclosed_quote", 2, "a"),
        ("(a OR b", "unclosed_group", 0, "(a OR b)"),
        ("a ((b) c", "unclosed_group", 2, "a ((b) c)"),
        ("a (", "unclosed_group", 2, "a"),
        ("a)", "unopened_group", 1, "a"),
        (") a", "unopened_group", 0, "a"),
        ("a () b", "empty_group", 2, "a b"),
        ("a OR", "dangling_operator", 2, "a"),
        ("OR a", "dangling_operator", 0, "a"),
        ("a AND OR b", "dangling_operator", 2, "a OR b"),
        ("(a OR) b", "dangling_operator", 3, "(a ) b"),
        ("a NOT", "dangling_operator", 2, "a"),
        ("author:Weikum", "unknown_field", 0, "au:Weikum"),
        ("a Title:b", "unknown_field", 2, "a ti:b"),
        ("re:zero", "unknown_field", 0, "re zero"),
        ("a ti:", "dangling_field", 2, "a"),
        ("ti:-a b", "field_before_minus", 0, "-ti:a b"),
        ("a - b", "lone_minus", 2, "a -b"),
        ("a -", "lone_minus", 2, "a"),
        ("RAG or agents", "small_operator", 4, "RAG OR agents"),
        ("not a", "small_operator", 0, "cs.* NOT a"),
        ("-survey", "only_excludes", 0, "cs.* -survey"),
        ("a OR -b", "only_excludes", 0, "a -b"),
        ("*former", "misplaced_star", 0, "former"),
        ("hep-*", "misplaced_star", 0, "hep-"),
        ("t*", "short_prefix", 0, "t"),
        ("a !!!", "no_letters", 2, "a"),
        ('a ""', "no_letters", 2, "a"),
        ("2405.17428v2", "paper_id", 0, None),
        ("https://arxiv.org/abs/2405.17428", "paper_id", 0, None),
        ("cs.XX AND (author:a", "unknown_field", 11, "cs.* AND (au:a)"),
    ],
)
def test_a_wrong_query_is_refused_with_the_place_and_a_query_that_can_be_taken(
    text: str, code: str, place: int, suggestion: str | None
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)

    wrong = caught.value
    assert (wrong.code, wrong.place, wrong.suggestion) == (code, place, suggestion)
    assert wrong.text == text
    assert wrong.suggestion or wrong.hint
    assert suggestion is None or parse(suggestion)


def test_the_message_points_at_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse("大模型 OR cs.Xx")

    assert str(caught.value).splitlines()[:4] == [
        "cs.Xx is not an arXiv category.",
        "  大模型 OR cs.Xx",
        "            ^^^^^",  # a Han character is two columns wide
        "Did you mean: 大模型 OR cs.*",
    ]


def test_the_message_of_a_long_query_shows_the_line_around_the_place() -> None:
    with pytest.raises(QueryError) as caught:
        parse("graph\x1b[31m " * 20 + "cs.NPL " + "word " * 20)

    _, shown, carets, _ = str(caught.value).splitlines()
    assert len(shown) < 80
    assert "\x1b" not in shown
    assert shown[carets.index("^") : carets.rindex("^") + 1] == "cs.NPL"


def test_a_query_has_limits_and_says_so() -> None:
    assert parse("(" * 10 + "a" + ")" * 10)
    assert parse(" ".join(f"w{number}" for number in range(60)))
    assert parse("a" * LONGEST)
    for text, code in [
        ("(" * 11 + "a" + ")" * 11, "too_deep"),
        ("-" * 12 + "a", "too_deep"),
        (" ".join(f"w{number}" for number in range(61)), "too_many_terms"),
        ("a" * (LONGEST + 1), "too_long"),
        ("(" * LONGEST, "too_deep"),
    ]:
        with pytest.raises(QueryError) as caught:
            parse(text)
        assert caught.value.code == code


def test_a_title_with_a_colon_is_words_not_a_field() -> None:
    assert finds("Étude: GPT-4", PAPER)


def test_an_operator_in_quotation_marks_or_after_a_field_is_a_word() -> None:
    assert finds('"or" au:Or', made("this or that", authors=("Bo Or",)))
