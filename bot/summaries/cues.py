"""Phrases by which a sentence says what it is for: to propose, to report, to look back. Pure."""

from __future__ import annotations

import re

_CUES = {
    "we propose": r"\bwe (?:\w+ )?(?:propos|introduc|present|develop|devis|design|creat|describ|suggest)\w*",
    "we show": r"\bwe (?:\w+ )?(?:show|demonstrat|prov|find|found|observ|establish|reveal|argu|report)\w*",
    "we study": r"\bwe (?:\w+ )?(?:stud|investigat|analy[sz]|explor|examin|consider|address|tackl|focus|evaluat"
    r"|compar)\w*",
    "we": r"\bwe\b",
    "our method": r"\bour (?:\w+ ){0,2}(?:method|approach|model|framework|algorithm|architecture|system"
    r"|technique|network)s?\b",
    "our": r"\bour\b",
    "this paper": r"\bthis (?:paper|work|study|article|report)\b",
    "to this end": r"^(?:here|in this|to this end|to address|to overcome|to tackle|to solve|motivated by"
    r"|inspired by)\b",
    "proposed": r"\bproposed\b",
    "novel": r"\b(?:novel|new)\b",
    "results": r"\b(?:results?|experiment(?:s|al)?|empirical(?:ly)?|evaluations?|benchmarks?)\b",
    "outperforms": r"\b(?:outperform|surpass|improv|significant|achiev|superior|competitive|better)\w*",
    "state of the art": r"\bstate[- ]of[- ]the[- ]art\b",
    "background": r"\b(?:however|although|despite|unfortunately|recent(?:ly)?|traditional|existing|previous|prior|"
    r"typically|often|usually|many|most|remains?|challeng\w+|difficult)\b",
    "opens however": r"^(?:however|although|despite|unfortunately|but|yet|while)\b",
    "opens recently": r"^(?:recent|in recent|existing|many|most|deep|modern|current)\w*\b",
    "additive": r"^(?:moreover|furthermore|additionally|in addition|also|finally|further|besides|second(?:ly)?"
    r"|third|last(?:ly)?)\b"
    r"|\bwe (?:also|further|additionally|then|finally)\b",
    "consequence": r"^(?:thus|therefore|hence|as a result|consequently|as such|then|first(?:ly)?|specifically"
    r"|in particular|"
    r"concretely|particularly|for example|for instance|namely|to do so|to do this)\b",
    "opens with it": r"^(?:this|these|those|they|it|such|its|their)\b",
    "opens with experiments": r"^(?:experiment|result|empirical|extensive|through|using|on |across|evaluat|"
    r"we (?:evaluate|test|validate|conduct))\w*",
    "by doing": r"\bby \w+ing\b",
    "question": r"\?",
    "link": r"https?:|www\.|github|\bcode\b|available",
    "may": r"\b(?:can|could|may|might)\b",
    "that": r"\bthat\b",
    "colon": r":",
    "parenthesis": r"\(",
    "quote": r"[\"“`]",
    "data": r"\b(?:datasets?|imagenet|cifar|mnist|tasks?|domains?)\b",
    "theory": r"\b(?:prove|theor\w+|bounds?|convergence|guarantee\w*)\b",
    "past": r"\b(?:has been|have been|was|were)\b",
    "important": r"\b(?:important|widely|success\w*|popular|key|essential|crucial|critical|fundamental"
    r"|increasing\w*)\b",
    "digits": r"\d",
    "leans": r"\b(?:this|these|such) (?!paper|work|study|article|report|letter|end\b)\w+",
    "closing": r"^(?:finally|in the end|moreover|furthermore|additionally|in addition|also|then|lastly)\b",
    "own voice": r"\b(?:we|our|ours|this (?:paper|work|study|article|survey|report|thesis)|the (?:paper|authors)"
    r"|proposed)\b|[我本该]",
    "helps": r"\bwe (?:also |then |further )?(?:(?:refer|call|denote|name|discuss|hope|believe|use|apply)\w*"
    r"|conduct(?! an?\b)|perform(?! an?\b))\b|^(?:to further|for (?:the (?:first|second|latter|former)"
    r"|[^,]{3,50}, we)|using these)\b",
}
# Matching lower-cased text is twice as fast as ignoring case; only `defines` needs the capitals.
_CASED = re.compile(r"\((?:[A-Z][A-Za-z-]*){2,}s?\)")
_PATTERNS = [(name, re.compile(cue).search) for name, cue in _CUES.items()]


def cues_of(sentence: str) -> dict[str, bool]:
    """By name of the cue, whether `sentence` has it."""
    lower = sentence.lower()
    return {name: search(lower) is not None for name, search in _PATTERNS} | {
        "defines": _CASED.search(sentence) is not None
    }


def speaks_of_itself(sentence: str) -> bool:
    """Whether a sentence is about this paper, not about the world before it."""
    return re.search(_CUES["own voice"], sentence.lower()) is not None


def is_a_part(sentence: str) -> bool:
    """Whether a sentence tells of a step or a part ("For user profiles, we devise …"), not of the whole."""
    return re.search(_CUES["helps"], sentence.lower()) is not None
