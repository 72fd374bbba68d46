"""Terms are found however they are written, and called one thing; what is shipped is what we vouch for."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.glossary.reading import LANGUAGES, GlossaryError, additions, merged, shipped
from bot.glossary.renderings import settle, unnamed
from bot.glossary.terms import MOST, Found, Glossary, Term, Wrong


def found(text: str, language: str = "zh") -> Found:
    """The terms of `text` in what we ship."""
    glossary = shipped(language)
    assert glossary is not None
    return glossary.found(text)


def renderings(text: str, language: str = "zh") -> dict[str, str]:
    """The longest terms of `text` and what they are called."""
    return {term.name: term.rendering for term in found(text, language).longest}


def settled(text: str, source: str, language: str = "zh") -> str:
    """`text` put right, for a paper that says `source`."""
    return settle(text, found(source, language), source).text


# ---------------------------------------------------------------- finding


@pytest.mark.parametrize(
    "text",
    ["Foundation models", "a foundation model.", "FOUNDATION MODEL", "foundation-model size", "(foundation models)"],
)
def test_a_term_is_found_in_any_case_number_and_spelling(text: str) -> None:
    assert renderings(text) == {"foundation model": "基础模型"}


@pytest.mark.parametrize("text", ["autoregressive", "auto-regressive", "auto regressive"])
def test_hyphens_do_not_matter(text: str) -> None:
    assert renderings(text) == {"auto-regressive": "自回归"}


@pytest.mark.parametrize("text", ["foundational models", "transformerless", "ViTransformer", "tokens1"])
def test_a_part_of_a_word_is_no_term(text: str) -> None:
    assert found(text).longest == ()


def test_the_longest_term_is_named_to_the_model_and_those_inside_are_checked_too() -> None:
    terms = found("We study large language models.")

    assert [term.name for term in terms.longest] == ["large language model"]
    assert {term.name for term in terms.every} == {"large language model", "language model"}


def test_terms_come_in_the_order_of_the_paper_and_only_so_many_are_named() -> None:
    glossary = Glossary("zh", tuple(Term(forms=(f"term{n}",), rendering=f"词{n}") for n in range(40)))
    lines = glossary.found(" ".join(f"term{n}" for n in reversed(range(40)))).lines

    assert lines[0] == "term39 = 词39"
    assert len(lines) == MOST


def test_a_later_term_of_the_same_name_wins() -> None:
    glossary = Glossary(
        "zh", (Term(forms=("dropout",), rendering="暂退法"), Term(forms=("Dropout",), rendering="Dropout"))
    )

    assert glossary.found("dropout").lines == ("Dropout = Dropout",)


def test_a_paper_without_terms_and_an_empty_glossary_name_nothing() -> None:
    assert found("Nothing of the kind.") == Found()
    assert Glossary("zh", ()).found("transformer") == Found()


# ---------------------------------------------------------------- what is shipped


@pytest.mark.parametrize(
    ("term", "rendering"),
    [
        ("Transformers", "Transformer"),
        ("foundation model", "基础模型"),
        ("user profiles", "用户画像"),
        ("non-stationary", "非平稳"),
        ("fictitious play", "虚拟博弈"),
        ("latent attention", "潜在注意力"),
        ("distribution shifts", "分布偏移"),
        ("instruction tuning", "指令微调"),
        ("few-shot", "少样本"),
        ("autoregressive", "自回归"),
        ("self-attention", "自注意力"),
        ("receptive fields", "感受野"),
    ],
)
def test_the_terms_the_page_got_wrong_are_settled(term: str, rendering: str) -> None:
    assert [each.rendering for each in found(f"On {term} today.").longest] == [rendering]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_rendering_we_ship_is_wrong_for_its_own_term(language: str) -> None:
    glossary = shipped(language)
    assert glossary is not None
    for term in glossary.terms:
        right = {term.rendering, *term.also}
        for wrong in term.wrong:
            assert wrong.text not in right, term.name
            assert wrong.right != wrong.text, term.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_that_is_put_right_stays_as_it_is(language: str) -> None:
    glossary = shipped(language)
    assert glossary is not None
    for term in glossary.terms:
        terms = glossary.found(term.name)
        once = settle(" / ".join((term.rendering, *(wrong.text for wrong in term.wrong))), terms, term.name).text
        assert settle(once, terms, term.name).text == once, term.name


@pytest.mark.parametrize("word", ["size", "import", "class", "example", "image", "error"])
def test_everyday_words_of_the_textbook_are_left_out(word: str) -> None:
    assert found(f"The {word} of it.").longest == ()


@pytest.mark.parametrize("language", ["en", "fr", "zh-Hant", "zh_TW", "zh-HK"])
def test_there_is_nothing_for_other_languages_nor_for_traditional_chinese(language: str) -> None:
    assert shipped(language) is None


@pytest.mark.parametrize("language", ["zh", "zh-CN", "zh-Hans"])
def test_simplified_chinese_is_one_language(language: str) -> None:
    assert shipped(language) is shipped("zh")


# ---------------------------------------------------------------- putting right


@pytest.mark.parametrize(
    ("source", "text", "right"),
    [
        ("a transformer", "变压器模型", "Transformer模型"),
        ("a transformer", "基于transformers的模型", "基于Transformer的模型"),
        ("a user profile", "用户配置文件与配置文件", "用户画像与画像"),
        ("a few-shot task", "在 few-shot 任务上", "在少样本任务上"),
        ("best responses", "最佳响应", "最佳响应"),
        ("instruction tuning", "指令调整", "指令微调"),
    ],
)
def test_a_known_wrong_rendering_is_replaced(source: str, text: str, right: str) -> None:
    assert settled(text, source) == right


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("a power transformer", "电力变压器"),
        ("a transformer and an analog converter", "转换器"),
        ("a language model", "变压器"),
        ("a few-shot task", "在 few-shot-bench 上"),
        ("a transformer", "sentence-transformers 库"),
    ],
)
def test_what_the_paper_means_otherwise_is_let_be(source: str, text: str) -> None:
    assert settled(text, source) == text


def test_each_place_is_counted() -> None:
    assert settle("变压器与变压器", found("transformer"), "transformer").repaired == 2


def test_a_wrong_part_of_a_right_rendering_is_let_be() -> None:
    term = Term(forms=("net",), rendering="神经网络", wrong=(Wrong(text="网络", right="神经网络"),))
    terms = Glossary("zh", (term,)).found("net")

    assert settle("神经网络和网络", terms, "net").text == "神经网络和神经网络"


def test_what_cannot_be_replaced_has_to_be_said_again() -> None:
    told = settle("Механизм вложения слов", found("embedding", "ru"), "embedding")

    assert told.text == "Механизм вложения слов"
    assert settle("вложение", found("embedding", "ru"), "embedding").problems == (
        "embedding is called эмбеддинг, not вложение",
    )


def test_russian_endings_stay() -> None:
    assert settled("слои трансформатора", "transformer", "ru") == "слои трансформера"


def test_a_whole_translation_names_the_settled_terms() -> None:
    terms = found("Distribution shift and large language models and tokens.")

    assert [term.name for term in unnamed("关于分布变动与 LLM。", terms)] == ["distribution shift"]
    assert unnamed("О сдвигах.", terms) == ()


# ---------------------------------------------------------------- the operator's own


def write(folder: Path, text: str) -> Path:
    """A file with `text`."""
    path = folder / "terms.tsv"
    path.write_bytes(text.encode())
    return path


def test_an_operator_adds_terms_and_overrules_ours(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff# ours\n\nzh\ttoken\t词元\t\ttoken|令牌\nfr\tfine-tuning|fine-tune\taffinage\n")
    added = additions(path)

    chinese, french = merged("zh", added), merged("fr-CA", added)
    assert chinese is not None
    assert chinese.found("tokens").lines == ("token = 词元",)
    assert settle("token 与令牌", chinese.found("token"), "token").text == "词元与词元"
    assert french is not None
    assert french.found("We fine-tune it").lines == ("fine-tuning = affinage",)
    assert merged("ru", added) is shipped("ru")


@pytest.mark.parametrize(
    "line", ["zh\ttoken", "token", "zh\t\t词元", "中文\ttoken\t词元", "zh token 词元", "zh\ttoken\t"]
)
def test_a_line_that_is_no_term_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(GlossaryError, match=r"Line 2 .* is no term"):
        additions(write(tmp_path, f"# ours\n{line}\n"))


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(GlossaryError, match="PAPERBOY_GLOSSARY"):
        additions(tmp_path / "none.tsv")
    (tmp_path / "latin.tsv").write_bytes(b"de\ttoken\tM\xfcnze\n")
    with pytest.raises(GlossaryError, match="UTF-8"):
        additions(tmp_path / "latin.tsv")
    with pytest.raises(GlossaryError, match="larger"):
        additions(write(tmp_path, "#" * 1_000_001))
