"""arXiv's categories: which there are, how people spell them, what they are called. Pure.

Source of the list, the aliases and the subsumed archives: arXiv's category taxonomy (arxiv.org/category_taxonomy).
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

_NAMES = Path(__file__).parent.parent / "locales" / "categories.json"

_SUBJECTS = {
    "cs": "AI AR CC CE CG CL CR CV CY DB DC DL DM DS ET FL GL GR GT HC IR IT LG LO MA MM MS NA NE NI OH OS PF PL RO "
    "SC SD SE SI SY",
    "econ": "EM GN TH",
    "eess": "AS IV SP SY",
    "math": "AC AG AP AT CA CO CT CV DG DS FA GM GN GR GT HO IT KT LO MG MP NA NT OA OC PR QA RA RT SG SP ST",
    "astro-ph": "CO EP GA HE IM SR",
    "cond-mat": "dis-nn mes-hall mtrl-sci other quant-gas soft stat-mech str-el supr-con",
    "gr-qc": "",
    "hep-ex": "",
    "hep-lat": "",
    "hep-ph": "",
    "hep-th": "",
    "math-ph": "",
    "nlin": "AO CD CG PS SI",
    "nucl-ex": "",
    "nucl-th": "",
    "physics": "acc-ph ao-ph app-ph atm-clus atom-ph bio-ph chem-ph class-ph comp-ph data-an ed-ph flu-dyn gen-ph "
    "geo-ph hist-ph ins-det med-ph optics plasm-ph pop-ph soc-ph space-ph",
    "q-bio": "BM CB GN MN NC OT PE QM SC TO",
    "q-fin": "CP EC GN MF PM PR RM ST TR",
    "quant-ph": "",
    "stat": "AP CO ME ML OT TH",
}

ARCHIVES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        archive: tuple(f"{archive}.{subject}" for subject in subjects.split()) or (archive,)
        for archive, subjects in _SUBJECTS.items()
    }
)
"""Archive → its categories; one without subjects (`hep-th`) is its own only category."""

ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "cs.NA": "math.NA",
        "cs.SY": "eess.SY",
        "math.IT": "cs.IT",
        "math.MP": "math-ph",
        "q-fin.EC": "econ.GN",
        "stat.TH": "math.ST",
    }
)
"""Two names of one category: arXiv lists a paper under both, its sources do not always give both."""

_SUBSUMED = {
    "acc-phys": "physics.acc-ph",
    "adap-org": "nlin.AO",
    "alg-geom": "math.AG",
    "ao-sci": "physics.ao-ph",
    "atom-ph": "physics.atom-ph",
    "bayes-an": "physics.data-an",
    "chao-dyn": "nlin.CD",
    "chem-ph": "physics.chem-ph",
    "cmp-lg": "cs.CL",
    "comp-gas": "nlin.CG",
    "dg-ga": "math.DG",
    "funct-an": "math.FA",
    "mtrl-th": "cond-mat.mtrl-sci",
    "patt-sol": "nlin.PS",
    "plasm-ph": "physics.plasm-ph",
    "q-alg": "math.QA",
    "solv-int": "nlin.SI",
    "supr-con": "cond-mat.supr-con",
}

_NICKNAMES = {  # what people type who know the field but not arXiv's two letters
    "agents": "cs.MA",
    "asr": "eess.AS",
    "audio": "cs.SD",
    "crypto": "cs.CR",
    "cyber": "cs.CR",
    "dl": "cs.LG",
    "graphics": "cs.GR",
    "hci": "cs.HC",
    "llm": "cs.CL",
    "llms": "cs.CL",
    "ml": "cs.LG",
    "nlp": "cs.CL",
    "nn": "cs.NE",
    "optimization": "math.OC",
    "quantum": "quant-ph",
    "recsys": "cs.IR",
    "robotics": "cs.RO",
    "security": "cs.CR",
    "speech": "eess.AS",
    "vision": "cs.CV",
}


def categories() -> tuple[str, ...]:
    """Every category arXiv takes papers in today, by archive."""
    return tuple(category for archive in ARCHIVES.values() for category in archive)


@cache
def _spellings() -> Mapping[str, str]:
    known = {category.lower(): category for category in categories()}
    for archive, members in ARCHIVES.items():
        if members != (archive,):
            known[archive] = known[f"{archive}.*"] = f"{archive}.*"
    return known | _SUBSUMED


def canonical(text: str) -> str | None:
    """A category or pattern as arXiv writes it, whatever its case; None if there is none.

    `CS.cl` → `cs.CL`; an archive means all of it: `cs` → `cs.*`; one of the old archives is today's category:
    `cmp-lg` → `cs.CL`. Aliases stay as they are (`cs.NA`): `matches` knows that they are the same.
    """
    return _spellings().get(text.strip().lower())


def matches(pattern: str, category: str) -> bool:
    """Whether `category`, as a paper has it, is what `pattern` (a canonical category or `cs.*`) asks for."""
    if pattern.endswith(".*"):
        archive = pattern[:-2]
        twin = twin_of(category)
        return any(name == archive or name.startswith(f"{archive}.") for name in (category, twin) if name)
    return category == pattern or twin_of(category) == pattern


@cache
def _twins() -> Mapping[str, str]:
    return {**ALIASES, **{category: alias for alias, category in ALIASES.items()}}


def twin_of(category: str) -> str | None:
    """The other name of a category that has two: `cs.NA` ↔ `math.NA`."""
    return _twins().get(category)


def name(category: str, language: str) -> str:
    """What readers of `language` call a category or an archive (`cs.*`); in English, else its code, if not known."""
    names = _names().get(category.removesuffix(".*"), {})
    return names.get(language) or names.get(language.partition("-")[0].lower()) or names.get("en") or category


@cache
def _names() -> Mapping[str, Mapping[str, str]]:
    names: Mapping[str, Mapping[str, str]] = json.loads(_NAMES.read_text(encoding="utf-8"))
    return names


def suggest(text: str) -> str | None:
    """The category that was probably meant: `cs.Cl`, `cs.NPL`, `cs.NLP`, `cs-CL`, `vision`; None if nothing is near."""
    wanted = text.strip().lower().replace("_", "-")[:40]
    return canonical(wanted) or _by_meaning(wanted) or _by_slip(wanted) or _by_likeness(wanted)


def _by_meaning(wanted: str) -> str | None:
    subject = wanted.rpartition(".")[2]
    by_english_name = {_names()[category]["en"].lower(): category for category in reversed(categories())}
    for key in (wanted, subject):
        meant = _NICKNAMES.get(key) or by_english_name.get(key)
        if meant is not None:
            return meant
    return None


def _by_slip(wanted: str) -> str | None:
    """The dot forgotten or mistyped (cs-CL, csCL, hepth), letters swapped (cs.LC, cs.NPL)."""
    undotted = _undotted().get(_letters(wanted))
    if undotted is not None:
        return undotted
    archive, dot, subject = wanted.partition(".")
    if dot and archive == "cs":
        for nickname, meant in _NICKNAMES.items():
            if len(nickname) > 2 and sorted(nickname) == sorted(subject):
                return meant
    return canonical(f"{archive}.{subject[::-1]}") if len(subject) == 2 else None


def _by_likeness(wanted: str) -> str | None:
    archive, _, subject = wanted.rpartition(".")
    if archive in ARCHIVES and len(subject) == 2:  # two letters say too little to guess from
        return None
    for words, typed, cutoff in ((_undotted(), _letters(wanted), 0.75), (_NICKNAMES, subject, 0.65)):
        near = difflib.get_close_matches(typed, [word for word in words if len(word) > 2], n=1, cutoff=cutoff)
        if near:
            return words[near[0]]
    return None


@cache
def _undotted() -> Mapping[str, str]:
    return {_letters(spelling): category for spelling, category in _spellings().items()}


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
