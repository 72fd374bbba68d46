r"""LaTeX in titles, names and abstracts becomes readable Unicode: no command left, nothing lost, nothing raised."""

from __future__ import annotations

import json
import re
import time
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.document import Bold, Italic, Math, Text
from bot.latex import LONGEST, readable, spans

SAMPLE = [
    json.loads(line)["text"]
    for line in (Path(__file__).parent / "data" / "latex" / "sample.jsonl").read_text(encoding="utf-8").splitlines()
]


def check(cases: dict[str, str]) -> None:
    """Each source reads as said; all that do not are shown."""
    assert {source: readable(source) for source in cases} == cases


def test_plain_words_stay_as_they_are() -> None:
    check(
        {
            text: text
            for text in ("", "Attention is all you need.", "LLM 训练：3 月", "Ёж & co. <b>", "50% of #1", "a - b")
        }
    )


def test_accents_and_letters_of_names_are_composed() -> None:
    check(
        {
            r"Andr\'e": "André", r"{\"o}": "ö", r"\v{s}": "š", r"\H{o}": "ő", r"\c{c}": "ç", r"\c Sahin": "Şahin",
            r"\'{\i}": "í", r"{\'\i}": "í", r"K\o benhavn": "København", r"Stra\ss e": "Straße", r"{\O}bro": "Øbro",
            r"N\'u\~nez": "Núñez", r"\L{}ojasiewicz": "Łojasiewicz", r"k\={a}k\={a}": "kākā",
            r"\AA ngstr\"om": "Ångström", r"Erd\H{o}s": "Erdős", r"J. M\"oller{-}Smith": "J. Möller-Smith",
            r"\.{Z}": "Ż", r"\k{a}": "ą", r"\u g": "ğ",
        }
    )  # fmt: skip


def test_a_backslash_before_no_letter_is_no_accent() -> None:
    check(
        {
            r"a \"quoted\" word": 'a "quoted" word',
            r"range of \~8B models": "range of ~8B models",
            r"Andre\'": "Andre'",
            r"weighted \k{appa} and \b{eta}": "weighted κ and β",
            r"\d+ and \w{3}": "d+ and 3",
        }
    )


def test_formulas_are_spaced_by_what_they_mean_not_by_how_they_were_typed() -> None:
    check(
        {
            r"$\mathcal{O}(n\log n)$": "𝒪(n log n)", "$O(n log n)$": "O(n log n)", r"$x\leq0.5$": "x ≤ 0.5",
            "$5-3$": "5 − 3", "$a | x | b$": "a|x|b", r"$\frac{a}{b} | x |$": "a/b |x|", r"$\log(n)$": "log(n)",
            r"$\leq 0.5$": "≤ 0.5", r"$a+b = c-d$": "a + b = c − d", "$-1$": "-1", "$(-x)$": "(-x)",
            r"$3\times$": "3×", r"$5\pm 0.5$": "5 ± 0.5", r"$\pm 0.5$": "±0.5", r"$\sim 30\%$": "~30%",
            r"(${\sim}84$\,GB)": "(~84 GB)", r"$f:X\to Y$": "f: X → Y", r"$\{x : x>0\}$": "{x : x > 0}",
            "$p(y|x)$": "p(y|x)", r"$p(y\mid x)$": "p(y | x)", "$p(y | x)$": "p(y | x)", "$| x | < 1$": "|x| < 1",
            r"$\log\log n$": "log log n", r"$2\sin x$": "2 sin x", "$(1,2)$": "(1, 2)", "$10,000$": "10,000",
            "$10{,}000$": "10,000", "$p{=}0.5$": "p=0.5", "$1,...,n$": "1, …, n", r"$x_1,\ldots,x_n$": "x₁, …, xₙ",
            "$10-20$": "10-20", "$1-1/e$": "1 − 1/e", "$1-2p$": "1 − 2p", "$n!$": "n!", "$7 {\\rm MeV}$": "7 MeV",
            r"$20\,\mathrm{FPS}$": "20 FPS", "$<x>$": "⟨x⟩", "$:=$": ":=", "$2n$": "2n",
            r"$\arg\max_x f(x)$": "arg maxₓ f(x)", "$top-k$": "top-k", "$a<b<c$": "a < b < c", "$ab$": "ab",
        }
    )  # fmt: skip


