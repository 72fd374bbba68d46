"""Figures beside an answer: lifted out of it, captioned within limits, replaced with it, as private as it is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.depicting import depicted
from adapters.discord.limits import DESCRIPTION
from adapters.pictures import MOST, Shown, lifted
from adapters.telegram.classic import captioned
from adapters.telegram.limits import CAPTION
from bot.document import Card, Details, Document, Figure, Link, Paragraph, Spans, Text, utf16
from bot.platforms import Reply
from bot.ports import Picture
from tests.documents import documents
from tests.fakes.discord_office import office as discord_office
from tests.fakes.messenger import Core, always, office, said, slowly, target
from tests.fakes.pictures import encoded, plot
from tests.fakes.telegram_faults import closes, cuts
from tests.fakes.telegram_params import Params
from tests.fakes.telegram_places import Chat

PICTURE = Picture(body=encoded(plot()), media_type="image/png", width=640, height=400)


def figure(name: str = "x1", caption: Spans | None = None) -> Figure:
    where = f"https://arxiv.org/html/2405.17428v1#{name}"
    shown = (Link("Figure 1", where), Text(f" — {name}")) if caption is None else caption
    return Figure(where, f"Alt of {name}", shown, picture=name)


def core(*replies: Reply, pace: Callable[..., object] = always) -> Core:
    return Core(script=pace(*replies), pictures={"x1": PICTURE, "x2": PICTURE})  # type: ignore[arg-type]


# ---------------------------------------------------------------- what is lifted


def test_figures_whose_pictures_are_there_are_lifted_from_wherever_they_stand() -> None:
    inner = Details((Text("more"),), (Paragraph((Text("b"),)), figure("x2")))
    document = Document((Card((Paragraph((Text("a"),)), figure("x1"), inner)), figure("x3")))
    left, shown = lifted(document, {"x1": PICTURE, "x2": PICTURE}.get)
    assert [each.figure for each in shown] == [figure("x1"), figure("x2")]
    kept = Details((Text("more"),), (Paragraph((Text("b"),)),))
    assert left == Document((Card((Paragraph((Text("a"),)), kept)), figure("x3")))


def test_no_answer_has_more_pictures_than_a_few() -> None:
    left, shown = lifted(Document(tuple(figure() for _ in range(9))), {"x1": PICTURE}.get)
    assert (len(left.blocks), len(shown)) == (9 - MOST, MOST)


@given(documents())
def test_a_document_without_pictures_is_left_alone(document: Document) -> None:
    assert lifted(document, lambda address: PICTURE) == (document, ())


# ---------------------------------------------------------------- what is said below


@given(documents(), st.integers(0, 3000))
def test_a_caption_fits_telegram_whatever_it_says(document: Document, more: int) -> None:
    spans = next((block.spans for block in document.blocks if isinstance(block, Paragraph)), ())
    made = captioned(figure(caption=(*spans[:10], Text("𝕏" * more), Link("CC BY 4.0", "https://creativecommons.org/"))))
    assert utf16(made["caption"]) <= CAPTION
    assert made["caption"].endswith("CC BY 4.0")


@given(st.text(max_size=3000) | st.integers(900, 1100).map("𝕏".__mul__))
def test_the_words_that_stand_for_a_picture_fit_discord(alt: str) -> None:
    shown = Shown(Figure("https://arxiv.org/", alt or "x", picture="x1"), PICTURE)
    (attached,) = depicted(shown).body["attachments"]
    assert utf16(attached["description"]) <= DESCRIPTION


# ---------------------------------------------------------------- as the answer changes


async def test_on_telegram_a_picture_stays_while_the_answer_changes_and_goes_with_its_figure() -> None:
    with_one, with_other = said("first", figure("x1")), said("second", figure("x1"))
    replies = (Reply(said("wait")), Reply(with_one), Reply(with_other), Reply(said("third", figure("x2"))))
    async with office(core(*replies, pace=slowly)) as here:
        ann = here.server.people.add_user()
        here.server.people.says(ann, ann, "/help")
        await here.said(ann, "third")
        await here.until(lambda: here.texts(ann)[1:] == ["Figure 1 — x2"])
        await here.quiet()
        assert here.texts(ann) == ["third", "Figure 1 — x2"]
        assert len(here.server.called("sendPhoto")) == 2
        assert here.core.turns.count((target(ann), "private")) == 7, (
            "a message, three edits, two photos, one taken back"
        )


@pytest.mark.parametrize("applied", [True, False])
async def test_on_telegram_a_picture_that_may_have_arrived_is_not_sent_again(applied: bool) -> None:
    async with office(core(Reply(said("a", figure("x1"))))) as here:
        ann = here.server.people.add_user()
        here.server.fail(closes() if not applied else cuts(), method="sendPhoto")
        here.server.people.says(ann, ann, "/help")
        await here.until(lambda: "Figure 1" in "".join(here.texts(ann)[:1]))
        await here.quiet()
        assert len(here.texts(ann)) == 1 + applied


async def test_on_telegram_a_group_that_moves_before_the_pictures_gets_them_and_the_answer_once() -> None:
    async with office(core(Reply(said("a", figure("x1"), figure("x2"))))) as here:
        people, photo = here.server.people, here.server.writing.send_photo
        ann = people.add_user()
        group = people.add_group(admins=[ann])
        new: list[Chat] = []

        def moves_first(params: Params) -> dict[str, object]:
            if not new:
                new.append(people.migrates(ann, group))
            return photo(params)

        here.server._methods["sendphoto"] = moves_first
        people.says(ann, group, "/help")
        await here.until(lambda: new and len(here.texts(new[0])) == 2)
        await here.quiet()
        assert [text[-2:] for text in here.texts(new[0])] == ["x1", "x2"]
        assert here.texts(group)[:1] == ["a"]
        assert (target(group), target(new[0])) in here.core.moved


async def test_on_discord_a_picture_stays_while_the_answer_changes_and_goes_with_its_figure() -> None:
    replies = (
        Reply(said("first", figure("x1"))),
        Reply(said("second", figure("x1"))),
        Reply(said("third", figure("x2"))),
        Reply(said("last")),
    )
    async with discord_office(core(*replies[:3])) as here:
        await here.server.uses(here.ann, here.channel, "help", {})
        await here.until(lambda: any("x2" in text for text in here.texts()))
        assert here.server.counted()["POST /webhooks/{application}/{token}"] == 2
    async with discord_office(core(*replies)) as here:
        await here.server.uses(here.ann, here.channel, "help", {})
        await here.until(lambda: here.texts() == ["last"])


async def test_on_discord_the_picture_of_an_answer_for_one_is_for_them_alone() -> None:
    async with discord_office(core(Reply(said("mine", figure("x1")), private=True))) as here:
        await here.server.uses(here.ann, here.channel, "help", {})
        await here.until(lambda: len(here.texts(seen_by=here.ann)) == 2)
        assert here.texts() == []


@pytest.mark.parametrize("private", [True, False])
async def test_a_picture_that_is_no_longer_there_is_a_link(private: bool) -> None:
    async with discord_office(Core(script=always(Reply(said("a", figure("x9")), private=private)))) as here:
        await here.server.uses(here.ann, here.channel, "help", {})
        await here.until(lambda: here.texts(seen_by=here.ann))
        (text,) = here.texts(seen_by=here.ann)
        assert "Figure 1" in text


@pytest.mark.parametrize("command", ["summarize", "help"])
async def test_on_discord_no_picture_is_shown_without_its_answer(command: str) -> None:
    async with discord_office(core(Reply(said("a", figure("x1"))))) as here:
        first = "PATCH /webhooks/{application}/{token}/messages/{message}"
        first = first if command == "summarize" else "POST /interactions/{interaction}/{token}/callback"
        here.server.deny(first, 50013, times=None)
        await here.server.uses(here.ann, here.channel, command, {"ids": "2405.00001"} if command == "summarize" else {})
        await here.until(lambda: not here.discord.busy)
        assert here.server.counted()["POST /webhooks/{application}/{token}"] == 0


async def test_on_discord_an_answer_whose_pictures_come_too_late_is_not_said_again() -> None:
    async with discord_office(core(Reply(said("a", figure("x1"))))) as here:
        here.server.deny("POST /webhooks/{application}/{token}", 50027, times=None)
        await here.server.uses(here.ann, here.channel, "help", {})
        await here.until(lambda: not here.discord.busy)
        assert here.texts() == ["a"]
