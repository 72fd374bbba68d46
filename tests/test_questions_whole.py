"""The whole program asked in the terminal: arXiv and the model over sockets, a paper's page read, an answer checked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.models import Paper
from tests.fakes.arxiv_texts import TextArxiv
from tests.fakes.openai import KEY, MODEL, FakeOpenAI
from tests.fakes.papers_html import abstract, page, paragraph, section, table

ROOT = Path(__file__).parent.parent
FIRST = Paper(
    id="2605.00001",
    version=1,
    title="FastGraph: Sampling Edges by Influence",
    authors=("A. Author",),
    abstract="Graph models are slow on sparse inputs. FastGraph samples edges by their influence on the loss.",
    categories=("cs.LG",),
    primary_category="cs.LG",
)
SECOND = Paper(
    id="2605.00002",
    version=1,
    title="SlowGraph: Keeping Every Edge",
    authors=("B. Author",),
    abstract="Dense graphs are hard to sample. SlowGraph keeps every edge and compresses their features instead.",
    categories=("cs.LG",),
    primary_category="cs.LG",
)
PAGE = page(
    abstract("Graph models are slow on sparse inputs."),
    section("1", "Introduction", paragraph("Graphs are everywhere, and most of them are sparse.")),
    section(
        "3",
        "Method",
        paragraph("The encoder has 48 million parameters in 12 layers. It is trained for 9 hours on four A100 GPUs."),
    ),
    section("5", "Limitations", paragraph("Dense graphs gain nothing from it, since all edges matter alike.")),
    table([["model", "speed"], ["FastGraph", "3.5"]], "Speed on OGB."),
    title=FIRST.title,
)


@dataclass
class Terminal:
    """A folder, the servers that the bot in it talks to, and whoever types."""

    folder: Path
    arxiv: TextArxiv
    model: FakeOpenAI | None = None

    def chat(self, lines: Sequence[str], **more: str) -> str:
        """What stands in the terminal, white space aside, after `lines` came through a pipe and it ended."""
        keep = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        model = (
            {"OPENAI_BASE_URL": self.model.base_url, "OPENAI_API_KEY": KEY, "PAPERBOY_MODEL": MODEL}
            if self.model is not None
            else {}
        )
        env = {
            **keep,
            **model,
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "ARXIV_API_URL": self.arxiv.api_url,
            "ARXIV_FEED_URL": self.arxiv.feed_url,
            "ARXIV_SITE_URL": self.arxiv.site_url,
            "ARXIV_DELAY_SECONDS": "0",
            "NO_PROXY": "127.0.0.1",
            **more,
        }
        done = subprocess.run(
            [sys.executable, "-m", "bot", "run"],
            cwd=self.folder,
            env=env,
            input="".join(f"{line}\n" for line in lines),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=100,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert "Traceback" not in done.stderr
        assert "xyzzyplugh" not in done.stderr
        return " ".join(done.stdout.split())


@pytest.fixture
def arxiv() -> Iterator[TextArxiv]:
    with TextArxiv(pages={"2605.00001v1": PAGE}) as running:
        running.papers = {each.id: each for each in (FIRST, SECOND)}
        yield running


def test_a_paper_is_asked_compared_and_silent_in_the_terminal(tmp_path: Path, arxiv: TextArxiv) -> None:
    with FakeOpenAI() as model:
        said = Terminal(tmp_path, arxiv, model).chat(
            [
                "/ask 2605.00001 How many parameters does the encoder have?",
                "/ask 2605.00001 Who won the xyzzyplugh cup?",
                "/compare 2605.00001 2605.00002",
                "/ask",
            ]
        )
        assert len(model.calls) == 3
    assert "The encoder has 48 million parameters in 12 layers. (3 Method)" in said
    assert "The one statement has its passage in the source · from the full text (HTML)" in said
    assert "The paper does not say, as far as I can see." in said
    assert "A: Graph models are slow on sparse inputs." in said
    assert "B: Dense graphs are hard to sample." in said
    assert "A: from the full text (HTML) · B: from the abstract" in said
    assert "Which paper? For example: /ask" in said
    assert [each.path for each in arxiv.requests if each.path == "/html/2605.00001v1"] == ["/html/2605.00001v1"]
    assert arxiv.violations == []
    assert not _holding(tmp_path, b"xyzzyplugh")


def test_without_a_model_it_finds_passages_and_says_that_it_only_looks(tmp_path: Path, arxiv: TextArxiv) -> None:
    said = Terminal(tmp_path, arxiv).chat(
        [
            "/ask 2605.00001 На каких GPU его обучали?",
            "/ask 2605.00001 Write a poem about cats",
            "/compare 2605.00001 2605.00002",
        ]
    )
    assert "No model is set up here, so I only look for passages with the words of the question." in said
    assert "It is trained for 9 hours on four A100 GPUs. (3 Method)" in said
    assert "I found none. The paper may still say it in other words." in said
    assert "No model is set up here to compare them. Here is what each says in brief." in said
    assert "A · from the abstract: " in said


def test_when_the_day_is_spent_the_next_question_gets_passages(tmp_path: Path, arxiv: TextArxiv) -> None:
    with FakeOpenAI() as model:
        said = Terminal(tmp_path, arxiv, model).chat(
            [
                "/ask 2605.00001 How many parameters does the encoder have?",
                "/ask 2605.00001 On which GPUs is it trained for how many hours?",
            ],
            PAPERBOY_DAILY_CALLS="1",
        )
        assert len(model.calls) == 1
    assert "The budget of the day is used up until 00:00 UTC" in said
    assert "It is trained for 9 hours on four A100 GPUs. (3 Method)" in said


def _holding(folder: Path, words: bytes) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file() and words in path.read_bytes()]