def test_fractions_and_roots_keep_what_belongs_together() -> None:
    check(
        {
            r"$\frac{1}{2}$": "½", r"$\frac12$": "½", r"$1\frac12$": "1½", r"$\frac{a}{b}$": "a/b",
            r"$\frac{1}{2n}$": "1/(2n)", r"$\frac{a+b}{2}$": "(a + b)/2", r"$\frac{i}{\epsilon}S$": "i/ε S",
            r"$\sqrt{2}$": "√2", r"$\sqrt{2n}$": "√(2n)", r"$\sqrt[3]{x}$": "∛x", r"$\sqrt[n]{x}$": "ⁿ√x",
            r"$\frac{1}{\sqrt{1-x}}$": "1/√(1 − x)", r"$e^{i\pi \over 2}$": "e^(iπ/2)",
            r"$\binom{n}{k}$": "(n choose k)", r"$x^{\frac{3}{7}}$": "x^(3/7)", r"$\frac{x}{ab}$": "x/(ab)",
            r"${a \over b}c$": "a/b c",
        }
    )  # fmt: skip


def test_scripts_are_unicode_only_when_every_character_has_one() -> None:
    check(
        {
            "$x_t$": "xₜ", "$x^2$": "x²", "$10^{-3}$": "10⁻³", "$x_{ij}^2$": "xᵢⱼ²", "$x^{(t)}$": "x⁽ᵗ⁾",
            "$x_{i,j}$": "x_(i,j)", "$D_{KL}$": "D_(KL)", r"$x_\theta$": "x_θ", r"$\ell_\infty$": "ℓ_∞",
            r"$x_\theta y$": "x_θ y", "H$_2$O": "H₂O", r"$\sum_{i=1}^n x_i$": "∑ᵢ₌₁ⁿ xᵢ",
            r"$\max_{x\in X} f$": "max_(x∈X) f", "$C^*$-algebra": "C*-algebra", r"$25^\circ$C": "25°C",
            r"$25^{\circ}C$": "25°C", "$x'$": "x′", r"$y^{\prime\prime}$": "y″", r"$A^\top$": "Aᵀ",
            r"$\mathbb{R}^{d\times d}$": "ℝ^(d×d)", r"$\|x\|_2^2$": "‖x‖₂²", "$^{12}$C": "¹²C",
            r"$x^\mathrm{T}$": "xᵀ", r"$x^{a(q+c)}$": "x^(a(q+c))", r"$x^{(a)(b)c}$": "x⁽ᵃ⁾⁽ᵇ⁾ᶜ",
            r"$x_{(q)}$": "x_(q)", r"$x_{(q)(r)}$": "x_((q)(r))",
        }
    )  # fmt: skip


def test_scripts_outside_of_formulas_are_seen_where_nothing_else_is_likely() -> None:
    check(
        {
            "10^5 tokens": "10⁵ tokens", r"0.75\pm 0.07": "0.75±0.07", r"1.5\times faster": "1.5× faster",
            "R^2=0.9": "R²=0.9", "H_2O and CO_2": "H₂O and CO₂", "x_{max} here": "xₘₐₓ here",
            "snake_case and top_k": "snake_case and top_k", "^_^ and a^bc": "^_^ and a^bc",
            "Y_2Ba_4Cu_7O_{15}": "Y₂Ba₄Cu₇O₁₅", "file_1.txt": "file_1.txt", "10^-3": "10⁻³",
            "C^*-algebra": "C*-algebra", r"M_\odot": "M_⊙", "pass^3": "pass³",
        }
    )  # fmt: skip


def test_letters_of_other_shapes_are_shown_where_they_mean_something() -> None:
    check(
        {
            r"$\mathbb{R}$": "ℝ", r"$\mathcal{L}$": "ℒ", r"${\cal O}(n)$": "𝒪(n)", r"${\cal O \rm xy}$": "𝒪 xy",
            r"$\mathfrak{g}$": "𝔤", r"$\mathbf{x}$": "x", r"$\mathbb{1}$": "𝟙", r"$\hat{\theta}_t$": "θ̂ₜ",
            r"$\tilde{O}(n)$": "Õ(n)", r"$\bar{x}$": "x̄", r"$\vec v$": "v⃗", r"$\operatorname{sgn} x$": "sgn x",
            r"$\mathrm{KL}(p\|q)$": "KL(p‖q)", r"$\R^n$": "ℝⁿ", r"$\not\in$": "∉", r"$\ne$": "≠",
            r"$a \pmod{3}$": "a (mod 3)", r"$\left\{ \frac{a}{b} \right\}$": "{a/b}", r"$\left. x \right|$": "x|",
            r"$\lceil x\rceil$": "⌈x⌉", r"$\unicode{x2014}$": "—", r"$\mathcal{V}isi\mathcal{P}runer$": "𝒱isi𝒫runer",
            r"$x \text{ if } y$": "x if y",
        }
    )  # fmt: skip


