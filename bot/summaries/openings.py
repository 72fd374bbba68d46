"""What can go from the start of a sentence without hurting its grammar. Pure.

No word is added or changed, except that the first letter may become a capital.
"""

from __future__ import annotations

import re

_MARKERS = (
    r"however|moreover|furthermore|additionally|in addition|specifically|in particular|concretely|therefore|thus|hence"
    r"|consequently|as a result|finally|first|firstly|second|secondly|lastly|overall|notably|interestingly|surprisingly"
    r"|crucially|importantly|to this end|to do (?:so|this)|instead|in contrast|conversely|meanwhile|here|also"
    r"|then|indeed|in summary|in (?:this|the present) (?:paper|work|study|article|research|report|letter|survey|thesis"
    r"|context)|for example|for instance|besides|to (?:that|which) end|in response|accordingly|unfortunately"
)
_MARKER = re.compile(rf"(?:(?:{_MARKERS})\s*,|\((?:\d|[ivx]{{1,3}}|[a-d])\))\s+", re.IGNORECASE)
_PAPER = r"this (?:paper|work|study|article|report|survey|thesis|research)"
_SUBJECT = rf"(?:we|{_PAPER}|the (?:present )?(?:paper|work|authors))"
_BARE = re.compile(r"(?:in this (?:paper|work|study|article|report|research)|here|herein)\s+(?=we\b)", re.IGNORECASE)
# "To close this gap, we", "Using this pipeline, we": what it leans on stands in an earlier sentence.
_CONTEXT = re.compile(
    r"(?:to|based on|motivated by|inspired by|building (?:up)?on|grounded in|in|for|as|given|guided by|with|using"
    r"|leveraging|on|by|through|from|under|at|over|across|since|when|while|although|despite|beyond|towards?|thanks to"
    r"|instead of|rather than|unlike"
    r")\s"
    rf"[^;:]{{3,160}}?,\s+(?={_SUBJECT}\b)",
    re.IGNORECASE,
)
_ADVERB = (
    r"(?:,?\s+(?:also|first|firstly|then|further|therefore|thus|hence|here|hereby|formally|finally|jointly|instead"
    r"|systematically|empirically|theoretically|thoroughly|extensively|rigorously|for the first time)\b,?)*\s+"
)
# What an offer or a study is of: a thing, not a deed ("propose to …", "suggest that …"). Names need the capital.
_THING = (
    r"(?=(?i:an?|the|one|two|three|four|five|six|several|some|new|novel|simple|efficient|how|why|whether|what|when"
    r"|[a-z]+-[a-z-]+)\s|[^\W\d_]*[A-Z0-9α-ω])"
)
_NOT_A_DEED = r"(?=(?!(?:to|that|by|using|incorporating|as|on|in|with|at|from|and|it|its|this|these|such|them)\b)\w)"
_OFFER = re.compile(
    rf"(?i:{_SUBJECT}{_ADVERB}(?:propos|introduc|present|describ|develop|devis|contribut|releas|unveil|construct"
    rf"|creat|design)(?:e|es|s)?(?:, for the first time,)?)\s+(?i:our\s+)?{_THING}"
)
# "We address this gap with X, a …".
_ANSWER = re.compile(
    rf"{_SUBJECT}{_ADVERB}(?:address|challeng|tackl|solv|clos|fill|bridg|overcom|mitigat|resolv)(?:e|es)?\s+(?:this|these)"
    r"\s[\w\s-]{1,40}?\s(?:with|by (?:introducing|proposing|presenting|developing|designing)|through|via)\s+(?=\w)",
    re.IGNORECASE,
)
_STUDY = re.compile(
    rf"(?i:{_SUBJECT}{_ADVERB}(?:stud(?:y|ies)|investigat(?:e|es)|explores?|examin(?:e|es)|analy[sz](?:e|es)|focus(?:es)?"
    rf"\s+on|asks?|address(?:es)? the (?:problem|task|question|challenge) of))\s+{_NOT_A_DEED}"
)
_FINDING = re.compile(
    r"(?:(?:our|the|these|extensive|empirical|experimental|numerical)\s+)*"
    rf"(?:{_SUBJECT}|results|experiments|findings|analys[ei]s|evaluations?|evidence)\s+(?:[^,.;:]{{0,60}}?\s)?"
    r"(?:shows?|demonstrates?|finds?|found|proves?|observes?|reveals?|establish(?:es)?|discovers?|indicates?"
    r"|confirms?),?\s+that\b(?=[\s,])",
    re.IGNORECASE,
)
# "…that, in this setting, …", "…that despite its size, …".
_CONCESSION = re.compile(
    r",?\s*(?:despite|although|while|when|under|with|without|in|at|for|by|using|given|if|unlike|across|on|even|compared)"
    r"\s[^,]{3,80},\s+(?!(?:\w+(?:\s\w+)?,\s)?(?:and|or|which)\b)",
    re.IGNORECASE,
)


def trimmed(sentence: str) -> str:
    """`sentence` without a discourse marker ("Moreover, ") or a list number ("(2) ") at its start."""
    found = _MARKER.match(sentence)
    return capitalized(sentence[found.end() :]) if found else sentence


def news(sentence: str) -> str:
    """`sentence` from where its news begins: without "In this paper, we propose" and the like."""
    rest = sentence
    while found := (_MARKER.match(rest) or _BARE.match(rest) or _CONTEXT.match(rest)):
        rest = rest[found.end() :]
    for opening in (_OFFER, _ANSWER, _STUDY):
        if found := opening.match(rest):
            rest = rest[found.end() :]
            break
    else:
        if found := _FINDING.match(rest):
            rest = rest[found.end() :].lstrip()
            if aside := _CONCESSION.match(rest):
                rest = rest[aside.end() :]
    # Too little left says nothing: the sentence was the opening.
    return capitalized(rest) if len(rest) >= 20 else sentence


def capitalized(text: str) -> str:
    """With a capital first, unless the first word is a name such as `vLLM` or a symbol such as `k-means`."""
    word = text.split(" ", 1)[0]
    is_name = any(char.isupper() or char.isdigit() for char in word[1:].split("-")[0]) or re.match(r"[a-z]-", word)
    return text if is_name else text[:1].upper() + text[1:]
