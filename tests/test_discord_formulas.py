r"""Formulas that Unicode cannot set, on Discord: a picture below the text, numbered; code wherever it cannot be."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from PIL import Image

from adapters.discord.attachments import Attachment, Letter
from adapters.discord.limits import DESCRIPTION
from bot.document import Card, Document, Heading, Item, ListBlock, Math, Paragraph, Quote, Span, Text, utf16
from bot.document_json import dumps, loads
from bot.formulas.drawing import Drawing, Drawn
from bot.platforms import MessageRef, Part, Place, Reply, Unknown
from tests.fakes.discord_errors import ApiError, invalid, refused
from tests.fakes.discord_faults import How
from tests.fakes.discord_model import Message, P
from tests.fakes.discord_office import Office, adapter, office, parts, running, target
from tests.fakes.messenger import Core, said

POST = "POST /channels/{channel}/messages"
EDIT = "PATCH /channels/{channel}/messages/{message}"
FORUM = "POST /channels/{channel}/threads"
CALLBACK = "POST /interactions/{interaction}/{token}/callback"
CHANGE = "PATCH /webhooks/{application}/{token}/messages/{message}"
REFUSALS = [refused(50013), refused(40005), invalid(("embeds",), "MEDIA_ATTACHMENT_NOT_FOUND", "not found")]
PNG = b"\x89PNG\r\n\x1a\nnot much of one"

HARD = Math("n^(O_(R,ε)(1))", r"n^{O_{R,\varepsilon}(1)}")
CASES = Math("f(x) = {1, x > 0, 0, else", r"f(x) = \begin{cases} 1, & x > 0 \\ 0, & \text{else} \end{cases}")
ALIEN = Math("P_(Q_(a,b)(c))", r"\Alien_{Q_{a,b}(c)}")
EASY = Math("O(n²)", "O(n^2)")


class Draws:
    """Draws at once what a test can draw, and counts."""

    def __init__(self, *unknown: Math) -> None:
        self._unknown = {each.source for each in unknown}
        self.asked: list[tuple[str, ...]] = []

    async def __call__(self, sources: Sequence[str]) -> Drawn | None:
        if sources:
            self.asked.append(tuple(sources))
        known = tuple(each for each in sources if each not in self._unknown)
        return Drawn(png=PNG, sources=known) if known else None


@pytest.fixture
async def here() -> AsyncIterator[Office]:
    async with office(draw=Draws(ALIEN)) as made:
        yield made


def paper(*spans: Span, key: str = "2405.17428", language: str = "en") -> Document:
    """A paper whose summary says that."""
    heading = Heading((Text("A paper"),), level=3)
    return Document(
        (
            Card(
                (
                    heading,
                    Paragraph((Text("We need "), *spans, Text("."))),
                ),
                key,
            ),
        ),
        language,
    )


async def sent(here: Office, document: Document, *, nonce: str = "n") -> Message:
    """The one message that it becomes."""
    where = target(here.channel)
    (part,) = parts(here.discord, document, where)
    ref = await here.discord.send(where, part, nonce=nonce)
    return here.channel.messages[ref.message_id]


def pictures(message: Message) -> list[str]:
    return [each.filename for each in message.attachments]


# ---------------------------------------------------------------- as people see it


async def test_a_formula_stands_in_a_picture_below_and_its_number_in_the_text(here: Office) -> None:
    message = await sent(here, paper(HARD, Text(" steps, "), EASY, Text(" at best, "), CASES))
    assert "We need [formula 1] steps, O(n²) at best, [formula 2]." in message.text
    (picture,) = message.attachments
    assert (picture.filename, picture.content, picture.content_type) == ("formulas.png", PNG, "image/png")
    assert picture.description == f"(1) {HARD.source}\n(2) {CASES.source}"
    (embed,) = message.embeds
    assert embed["image"]["url"].endswith("formulas.png")


async def test_one_that_cannot_be_drawn_stays_code_and_the_others_are_counted_on(here: Office) -> None:
    message = await sent(here, paper(ALIEN, Text(" or "), HARD, Text(" or "), HARD))
    assert "We need `P_(Q_(a,b)(c))` or **\\[formula 1\\]** or **\\[formula 1\\]**." in message.markdown
    assert await sent(here, paper(ALIEN), nonce="m") is not message
    assert pictures(here.server.messages(here.channel)[-1]) == []


@pytest.mark.parametrize(("language", "words"), [("zh", "[公式 1]"), ("ru", "[формула 1]"), ("de", "[formula 1]")])
async def test_its_number_is_said_in_the_readers_language(here: Office, language: str, words: str) -> None:
    assert words in (await sent(here, paper(HARD, language=language))).text


async def test_formulas_are_found_wherever_they_stand(here: Office) -> None:
    document = Document(
        (
            Heading((Text("Sums of "), HARD)),
            ListBlock((Item((CASES,)),)),
            Quote((replace(HARD, source=r"m^{O_{R}(1)}"),)),
            Paragraph((replace(HARD, source=r"k^{O_{R}(1)}"),), quiet=True),
        )
    )
    message = await sent(here, document)
    assert [f"[formula {number}]" in message.text for number in range(1, 6)] == [True] * 4 + [False]


async def test_an_answer_without_a_frame_has_its_picture_too(here: Office) -> None:
    message = await sent(here, Document((Paragraph((Text("It is "), HARD)),)))
    assert message.text == "It is [formula 1]"
    assert message.embeds == []
    assert pictures(message) == ["formulas.png"]


async def test_what_is_simple_is_not_drawn_at_all() -> None:
    draws = Draws()
    async with office(draw=draws) as here:
        message = await sent(here, paper(EASY, Math("{0, 1}", r"\{0,1\}"), Math("a/(b^(c_(d)))", "")))
        assert pictures(message) == []
        assert draws.asked == []


async def test_a_real_picture_arrives_whole() -> None:
    async with office(draw=Drawing()) as here:
        message = await sent(here, paper(HARD, Text(", "), ALIEN, Text(", "), CASES))
        (picture,) = message.attachments
        with Image.open(io.BytesIO(picture.content)) as image:
            image.load()
            assert image.width > image.height > 100
        assert "[formula 2]" in message.text


# ---------------------------------------------------------------- where it may not be


async def test_without_the_right_to_attach_files_it_is_code(here: Office) -> None:
    here.server.world.deny(here.channel, P.ATTACH_FILES)
    channel = here.connection.get_channel(int(here.channel.id))
    await here.until(lambda: not channel.permissions_for(channel.guild.me).attach_files)  # type: ignore[union-attr]
    message = await sent(here, paper(HARD))
    assert "`n^(O_(R,ε)(1))`" in message.markdown
    assert pictures(message) == []
    assert here.routes(POST) == [POST]  # it was not even tried
    assert await here.discord.check(target(here.channel)) == ()
    assert here.core.lost == []


@pytest.mark.parametrize("error", REFUSALS)
async def test_a_picture_that_is_refused_keeps_nobody_from_the_text(here: Office, error: ApiError) -> None:
    here.server.fail(POST, "refused", error=error)
    message = await sent(here, paper(HARD))
    assert "`n^(O_(R,ε)(1))`" in message.markdown
    assert pictures(message) == []
    assert here.routes(POST) == [POST, POST]


async def test_without_the_right_to_embed_it_is_a_picture_below_the_text(here: Office) -> None:
    here.server.world.deny(here.channel, P.EMBED_LINKS)
    await here.until(lambda: not here.discord._may_embed(target(here.channel)))
    message = await sent(here, paper(HARD))
    assert (message.embeds, pictures(message)) == ([], ["formulas.png"])
    assert "[formula 1]" in message.text


async def test_plain_text_has_no_pictures(here: Office) -> None:
    where = target(here.channel)
    (part,) = here.discord.plain(paper(HARD), chat=None)  # type: ignore[arg-type] # it needs none
    await here.discord.send(where, part, nonce="n")
    (message,) = here.server.messages(here.channel)
    assert pictures(message) == []
    assert "n^(O_(R,ε)(1))" in message.text


# ---------------------------------------------------------------- once, and edited


@pytest.mark.parametrize("how", ["arrives, then cut", "cut", "status"])
async def test_sent_again_it_is_one_message_with_one_picture(here: Office, how: How) -> None:
    where = target(here.channel)
    (part,) = parts(here.discord, paper(HARD), where)
    here.server.fail(POST, how, status=502, applied=True)
    try:
        await here.discord.send(where, part, nonce="n")
    except Unknown:
        await here.discord.send(where, part, nonce="n")
    (message,) = here.server.messages(here.channel)
    assert pictures(message) == ["formulas.png"]


async def test_when_its_nonce_is_forgotten_it_is_looked_for_in_either_form(here: Office) -> None:
    where = target(here.channel)
    (part,) = parts(here.discord, paper(HARD), where)
    for nonce, is_refused in (("a", False), ("b", True)):
        began = here.discord._clock()
        if is_refused:
            here.server.deny(POST, 50013)
        ref = await here.discord.send(where, part, nonce=nonce)
        here.server.world.skip(600)
        found = await here.discord.find(where, part, since=began, root=None)
        assert found is not None
        assert found.message_id == ref.message_id


async def test_an_edit_replaces_the_picture_and_takes_it_away(here: Office) -> None:
    where = target(here.channel)
    message = await sent(here, paper(HARD))
    before = message.attachments[0].id
    for document, expected in ((paper(CASES), 1), (paper(EASY), 0), (paper(HARD), 1)):
        (part,) = parts(here.discord, document, where)
        await here.discord.edit(_ref(here, message), part)
        assert len(message.attachments) == expected
        assert before not in {each.id for each in message.attachments}
        assert all("image" not in embed for embed in message.embeds) == (not expected)
    here.server.deny(EDIT, 50013)
    (part,) = parts(here.discord, paper(CASES), where)
    await here.discord.edit(_ref(here, message), part)
    assert pictures(message) == []


async def test_a_post_in_a_forum_has_its_picture_and_is_found_again(here: Office) -> None:
    forum = here.server.world.forum(here.guild, "digests")
    where = await here.seen(forum)
    (part,) = parts(here.discord, paper(HARD), where)
    began = here.discord._clock()
    here.server.fail(FORUM, "arrives, then cut")
    with pytest.raises(Unknown):
        await here.discord.send(where, part, nonce="n")
    found = await here.discord.find(where, part, since=began, root=None)
    (post,) = here.server.threads(forum)
    assert found is not None
    assert found.message_id == post.id
    assert pictures(post.messages[post.id]) == ["formulas.png"]


async def test_another_process_draws_the_same(here: Office) -> None:
    where = target(here.channel)
    (part,) = parts(here.discord, paper(HARD), where)
    await here.discord.send(where, part, nonce="n")
    other = adapter(here.server, draw=Draws())
    async with running(other, Core()):
        await other.send(where, _stored(part), nonce="n")
    assert len(here.server.messages(here.channel)) == 1


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize("command", ["summarize", "list"])
async def test_an_answer_to_a_command_shows_its_formulas(command: str) -> None:
    replies = [Reply(said("wait")), Reply(paper(HARD)), Reply(paper(HARD, Text(" or "), CASES))]
    async with office(Core(script=lambda _: replies), draw=Draws()) as here:
        await here.server.uses(here.ann, here.channel, command, {"ids": "1"} if command == "summarize" else {})
        await here.until(lambda: any("[formula 2]" in text for text in here.texts(seen_by=here.ann)))
        (message,) = here.server.messages(here.channel, seen_by=here.ann)
        assert pictures(message) == ["formulas.png"]
        assert "image" in message.embeds[0]


async def test_a_first_answer_that_has_to_be_drawn_is_acknowledged_before() -> None:
    acknowledged: list[bool] = []
    made: list[Office] = []

    async def draw(sources: Sequence[str]) -> Drawn | None:
        acknowledged.append(bool(made[0].routes(CALLBACK)))
        return await Draws()(sources)

    async with office(Core(script=lambda _: [Reply(paper(HARD), private=True)]), draw=draw) as here:
        made.append(here)
        await here.server.uses(here.ann, here.channel, "list")
        await here.until(lambda: here.texts(seen_by=here.ann))
        await here.until(lambda: "[formula 1]" in here.texts(seen_by=here.ann)[0])
        (message,) = here.server.messages(here.channel, seen_by=here.ann)
        assert acknowledged == [True]
        assert message.only_for is here.ann
        assert pictures(message) == ["formulas.png"]


async def test_further_messages_of_an_answer_have_their_own() -> None:
    long = Document((*(Paragraph((Text("word " * 380),)) for _ in range(12)), Paragraph((HARD,))))
    async with office(Core(script=lambda _: [Reply(long, place=Place.BELOW)]), draw=Draws()) as here:
        await here.server.uses(here.ann, here.channel, "list")
        await here.until(lambda: "[formula 1]" in " ".join(here.texts(seen_by=here.ann)))
        *others, last = here.server.messages(here.channel, seen_by=here.ann)
        assert others
        assert [pictures(each) for each in others] == [[]] * len(others)
        assert pictures(last) == ["formulas.png"]


@pytest.mark.parametrize("error", REFUSALS)
async def test_an_answer_whose_picture_is_refused_is_given_with_code(error: ApiError) -> None:
    async with office(Core(script=lambda _: [Reply(paper(HARD))]), draw=Draws()) as here:
        here.server.fail(CHANGE, "refused", error=error)
        await here.server.uses(here.ann, here.channel, "summarize", {"ids": "1"})
        await here.until(lambda: "n^(O_(R,ε)(1))" in " ".join(here.texts()))
        (message,) = here.server.messages(here.channel)
        assert "`n^(O_(R,ε)(1))`" in message.markdown
        assert message.embeds


async def test_where_the_app_may_not_attach_files_an_answer_has_code() -> None:
    async with office(Core(script=lambda _: [Reply(paper(HARD))]), draw=Draws()) as here:
        here.server.world.deny(here.channel, P.ATTACH_FILES)
        await here.server.uses(here.ann, here.channel, "list")
        await here.until(lambda: "n^(O_(R,ε)(1))" in " ".join(here.texts(seen_by=here.ann)))
        (message,) = here.server.messages(here.channel, seen_by=here.ann)
        assert pictures(message) == []


# ---------------------------------------------------------------- limits


def test_what_a_picture_is_said_to_show_has_room() -> None:
    for text in ("x" * 3_000, "𝔽 " * 3_000, "short"):
        letter = Letter(
            message={"content": ""}, files=(Attachment(name="a.png", body=b"", media_type="", description=text),)
        )
        (listed,) = letter.body["attachments"]
        assert utf16(listed["description"]) <= DESCRIPTION
        assert listed["description"][:5] == text[:5]
        assert (listed["id"], listed["filename"]) == (0, "a.png")
    assert Letter(message={"content": "x"}).body == {"content": "x", "attachments": []}


async def test_a_text_that_has_no_room_for_the_numbers_keeps_its_code(here: Office) -> None:
    short = [Math(f"a^(b_({n}))", f"a^{{b_{n}}}") for n in range(5)]
    fillers = [paper(*short, Text("x" * length)) for length in range(3_900, 4_100)]
    fits = [each for each in fillers if len(parts(here.discord, each, target(here.channel))) == 1]
    loose, tight = await sent(here, fits[0], nonce="a"), await sent(here, fits[-1], nonce="b")
    assert (pictures(loose), "[formula 5]" in loose.text) == (["formulas.png"], True)
    assert (pictures(tight), "`a^(b_(4))`" in tight.markdown) == ([], True)


def _ref(here: Office, message: Message) -> MessageRef:
    return MessageRef(chat_id=here.channel.id, message_id=message.id)


def _stored(part: Part) -> Part:
    """As it comes back from the outbox."""
    return Part(part.payload, loads(dumps(part.slice)))
