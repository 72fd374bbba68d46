"""The commands as somebody runs them: real processes, real sockets, what stands on stdout and stderr, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.bundle import bundled
from bot.models import Announcement, Kind, Listed, Paper
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.arxiv_texts import TextArxiv
from tests.fakes.openai import KEY, MODEL, FakeOpenAI
from tests.fakes.papers_html import figure, page, paragraph, section
from tests.fakes.pdf_papers import STAMP
from tests.fakes.pdf_papers import paper as pdf_paper
from tests.fakes.pdfs import pdf, scanned

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "docs" / "envelope.schema.json").read_text(encoding="utf-8"))
DAY = date(2026, 5, 20)
EMPTY: Mapping[str, str] = {}
IN_WINDOW = datetime(2026, 5, 19, 8, 0, tzinfo=UTC)
ABSTRACT = (
    "Large language models are costly to serve. We introduce SparseServe, a scheduler that skips {share}\\% of the "
    "work in $\\mathcal{O}(n \\log n)$ time. On three benchmarks it is 2.4 times faster than the baseline. "
    "We analyse when skipping fails. It needs no retraining. Code: https://github.com/example/sparse-serve."
)


def paper(number: int, **given: Any) -> Paper:  # noqa: ANN401 - any field of it
    return Paper(
        **{
            "id": f"2605.{number:05d}",
            "title": f"SparseServe {number}: Serving \\textit{{Language}} Models",
            "authors": ("Ana L\\'opez", "Bo Li", "Cy Young", "Dan Roth"),
            "abstract": ABSTRACT.replace("{share}", str(10 + number % 80)),
            "version": 1,
            "categories": ("cs.CL", "cs.LG"),
            "primary_category": "cs.CL",
            "published": IN_WINDOW,
            "updated": IN_WINDOW,
            "comment": "Accepted by ACL 2026",
            **given,
        }
    )


def announced(each: Paper, kind: Kind = Kind.NEW) -> Listed:
    entry = Announcement(paper_id=each.id, date=DAY, version=each.version, announce_type=kind)
    return Listed(paper=each, announcement=entry)


@dataclass
class Desk:
    """A folder to run commands in, and the arXiv they talk to."""

    folder: Path
    arxiv: FakeArxiv

    def run(
        self, *args: str, code: int = 0, env: Mapping[str, str] = EMPTY, **more: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `paperboy ARGS`; the exit code must be `code`."""
        keep = {name: os.environ[name] for name in ("PATH", "HOME", "SYSTEMROOT") if name in os.environ}
        given = {
            **keep,
            "PYTHONPATH": str(ROOT),
            "LANG": "C.UTF-8",
            "ARXIV_API_URL": self.arxiv.api_url,
            "ARXIV_FEED_URL": self.arxiv.feed_url,
            "ARXIV_SITE_URL": self.arxiv.site_url,
            "ARXIV_DELAY_SECONDS": "0",
            "NO_PROXY": "127.0.0.1",
            **env,
            **more,
        }
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "bot", *args],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=self.folder,
            env=given,
            timeout=100,
            check=False,
        )
        assert done.returncode == code, done.stderr
        assert "Traceback" not in done.stderr
        return done

    def json(self, *args: str, code: int = 0, env: Mapping[str, str] = EMPTY, **more: str) -> dict[str, Any]:
        """The envelope a command prints, checked against the documented schema."""
        done = self.run(*args, "--format", "json", code=code, env=env, **more)
        found: dict[str, Any] = json.loads(done.stdout)
        jsonschema.validate(found, SCHEMA, format_checker=jsonschema.FormatChecker())
        return found


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    new = [paper(number) for number in range(1, 4)]
    cross = paper(11, categories=("cs.CV", "cs.CL"), primary_category="cs.CV")
    second = paper(21, version=2, comment="v2: camera-ready")
    other = paper(31, categories=("cs.RO",), primary_category="cs.RO", title="Robots", abstract="A robot walks.")
    day = [
        announced(second, Kind.REPLACE),
        announced(cross, Kind.CROSS),
        *map(announced, new),
        announced(other),
    ]
    stripped = [replace(each, paper=replace(each.paper, published=None, updated=None, comment=None)) for each in day]
    papers = [each.paper for each in day]
    with FakeArxiv(papers=papers, announced={DAY: stripped}, today=DAY) as arxiv:
        yield Desk(tmp_path, arxiv)
        assert arxiv.violations == []


def ids(found: dict[str, Any]) -> list[str]:
    return [entry["paper"]["id"] for entry in found["entries"]]


