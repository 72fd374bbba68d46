"""Papers that somebody may mean who is still typing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store import Store
from tests.samples import paper


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "paperboy.db") as opened:
        opened.save_papers(
            [
                paper("2405.17428", title="NV-Embed: Improved Techniques for Training LLMs", abstract="A mixture."),
                paper("2405.17430", title=r"Mixture-of-Experts in $\mathcal{O}(n)$"),
                paper("2510.00001", title="Vikhr: mixtures of languages"),
                paper("hep-th/9901001", title="Old strings"),
            ]
        )
        yield opened


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("2405", ["2405.17430", "2405.17428"]),
        ("2405.17428", ["2405.17428"]),
        ("2405.17428v3", ["2405.17428"]),
        ("hep-th/99", ["hep-th/9901001"]),
        ("nv-emb", ["2405.17428"]),
        ("Mixt", ["2510.00001", "2405.17430"]),
        ("experts mix", ["2405.17430"]),
        ("  vikhr ", ["2510.00001"]),
        ("training strings", []),
        ("nothing like it", []),
    ],
)
def test_by_the_beginning_of_an_id_or_words_of_a_title_the_latest_first(
    store: Store, typed: str, found: list[str]
) -> None:
    assert [each.id for each in store.suggested(typed, limit=10)] == found


def test_nothing_typed_yet_is_the_latest_few(store: Store) -> None:
    assert [each.id for each in store.suggested("", limit=2)] == ["hep-th/9901001", "2510.00001"]
    assert store.suggested("", limit=0) == []


@pytest.mark.parametrize(
    "typed", ['"', '" OR *', "a AND", "NEAR(", "title:", "-", "\x00", "🙂", "(" * 5000, "é" * 5000, "*"]
)
def test_nothing_that_is_typed_is_an_operator_or_an_error(store: Store, typed: str) -> None:
    assert isinstance(store.suggested(typed, limit=5), list)
