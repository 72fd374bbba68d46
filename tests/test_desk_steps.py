"""An answer that appears in steps: what is said meanwhile, how often, and that nothing of it stands in its way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bot.database import StoreError
from bot.models import Digest
from bot.platforms import Reply
from bot.ports import TEXT, WRITING, Glimpse, Progress, ServerFailed
from tests.fakes.desk import MEMBER, Front, front, text
from tests.fakes.virtual_time import virtually
from tests.samples import summary

KNOWN = {"2405.17428": "NV-Embed: Improved Techniques", "2409.15700": "Making It: Rather Longer", "2401.00001": "C"}


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Front]:
    with front(tmp_path, patience=0.4) as made:
        made.reading.known = KNOWN
        yield made


class Slow:
    """A reading that takes its time: at each second of `says` something is told."""

    def __init__(self, **says: tuple[Any, ...]) -> None:
        self.says = {float(at.removeprefix("at").replace("_", ".")): what for at, what in says.items()}

    async def __call__(self, made: Digest, progress: Progress, glimpse: Glimpse) -> None:
        now = 0.0
        for at, what in self.says.items():
            await asyncio.sleep(at - now)
            now = at
            match what:
                case ("found",):
                    glimpse(unread(made))
                case ("read", *ids):
                    glimpse(unread(made, *ids))
                case ("progress", *told):
                    progress(*told)
                case ("fails", error):
                    raise error


def unread(made: Digest, *read: str) -> Digest:
    """`made` where all but `read` is still being read."""
    return replace(made, entries=tuple(e if e.paper.id in read else replace(e, summary=None) for e in made.entries))


def told(at: Front, said: str = "2405.17428", **given: Any) -> list[tuple[float, str]]:  # noqa: ANN401 - as for `ask`
    """Every reply and the second it came at."""

    async def heard() -> list[tuple[float, str]]:
        loop = asyncio.get_running_loop()
        return [(round(loop.time(), 1), text(reply)) async for reply in at.desk.ask(at.ask(said, **given))]

    return virtually(heard())


def last_line(said: str) -> str:
    return said.splitlines()[-1]


def test_what_is_there_already_is_shown_while_the_text_is_read(at: Front) -> None:
    at.reading.meanwhile = Slow(
        at1=("found",),
        at5=("progress", TEXT, 0, 4),
        at6=("progress", TEXT, 1, 4),
        at10=("progress", WRITING, 0, 0),
        at20=("end",),
    )
    first, second, *others, final = told(at)
    assert first == (0.4, "Reading 2405.17428 …")
    assert second[0] == 3.4
    assert second[1].startswith("NV-Embed: Improved Techniques\nA · 2405.17428")
    assert "TL;DR · from the abstract: Its own sentence." in second[1]
    assert last_line(second[1]) == "Reading NV-Embed …"
    assert [(when, last_line(said)) for when, said in others] == [
        (6.4, "Reading the full text: step 2 of 4 …"),
        (10.0, "Writing the summary …"),
    ]
    assert final[0] == 20.0
    assert final[1].startswith("NV-Embed")
    assert "Writing" not in final[1]
    assert at.modest.briefly == [("2405.17428",)], "it is looked up once"
    assert len(at.reading.asked) == 1


def test_a_fast_answer_has_no_steps(at: Front) -> None:
    at.reading.meanwhile = Slow(at0=("found",), at0_3=("progress", WRITING, 0, 0))
    assert [when for when, _ in told(at)] == [0.3]
    assert at.modest.briefly == [], "nobody looked for what nobody sees"


def test_a_paper_that_is_found_at_once_is_shown_at_once(at: Front) -> None:
    at.reading.meanwhile = Slow(at0=("found",), at9=("end",))
    (first, said), (last, _) = told(at)
    assert (first, last) == (0.4, 9.0)
    assert said.startswith("NV-Embed")


def test_what_a_model_said_before_is_shown_as_that(at: Front) -> None:
    at.modest.brief = summary(tldr="A model said so.")
    at.reading.meanwhile = Slow(at0=("found",), at9=("end",))
    assert "\nTL;DR: A model said so.\n" in told(at)[0][1]


def test_the_answer_waits_for_no_step(at: Front) -> None:
    at.reading.meanwhile = Slow(at0=("found",), at1=("progress", WRITING, 0, 0), at1_5=("end",))
    assert [when for when, _ in told(at)] == [0.4, 1.5]


def test_what_says_nothing_new_is_not_said_again(at: Front) -> None:
    at.reading.meanwhile = Slow(
        at0=("found",), at5=("found",), at9=("progress", "summaries", 0, 1), at12=("progress", "papers", 1, 1)
    )
    assert [when for when, _ in told(at)] == [0.4, 12.0]


def test_in_a_group_steps_are_half_as_many(at: Front) -> None:
    many = {f"at{second}": ("progress", TEXT, second % 4, 4) for second in range(1, 30)}
    at.reading.meanwhile = Slow(at0=("found",), **many)
    alone = [when for when, _ in told(at)]
    shared = [when for when, _ in told(at, "/summarize 2405.17428", kind="group", actor=MEMBER)]
    for steps, least in ((alone, 3.0), (shared, 6.0)):
        assert min(after - before for before, after in pairwise(steps[:-1])) >= least - 0.01
    assert len(shared) < len(alone)


def test_several_papers_appear_as_each_is_read(at: Front) -> None:
    a, b, c = KNOWN
    at.reading.meanwhile = Slow(
        at0=("found",), at4=("read", b), at5=("progress", TEXT, 1, 4), at8=("read", b, a), at20=("read", a, b, c)
    )
    said = [each for _, each in told(at, f"{a} {b} {c}")]
    assert [last_line(each) for each in said[:-1]] == ["0 of 3 read …", "1 of 3 read …", "2 of 3 read …"]
    assert [each.count("from the abstract") for each in said] == [3, 2, 1, 0]
    assert [each.count("It is fast.") for each in said] == [0, 1, 2, 3]
    assert [each.index("2. Making") < each.index("3. C") for each in said] == [True] * 4
    assert at.modest.briefly == [(a, b, c)]


def test_words_meanwhile_that_cannot_be_had_stop_nothing(at: Front) -> None:
    at.modest.brief = StoreError("the disk is full")
    at.reading.meanwhile = Slow(at0=("found",), at9=("end",))
    (_, first), (_, last) = told(at)
    assert first.startswith("NV-Embed: Improved Techniques\n")
    assert "TL;DR" not in first
    assert "TL;DR" in last


def test_what_fails_after_a_step_is_said_in_its_place(at: Front) -> None:
    at.reading.meanwhile = Slow(at0=("found",), at9=("fails", ServerFailed("x")))
    assert len(told(at)) == 2


def test_who_goes_away_takes_the_making_with_them(at: Front) -> None:
    ended: list[bool] = []

    async def forever(made: Digest, progress: Progress, glimpse: Glimpse) -> None:
        glimpse(unread(made))
        try:
            await asyncio.sleep(1000)
        finally:
            ended.append(True)

    at.reading.meanwhile = forever

    async def left() -> None:
        replies: AsyncIterator[Reply] = at.desk.ask(at.ask("2405.17428"))
        await anext(replies)
        await replies.aclose()  # type: ignore[attr-defined] # it is a generator
        await asyncio.sleep(1)
        assert ended == [True]

    virtually(left())


@pytest.mark.parametrize(
    ("locale", "step", "writing", "several"),
    [
        ("zh", "正在阅读全文：第 2 步，共 4 步……", "正在撰写总结……", "已读 0 篇，共 2 篇……"),
        ("ru", "Читаю полный текст: шаг 2 из 4 …", "Пишу краткое изложение …", "Прочитано: 0 из 2 …"),
    ],
)
def test_steps_are_said_in_the_language_of_the_chat(
    at: Front, locale: str, step: str, writing: str, several: str
) -> None:
    at.reading.meanwhile = Slow(
        at0=("found",), at0_1=("progress", TEXT, 1, 4), at2=("progress", WRITING, 0, 0), at9=("end",)
    )
    assert [last_line(said) for _, said in told(at, locale=locale)[:2]] == [step, writing]
    assert last_line(told(at, "2405.17428 2409.15700", locale=locale)[0][1]) == several