def test_ties_dashes_and_quotes_are_typeset() -> None:
    check(
        {
            "Fig.~3": "Fig. 3", "about ~30% more": "about ~30% more", "V ~ 1/r": "V ~ 1/r", "x.edu/~me": "x.edu/~me",
            "pages 1--2": "pages 1–2", "a---b": "a—b", "a -- b": "a – b",
            "the --no-cache option": "the --no-cache option", "a --> b": "a --> b", "``quoted''": "“quoted”",
            '``child" and "x"': '“child” and "x"', "`single' one": "‘single’ one", "It`s": "It's",
            "''both sides''": "“both sides”", "don't": "don't", "`code`": "`code`",
        }
    )  # fmt: skip


def test_escaped_signs_are_signs() -> None:
    check({r"50\% \& \#1 a\_b \{x\} 3\$": "50% & #1 a_b {x} 3$", r"a\,b\ c\\d\quad e": "a b c d e", r"co\-op": "coop"})


def test_money_is_no_formula_and_keeps_its_sign() -> None:
    check(
        {
            text: text
            for text in (
                "costs $5 and $10", "US$3M in 2024", "$100K-$200K", "$5", "(under $250.00)", "a $1,500 budget",
                "C$5 or A$6",
                "from $17.7K to $569", "$0.05 per 1M tokens or $2 per day", "100$ and 200$ a month", "between $48-$74",
            )
        }
    )  # fmt: skip
    check(
        {
            r"\$100 a day": "$100 a day",
            "costs $5, and the $n$-th": "costs $5, and the n-th",
            "costs $5, or $x$": "costs $5, or x",
            "$5 per query,$x$": "$5 per query,x",
            "US$3 $x$": "US$3 x",
            "a $ and $5": "a and $5",
            r"$a \text{ if $b$ } c$": "a if b c",
            r"from $0.5\times$ to $1.5\times$": "from 0.5× to 1.5×",
            "classes $0$ and $1$": "classes 0 and 1",
            "a $5$-fold, $2^-$ state": "a 5-fold, 2⁻ state",
            r"$2 n$, $10 pb$": "2n, 10 pb",
            r"pays $5 to reach $x_i$ or \textbf{$10}": "pays $5 to reach xᵢ or $10",
        }
    )


def test_a_dollar_without_partner_does_not_swallow_the_text() -> None:
    check(
        {
            "we show $x that this is good and $y$ holds": "we show x that this is good and y holds",
            "a $ b": "a b",
            "$$": "",
            "an odd $x_i": "an odd xᵢ",
            "$HOME is set": "HOME is set",
        }
    )


def test_links_keep_their_address() -> None:
    check(
        {
            r"\url{https://x.org/a_b~c}": "https://x.org/a_b~c",
            r"\href{https://x.org/a}{the code}": "the code (https://x.org/a)",
            r"\href{https://x.org/a/}{https://x.org/a}": "https://x.org/a/",
            r"\href{https://x.org/a}{\texttt{x.org/a}}": "https://x.org/a",
            r"\href{https://x.org}. Next": "https://x.org. Next",
            r"$\href{https://x.org/a}{here}$": "here (https://x.org/a)",
            r"https://x.org/a\_b--c": "https://x.org/a_b--c",
            r"\noindenthttps://x.org/a_1": "https://x.org/a_1",
        }
    )


def test_citations_go_without_a_trace() -> None:
    check(
        {
            r"as in~\cite{a}.": "as in.",
            r"shown before (\citep[see][p.~3]{a,b}).": "shown before.",
            r"methods [\cite{a}, \cite{b}] fail": "methods fail",
            r"in Fig.~\ref{f}, we": "in Fig., we",
            r"see Eq.~\eqref{e}.": "see Eq.",
            r"\label{x}Next": "Next",
        }
    )