def test_the_demo_needs_no_network_and_shows_its_query_and_the_seven(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        shown = Desk(tmp_path, arxiv).run("demo", LANG="C")
        assert arxiv.requests == []
    assert 'LLM OR "language model" OR transformer' in shown.stdout
    reference = [each.paper for each in bundled() if each.announcement is None]
    assert len(reference) == 7
    for each in reference:
        assert f"https://arxiv.org/abs/{each.id}" in shown.stdout
        assert f"https://arxiv.org/pdf/{each.id}" in shown.stdout
        assert f"https://papers.cool/arxiv/{each.id}" in shown.stdout
    assert "\\" not in shown.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_digest_is_new_then_cross_listed_then_replaced(desk: Desk) -> None:
    found = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY))
    assert (found["schema"], found["date"], found["topics"]) == (1, str(DAY), ["cs.CL"])
    assert ids(found) == ["2605.00003", "2605.00002", "2605.00001", "2605.00011", "2605.00021"]
    assert [entry["paper"]["announcement"] for entry in found["entries"]] == ["new"] * 3 + ["cross", "replace"]
    assert {entry["paper"]["announced"] for entry in found["entries"]} == {str(DAY)}


def test_a_second_digest_of_the_day_asks_nobody_and_says_the_same(desk: Desk) -> None:
    first = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY))
    asked = len(desk.arxiv.requests)
    assert desk.json("digest", "--topic", "cs.CL", "--date", str(DAY)) == first
    assert len(desk.arxiv.requests) == asked


def test_text_of_a_paper_is_readable_and_links_are_arxivs_own(desk: Desk) -> None:
    entry = desk.json("digest", "--topic", "ti:SparseServe cs.CL", "--date", str(DAY), "--limit", "1")["entries"][0]
    assert entry["paper"]["title"] == "SparseServe 3: Serving Language Models"
    assert entry["paper"]["authors"][0] == "Ana López"
    assert "13% of the work in 𝒪(n log n) time" in entry["paper"]["abstract"]
    links = entry["paper"]["links"]
    assert links["abs"] == "https://arxiv.org/abs/2605.00003"
    assert links["html"] == "https://arxiv.org/html/2605.00003"
    assert links["code"] == ["https://github.com/example/sparse-serve"]
    assert entry["summary"]["method"] == "extractive"
    assert entry["summary"]["language"] == "en"


def test_what_is_beyond_the_limit_is_listed_by_title(desk: Desk) -> None:
    shown = desk.run("digest", "--topic", "cs.CL", "--date", str(DAY), "--limit", "2", LC_ALL="en_US.UTF-8")
    assert "2 of 5 papers" in shown.stdout
    assert "SparseServe 11: Serving Language Models" in shown.stdout
    found = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY), "--limit", "2")
    assert len(found["entries"]) == 2
    assert any("2 of 5" in note for note in found["notes"])
    assert any("2605.00021" in note for note in found["notes"])


def test_a_day_that_matches_nothing_and_a_day_without_announcement_are_done(desk: Desk) -> None:
    nothing = desk.json("digest", "--topic", "stat.ML", "--date", str(DAY))
    assert nothing["entries"] == []
    weekend = desk.json("digest", "--topic", "cs.CL", "--date", "2026-05-17")
    assert weekend["entries"] == []
    assert weekend["notes"][0] == "arXiv announced nothing on 17 May 2026 (Sun)."


def test_a_paper_the_feed_missed_is_there(desk: Desk) -> None:
    missed = paper(41)
    desk.arxiv.papers[missed.id] = missed
    found = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY))
    assert missed.id in ids(found)
    assert any("1 paper was missing" in note for note in found["notes"])


def test_an_older_day_is_reconstructed_and_says_so(desk: Desk) -> None:
    old = paper(51, published=datetime(2026, 5, 14, 20, 0, tzinfo=UTC))
    desk.arxiv.papers[old.id] = old
    found = desk.json("digest", "--topic", "cs.CL", "--date", "2026-05-18")
    assert ids(found) == [old.id]
    assert found["notes"][0].startswith("Reconstructed")


def test_an_arxiv_that_refuses_leaves_what_is_stored_with_a_note(desk: Desk) -> None:
    desk.json("digest", "--topic", "cs.CL", "--date", str(DAY))
    desk.arxiv.fail("/", status=503, retry_after="3600")
    today = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY))
    assert len(today["entries"]) == 5
    failed = desk.run("digest", "--topic", "cs.CL", "--date", "2026-05-15", code=1)
    assert failed.stdout == ""
    assert "arXiv" in failed.stderr


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("digest",), "--topic"),
        (("digest", "--topic", "cs.XQ"), "cs.XQ"),
        (("digest", "--topic", '"open'), "^"),
        (("digest", "--topic", "cs.CL", "--date", "yesterday"), "'yesterday' is not a date. Write one as 2026-05-20."),
        (("digest", "--topic", "cs.CL", "--date", "2026-02-30"), "'2026-02-30' is not a date"),
        (("digest", "--topic", "cs.CL", "--limit", "0"), "--limit"),
        (("digest", "--topic", "cs.CL", "--language", "klingon"), "klingon"),
        (("summarize", "banana"), "'banana' is not a paper I can find. Send an arXiv id (2405.17428) or a link."),
        (("summarize",), "ID"),
    ],
)
def test_wrong_usage_is_refused_before_anybody_is_asked(desk: Desk, args: tuple[str, ...], said: str) -> None:
    done = desk.run(*args, code=2)
    assert said in done.stderr
    assert done.stdout == ""
    assert desk.arxiv.requests == []


