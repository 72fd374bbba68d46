"""Chinese typography: spaces between Han and Latin, full-width punctuation beside Han. Pure.

Code, URLs, ids, decimals and times are never touched; text without Han comes back as it was.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.document import (
    Block,
    Bold,
    Card,
    Code,
    Details,
    Document,
    Figure,
    Heading,
    Italic,
    Item,
    Link,
    ListBlock,
    Math,
    Paragraph,
    Quote,
    Span,
    Spans,
    Text,
)

HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
"""Han characters, for use inside a character class."""

_FULL = "，。、；：？！（）《》〈〉「」『』【】…"
_CLOSING = tuple("）》」』】")
_WIDE = {",": "，", ";": "；", ":": "：", "?": "？", "!": "！", ".": "。"}
_HIDDEN = "\ue000"  # stands for a protected piece; one that comes from outside is a protected piece itself
_PROTECTED = re.compile(rf"`[^`\n]*`|https?://[!-~]*[A-Za-z0-9/#=_~-]|{_HIDDEN}")

_CIRCLED = {ord(char): f" {number}. " for number, char in enumerate("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳", 1)}
_HAN = re.compile(f"[{HAN}]")
_AFTER_HAN = re.compile(rf"(?<=[{HAN}])(?=[^\W{HAN}_]|[$≥≤±≈√~#@{_HIDDEN}]|[-−+][0-9])")
_BEFORE_HAN = re.compile(rf"(?<=[^\W{HAN}_])(?=[{HAN}])|(?<=[%+°)\]{_HIDDEN}])(?=[{HAN}])")
_AROUND_FULL = re.compile(rf"[ \t]+(?=[{_FULL[:-1]}])|(?<=[{_FULL[:-1]}])[ \t]+")
_ABBREVIATION = re.compile(r"[A-Z][A-Za-z0-9-]*[A-Z0-9s]")  # (MP), (LMs): not f(x), not P(A)
_LAST_WORD = re.compile(rf"[{HAN}] ?[^{HAN}\s。.]*[A-Za-z%)]\Z")  # a Latin word that ends a Chinese sentence
_DOTS = re.compile(rf"(?<=[{HAN}])\.{{3,}}|\.{{3,}}(?=[{HAN}])")


def chinese(text: str) -> str:
    """`text` by the rules of Chinese typography; doing it again changes nothing.

    Punctuation inside English (both neighbours Latin) stays half-width, and so does a call such as f(x).
    """
    if not _HAN.search(text):
        return text
    kept = iter(_PROTECTED.findall(text))
    work = _PROTECTED.sub(_HIDDEN, text)
    work = re.sub(" {2,}", " ", work.translate(_CIRCLED)).strip(" ") if _has_circled(work) else work
    while (done := _spaced(_punctuated(_bracketed(work)))) != work:  # a mark made wide makes its neighbours wide
        work = done
    return re.sub(_HIDDEN, lambda _: next(kept), work)


def _has_circled(text: str) -> bool:
    return any(ord(char) in _CIRCLED for char in text)


def _bracketed(text: str) -> str:
    """Pairs of parentheses with Han inside or before them are full-width, and an abbreviation's with Han behind."""
    chars = list(text)
    open_at: list[int] = []
    for at, char in enumerate(text):
        if char == "(":
            open_at.append(at)
        elif char == ")" and open_at:
            start = open_at.pop()
            before = "".join(chars[max(0, start - 2) : start]).rstrip(" ")[-1:]
            short = not before or _ABBREVIATION.fullmatch(text, start + 1, at)
            beside = _wide(before) or (short and _HAN.match(text, at + 1))
            if beside or _HAN.search(text, start + 1, at):
                chars[start], chars[at] = "（", "）"
    return "".join(chars)


def _punctuated(text: str) -> str:
    """Marks beside Han are full-width; a full stop only where Han ends a sentence."""
    text = _DOTS.sub("……", text)
    done: list[str] = []
    for at, char in enumerate(text):
        if char not in _WIDE:
            done.append(char)
            continue
        after = text[at + 1 : at + 3].lstrip(" ")[:1]
        before = done[-1] if done else ""
        if char == ".":
            ends = not after or _HAN.match(after) is not None or text[at + 1] == " "
            wide = ends and (before in _CLOSING or _HAN.match(before) is not None)
            wide = wide or (at + 1 == len(text) and _LAST_WORD.search(text, max(0, at - 40), at) is not None)
        else:
            wide = _wide(before) or (before != "" and _HAN.match(after) is not None)
        done.append(_WIDE[char] if wide else char)
    return "".join(done)


def _spaced(text: str) -> str:
    text = _AROUND_FULL.sub("", text)
    return _BEFORE_HAN.sub(" ", _AFTER_HAN.sub(" ", text))


def _wide(char: str) -> bool:
    return bool(char) and (char in _FULL or _HAN.match(char) is not None)


# ---------------------------------------------------------------- documents


def tidy(document: Document) -> Document:
    """`document` with our own words and the seams between spans by these rules, if its language is Chinese.

    Titles of papers, quotes and the words of a link are somebody's own and stay as they are; only their seams change.
    """
    if not document.language.lower().startswith("zh"):
        return document
    return replace(document, blocks=tuple(_block(block) for block in document.blocks))


def _block(block: Block) -> Block:
    match block:
        case Heading(spans, level):
            return replace(block, spans=_spans(spans, ours=level < 3))
        case Paragraph(spans):
            return replace(block, spans=_spans(spans))
        case Quote(spans):
            return replace(block, spans=_spans(spans, ours=False))
        case ListBlock(items):
            return ListBlock(tuple(Item(_spans(item.spans), item.number) for item in items))
        case Details(summary, blocks, kind):
            return Details(_spans(summary), tuple(_block(inner) for inner in blocks), kind)
        case Card(blocks):
            return replace(block, blocks=tuple(_block(inner) for inner in blocks))
        case Figure(caption=caption):
            return replace(block, caption=_spans(caption))
        case _:
            return block


def _spans(spans: Spans, *, ours: bool = True) -> Spans:
    done: list[Span] = []
    for span in spans:
        now = _worded(span) if ours else span
        before = done[-1].text[-1:] if done else ""
        if ours and before and before in _FULL[:-1] and isinstance(now, Text):
            now = Text(now.text.lstrip(" "))
        elif done and _seam(done[-1], now):
            if isinstance(now, Text):
                now = Text(" " + now.text)
            else:
                done.append(Text(" "))
        done.append(now)
    return tuple(done)


def _worded(span: Span) -> Span:
    match span:
        case Text(text):
            return Text(chinese(text))
        case Bold(text):
            return Bold(chinese(text))
        case Italic(text):
            return Italic(chinese(text))
        case Code() | Link() | Math():
            return span


def _seam(left: Span, right: Span) -> bool:
    """Whether a space belongs between two spans: Han beside Latin, or Han after a link."""
    a, b = left.text[-1:], right.text[:1]
    if isinstance(left, Link) and _HAN.match(b):
        return True
    pair = a + b
    return len(pair) == 2 and bool(_AFTER_HAN.search(pair) or _BEFORE_HAN.search(pair))
