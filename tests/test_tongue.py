"""A text in another language is told by its words; names, terms and short texts tell nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.summaries.script import is_plausible
from bot.summaries.tongue import other_than

TEXTS = {
    "en": "A latent attention layer gives the pooled embeddings, and the causal mask is removed during the training.",
    "de": "Das Verfahren trainiert ein Modell mit weniger Daten und erreicht dennoch die besten Ergebnisse der Liste.",
    "fr": "Le modèle est entraîné avec moins de données et atteint pourtant les meilleurs résultats de la liste.",
    "es": "El modelo se entrena con menos datos y aun así alcanza los mejores resultados de toda la lista.",
    "ru": "Модель обучается на меньшем количестве данных и всё же достигает лучших результатов во всём списке.",
    "uk": "Модель навчається на меншій кількості даних і все ж досягає найкращих результатів у всьому списку.",
    "zh": "模型用更少的数据训练，但仍然在整个列表中取得了最好的结果，并且推理速度更快。",
    "ja": "モデルはより少ないデータで学習され、それでもリスト全体で最良の結果を達成している。",
}


@pytest.mark.parametrize("wanted", ["en", "de", "ru", "zh", "ja"])
@pytest.mark.parametrize("written", TEXTS)
def test_every_other_language_is_told_apart(wanted: str, written: str) -> None:
    text = TEXTS[written]

    assert (is_plausible(text, wanted) and other_than(wanted, text) is None) == (wanted == written)


@pytest.mark.parametrize(
    ("wanted", "written"),
    [("en", "de"), ("de", "en"), ("de", "fr"), ("fr", "es"), ("es", "en"), ("ru", "uk"), ("uk", "ru"), ("zh", "ja")],
)
def test_languages_of_one_script_are_named(wanted: str, written: str) -> None:
    assert other_than(wanted, TEXTS[written]) == written


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "NV-Embed 两度登顶 MTEB 排行榜（56 个任务），超过 BERT、T5 与 GPT-4o-mini 等基线"),
        ("ru", "Qwen-72B с Meta Prompting достигает 46,3 % PASS@1 на MATH и 83,5 % на GSM8K без дообучения модели"),
        (
            "de",
            "Qwen-72B mit Meta Prompting erreicht 46,3 % PASS@1 auf MATH und übertrifft Llama-3.1-Instruct deutlich",
        ),
        ("zh-Hant", "模型用更少的資料訓練，但仍然在整個列表中取得了最好的結果，並且推理速度更快。"),
        ("en", "Der Transformer"),
        ("fr", "\x00\ud800 MATH GSM8K"),
        ("en", ""),
    ],
)
def test_names_terms_and_short_texts_are_no_other_language(language: str, text: str) -> None:
    assert other_than(language, text) is None


@pytest.mark.parametrize("wanted", ["de", "fr", "es", "vi"])
@pytest.mark.parametrize(
    "text",
    [
        "The encoder has 48 million parameters in 12 layers.",
        "FastGraph samples edges by their influence on the loss.",
        "It gains nothing from the dense graphs.",
        "It is 3.5 times faster than GraphSAGE.",
    ],
)
def test_a_short_sentence_that_was_not_translated_is_english(wanted: str, text: str) -> None:
    assert other_than(wanted, text) == "en"
    assert other_than("en", text) is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Der Encoder hat 48 Millionen Parameter in 12 Schichten."),
        ("de", "Die Mixture of Experts ist in allen Tests besser."),
        ("de", "Das Chain of Thought Prompting for the Win schlägt alle anderen Ansätze."),
        ("nl", "Het model is in alle tests beter en was sneller."),
        ("da", "Modellen er for langsom i en by."),
        ("fr", "On a un modèle plus rapide."),
        ("de", "State of the Art"),
        ("de", "State of the Art auf MTEB"),
        ("de", "Human in the Loop für LLM"),
    ],
)
def test_a_short_sentence_in_its_language_is_let_be(language: str, text: str) -> None:
    assert other_than(language, text) is None


def test_the_library_is_loaded_only_when_it_is_needed() -> None:
    code = "import sys, bot.summaries.llm; print('pycld2' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    assert done.stdout.strip() == "False"
