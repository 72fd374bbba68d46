"""The form of a statement: markup and empty openings taken off, addresses and orders found, headlines fitted. Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bot.summaries.orders import addresses_a_machine
from bot.summaries.sentences import sentences

# ---------------------------------------------------------------- repaired in place

_TAGS: Final = (
    "a", "abbr", "b", "blockquote", "br", "code", "div", "em", "font", "h[1-6]", "hr", "i", "iframe", "img", "li",
    "ol", "p", "pre", "s", "script", "small", "span", "strong", "style", "sub", "sup", "table", "td", "th", "tr",
    "u", "ul", "tg-spoiler"
)  # fmt: skip
_MARKUP: Final = (
    (re.compile(rf"</?(?:{'|'.join(_TAGS)})(?:\s[^<>]{{0,300}})?/?>", re.IGNORECASE), ""),
    (re.compile(r"!?\[([^\[\]]{1,200})\]\([^()\s]{0,300}\)"), r"\1"),
    (re.compile(r"(\*\*|~~|\|\|)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"`+"), ""),
    (re.compile(r"\A(?:[#>*•·-]+\s+|\d{1,2}[.)、]\s+)"), ""),
    # Our own sentence numbers; an interval such as [0, 1] is none.
    (re.compile(r"\s*[\[［][1-9]\d?(?:[,，、 ]+[1-9]\d?)*[\]］](?=\s*[.。]?\s*\Z)"), ""),
)
_VOICE: Final = (
    # "Propose a sampler" would be an order; the thing itself says as much.
    re.compile(r"\AWe (?:propose|introduce|present|develop|describe|release) (?=(?:an?|the|two|three|four)\s)"),
    re.compile(r"\AWe (?:show|find|demonstrate|prove|observe) that (?=\w)"),
    re.compile(r"\A(?:In this (?:paper|work|study|article),? )(?:we |the authors )?", re.IGNORECASE),
    re.compile(
        r"\A(?:This|The) (?:paper|work|study|article|abstract|manuscript) (?=[a-z]+s\b)"
        r"|\A(?:The )?[Aa]uthors (?=[a-z])|\AWe (?=[a-z])"
    ),
    re.compile(r"\A(?:В (?:этой|данной) (?:статье|работе) |Авторы |Статья |Мы )(?=[а-я])"),
)
# Chinese leaves its subject out, so that these can go wherever they open a clause.
_SELVES: Final = r"本文|本论文|本研究|本工作|本摘要|该文本?|该文章|该论文|该研究|该摘要|这篇(?:论文|文章)|我们|笔者"
_DOERS: Final = r"文章|论文|作者们?|研究者们?|研究人员|研究团队|摘要"
_DEEDS: Final = (
    r"(?:还|也|进一步|首先|主要|首次|通过|提出|介绍|探讨|研究|分析|开发|构建|发现|设计|采用|使用|利用|证明|展示|表明|关注|讨论"
    r"|给出|引入|正式|认为|指出|强调)"
)
_VOICE_ZH: Final = (
    (re.compile(rf"(?:在(?:本文|这项工作|这项研究|本研究|本工作|这篇论文)中)[，,]?(?:{_SELVES})?"), ""),
    (re.compile(rf"(?:\A|(?<=[，。；：！？、,]))\s*(?:{_SELVES})(?:中|里|的)?[，,]?\s*(?=[一-鿿A-Z])"), ""),
    (re.compile(rf"(?:\A|(?<=[，。；：！？、,]))\s*(?:{_DOERS})(?={_DEEDS})"), ""),
    (re.compile(r"(?<=[一-鿿])(?:我们|本文|作者)的(?=[一-鿿A-Z ])"), ""),
)
_OUR: Final = re.compile(r"\b(?:(O)|o)ur (?=[a-z])")
VOICE: Final = re.compile(
    r"\b(?:this|the) (?:paper|abstract|article|manuscript)\b|\bwe\b|\bthe authors\b"
    r"|本文|本摘要|本研究|本论文|该文本|该摘要|该论文|这篇论文|作者|我们"
    r"|\bв (?:этой|данной) (?:статье|работе)\b|\bавторы\b|本論文|本稿",
    re.IGNORECASE,
)


def unmarked(text: str) -> str:
    """`text` without HTML, Markdown and sentence numbers."""
    for pattern, replacement in _MARKUP:
        text = pattern.sub(replacement, text)
    return " ".join(text.split())


def tidy(text: str) -> str:
    """`text` without markup and without the openings that say nothing."""
    text = _OUR.sub(lambda match: "The " if match[1] else "the ", unmarked(text))
    for pattern in _VOICE:
        shorter = pattern.sub("", text, count=1)
        if shorter != text and len(shorter) > 10:
            return shorter[0].upper() + shorter[1:]
    if re.search(r"[一-鿿]", text):
        for pattern, replacement in _VOICE_ZH:
            text = pattern.sub(replacement, text)
        text = text.strip()
    return text


# ---------------------------------------------------------------- TL;DR

TLDR_WORDS: Final = 60
TLDR_WIDE: Final = 120
"""What we ask for, of a brief summary; a deep one has twice as much."""

_SLACK: Final = 1.1
"""How much more is let be."""


def scannable(tldr: str, *, deep: bool = False) -> str:
    """`tldr`, or as many of its first sentences as are not much more than we asked for; one at least."""
    most = _SLACK * (2 if deep else 1)
    whole = beginnings(tldr)
    if len(whole) < 2 or _length(whole[-1]) <= most:
        return tldr
    return next((each for each in reversed(whole) if _length(each) <= most), whole[0])


def beginnings(text: str) -> list[str]:
    """The first sentence of `text`, the first two, and so on."""
    found: list[str] = []
    for sentence in sentences(text):
        kept = found[-1] if found else ""
        gap = "" if not kept or re.search(r"[。！？]\Z", kept) else " "
        found.append(f"{kept}{gap}{sentence}")
    return found


def _length(text: str) -> float:
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return wide / TLDR_WIDE + len(re.findall(r"[^\W\u2e80-\uffef]+", text)) / TLDR_WORDS


# ---------------------------------------------------------------- never said

_URL: Final = re.compile(
    r"\b(?:https?|ftp|tg|discord|javascript|data):\S|\bwww\.\w|\b(?:t\.me|discord\.gg|bit\.ly)/", re.IGNORECASE
)
_WHOLE_URL: Final = re.compile(r"(?:https?://|ftp://|www\.)[\x21-\x7e]+(?<![.,;:)])", re.IGNORECASE)
# 代码可在 URL 上找到: without its object the phrase would be broken.
_FOUND_AT: Final = re.compile(
    r"可以?(?:在|于|从|通过|经由)\s*(?:https?://|www\.)[\x21-\x7e]+\s*(?:上|处|中|内)?\s*(?:找到|获取|获得|访问|下载|查看|得到|查阅)"
)
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.IGNORECASE)
_MENTION: Final = re.compile(r"(?<![\w/.])@[A-Za-z_]\w{2,}|<[@#][!&]?\d+>")
_LATEX: Final = re.compile(r"\\[A-Za-z]+|\$[^$\n]*[\\^_{][^$\n]*\$")
# What a model says of itself.
_ITSELF: Final = re.compile(
    r"\bas an? (?:ai|language model)\b|\bi (?:cannot|can['’]t|am unable)\b|作为(?:一个)?(?:AI|人工智能|语言模型)"
    r"|как языковая модель",
    re.IGNORECASE,
)
_DOMAIN: Final = re.compile(
    r"\b(?:[\w-]{2,}\.)+(?:com|org|net|io|ai|dev|me|app|xyz|ru|cn|gg|co|info|site|top|link|shop|ly)\b(?P<path>/\S*)?",
    re.IGNORECASE,
)


def forbidden(text: str, source: str) -> str | None:
    """What in `text` may never be said: an address, a mention, an order. A bare name of `source` (`fast.ai`) may."""
    for name, pattern in (
        ("a URL", _URL),
        ("an e-mail address", _MAIL),
        ("a mention", _MENTION),
        ("LaTeX", _LATEX),
    ):
        if pattern.search(text):
            return name
    if addresses_a_machine(text) or _ITSELF.search(text):
        return "an instruction"
    for match in _DOMAIN.finditer(text):
        if match["path"] or match[0].lower() not in source.lower():
            return "an address"
    return None


def addresses(text: str) -> list[str]:
    """The URLs and e-mail addresses of `text`."""
    return [*_WHOLE_URL.findall(text), *_MAIL.findall(text)]


def without_addresses(text: str) -> str:
    """`text` with URLs, e-mail addresses and mentions cut out; for translations, whose original may hold them."""
    text = _FOUND_AT.sub("可获取", text)
    for pattern in (_WHOLE_URL, _MAIL, _MENTION):
        text = pattern.sub("", text)
    return " ".join(text.split())


# ---------------------------------------------------------------- headline

_WIDE_LIMIT: Final = 30
_LIMIT: Final = 80
_BREAKS: Final = re.compile(r"[，,；;：:。—–（(]|(?<=[a-z]{3})\.\s(?=[A-Z])|\s-\s")


def fits(headline: str) -> bool:
    """At most 30 Han characters, or 80 letters, or a mixture in proportion."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in headline)
    return wide / _WIDE_LIMIT + (len(headline) - wide) / _LIMIT <= 1


def fitted(headline: str) -> str:
    """`headline` if it fits; else its longest run of whole clauses that does, or of whole words, and an ellipsis."""
    headline = headline.rstrip(" .。")
    if fits(headline):
        return headline
    clauses = [headline[: match.start()].rstrip() for match in _BREAKS.finditer(headline)]
    whole = [clause for clause in clauses if fits(clause) and len(clause) >= 10]
    if whole:
        return whole[-1]
    end = min(len(headline), _LIMIT)
    while end and not fits(headline[:end] + "…"):
        end -= 1
    cut = headline[:end]
    if end < len(headline) and re.match(r"[A-Za-z0-9%.,]", headline[end]):  # not in the middle of a word or a number
        cut = re.sub(r"[A-Za-z0-9%.,-]+\Z", "", cut)
    cut = re.sub(r"\s*[\d.,]+\s*\Z", "", cut)  # nor a number away from what it is a number of
    return cut.rstrip(" ，,；;：:—–（(") + "…"