def test_wrong_settings_are_all_named_and_no_value_is_shown(desk: Desk) -> None:
    done = desk.run(
        "digest", "--topic", "cs.CL", code=2, PAPERBOY_DAILY_CALLS="sk-secret", OPENAI_BASE_URL="sk-also-secret"
    )
    assert "PAPERBOY_DAILY_CALLS" in done.stderr
    assert "OPENAI_BASE_URL" in done.stderr
    assert "secret" not in done.stderr


def test_a_paper_on_demand_is_the_latest_version_and_says_which_was_asked(desk: Desk) -> None:
    found = desk.json("summarize", "see https://arxiv.org/pdf/2605.00021v1.pdf, please")
    assert (found["date"], found["topics"], ids(found)) == (None, [], ["2605.00021"])
    entry = found["entries"][0]
    assert entry["paper"]["version"] == 2
    assert entry["paper"]["links"]["pdf"] == "https://arxiv.org/pdf/2605.00021v1"
    assert any("you asked for v1; this is v2" in note for note in found["notes"])


def test_an_id_nobody_knows_is_said_and_fails_the_others_are_shown(desk: Desk) -> None:
    found = desk.json("summarize", "2605.00001", "2605.09999", code=1)
    assert ids(found) == ["2605.00001"]
    assert any("2605.09999" in note for note in found["notes"])


def test_without_a_network_the_bundled_papers_can_be_summarized(desk: Desk) -> None:
    desk.arxiv.fail("/", status=503, retry_after="3600")
    found = desk.json("summarize", "2405.17428")
    assert found["entries"][0]["paper"]["title"].startswith("NV-Embed")
    assert found["entries"][0]["paper"]["version"] is None
    assert any("came with Paperboy" in note for note in found["notes"])


def test_in_depth_it_reads_the_whole_text_and_says_where_each_statement_stands(tmp_path: Path) -> None:
    text = "The scheduler keeps 64 queues. It drops the longest one when memory is short."
    method = section(
        "3", "Method", paragraph(text), figure("x1.png", "Overview of the whole scheduler and its queues.")
    )
    with TextArxiv(pages={"2605.00021v1": page(method)}) as arxiv, FakeOpenAI() as server:
        arxiv.papers["2605.00021"] = paper(21)
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "PAPERBOY_MODEL": MODEL}
        desk = Desk(tmp_path, arxiv)
        deep = desk.json("summarize", "2605.00021", env=env)["entries"][0]["summary"]
        brief = desk.json("summarize", "--brief", "2605.00021", env=env)["entries"][0]["summary"]
        pages = len(arxiv.asked("/html/"))
        shown = desk.run("summarize", "2605.00021", env=env).stdout
        bare = desk.run("summarize", "2605.00021", env=env, PAPERBOY_FIGURES="off").stdout

    assert "Figure 1 https://arxiv.org/html/2605.00021v1#S1.F1 — Overview of the whole scheduler" in shown
    assert "Figure 1" not in bare
    assert (pages, len(arxiv.asked("/html/"))) == (1, 2), "no picture is fetched for a terminal, nor a page for JSON"
    assert (deep["depth"], deep["source"], brief["depth"], brief["source"]) == ("deep", "html", "brief", "abstract")
    assert [part["kind"] for part in deep["parts"]][:2] == ["problem", "method"]
    assert [each for part in deep["parts"] for each in part["statements"]] == deep["takeaways"]
    assert {each["section"] for each in deep["takeaways"]} >= {"", "3 Method"}
    assert (brief["parts"], {each["section"] for each in brief["takeaways"]}) == ([], {""})


def test_a_model_writes_in_the_language_asked_for_once_a_paper(desk: Desk) -> None:
    with FakeOpenAI() as server:
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "PAPERBOY_MODEL": MODEL}
        found = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY), "--language", "zh", env=env)
        assert {(e["summary"]["method"], e["summary"]["language"]) for e in found["entries"]} == {("llm", "zh")}
        assert len(server.calls) == 5
        again = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY), LC_ALL="zh_CN.UTF-8", env=env)
        assert again["entries"] == found["entries"]
        assert len(server.calls) == 5
        shown = desk.run("-v", "digest", "--topic", "cs.CL", "--date", str(DAY), LC_ALL="zh_CN.UTF-8", env=env)
        assert KEY not in shown.stdout + shown.stderr


