r"""Which formulas Unicode can set, and which it cannot. Those of papers are from abstracts on arXiv (CC0)."""

from __future__ import annotations

import pytest

from bot.document import Math
from bot.latex import spans
from bot.latex.legible import is_legible

SIMPLE = [
    "x^2",
    r"\alpha",
    r"O(n \log n)",
    r"\mathcal{O}(\sqrt{T})",
    r"\frac{1}{2}\sum_{i=1}^n x_i",
    r"\frac{q+1}{2}+\sqrt{q}",
    r"\{0,1\}",
    r"K_{\mathrm{ID}}",
    r"L_{\mathrm{exec}} = L_G \cap L_{\mathrm{cert}}(M_Π)",
    r"\sum_{i\in I} g_i",
    r"\tilde{\mathcal{O}}(T^{3/4}) + \mathcal{O}(C\log(T))",
    r"q\le n^{1/5-o(1)}",
    r"\mathbb{F}_{q^h}",
    r"H_α^{\mathrm{C}}(X|Y)",
    r"y=(x+1)/(x-1)",
    r"43.5_{\pm1.6}\%",
    r"λ_\text{phys}{=}0.10",
    r"\exists\ λ\text{-constacyclic ovoid code} \Longleftrightarrow λ\notin(\F_q^*)^2.",
]

HARD = [
    r"n^{O_{R,ε}(1)}",
    r"w(x,y)=e^{-d(x,y)^2/(2σ^2)}",
    r"\big(x^{2\cdot3^v}+x^{3^v}+1\big)^{2^\mathcal{T}}",
    r"\F_{p^{\gcd(m,s)}}",
    r"r = 2 \cdot 3^{\frac{n-1}{2}} + 1",
    r"\left(\frac{2}{1-k+\sqrt{k^2-k+1}}-1\right)",
    r"p_C = \frac{1}{N}\sum_{i=1}^{N} \left[\frac{1-μ_{i0}-μ_{i1}}{1+e^{\,β_iα_i(1-r_i/N)}}+μ_{i0}\right]",
    r"Z_n(β|\mathcal{C}) = \sum_{y^n}[P_{Y^n|\mathcal{C}}(y^n)]^β",
    r"d= \begin{cases} \frac{q-1}{r}(q-b+1),&0\le a\le m-2,\\[1mm] \frac{q-b+r-2}{r},&a=m-1. \end{cases}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"-\int_I\int_{|x|\le A|I|^{1/2}} |u|^2\Delta\left(\frac{1}{|x|}\right)dxdt",
    r"\sum_{\substack{i<j \\ i+j=n}} a_i",
]


def math(source: str) -> Math:
    """As an abstract has it."""
    (span,) = spans(f"${source}$")
    assert isinstance(span, Math)
    return span


@pytest.mark.parametrize("source", SIMPLE)
def test_what_unicode_can_set_stays_text(source: str) -> None:
    assert is_legible(math(source))


@pytest.mark.parametrize("source", HARD)
def test_what_it_cannot_does_not(source: str) -> None:
    assert not is_legible(math(source))


def test_a_command_that_was_left_is_not_read() -> None:
    assert not is_legible(Math(r"a \unknown b", r"a \unknown b"))
    assert not is_legible(Math("x" * 1_001, "x"))
    assert is_legible(Math("{0, 1}", ""))


@pytest.mark.parametrize("text", ["_(" * 400, "^(" * 400 + ")" * 400, "√(" * 400, "", "((((", ")_("])
def test_nothing_hurts(text: str) -> None:
    assert isinstance(is_legible(Math(text, text)), bool)
