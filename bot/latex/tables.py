r"""What LaTeX's commands look like in Unicode: pylatexenc's table, and what it lacks. Pure.

`SYMBOLS` has commands without arguments; how the others use their arguments is said by `words`, `commands`
and `formula`.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from pylatexenc.latex2text import fmt_math_text_style, get_default_latex_context_db


def _words(names: str) -> frozenset[str]:
    return frozenset(names.split())


# ---------------------------------------------------------------- symbols

_OURS = {
    # pylatexenc would leave a backslash, a placeholder or an odd character for these
    "backslash": "∖", "textbackslash": "∖", "prime": "′", "phi": "φ", "epsilon": "ε", "degree": "°", "deg": "deg",
    "%": "%", "textasciicircum": "^", "mid": "|", "Re": "Re", "Im": "Im", "id": "id", "dots": "…", "-": "",
    "leqslant": "≤", "geqslant": "≥", "lVert": "‖", "eth": "ð", "image": "image", "original": "original",
    "natural": "♮", "iff": "⇔", "implies": "⇒", "impliedby": "⇐", "gets": "←", "owns": "∋", "land": "∧", "lor": "∨",
    "neg": "¬", "ne": "≠", "colon": ":", "checkmark": "✓", "cmark": "✓", "xmark": "✗", "models": "⊨", "vDash": "⊨",
    "sun": "⊙", "ddag": "‡", "ddagger": "‡", "S": "§", "P": "¶", "pounds": "£", "copyright": "©", "euro": "€",
    "textless": "<", "textgreater": ">", "textbar": "|", "textunderscore": "_", "textbraceleft": "{",
    "textbraceright": "}", "lt": "<", "gt": ">", "And": "&", "lgroup": "(", "rgroup": ")", "lbrack": "[",
    "rbrack": "]", "nsim": "≁", "bigtimes": "×", "Diamond": "◇", "diamondsuit": "♢", "heartsuit": "♡",
    "clubsuit": "♣", "spadesuit": "♠", "Box": "□", "triangle": "△", "blacktriangledown": "▾", "bigstar": "★",
    "oiint": "∯", "restriction": "↾", "leadsto": "⇝", "longmapsto": "↦", "longrightarrow": "→", "longleftarrow": "←",
    "dotsc": "…", "Longrightarrow": "⇒", "Longleftarrow": "⇐", "longleftrightarrow": "↔", "Longleftrightarrow": "⇔",
    "to": "→", "rightarrow": "→", "textrightarrow": "→", "bot": "⊥", "Bot": "⊥", "Perp": "⫫", "indep": "⫫",
    "iiiint": "⨌", "bigoplus": "⨁", "bigotimes": "⨂", "bigodot": "⨀", "biguplus": "⨄", "bigsqcup": "⨆", "bullet": "•",
    "copy": "©", "dh": "ð", "cdotp": "·", "centerdot": "·", "imath": "ı", "jmath": "ȷ", "ldotp": ".", "lhd": "⊲",
    "rhd": "⊳", "unlhd": "⊴", "unrhd": "⊵", "nrightarrow": "↛", "textquotedbl": '"', "slash": "/", "and": "and",
    # names in words
    "LaTeX": "LaTeX", "TeX": "TeX", "eg": "e.g.", "ie": "i.e.", "etal": "et al.", "etc": "etc.", "wrt": "w.r.t.",
    "cf": "cf.", "aka": "a.k.a.", "iid": "i.i.d.", "vs": "vs.", "viz": "viz.", "Eg": "E.g.", "Ie": "I.e.",
    "percent": "%", "micron": "µm", "kms": "km/s", "bmod": "mod", "mod": "mod", "invfb": "fb⁻¹", "Cpp": "C++",
    # an escaped line break in words about code, such as "\n\n"
    "n": "↵",
}  # fmt: skip

_MATH_ONLY = {
    "R": "ℝ", "N": "ℕ", "Z": "ℤ", "Q": "ℚ", "C": "ℂ", "F": "𝔽", "E": "𝔼", "NN": "ℕ", "RR": "ℝ", "ZZ": "ℤ", "QQ": "ℚ",
    "CC": "ℂ", "EE": "𝔼", "PP": "ℙ", "FF": "𝔽", "Real": "ℝ", "reals": "ℝ", "la": "⟨", "ra": "⟩", "msun": "M_⊙",
    "Msun": "M_⊙", "rsun": "R_⊙", "al": "α", "be": "β", "ga": "γ", "de": "δ", "ep": "ε", "eps": "ε", "lam": "λ",
    "om": "ω", "si": "σ", "var": "ε", "cL": "ℒ", "TH": "Θ", "ot": "⊗", "|": "‖", "{": "{", "}": "}", "*": "",
}  # fmt: skip

OPERATORS: Final = _words(
    """
    log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan max min sup inf lim limsup liminf
    arg argmax argmin det dim ker deg gcd lcm hom Pr Re Im mod bmod tr Tr rank diag sgn sign span softmax poly
    polylog Var Cov Hom Aut End Ext Tor Gal Spec supp vol diam dist card ord
    """
)
"""Names of functions: one space before and behind, none before a parenthesis."""


def _symbols() -> dict[str, str]:
    db = get_default_latex_context_db()  # type: ignore[no-untyped-call]  # it ships no types
    table = {
        spec.macroname: spec.simplify_repl
        for spec in db.iter_macro_specs()
        if isinstance(spec.simplify_repl, str) and len(spec.simplify_repl) == 1
    }
    symbols = {name: " " if text.isspace() else text for name, text in table.items()}
    symbols |= {name: name for name in OPERATORS} | {"limsup": "lim sup", "liminf": "lim inf"}
    symbols |= {name: name for name in ("arccosh", "arcsinh", "arctanh")}
    return symbols | _OURS


SYMBOLS: Final[dict[str, str]] = _symbols()
MATH_SYMBOLS: Final[dict[str, str]] = {**SYMBOLS, **_MATH_ONLY, "n": "n", "and": "∧", "deg": "deg"}

SPACES: Final = _words("quad qquad enspace enskip thinspace medspace thickspace space hfill hskip , ; : >") | {
    " ",
    "\n",
    "\\",
}
"""Commands that are a space."""

DROPPED: Final = _words(
    """
    ! / @ ( ) [ ] big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm left right middle limits
    nolimits displaystyle textstyle scriptstyle scriptscriptstyle nonumber notag xspace noindent indent par relax
    protect allowbreak linebreak newline nobreak break centering raggedright small footnotesize scriptsize tiny large
    Large LARGE huge Huge normalsize smallskip medskip bigskip vfill vskip strut mathstrut null unboldmath boldmath
    hline toprule midrule bottomrule maketitle selectfont looseness negthinspace qedhere qed footnotemark leavevmode
    ignorespaces unskip displaylines overbrace underbrace mathchoice fi
    """
)
"""Commands that show nothing; what follows, an argument too, is read as if it stood alone."""

CITATIONS: Final = _words(
    """
    cite citep citet citealp citealt citeauthor citeyear citeyearpar citenum Cite Citet Citep parencite textcite
    footcite autocite nocite onlinecite ref eqref autoref cref Cref pageref nameref vref label
    """
)
"""Commands that point into the paper and say nothing outside of it."""

SKIPPED: Final = dict.fromkeys(
    CITATIONS
    | _words(
        """
        vspace hspace hphantom vphantom phantom includegraphics index thanks tag bibliography bibliographystyle
        usepackage input include deleted pagestyle thispagestyle color pagecolor fontsize cellcolor rowcolor
        footnotetext todo bibitem textcolor colorbox raisebox scalebox
        """
    ),
    1,
) | {"fcolorbox": 2, "setlength": 2}
"""Commands that go with so many arguments; the group behind `\\textcolor{red}` is read as any group."""

# ---------------------------------------------------------------- styles

ITALIC: Final = _words("textit emph textsl it em itshape sl slshape")
BOLD: Final = _words("textbf bf bfseries")
SWITCHES: Final = _words(
    """
    it em itshape sl slshape bf bfseries rm sf tt sc rmfamily sffamily ttfamily scshape upshape mdseries normalfont
    roman
    """
)
"""Commands that hold until their group ends."""

WORDS: Final = _words(
    """
    textit emph textsl textbf text textrm textsf texttt textsc textup textmd textnormal textlf mbox hbox fbox makebox
    underline uline ul sout uwave textulc textmono acro added highlight hl
    """
)
"""Commands whose argument is words, in formulas too."""

LETTERS: Final = _words("o O l L ss ae AE oe OE aa AA i j dh DH th TH dj DJ ng NG ij IJ")
"""Commands that are a letter of a word: the space behind them is no space."""

LINKS: Final = _words("href hyperlink url nolinkurl path")

ALPHABETS: Final = {
    "mathbb": "doublestruck", "Bbb": "doublestruck", "mathbbm": "doublestruck", "mathds": "doublestruck",
    "bb": "doublestruck", "mathcal": "script", "mathscr": "script", "cal": "script", "scr": "script",
    "mathfrak": "fraktur", "frak": "fraktur", "CalS": "script",
}  # fmt: skip
PLAIN_ALPHABETS: Final = _words(
    """
    mathrm mathbf mathit mathsf mathtt mathnormal mathup mathbfit mathsfit boldsymbol bm bold pmb symbf symrm smash
    mathrel mathbin mathord mathopen mathclose mathpunct mathinner ensuremath vect
    """
)
"""Commands that change the shape of letters only; Unicode has such letters, but many a phone has no font for them."""


def styled(text: str, alphabet: str) -> str:
    """`text` in one of `ALPHABETS`; what that alphabet lacks stays as it is."""
    out: str = fmt_math_text_style(text, alphabet)  # type: ignore[no-untyped-call]  # it ships no types
    return out.replace("1", "𝟙") if alphabet == "doublestruck" else out


# ---------------------------------------------------------------- accents

ACCENTS: Final = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323", "t": "\u0361",
}  # fmt: skip
"""Accents over letters in words."""

MATH_ACCENTS: Final = {
    "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "bar": "\u0304",
    "overline": "\u0304", "vec": "\u20d7", "overrightarrow": "\u20d7", "dot": "\u0307", "ddot": "\u0308",
    "check": "\u030c", "widecheck": "\u030c", "acute": "\u0301", "grave": "\u0300", "breve": "\u0306",
    "mathring": "\u030a", "Bar": "\u0304", "Tilde": "\u0303", "Hat": "\u0302", "wt": "\u0303", "wh": "\u0302",
}  # fmt: skip


def accented(letter: str, mark: str) -> str:
    """`letter` under `mark`, in one character where Unicode has it."""
    return unicodedata.normalize("NFC", letter + mark)


# ---------------------------------------------------------------- scripts

SUPERSCRIPTS: Final = str.maketrans(
    "0123456789+-−=()abcdefghijklmnoprstuvwxyzABDEGHIJKLMNOPRTUVWβγδθφχ′″‴*∗†‡⋆♯♭°⊤",
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂᵝᵞᵟᶿᵠᵡ′″‴**†‡⋆♯♭°ᵀ",
)
SUBSCRIPTS: Final = str.maketrans(
    "0123456789+-−=()aehijklmnoprstuvxβγρφχ",
    "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
)

# ---------------------------------------------------------------- kinds of characters in formulas

RELATIONS: Final = frozenset(
    "=<>≤≥≦≧⩽⩾≈≉∼≁≃≅≡≢≠∈∉∋⊂⊃⊄⊆⊇⊈⊉⊊⊋∝≪≫≺≻≼≽⊀⊁≾≿≲≳≶≷⪅⪆⪯⪰∥∦⊥⫫⊢⊨⊩⊣≜≐≔≕≝≟≍≎≏⋈∣∤→←↔⇒⇐⇔⟶⟵⟷⟹⟸⟺⟼↦↪↩↠↣⇝⇌⇀⇁⇄⇆↛↚↑↓↗↘⊏⊐⊑⊒⊲⊳⊴⊵"
)
BINARY: Final = frozenset("+-−±∓×·*∗∘⋆∩∪∧∨⊕⊖⊗⊘⊙⊎⊓⊔⊞⊠÷∖⋊⋉⋄∔⊻≀•")
BIG: Final = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂⨀⨄⨆")
OPENING: Final = frozenset("([{⟨⌈⌊⌜⟦")
CLOSING: Final = frozenset(")]}⟩⌉⌋⌝⟧!")

VULGAR: Final = {
    "1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾", "1/5": "⅕", "2/5": "⅖", "3/5": "⅗", "4/5": "⅘",
    "1/6": "⅙", "5/6": "⅚", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞",
}  # fmt: skip

AROUND: Final = {
    "abs": ("|", "|"), "norm": ("‖", "‖"), "Norm": ("‖", "‖"), "ceil": ("⌈", "⌉"), "floor": ("⌊", "⌋"),
    "set": ("{", "}"), "ket": ("|", "⟩"), "bra": ("⟨", "|"), "braket": ("⟨", "⟩"), "paren": ("(", ")"),
    "inner": ("⟨", "⟩"), "expval": ("⟨", "⟩"),
}  # fmt: skip
"""What stands around the argument of a command."""

MATRICES: Final = {"pmatrix": ("(", ")"), "bmatrix": ("[", "]"), "vmatrix": ("|", "|"), "cases": ("{", "")}
"""What stands around an environment."""

UNITS: Final = {
    "percent": "%", "second": "s", "meter": "m", "metre": "m", "gram": "g", "hertz": "Hz", "watt": "W", "volt": "V",
    "ampere": "A", "kelvin": "K", "celsius": "°C", "degreeCelsius": "°C", "degree": "°", "minute": "min", "hour": "h",
    "day": "d", "joule": "J", "newton": "N", "pascal": "Pa", "byte": "B", "bit": "bit", "liter": "L", "litre": "L",
    "mole": "mol", "electronvolt": "eV", "kilo": "k", "mega": "M", "giga": "G", "tera": "T", "milli": "m",
    "micro": "µ", "nano": "n", "pico": "p", "centi": "c", "deci": "d", "per": "/", "squared": "²", "cubed": "³",
    "kilogram": "kg", "decibel": "dB", "si": "", "gibi": "Gi", "mebi": "Mi", "parsec": "pc", "radian": "rad",
    "square": "", "cubic": "", "of": "", "tothe": "", "micrometer": "µm", "m": "m", "s": "s", "km": "km", "ms": "ms",
}  # fmt: skip
"""Units and prefixes of siunitx, which are written one behind the other."""

ARITY: Final[dict[str, int]] = (
    dict.fromkeys(("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac", "binom", "dbinom", "tbinom"), 2)
    | dict.fromkeys(("stackrel", "overset", "underset"), 2)
    | dict.fromkeys((ALPHABETS.keys() - {"cal", "frak", "scr", "bb"}) | PLAIN_ALPHABETS | MATH_ACCENTS.keys(), 1)
    | dict.fromkeys(WORDS | AROUND.keys() | {"sqrt", "operatorname", "pmod", "not"}, 1)
)
"""How many arguments belong to a command that is an argument itself (`x^\\mathrm T`), or stands among words."""