def test_a_model_that_refuses_the_key_leaves_sentences_of_the_abstract_and_says_why(desk: Desk) -> None:
    with FakeOpenAI() as server:
        env = {"OPENAI_API_KEY": "sk-wrong-key", "OPENAI_BASE_URL": server.base_url, "PAPERBOY_MODEL": MODEL}
        found = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY), env=env)
    assert {entry["summary"]["method"] for entry in found["entries"]} == {"extractive"}
    assert any("does not accept the key" in note for note in found["notes"])


def test_markdown_holds_every_paper_and_no_html_of_theirs(desk: Desk) -> None:
    desk.arxiv.announced[DAY].append(announced(paper(61, title="<script>alert(1)</script> @everyone [x](http://evil)")))
    shown = desk.run("digest", "--topic", "cs.CL", "--date", str(DAY), "--format", "markdown").stdout
    assert shown.count("https://arxiv.org/pdf/") == 6
    assert "<script>" not in shown
    assert "](http://evil)" not in shown


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_what_programs_read_is_utf8_whatever_the_terminal_speaks(desk: Desk, form: str) -> None:
    asked = ("digest", "--topic", "cs.CL", "--date", str(DAY), "--format", form, "--language", "zh")
    assert "López" in desk.run(*asked, PYTHONIOENCODING="ascii").stdout


def test_what_the_source_did_not_give_is_null_and_never_an_empty_text(desk: Desk) -> None:
    desk.arxiv.announced[DAY].append(announced(paper(71, comment=None, version=None)))
    found = desk.json("digest", "--topic", "cs.CL", "--date", str(DAY))
    bare = next(entry["paper"] for entry in found["entries"] if entry["paper"]["id"] == "2605.00071")
    assert {bare[name] for name in ("comment", "doi", "journal_ref")} == {None}


def test_the_demo_ends_with_a_next_step_that_is_no_part_of_the_result(tmp_path: Path) -> None:
    with FakeArxiv() as arxiv:
        shown = Desk(tmp_path, arxiv).run("demo")
    assert "digest --topic LLM" in shown.stderr
    assert "summarize 2405.17428" in shown.stderr
    assert "digest --topic" not in shown.stdout


def test_a_closed_pipe_is_no_error_to_read_about(desk: Desk) -> None:
    command = [sys.executable, "-m", "bot", "demo"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(  # noqa: S603 - our own command
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=desk.folder, env=env
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()


# ---------------------------------------------------------------- a PDF of one's own


def test_a_pdf_of_ones_own_is_read_without_a_network_and_shown_without_an_address(desk: Desk) -> None:
    (desk.folder / "Mine.PDF").write_bytes(pdf_paper(stamp=STAMP))
    with FakeOpenAI() as server:
        env = {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": server.base_url, "PAPERBOY_MODEL": MODEL}
        told = desk.run("summarize", "Mine.PDF", env=env)
        assert len(server.calls) == 1
        markdown = desk.run("summarize", "Mine.PDF", "--format", "markdown", env=env).stdout
    assert desk.arxiv.requests == []
    assert "Mine.PDF" in told.stdout
    assert "TL;DR" in markdown
    assert "http" not in told.stdout + markdown
    assert "Its first page says it is arXiv 2405.17428v2" in " ".join(told.stdout.split())


def test_without_a_model_a_pdf_is_told_in_its_own_words_and_they_say_so(desk: Desk) -> None:
    (desk.folder / "a.pdf").write_bytes(pdf_paper())
    told = desk.run("summarize", "a.pdf").stdout
    assert "These are the paper's own sentences" in " ".join(told.split())


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"no PDF", "damaged or no PDF"),
        (scanned(), "hardly any text"),
        (pdf([], password="x"), "locked with a password"),
    ],
)
def test_a_pdf_that_cannot_be_read_says_what_to_do(desk: Desk, body: bytes, said: str) -> None:
    (desk.folder / "a.pdf").write_bytes(body)
    assert said in desk.run("summarize", "a.pdf", code=1).stderr


def test_a_file_has_no_json_and_one_that_is_not_there_is_no_paper(desk: Desk) -> None:
    (desk.folder / "a.pdf").write_bytes(pdf_paper())
    assert "shown as text or markdown" in desk.run("summarize", "a.pdf", "--format", "json", code=2).stderr
    assert "'b.pdf' is not a paper I can find" in desk.run("summarize", "b.pdf", code=2).stderr