def test_a_papers_own_macros_keep_their_words_or_their_name() -> None:
    check(
        {
            r"our \gls{DRL} agent": "our DRL agent",
            r"we propose \method, which": "we propose method, which",
            r"\ours{} achieves": "ours achieves",
            r"\foo[opt]{a}{b} c": "a b c",
            r"(scLTL\next)": "(scLTL next)",
            r"$21.4\db$": "21.4 db",
        }
    )


def test_other_packages_are_known() -> None:
    check(
        {
            r"\SI{96.73}{\percent} in \SI{40}{\milli\second}, \num{33000}": "96.73% in 40 ms, 33000",
            r"\ding{182} fast, \ding{183} good": "(1) fast, (2) good",
            r"\textcolor{red}{new} {\color[RGB]{1,2,3}{x}} \replaced{new}{old} \deleted{gone} end": "new x new end",
            r"CO\textsubscript{2} m\textsuperscript{2}": "CO₂ m²",
            r"\verb+a_b\c+ \iffalse hidden \fi shown": "a_b∖c shown",
            r"chess\footnote{See \emph{x}.}.": "chess (See x).",
            r"(\romannumeral2) e.g. \ie{} \eg, $\ket{0}$": "(ii) e.g. i.e. e.g., |0⟩",
            r"5.7{\deg}reduction": "5.7°reduction",
        }
    )


def test_environments_are_read_through() -> None:
    check(
        {
            r"A: \begin{itemize} \item one \item two \end{itemize} end": "A: • one • two end",
            r"so \begin{align*} a &= b \\ c &= d \end{align*} holds": "so a = b c = d holds",
            r"\[ x=y \] and \(z\) and $$w$$.": "x = y and z and w.",
            r"$f=\begin{cases} 1 & x>0 \\ 0 & x<0 \end{cases}$": "f = {1 x > 0 0 x < 0",
            r"$\begin{pmatrix} a & b \end{pmatrix}$": "(a b)",
        }
    )


def test_backslashes_that_are_no_latex_leave_no_command() -> None:
    check(
        {
            r"C:\Users\bob\new.txt": "C:/Users/bob/new.txt",
            r"(A:\textit{x})": "(A:x)",
            r'delimiters like "\n\n"': 'delimiters like "↵↵"',
            "ends in \\": "ends in",
            r"$a \backslash b$ \textbackslash": "a ∖ b ∖",
        }
    )


def test_braces_and_commands_that_do_not_close_are_read_on() -> None:
    check(
        {
            r"{ open \textbf{bold and } more": "open bold and more",
            r"closed } here": "closed here",
            r"\frac{1}{ x": "1/ x",
            r"\[ never closed": "never closed",
            r"\begin{equation} x": "x",
        }
    )


def test_spans_keep_styles_and_the_source_of_formulas() -> None:
    text = r"We \emph{prune} $\mathcal{O}( n )$ of \textbf{all $k$ heads}, {\em fast}, {\bf now}: \textsc{Ucb}."

    assert spans(text) == (
        Text("We "), Italic("prune"), Text(" "), Math("𝒪(n)", r"\mathcal{O}( n )"), Text(" of "), Bold("all"),
        Text(" "), Math("k", "k"), Text(" "), Bold("heads"), Text(", "), Italic("fast"), Text(", "), Bold("now"),
        Text(": Ucb."),
    )  # fmt: skip


def test_words_in_dollars_are_words_not_formulas() -> None:
    assert spans(r"$\textit{Agents}$: $\texttt{SPECS}$ $\unicode{x2014}$") == (Italic("Agents"), Text(": SPECS —"))


def test_white_space_is_one_space_and_stands_before_no_stop() -> None:
    check(
        {
            "  a\n b\t\tc  ": "a b c",
            "a , b . c": "a, b. c",
            r"x \emph{ y } .": "x y.",
            r"x \emph{,} y": "x, y",
            "a\u00a0b\u2003c": "a b c",
            " $x$ ": "x",
        }
    )


