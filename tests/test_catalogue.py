"""The named topics: found by any of their names, precise on real papers."""

from __future__ import annotations

import pytest

from bot.topics.catalogue import catalogue, entries, named, topic
from bot.topics.query import LONGEST, QueryError, prepare
from tests.topic_papers import real

ABOUT = {
    "llm": "2605.24981",
    "rag": "2605.24366",
    "agents": "2605.27766",
    "reasoning": "2605.28008",
    "alignment": "2605.20834",
    "safety": "2605.24550",
    "multimodal": "2605.20676",
    "diffusion": "2605.27102",
    "video-generation": "2605.28230",
    "3dgs": "2605.29549",
    "3d": "2605.28125",
    "detection": "2605.17584",
    "medical": "2605.23992",
    "driving": "2605.24354",
    "robotics": "2605.29577",
    "speech": "2605.25404",
    "music": "2605.30339",
    "recsys": "2605.17648",
    "retrieval": "2605.29507",
    "knowledge-graphs": "2605.18211",
    "gnn": "2605.27799",
    "time-series": "2605.29768",
    "rl": "2605.21235",
    "federated": "2605.27816",
    "efficient": "2605.16423",
    "long-context": "2605.18421",
    "moe": "2605.17598",
    "code": "2605.25430",
    "translation": "2605.28218",
    "summarization": "2605.26840",
    "science": "2605.27308",
    "quantum-ml": "2605.27923",
    "theory": "2605.19768",
    "datasets": "2605.26884",
}
"""A paper each topic must find: the best of ten real days by its own ranking, read by a person."""

NOT_ABOUT = [
    ("speech", "2605.27025"),  # hate speech
    ("speech", "2605.16410"),  # TTS: test-time scaling
    ("speech", "2605.29629"),  # ASR: attack success rate
    ("theory", "2605.26494"),  # MiniMax is a model
    ("driving", "2605.15227"),  # a self-driving laboratory
    ("detection", "2605.27156"),  # segmentation of novels
]


def test_there_is_a_paper_for_every_topic() -> None:
    assert [entry.id for entry in entries()] == list(ABOUT)


@pytest.mark.parametrize("of", ABOUT)
def test_a_topic_finds_a_paper_about_it_and_passes_over_most_others(of: str) -> None:
    query = topic(of).query
    found = {paper.id for paper in real("papers").values() if query.matches(prepare(paper))}

    assert ABOUT[of] in found
    assert len(found) <= (28 if of == "llm" else 14)


@pytest.mark.parametrize(("of", "paper_id"), NOT_ABOUT)
def test_a_topic_passes_over_papers_that_only_sound_like_it(of: str, paper_id: str) -> None:
    assert not topic(of).query.matches(prepare(real("papers")[paper_id]))


def test_the_llm_topic_selects_the_reference_papers_that_mention_language_models() -> None:
    papers = {paper.id: prepare(paper) for paper in real("reference").values()}
    found = {paper_id for paper_id, paper in papers.items() if topic("LLM").query.matches(paper)}

    assert len(papers) == 7
    assert set(papers) - found == {"2308.09372"}  # on vision transformers: the page this project takes after lists it
    assert all(topic('LLM OR "language model" OR transformer').query.matches(paper) for paper in papers.values())


def test_every_topic_has_its_names_and_a_line_about_it_in_three_languages() -> None:
    for entry in entries():
        assert set(entry.topic.names) == set(entry.about) == {"en", "zh", "ru"}
        assert entry.topic.name == entry.topic.names["en"]
        assert all(text.strip() == text and text for text in (*entry.topic.names.values(), *entry.about.values()))
        assert any("\u4e00" <= char <= "\u9fff" for char in entry.topic.names["zh"] + entry.about["zh"])
        assert any("а" <= char <= "я" for char in entry.about["ru"])


def test_no_name_means_two_topics() -> None:
    seen: dict[str, str] = {}
    for entry in entries():
        for name in {name.casefold() for name in (entry.id, *entry.topic.names.values(), *entry.also)}:
            assert seen.setdefault(name, entry.id) == entry.id, name


def test_a_topics_query_is_one_a_person_could_type_and_names_no_category() -> None:
    for each in catalogue():
        assert len(each.query.text) <= LONGEST
        assert not each.query.categories()  # or papers would be cross-lists of a topic that is about words


@pytest.mark.parametrize(
    "typed", ["RAG", "rag", " Retrieval-Augmented  Generation", "检索增强生成", "генерация с поиском (RAG)", "ＲＡＧ"]
)
def test_a_topic_answers_to_its_name_in_any_language_and_case(typed: str) -> None:
    assert topic(typed) is catalogue()[1]


def test_what_is_no_name_is_a_query_called_as_typed() -> None:
    mine = topic("  cs.CL  -survey ")

    assert mine.name == mine.called("zh") == "cs.CL -survey"
    assert mine.query.categories() == {"cs.CL"}
    assert topic('"agents"').query.canonical() == "agent"
    assert topic("RAG").called("zh") == "检索增强生成"
    assert named("cs.CL") is None
    with pytest.raises(QueryError):
        topic("cs.XX")
