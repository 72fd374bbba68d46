"""Documents for properties: every kind of block and span, nasty characters, words that can be told apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from hypothesis import strategies as st

from bot.document import (
    Action,
    Actions,
    Block,
    Bold,
    Card,
    Code,
    Details,
    Divider,
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
    Text,
)

NASTY = "ab <&>*_~`|[]()#\\\n\t😀é文\u0301\u200d.!-"

nasty = st.text(NASTY, max_size=40)
words = st.lists(st.text("ab<&>*_`[]😀é文.", min_size=1, max_size=9), min_size=1, max_size=12).map(" ".join)


def spans(texts: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[Span, ...]]:
    """Up to four spans of `texts`."""
    url = st.sampled_from(["https://arxiv.org/abs/2405.17428", "https://arxiv.org/"])
    one: st.SearchStrategy[Span] = st.one_of(
        st.builds(Text, texts),
        st.builds(Bold, texts),
        st.builds(Italic, texts),
        st.builds(Code, texts),
        st.builds(Link, texts, url),
        st.builds(Math, texts, texts),
    )
    return st.lists(one, min_size=1, max_size=4).map(tuple)


def documents(texts: st.SearchStrategy[str] = nasty) -> st.SearchStrategy[Document]:
    """Documents that begin with a heading, and whose blocks hold `texts`."""
    line = spans(texts)
    leaf: st.SearchStrategy[Block] = st.one_of(
        st.builds(Heading, line, st.sampled_from([1, 2, 3])),
        st.builds(Paragraph, line, st.booleans()),
        st.builds(ListBlock, st.lists(st.builds(Item, line, st.none() | st.integers(1, 99)), max_size=4).map(tuple)),
        st.builds(Quote, line),
        st.builds(Figure, st.just("https://arxiv.org/x.png"), texts, line),
        st.builds(Divider),
    )
    buttons = st.builds(Action, st.sampled_from(["Yes", "No & no"]), st.sampled_from(["/yes", "/no"]))
    some = st.lists(leaf, min_size=1, max_size=3).map(tuple)
    block: st.SearchStrategy[Block] = st.one_of(
        leaf,
        st.builds(Actions, st.lists(buttons, min_size=1, max_size=3).map(tuple)),
        st.builds(Details, st.builds(Text, st.just("More")).map(lambda text: (text,)), some),
        st.builds(Card, some, st.sampled_from(["", "2405.17428", "hep-th/9901001"])),
    )
    heading = st.builds(Heading, st.just((Text("Digest"),)))
    return st.builds(
        lambda first, rest, language: Document((first, *rest), language),
        heading,
        st.lists(block, max_size=5),
        st.sampled_from(["en", "zh", "ru"]),
    )


def lines(blocks: Iterable[Block]) -> Iterator[str]:
    """The words of every line, in order, without what a platform shows in its own way (buttons, rules)."""
    for block in blocks:
        match block:
            case Heading() | Paragraph() | Quote():
                yield "".join(span.text for span in block.spans)
            case ListBlock():
                yield from ("".join(span.text for span in item.spans) for item in block.items)
            case Figure():
                yield block.alt
                yield "".join(span.text for span in block.caption)
            case Details():
                yield "".join(span.text for span in block.summary)
                yield from lines(block.blocks)
            case Card():
                yield from lines(block.blocks)
            case _:
                pass