def test_characters_nobody_should_see_are_taken_out() -> None:
    check({"a\x00b\ud800c": "a b c", "safe\u202etxt": "safe txt", "a\ue000b": "a b"})
    check({"zero\u200bwidth": "zerowidth", "soft\xadhyphen": "softhyphen", "\ufeffbom \u2060w\u200fx": "bom wx"})
    check({"tag\U000e0041\U000e007f.": "tag.", "می\u200cخواهم": "می\u200cخواهم"})


@pytest.mark.parametrize("text", SAMPLE)
def test_of_the_hardest_real_texts_nothing_of_latex_is_left(text: str) -> None:
    shown = readable(text)

    assert "\\" not in shown
    assert "  " not in shown
    assert shown == shown.strip()
    assert not re.search(r"[{}]", shown) or re.search(r"\\[{}]|\\[lr]brace|cases", text)
    assert not re.search(r"(?<!\d)\$(?!\s?[.\d])", shown)
    assert shown


NASTY = (
    "$", "$$", "{", "}", "\\", "^", "_", "~", "`", "'", '"', "-", "--", " ", "\n", ",", ".", "|", "<", "&", "%", "#",
    "\\frac", "\\emph", "\\textbf{", "\\text{", "\\begin{cases}", "\\end{cases}", "\\item", "\\left(", "\\right)",
    "\\cite{", "\\'", "\\c", "\\hat", "\\sqrt[", "]", "\\over", "\\cal", "\\href{", "\\verb|", "\\(", "\\)", "\\[",
    "\\unicode{x5c}", "\\SI{", "\\ding{", "\\romannumeral", "\\footnote{", "\\foo", "\\alpha", "\\not", "\\mid",
    "a", "b1", "12", "0.5", "Öl", "论文", "λ", "≤", "\x00", "\ud800", "\ue000", "http://a", "C:\\d", "x_1",
)  # fmt: skip
nasty = st.lists(st.sampled_from(NASTY), max_size=25).map("".join)


@given(nasty | st.text(max_size=40))
def test_whatever_comes_one_clean_line_comes_out(text: str) -> None:
    shown = readable(text)

    assert "\\" not in shown
    assert shown == " ".join(shown.split())
    shown.encode()


@given(nasty)
@example("`\\emph\\cite{\\ding{")
@example("\\emph{a} \\emph{\\cite{b}} \\emph{c}, d")
def test_spans_joined_are_the_readable_text_and_neighbours_are_merged(text: str) -> None:
    parts = spans(text)

    assert "".join(span.text for span in parts) == readable(text)
    assert all(span.text for span in parts)
    assert not any(type(a) is type(b) and type(a) is not Math for a, b in pairwise(parts))


@given(st.text(alphabet="abc XYZ.,:;()0123456789-é论", max_size=60))
def test_no_word_of_a_text_without_latex_is_lost(text: str) -> None:
    assert re.sub(r"[\s–—-]", "", readable(text)) == re.sub(r"[\s–—-]", "", text)


HOSTILE = (
    "{", "}", "$", "\\", "\\frac", "\\frac{", "^", "_{", "$x^{", "\\emph{", "\\(", "\\begin{equation}",
    "\\left(", "`", "~",
    "\\verb+", "\\cite{", "(\\cite{a}", "\\hat", "|", "-", "\\over", "{\\over", "\\href{", "A:\\a", "\\foo[",
    "$'", "{a}",
    "\\romannumeral", "é_1", ".\\cite{a} ", "{$}", "http://",
)  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_hostile_text_costs_little(unit: str) -> None:
    deep = unit * (LONGEST // len(unit) // 2)
    started = time.perf_counter()
    for text in (deep, f"${deep}$", deep + "}" * (LONGEST // 2)):
        assert "\\" not in readable(text)

    assert time.perf_counter() - started < 10  # a second where nothing else runs; quadratic would be minutes


def test_nesting_is_followed_to_a_depth_and_no_deeper() -> None:
    assert readable("{" * 3000 + "deep" + "}" * 3000) == "deep"
    assert "deep" in readable("$" + r"\sqrt{" * 2000 + "deep" + "}" * 2000 + "$")
    assert readable(r"$\hat{" + "{" * 8 + "x" + "}" * 8 + "}$") == "x̂"


def test_what_is_too_long_is_cut_and_says_so() -> None:
    shown = readable("word " * LONGEST)

    assert shown.endswith("…")
    assert len(shown) <= LONGEST + 1
