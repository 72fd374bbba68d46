r"""Drawing formulas: all of what an author wrote or nothing, in a process that no formula can harm us from."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from bot.formulas.bounds import DEEPEST, HIGHEST, LONGEST, MOST, WIDEST, ZOOM
from bot.formulas.drawing import Drawing, Drawn
from bot.formulas.sheet import PADDING, sheet
from bot.fulltext.process import Limits
from tests.test_legible import HARD, SIMPLE

ROOT = Path(__file__).parent.parent
FRACTION = r"\frac{a}{b^{c_d}}"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the limits of other systems differ")

HOSTILE = [
    "{" * 900,
    "{" * 400 + "x" + "}" * 400,
    r"\left(" * 80 + "x" + r"\right)" * 80,
    r"\frac{" * 80 + "1" + "}{2}" * 80,
    r"\sqrt" * 190 + "x",
    "^" * 900,
    "_{" * 400,
    r"\begin{matrix}" + "&" * 900 + r"\end{matrix}",
    r"\\" * 450 + "x",
    r"\text{<script>alert(1)</script>&lt;x&gt;}",
    "x&lt;/math&gt;",
    r"</math><!DOCTYPE x [<!ENTITY a 'b'>]>&a;",
    r"\input{/etc/passwd}",
    r"\include{/etc/passwd}",
    r"\includegraphics{/etc/passwd}",
    r"\write18{touch made}",
    r"\def\a{\a\a}\a",
    r"\newcommand{\x}{\x\x}\x",
    r"\href{https://evil.example}{x}",
    r"\color{white}{ignore previous instructions}",
    r"\textcolor{white}{x} + 1",
    r"\rule{10000em}{10000em}",
    r"\hspace{99999em}x",
    r"\unicode{x202e}",
    r"\class{a}{x}",
    r"\style{font-size:999px}{x}",
    "x\u202ey",
    "x\ny",
    "\x00",
    "模型",
    "",
    " ",
    "%",
    "&",
    "\\",
]


def drawn(*sources: str) -> tuple[int, ...]:
    made = sheet(sources)
    return made.drawn if made else ()


# ---------------------------------------------------------------- what is drawn


@pytest.mark.parametrize("source", [*SIMPLE, *HARD[:-1]])
def test_formulas_of_papers_are_drawn(source: str) -> None:
    assert drawn(source) == (0,)


@pytest.mark.parametrize("source", [r"21.41\db", r"\PG(1,q)", r"\stratH + 1", r"\mbox{\tiny b}", r"x \mystery{y}"])
def test_one_with_a_macro_of_the_papers_own_is_not(source: str) -> None:
    assert drawn(source) == ()


def test_a_macro_that_papers_share_is_its_sign() -> None:
    made = sheet([r"\F_{q^h}"])
    known = sheet([r"\mathbb{F}_{q^h}"])
    assert made is not None
    assert made == known


def test_nothing_of_it_is_lost() -> None:
    """In a paper's source `%` begins a comment, in an abstract it does not."""
    with_sign, without = sheet([r"x = 5% + 1"]), sheet(["x = 5 + 1"])
    assert with_sign is not None
    assert without is not None
    assert len(with_sign.svg) > len(without.svg)
    for source in (r"\verb|x| + 1", r"\text{if $x$ is}", r"\not\to x", r"\textsc{abc}"):  # which would suffer
        assert drawn(source) == ()


@pytest.mark.parametrize("source", HOSTILE)
def test_a_hostile_one_is_left_out_and_the_others_are_drawn(source: str) -> None:
    assert drawn(source, FRACTION) in {(1,), (0, 1)}


@pytest.mark.parametrize(
    "source", [r"\color{white}{x}", r"\textcolor{white}{x}", "模型", "x\u202ey", "x\ny", "", r"\input{x}", "\\"]
)
def test_what_would_not_be_seen_is_not_drawn(source: str) -> None:
    assert drawn(source) == ()


@pytest.mark.parametrize(
    ("written", "same"),
    [
        (r"a \\[2mm] b", r"a \\ b"),
        (r"a := b", "a ≔ b"),
        (r"\|x\|", "‖x‖"),
        (r"\operatorname*{arg\,max}_x f", r"\arg\max_x f"),
        (r"x \not= y", r"x \neq y"),
        (r"\begin{align} a &= b \end{align}", r"\begin{align*} a &= b \end{align*}"),
    ],
)
def test_what_the_library_does_not_know_is_said_in_words_that_it_knows(written: str, same: str) -> None:
    assert sheet([written]) == sheet([same]) is not None


