"""A batch's lines: named by what is asked, the same for the same; what comes back is read as a stranger's."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from bot.batches.requests import Failed, NeverRun, custom_id, line, outcomes
from bot.summaries.completion import Completion
from tests.samples import NOW, summary_key

GOOD = {"choices": [{"message": {"content": "{}"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 7}}


def file(*lines: object) -> bytes:
    return b"\n".join(json.dumps(each).encode() for each in lines)


def test_a_name_is_the_keys_and_nothing_elses() -> None:
    names = {
        custom_id(summary_key(**changed))
        for changed in (
            {},
            {"paper_id": "2405.17429"},
            {"version": 2},
            {"depth": "deep"},
            {"language": "zh"},
            {"model": "n"},
            {"prompt_version": "2"},
            {"text_hash": "i"},
        )
    }
    assert len(names) == 8
    assert custom_id(summary_key()) == custom_id(summary_key())
    assert all(len(name) == 32 and name.isalnum() for name in names)


@given(st.text())
def test_a_request_is_one_line_whatever_it_says(text: str) -> None:
    made = line("a", {"messages": [{"role": "user", "content": text}]})

    assert made.count(b"\n") == 1
    assert json.loads(made)["body"]["messages"][0]["content"] == text


def test_what_became_of_each_is_told_and_of_what_nobody_asked_nothing() -> None:
    found = outcomes(
        file(
            {"custom_id": "a", "response": {"status_code": 200, "body": GOOD}, "error": None},
            {"custom_id": "b", "response": {"status_code": 400, "body": {}}, "error": None},
            {"custom_id": "c", "response": None, "error": {"code": "batch_expired"}},
            {"custom_id": "d", "response": None, "error": {"code": "server_error"}},
            {"custom_id": "z", "response": {"status_code": 200, "body": GOOD}, "error": None},
            {"custom_id": "a", "response": None, "error": {"code": "batch_expired"}},
        ),
        ["a", "b", "c", "d", "e"],
        now=NOW,
    )

    assert isinstance(found.pop("a"), Completion)
    assert found == {"b": Failed(400), "c": NeverRun(), "d": Failed()}


@given(st.binary())
def test_any_bytes_are_read(body: bytes) -> None:
    assert outcomes(body, ["a"], now=NOW) == {}
