"""arXiv's categories: complete, named in three languages, recognised however they are spelled."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.topics.taxonomy
from bot.topics.taxonomy import ALIASES, ARCHIVES, canonical, categories, matches, name, suggest

NAMES = Path(bot.topics.taxonomy.__file__).parent.parent / "locales" / "categories.json"


def test_the_list_has_every_category_arxiv_takes_papers_in() -> None:
    sizes = {archive: len(members) for archive, members in ARCHIVES.items()}

    assert len(categories()) == len(set(categories())) == 155
    assert sizes["cs"] == 40
    assert sizes["math"] == 32
    assert sizes["physics"] == 22
    assert ARCHIVES["hep-th"] == ("hep-th",)


def test_every_category_and_archive_has_a_name_in_three_languages_and_no_other_has() -> None:
    names = json.loads(NAMES.read_text(encoding="utf-8"))

    assert set(names) == {*categories(), *ARCHIVES}
    assert all(set(each) == {"en", "zh", "ru"} and all(each.values()) for each in names.values())


def test_names_are_written_in_their_language() -> None:
    for category in categories():
        assert name(category, "en").isascii()
        assert any("\u4e00" <= char <= "\u9fff" for char in name(category, "zh")), category
        assert any("а" <= char.lower() <= "я" for char in name(category, "ru")), category


@pytest.mark.parametrize(
    ("category", "language", "called"),
    [
        ("cs.CL", "en", "Computation and Language"),
        ("cs.CL", "zh-Hans-CN", "计算与语言"),
        ("cs.*", "ru", "Информатика"),
        ("hep-th", "fr", "High Energy Physics - Theory"),
        ("no.SUCH", "zh", "no.SUCH"),
    ],
)
def test_a_name_falls_back_to_english_and_then_to_the_code(category: str, language: str, called: str) -> None:
    assert name(category, language) == called


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("CS.cl", "cs.CL"),
        (" cs.CL ", "cs.CL"),
        ("cs.*", "cs.*"),
        ("CS", "cs.*"),
        ("astro-ph", "astro-ph.*"),
        ("Hep-Th", "hep-th"),
        ("cond-mat.MTRL-SCI", "cond-mat.mtrl-sci"),
        ("cmp-lg", "cs.CL"),
        ("cs.NA", "cs.NA"),
        ("cs.XX", None),
        ("hep-th.*", None),
        ("", None),
    ],
)
def test_a_category_is_known_however_it_is_spelled(typed: str, meant: str | None) -> None:
    assert canonical(typed) == meant


@given(st.sampled_from(categories()), st.data())
def test_case_never_matters(category: str, data: st.DataObject) -> None:
    typed = "".join(data.draw(st.sampled_from([char.lower(), char.upper()])) for char in category)

    assert canonical(typed) == category


@pytest.mark.parametrize(
    ("pattern", "category", "fits"),
    [
        ("cs.CL", "cs.CL", True),
        ("cs.CL", "cs.CV", False),
        ("cs.*", "cs.CV", True),
        ("cs.*", "stat.ML", False),
        ("math.*", "math-ph", True),
        ("math.*", "mathematics.XX", False),
        ("astro-ph.*", "astro-ph", True),
        ("eess.*", "cs.SY", True),
        ("stat.*", "math.ST", True),
    ],
)
def test_a_pattern_takes_what_is_in_its_archive(pattern: str, category: str, fits: bool) -> None:
    assert matches(pattern, category) is fits


def test_two_names_of_one_category_match_each_other() -> None:
    for alias, category in ALIASES.items():
        assert matches(alias, category)
        assert matches(category, alias)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("cs.Cl", "cs.CL"),
        ("cs.NPL", "cs.CL"),
        ("cs.NLP", "cs.CL"),
        ("cs.LC", "cs.CL"),
        ("cs-CL", "cs.CL"),
        ("csCL", "cs.CL"),
        ("sc.CL", "cs.CL"),
        ("hepth", "hep-th"),
        ("physics.optic", "physics.optics"),
        ("stat.MLL", "stat.ML"),
        ("vision", "cs.CV"),
        ("Machine Learning", "cs.LG"),
        ("cs.XX", None),
        ("banana", None),
        ("", None),
    ],
)
def test_a_typo_gets_the_category_that_was_meant(typed: str, meant: str | None) -> None:
    assert suggest(typed) == meant


@given(st.text(max_size=60))
def test_a_suggestion_is_always_a_category_there_is(text: str) -> None:
    meant = suggest(text)

    assert meant is None or canonical(meant) == meant