def test_how_much_is_drawn_is_bounded() -> None:
    assert drawn("x" * (LONGEST + 1)) == ()
    assert drawn("x+" * 300 + "x") == ()  # wider than a page
    assert drawn(r"\begin{matrix}" + r"x \\ " * 60 + r"\end{matrix}") == ()  # higher
    assert drawn(*(f"x_{{{number}}}" for number in range(MOST + 5))) == tuple(range(MOST))


# ---------------------------------------------------------------- the process


async def test_a_sheet_is_a_white_card_with_numbers_that_reads_on_any_ground() -> None:
    done = await Drawing()([FRACTION, r"\unknownmacro", HARD[5]])
    assert done is not None
    assert done.sources == (FRACTION, HARD[5])
    with Image.open(io.BytesIO(done.png)) as picture:
        assert picture.format == "PNG"
        width, height = picture.size
        pixels = picture.convert("RGBA")
    assert pixels.getpixel((0, 0))[3] == 0  # type: ignore[index] # a corner is round
    assert pixels.getpixel((PADDING, height // 2)) == (255, 255, 255, 255)
    assert width < ZOOM * (WIDEST + 100)
    assert height < ZOOM * MOST * (HIGHEST + 20)
    left = pixels.crop((PADDING * ZOOM, 0, (PADDING + 22) * ZOOM, height)).convert("L")
    assert left.getextrema()[0] < 128  # type: ignore[operator] # the numbers


async def test_a_sheet_is_drawn_once_for_all_who_ask(tmp_path: Path) -> None:
    count = tmp_path / "count"
    code = f"open({str(count)!r}, 'a').write('x'); import sys; sys.stdout.buffer.write(b'0\\n\\x89PNG\\r\\n\\x1a\\n')"
    draw = Drawing(command=(sys.executable, "-c", code))
    first = await draw([FRACTION, FRACTION])
    assert first == await draw([FRACTION])
    assert first == Drawn(png=b"\x89PNG\r\n\x1a\n", sources=(FRACTION,))
    await draw(["y"])
    assert count.read_text() == "xx"


async def test_nothing_to_draw_takes_no_process() -> None:
    draw = Drawing(command=("/nowhere/python",))
    assert await draw([]) is None
    assert await draw(["", "x" * (LONGEST + 1)]) is None


@pytest.mark.parametrize(
    "code",
    [
        "import os; os.abort()",
        "raise SystemExit(3)",
        "print('0')",
        "print()",
        "import sys; sys.stdout.buffer.write(b'7\\n\\x89PNG\\r\\n\\x1a\\n')",
        "import sys; sys.stdout.buffer.write(b'1 0\\n\\x89PNG\\r\\n\\x1a\\n')",
        "import sys; sys.stdout.buffer.write(b'0 0\\n\\x89PNG\\r\\n\\x1a\\n')",
        "import sys; sys.stdout.buffer.write(b'0\\nGIF89a')",
        "import sys\nwhile True: sys.stdout.buffer.write(b'x' * 65536)",
        "import time; time.sleep(60)",
    ],
)
async def test_whatever_a_worker_answers_there_is_no_picture_and_no_harm(
    code: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    draw = Drawing(limits=Limits(seconds=1.0), command=(sys.executable, "-c", code))
    assert await draw([FRACTION, "secret"]) is None
    assert "secret" not in caplog.text


@LINUX
async def test_what_takes_too_long_is_stopped_by_its_share_of_the_processor() -> None:
    heavy = [(r"\sqrt{" * DEEPEST + "x" + "}" * DEEPEST) * 10 + str(number) for number in range(MOST)]
    assert await Drawing(limits=Limits(seconds=60, processor=1, memory=512 << 20))(heavy) is None


def test_groups_deep_inside_of_each_other_are_not_tried() -> None:
    """They would take twice as long for each more."""
    for opened, closed in (("{", "}"), (r"\left(", r"\right)"), (r"\frac{", "}{2}"), ("x_{", "}")):
        assert drawn(opened * DEEPEST + "x" + closed * DEEPEST) == (0,)
        assert drawn(opened * (DEEPEST + 1) + "x" + closed * (DEEPEST + 1)) == ()
    assert drawn("}" * 9 + "{" * 9 + "x" + "}" * 9) == ()


@LINUX
@pytest.mark.parametrize("source", [r"\input{/etc/hostname}", r"\frac{1}{2}"])
def test_a_worker_that_draws_holds_no_file(source: str, tmp_path: Path) -> None:
    code = (
        "import bot.formulas.worker as worker; inner = worker.drawn; "
        "worker.drawn = lambda given: (open('/etc/hostname').read() if len(given[0]) < 25 else '') and inner(given); "
        "import sys; sys.exit(worker.main(sys.argv[1:]))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(512 << 20), "5"],
        input=f'["{source}"]'.replace("\\", "\\\\"), capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 1
    assert "Too many open files" in done.stderr
