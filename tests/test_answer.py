"""Models answer in many ways; what can be read without guessing is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.summaries.answer import MAX_EVIDENCE, MAX_OBJECTS, MAX_POINTS, MAX_TEXT, Answer, Point, Unreadable, parse

GOOD: dict[str, Any] = {
    "title": "A Title",
    "headline": "New and better",
    "tldr": "It is 3% better.",
    "takeaways": [{"text": "First.", "evidence": [1]}, {"text": "Second.", "evidence": [2, 3]}],
}
READ = Answer(
    title="A Title",
    headline="New and better",
    tldr="It is 3% better.",
    takeaways=(Point("First.", (1,)), Point("Second.", (2, 3))),
)
TEXT = json.dumps(GOOD)


def _with(**changes: object) -> str:
    return json.dumps({**GOOD, **changes})


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"```json\n{TEXT}\n```",
        f"Sure! Here it is:\n\n{TEXT}\n\nDo you need more? {{ask}}",
        f"<think>They want {{...}} so</think>\n{TEXT}",
        f"so I write {{}}</think>{TEXT}",
        TEXT.replace("}]", "},]").replace("[2, 3]", "[2, 3,]"),
        TEXT.replace('"', "“", 1).replace('"', "”", 1),
        json.dumps({"summary": GOOD}),
        json.dumps({"result": [GOOD]}),
        json.dumps([{"result": {"Summary": GOOD}}]),
        f'Over {{x, y}} as asked, and {{"format": "json"}}:\n{TEXT}',
        json.dumps({key.upper(): value for key, value in GOOD.items()}),
        json.dumps(GOOD, indent=4),
        "\ufeff" + TEXT,
    ],
)
def test_wrappings_and_small_slips_do_not_matter(text: str) -> None:
    assert parse(text) == READ


def test_curly_quotes_around_every_key_and_value_are_quotes() -> None:
    text = "{“headline”: “New”, “tldr”: “It is “much” better”, “takeaways”: []}"

    assert parse(text).headline == "New"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (r"\theta", "θ"),
        (r"\times", "×"),
        (r"\nabla", "∇"),
        (r"\beta", "β"),
        (r"\rho", "ρ"),
        (r"\frac{1}{2}", "½"),
        (r"\alpha", "α"),
        (r"$\upsilon$", "υ"),
        (r"\\theta", "θ"),
        (r"\textbf{x}", "x"),
    ],
)
def test_latex_in_json_is_latex_and_never_a_tab_and_the_rest(written: str, read: str) -> None:
    found = parse(TEXT.replace("3% better", f"of {written} order"))

    assert found.tldr == f"It is of {read} order."


@pytest.mark.parametrize("escape", [r"\n", r"\t", r"\r", r"\nNext", r"\u0041", r"\"", r"\/"])
def test_what_json_means_by_a_backslash_is_kept(escape: str) -> None:
    meant = json.loads(f'"It {escape} is."')

    assert parse(TEXT.replace("It is 3% better.", f"It {escape} is.")).tldr == " ".join(meant.split())


@pytest.mark.parametrize("escape", [r"\_", r"\%", r"\ ", r"\{", r"\alphabet", r"\u12", r"\d"])
def test_an_escape_that_json_does_not_know_does_not_lose_the_answer(escape: str) -> None:
    assert "\\" not in parse(TEXT.replace("3%", f"3{escape}")).tldr


def test_raw_line_ends_and_control_characters_inside_a_string_become_spaces() -> None:
    assert parse(TEXT.replace("It is 3%", "It\nis\x00\u202e\u200b3%")).tldr == "It is 3% better."


def test_lone_surrogates_are_dropped_since_no_platform_takes_them() -> None:
    assert parse(TEXT.replace("First", r"\ud83d First")).takeaways[0].text == "First."


@pytest.mark.parametrize("length", [len(TEXT) // 3, len(TEXT) // 2, len(TEXT) - 1])
def test_an_answer_that_stops_in_the_middle_is_known_as_cut(length: int) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(TEXT[:length])

    assert caught.value.cut


@pytest.mark.parametrize("text", ["", "no idea", "[]", "null", "{}", "{broken}", '{"tldr": }', "{" * 5000 + "}" * 5000])
def test_what_is_no_summary_is_unreadable_and_not_cut(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)

    assert not caught.value.cut
    assert not caught.value.declined


def test_an_answer_with_other_keys_is_unreadable_and_not_cut() -> None:
    for text in ('{"answer": "It is better."}', '{"a": {"b": {"c": 1}}}', '{"text": "Better.", "evidence": [1]}'):
        with pytest.raises(Unreadable, match="none of the keys") as caught:
            parse(text)
        assert not caught.value.cut
    with pytest.raises(Unreadable) as caught:
        parse('Over {x, y}: {"headline": "New", "tl')
    assert caught.value.cut


def test_things_in_braces_are_looked_at_but_not_without_end() -> None:
    assert parse("{x} " * (MAX_OBJECTS - 1) + TEXT) == READ
    with pytest.raises(Unreadable):
        parse("{x} " * MAX_OBJECTS + TEXT)


@pytest.mark.parametrize("text", ["I'm sorry, but I can't.", "I cannot help.", "抱歉，我无法总结。", "Извините, нет."])
def test_a_polite_no_is_known_as_one(text: str) -> None:
    with pytest.raises(Unreadable) as caught:
        parse(text)

    assert caught.value.declined


@pytest.mark.parametrize("missing", ["headline", "tldr"])
@pytest.mark.parametrize("value", [None, "", "  ", 3, [], {}, "null", "…"])
def test_no_summary_without_headline_and_tldr(missing: str, value: object) -> None:
    with pytest.raises(Unreadable, match=missing):
        parse(_with(**{missing: value}))


@pytest.mark.parametrize(
    ("takeaways", "points"),
    [
        (["First.", "Second."], (Point("First."), Point("Second."))),
        ({"1": "First.", "2": "Second."}, (Point("First."), Point("Second."))),
        ("1. First.\n2. Second.", (Point("First."), Point("Second."))),
        ("- First.\n- 3D works.", (Point("First."), Point("3D works."))),
        ([{"takeaway": "First.", "sentence": 4}], (Point("First.", (4,)),)),
        ([{"Text": "First.", "Evidence": "[1], [3]"}], (Point("First.", (1, 3)),)),
        ([{"text": "First.", "evidence": "sentences 2 and 5"}], (Point("First.", (2, 5)),)),
        ([{"text": "First.", "evidence": ["2", 2.0, True, None, 5]}], (Point("First.", (2, 5)),)),
        ([{"text": "First.", "evidence": "We show that it is so."}], (Point("First.", (), "We show that it is so."),)),
        ([{"text": "First.", "evidence": [float("inf"), -1, 0, 7]}], (Point("First.", (7,)),)),
        ([{"text": ""}, {"evidence": [1]}, None, 3, [], "First."], (Point("First."),)),
        (None, ()),
        (7, ()),
    ],
)
def test_takeaways_of_every_shape_are_read_and_the_rest_is_left(takeaways: object, points: tuple[Point, ...]) -> None:
    assert parse(_with(takeaways=takeaways)).takeaways == points


def test_sizes_are_bounded() -> None:
    many = [{"text": "x" * 5000, "evidence": list(range(1, 100))}] * 30

    found = parse(_with(takeaways=many, tldr="y" * 5000))

    assert len(found.tldr) == MAX_TEXT
    assert len(found.takeaways) == MAX_POINTS
    assert len(found.takeaways[0].text) == MAX_TEXT
    assert len(found.takeaways[0].sentences) == MAX_EVIDENCE


def test_money_and_tildes_are_not_latex() -> None:
    assert parse(_with(tldr="It costs $5 and is ~50% faster -- 3_a.")).tldr == "It costs $5 and is ~50% faster -- 3_a."


_NASTY = st.text(alphabet='{}[]",:\\ntu0aé中\n\x00\ud800“”$<>', max_size=60)


@given(_NASTY)
def test_no_text_whatever_raises_anything_but_unreadable(text: str) -> None:
    for whole in (text, '{"headline": "a", "tldr": "' + text, TEXT[:40] + text + TEXT[40:]):
        try:
            found = parse(whole)
        except Unreadable:
            continue
        assert found.tldr
        assert found.tldr == " ".join(found.tldr.split())


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _NASTY,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "evidence", "a"]), inner),
    max_leaves=12,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys([*GOOD, "title_translation"], _VALUES)))
def test_no_types_whatever_raise_anything_but_unreadable(fields: dict[str, object]) -> None:
    try:
        found = parse(json.dumps({**GOOD, **fields}))
    except Unreadable:
        return
    assert all(point.text for point in found.takeaways)


_PLAIN = st.from_regex(r"[A-Za-z0-9 ,.%()+=-]{5,60}[a-z]", fullmatch=True)


@given(st.dictionaries(st.sampled_from(["headline", "tldr"]), _PLAIN))
def test_plain_words_come_out_as_they_went_in(fields: dict[str, str]) -> None:
    found = parse(_with(**fields))

    for key, value in fields.items():
        assert getattr(found, key) == " ".join(value.split())
