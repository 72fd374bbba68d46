"""A name of the source may be used in its usual forms; any other is missing."""

from __future__ import annotations

import pytest

from bot.summaries import names


@pytest.mark.parametrize(
    ("said", "source"),
    [
        ("NV-Embed 模型", "We introduce NV-Embed."),
        ("NVEmbed", "We introduce NV-Embed."),
        ("在 GSM8K 上", "on GSM8K"),
        ("GPT‑4", "using GPT-4"),
        ("大型语言模型（LLM）", "We train LLMs."),
        ("LLMs", "large language models"),
        ("MARL", "multi-agent reinforcement learning"),
        ("Qwen-72B 基础模型", "a Qwen-72B base language model"),
        ("72B 模型", "a Qwen-72B base model"),
        ("BERT-based", "BERT models"),
        ("GPT-4-based", "with GPT-4"),
        ("LLM-to-SQL", "from an LLM to SQL"),
        ("80GB 显存", "80 GB of memory"),
        ("2x", "two times"),
        ("Transformer", "no such word"),
        ("C++", "in C++"),
    ],
)
def test_a_name_of_the_source_may_be_used_in_its_usual_forms(said: str, source: str) -> None:
    assert names.missing(said, names.known(source)) == ()


@pytest.mark.parametrize(
    ("said", "source", "missing"),
    [
        ("优于 GPT-5", "better than GPT-4", ("GPT-5",)),
        ("on HumanEval", "on MATH", ("HumanEval",)),
        ("用 LoRA 微调", "tunes all weights", ("LoRA",)),
        ("NV-Embed-v3", "NV-Embed-v1 and NV-Embed-v2", ("NV-Embed-v3",)),
        ("LLM-to-SQL", "LLMs for text", ("LLM-to-SQL",)),
        ("AIR 基准", "the repair benchmark", ("AIR",)),
    ],
)
def test_a_name_the_source_does_not_have_is_missing(said: str, source: str, missing: tuple[str, ...]) -> None:
    assert names.missing(said, names.known(source)) == missing
