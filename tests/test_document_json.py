"""A Document comes back from JSON as it was, whatever is in it; anything else is refused."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.document import Document, Heading, Paragraph, Text
from bot.document_json import NoDocument, dumps, from_json, loads, to_json
from tests.documents import documents


@given(documents())
def test_what_was_written_is_read_back_exactly(document: Document) -> None:
    assert loads(dumps(document)) == document
    assert from_json(json.loads(json.dumps(to_json(document)))) == document


@given(st.text())
def test_any_text_survives_even_what_is_no_valid_unicode(text: str) -> None:
    for words in (text, text + "\ud800", "\0" + text):
        document = Document((Paragraph((Text(words),)),))
        assert loads(dumps(document)) == document
        assert dumps(document).isascii()


def test_kinds_that_look_alike_stay_apart() -> None:
    as_heading, as_paragraph = Document((Heading((Text("x"),)),)), Document((Paragraph((Text("x"),)),))
    assert to_json(as_heading) != to_json(as_paragraph)
    assert to_json(as_paragraph)["blocks"] == [
        {"is": "paragraph", "spans": [{"is": "text", "text": "x"}], "quiet": False}
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "no JSON",
        '{"is": "text", "text": "x"}',
        '{"is": "document", "blocks": [{"is": "hologram"}]}',
        '{"is": "document", "pages": []}',
        '{"is": ["document"]}',
    ],
)
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(NoDocument):
        loads(text)
