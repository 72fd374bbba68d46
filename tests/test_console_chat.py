"""The chat in a terminal or pipe: what is typed and pressed, what arrives meanwhile, and what stands there then."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.console_buttons import numbered, pressed
from adapters.console_chat import REMEMBERED, TERMINAL, YOU, ConsoleChat
from adapters.console_page import Page
from adapters.plain_text import text_of
from bot.document import Action, Actions, Block, Card, Document, Heading, Link, Paragraph, Text, plain
from bot.models import Paper, Topic
from bot.platforms import Actor, Ask, MessageRef, NotSent, Part, Reply, TargetGone, Unknown
from bot.ports import Picture
from bot.targets import Chat, ChatKind, Target
from tests.documents import documents
from tests.fakes.desk import Front, front
from tests.fakes.terminal import Stream, Terminal, silence
from tests.samples import NOW, paper

CHAT = Chat(target=TERMINAL, kind="private")
URL = "https://arxiv.org/abs/2405.17428"
VT: Mapping[str, str] = {"TERM": "xterm", "COLUMNS": "80", "LINES": "24"}


def document(*texts: str) -> Document:
    return Document(tuple(Paragraph((Text(text),)) for text in texts))


def offering(*labels: str, text: str = "Well?") -> Document:
    buttons = tuple(Action(label, f"/help {label.lower()}") for label in labels)
    return Document((Paragraph((Text(text),)), Actions((*buttons, Action("arXiv", url=URL)))))


Answer = Callable[[Ask], Iterable[Document]]


@dataclass
class Scripted:
    """A core that answers as `answers` says; `between` happens before every reply but the first."""

    answers: Answer = lambda ask: (document(f"{ask.command} {dict(ask.options)}"),)
    between: Callable[[], Any] = lambda: None
    asks: list[Ask] = field(default_factory=list)
    turns: list[Target] = field(default_factory=list)

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        self.asks.append(ask)
        for number, each in enumerate(self.answers(ask)):
            if number and asyncio.iscoroutine(done := self.between()):
                await done
            yield Reply(each)

    async def target_lost(self, target: Target, reason: str) -> None: ...

    async def target_back(
        self,
        target: Target,
        *,
        kind: ChatKind,
        title: str,
        by: Actor | None = None,
        locale: str = "en",
        aside: bool = False,
    ) -> None: ...

    async def target_lacks(self, target: Target, missing: Sequence[str]) -> None: ...

    async def target_moved(self, old: Target, new: Target) -> None: ...

    def picture(self, address: str) -> Picture | None:
        return None

    async def known_papers(self, words: str, *, limit: int) -> Sequence[Paper]:
        return ()

    async def followed(self, target: Target) -> Sequence[Topic]:
        return ()

    async def posted(self, target: Target, message_id: str) -> Document | None:
        return None

    def turn(self, target: Target, kind: ChatKind) -> AbstractAsyncContextManager[object]:
        return self._turn(target)

    @asynccontextmanager
    async def _turn(self, target: Target) -> AsyncIterator[None]:
        self.turns.append(target)
        yield


@dataclass
class DeskCore(Scripted):
    """The real desk behind the terminal."""

    before: Front | None = None

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        assert self.before is not None
        async for reply in self.before.desk.ask(ask):
            yield reply


async def these(*lines: str) -> AsyncIterator[str]:
    for line in lines:
        yield line


def chat(stdout: Stream, lines: AsyncIterator[str], **given_: Any) -> ConsoleChat:  # noqa: ANN401 - any argument of it
    environ = VT if stdout.isatty() else {}
    typed = stdout.isatty()
    return ConsoleChat(
        **{
            "lines": lines,
            "typed": typed,
            "stdout": stdout,
            "environ": environ,
            "clock": lambda: NOW,
            "session": "s1",
            "linger": 0.01,
            **given_,
        }
    )


async def piped(core: Scripted, *lines: str, **given_: Any) -> str:  # noqa: ANN401 - as above
    """What stands in the pipe after its greeting."""
    stdout = Stream()
    await chat(stdout, these(*lines), **given_).run(core)
    return stdout.getvalue().split("\n\n", 1)[1]


def part(platform: ConsoleChat, made: Document) -> Part:
    (only,) = platform.render(made, chat=CHAT)
    return only


@dataclass
class Sitting:
    """Somebody at a terminal: what they type is echoed, and read when the bot comes to it."""

    core: Scripted
    terminal: Terminal = field(default_factory=Terminal)
    environ: Mapping[str, str] = field(default_factory=lambda: VT)
    waiting: asyncio.Queue[str | None] = field(default_factory=asyncio.Queue)

    async def __aenter__(self) -> Self:
        self.platform = chat(self.terminal, self._lines(), environ=self.environ)
        self.running = asyncio.create_task(self.platform.run(self.core))
        await settle()
        return self

    async def __aexit__(self, *exc: object) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)

    async def _lines(self) -> AsyncIterator[str]:
        while (line := await self.waiting.get()) is not None:
            yield line

    async def types(self, line: str) -> None:
        self.terminal.type_(line)
        self.waiting.put_nowait(line)
        await settle()

    async def leaves(self) -> None:
        """Ctrl-D."""
        self.waiting.put_nowait(None)
        await settle()

    @property
    def lines(self) -> list[str]:
        """What stands on the screen below the greeting, without empty lines."""
        return [line for line in self.terminal.screen().split("\n")[3:] if line]


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


# ---------------------------------------------------------------- what is typed


async def test_the_greeting_says_what_to_do_next() -> None:
    stdout = Stream()
    await chat(stdout, these()).run(Scripted())
    for step in ("2405.17428", "/subscribe LLM", "/help", "/quit"):
        assert step in stdout.getvalue()


@pytest.mark.parametrize(("locale", "word"), [("zh_CN.UTF-8", "摘要"), ("ru_RU.UTF-8", "терминал"), ("C", "terminal")])
async def test_it_greets_in_the_language_of_the_terminal(locale: str, word: str) -> None:
    stdout, core = Stream(), Scripted()
    await chat(stdout, these("/list"), environ={"LANG": locale}).run(core)
    assert word in stdout.getvalue()
    assert core.asks[0].locale == ("en" if locale == "C" else locale[:2])


@pytest.mark.parametrize(
    ("line", "command", "options"),
    [
        ("/subscribe cs.CL as Words", "subscribe", {"topic": "cs.CL", "name": "Words"}),
        ("2405.17428", "summarize", {"ids": "2405.17428"}),
        (f"  {URL}\r", "summarize", {"ids": URL}),
        ("what is this", "summarize", {"ids": "what is this"}),
        ("/frobnicate", "help", {"command": "frobnicate"}),
    ],
)
async def test_a_line_is_a_command_or_names_papers(line: str, command: str, options: dict[str, str]) -> None:
    core = Scripted()
    await piped(core, line)
    assert [(ask.command, dict(ask.options)) for ask in core.asks] == [(command, options)]


async def test_whoever_types_is_the_one_admin_of_a_private_chat() -> None:
    core = Scripted()
    await piped(core, "/list")
    (ask,) = core.asks
    assert (ask.actor, ask.target, ask.kind, ask.at) == (YOU, TERMINAL, "private", NOW)
    assert str(ask.actor) == "console:you"
    assert await ask.is_admin()


async def test_an_empty_line_asks_nothing() -> None:
    core = Scripted()
    assert await piped(core, "", "   ", "\t") == ""
    assert core.asks == []


async def test_every_ask_has_a_name_of_its_own_in_every_session() -> None:
    core = Scripted()
    for session in ("a", "b"):
        await piped(core, "/list", "/list", session=session)
    updates = [ask.update for ask in core.asks]
    assert len(set(updates)) == 4
    assert all(update.startswith("console:") for update in updates)


@pytest.mark.parametrize("word", ["/quit", " /QUIT ", "/exit"])
async def test_quit_ends_it_and_what_follows_is_not_read(word: str) -> None:
    core = Scripted()
    await piped(core, "/list", word, "/help")
    assert [ask.command for ask in core.asks] == ["list"]


# ---------------------------------------------------------------- what is answered


async def test_a_pipe_gets_the_last_reply_alone_and_no_escapes() -> None:
    core = Scripted(lambda ask: (document("Reading …"), document("the answer")))
    assert await piped(core, "2405.17428") == "> 2405.17428\nthe answer\n\n"


async def test_the_last_reply_takes_the_place_of_what_was_said_meanwhile() -> None:
    seen: list[str] = []
    core = Scripted(lambda ask: (document("Reading …", "x" * 200), document("the answer")))
    async with Sitting(core) as you:
        core.between = lambda: seen.append(you.terminal.screen())
        await you.types("2405.17428")
        assert "Reading …" in seen[0]
        assert you.lines == ["> 2405.17428", "the answer", "> "]


async def test_what_is_taller_than_the_terminal_is_not_erased_halfway() -> None:
    core = Scripted(lambda ask: (document(*map(str, range(30))), document("the answer")))
    async with Sitting(core) as you:
        await you.types("/list")
        assert you.lines == ["> /list", *map(str, range(30)), "the answer", "> "]


async def test_a_terminal_that_cannot_erase_gets_what_a_pipe_gets() -> None:
    stdout = Terminal()
    core = Scripted(lambda ask: (document("Reading …"), document("the answer")))
    await chat(stdout, these("/list"), environ={**VT, "TERM": "dumb"}).run(core)
    assert "Reading" not in stdout.getvalue()
    assert "\x1b[J" not in stdout.getvalue()
    assert "the answer" in stdout.getvalue()


async def test_every_reply_waits_for_its_turn() -> None:
    core = Scripted(lambda ask: (document("Reading …"), document("the answer")))
    await piped(core, "/list")
    assert core.turns == [TERMINAL]
    async with Sitting(core) as you:
        await you.types("/list")
    assert core.turns == [TERMINAL] * 3


async def test_the_bot_behind_it_is_the_real_one(tmp_path: Path) -> None:
    with front(tmp_path) as desk:
        desk.fortnight(lambda n: 3)
        shown = await piped(
            DeskCore(before=desk), '/subscribe "mixture of experts"', "1", "/list", "banana", "/hlep", clock=desk.clock
        )
        assert [each.topic.name for each in desk.chats.subscriptions(TERMINAL)] == ['"mixture of experts"']
    assert "[1] Subscribe   [2] Change   [3] No" in shown
    assert "Following" in shown
    assert "What you follow" in shown
    assert "“banana” is not a paper I can find" in shown
    assert "I do not know /hlep" in shown
    assert "\x1b" not in shown


async def test_what_one_does_with_a_paper_is_numbered_below_it(tmp_path: Path) -> None:
    with front(tmp_path) as desk:
        desk.store.save_papers([paper(abstract="We embed.")])
        shown = await piped(DeskCore(before=desk), "2405.17428", "4", "2405.17428", "2", clock=desk.clock)
        assert desk.means.people.saved(YOU) == ["2405.17428"]
    assert shown.count("[1] Evidence   [2] Abstract   [3] Ask   [4] Save   [5] 👍   [6] 👎") == 2
    assert "│ We embed." in shown


class Asking(Scripted):
    """It asks back what one wants to know about a paper."""

    async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
        self.asks.append(ask)
        what = Document((Paragraph((Text("What of "), Link("it", URL), Text("?"))),))
        yield Reply(what, awaits="a question") if "id" in ask.options else Reply(document("fine"))


async def test_a_question_is_typed_below_the_one_we_ask() -> None:
    core = Asking()
    await piped(core, "/ask 2405.17428", " how large is it? ", "/list", "how large?", "/ask 2405.17428", "2405.17428")
    said = [(ask.command, *ask.options.values(), URL in ask.replied_to) for ask in core.asks]
    assert said == [
        ("ask", "2405.17428", False),
        ("ask", "how large is it?", True),
        ("list", False),
        ("summarize", "how large?", False),
        ("ask", "2405.17428", False),
        ("summarize", "2405.17428", False),
    ]


# ---------------------------------------------------------------- buttons


def test_only_a_paper_that_stands_alone_has_buttons_of_its_own() -> None:
    cards = [Card((Paragraph((Text(key),)),), key=key) for key in ("2405.17428", "2409.15700")]
    for number, blocks in ((6, cards[:1]), (0, cards), (0, [replace(cards[0], number=1)])):
        page = Page(Stream(), environ={}, language="zh")
        page.document(Document(tuple(blocks), "zh"))
        assert len(page.buttons) == number


def test_buttons_are_numbered_through_the_message_and_links_are_not() -> None:
    inside = Card((Actions((Action("C", "/c"),)),), key="2405.17428")
    made, commands = numbered(Document((Actions((Action("A", "/a"), Action("L", url=URL), Action("B", "/b"))), inside)))
    assert commands == ("/a", "/b", "/c")
    row, card = made.blocks
    assert isinstance(row, Paragraph)
    assert plain(row.spans) == "[1] A   L   [2] B"
    assert Link("L", URL) in row.spans
    assert isinstance(card, Card)
    assert card.key == "2405.17428"
    assert text_of(card.blocks) == "[3] C"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("2", 2),
        (" [2] ", 2),
        ("12\r", 12),
        ("2.", None),
        ("2405.17428", None),
        ("²", None),
        ("12345", None),
        ("", None),
    ],
)
def test_a_number_alone_is_a_button(line: str, number: int | None) -> None:
    assert pressed(line) == number


async def test_a_number_presses_the_button_of_the_last_message_that_has_some() -> None:
    answers = iter([offering("One", "Two"), document("no buttons"), offering("Three"), document("end")])
    core = Scripted(lambda ask: (next(answers),))
    shown = await piped(core, "/list", "2", "1", "1")
    assert "[1] One   [2] Two   arXiv https://arxiv.org/abs/2405.17428" in shown
    assert [dict(ask.options) for ask in core.asks] == [
        {},
        {"command": "two"},
        {"command": "one"},
        {"command": "three"},
    ]


@pytest.mark.parametrize("line", ["0", "4", "9999"])
async def test_a_number_no_button_has_is_said_so(line: str) -> None:
    core = Scripted(lambda ask: (offering("One", "Two", "Three"),))
    shown = await piped(core, "/list", line)
    assert f"There is no button {line}." in shown
    assert len(core.asks) == 1


async def test_the_buttons_of_what_arrives_can_be_pressed() -> None:
    core = Scripted()
    async with Sitting(core) as you:
        await you.platform.send(TERMINAL, part(you.platform, offering("All")), nonce="n1")
        await you.types("1")
    assert dict(core.asks[0].options) == {"command": "all"}


# ---------------------------------------------------------------- what arrives


async def test_a_digest_stands_above_the_prompt() -> None:
    async with Sitting(Scripted()) as you:
        await you.platform.send(TERMINAL, part(you.platform, document("LLM, 10 papers")), nonce="n1")
        assert you.lines == [f"── arrived at {NOW:%H:%M} UTC ──", "LLM, 10 papers", "> "]
        await you.types("/list")
        assert you.lines[2] == "> /list"


async def test_a_digest_that_arrives_meanwhile_takes_nothing_from_the_answer() -> None:
    core = Scripted(lambda ask: (document("Reading …"), document("the answer")))
    async with Sitting(core) as you:
        core.between = lambda: you.platform.send(TERMINAL, part(you.platform, document("digest")), nonce="n1")
        await you.types("/list")
        assert you.lines == ["> /list", f"── arrived at {NOW:%H:%M} UTC ──", "digest", "the answer", "> "]


async def test_while_the_bot_thinks_there_is_no_prompt() -> None:
    @dataclass
    class Thinking(Scripted):
        async def ask(self, ask: Ask) -> AsyncIterator[Reply]:
            await you.platform.send(TERMINAL, part(you.platform, document("digest")), nonce="n1")
            seen.append(you.lines[-1])
            yield Reply(document("the answer"))

    seen: list[str] = []
    async with Sitting(Thinking()) as you:
        await you.types("/list")
        assert seen == ["digest"]


async def test_only_the_first_message_of_a_digest_says_that_it_arrived() -> None:
    stdout = Stream()
    platform = chat(stdout, silence())
    root = await platform.send(TERMINAL, part(platform, document("one")), nonce="n1")
    await platform.send(TERMINAL, part(platform, document("two")), nonce="n2", root=root)
    assert stdout.getvalue().count("arrived") == 1
    assert stdout.getvalue().endswith("one\n\ntwo\n\n")


async def test_an_edit_is_written_again_with_a_word_that_it_is_one() -> None:
    stdout = Stream()
    platform = chat(stdout, silence())
    ref = await platform.send(TERMINAL, part(platform, document("before")), nonce="n1")
    await platform.edit(ref, part(platform, document("after")))
    assert stdout.getvalue().endswith(f"before\n\n── updated at {NOW:%H:%M} UTC ──\n\nafter\n\n")
    length = len(stdout.getvalue())
    await platform.edit(ref, part(platform, document("after")))
    assert len(stdout.getvalue()) == length


async def test_there_is_one_terminal() -> None:
    platform = chat(Stream(), silence())
    with pytest.raises(TargetGone):
        await platform.send(Target("console", "elsewhere"), part(platform, document("x")), nonce="n1")


async def test_what_was_delivered_is_forgotten_in_time() -> None:
    platform = chat(Stream(), silence())
    refs = [
        await platform.send(TERMINAL, Part({"form": "plain"}, document("x")), nonce=str(n))
        for n in range(REMEMBERED + 5)
    ]
    assert len(platform.messages) == REMEMBERED
    assert refs[-1].message_id in platform.messages
    assert len({ref.message_id for ref in refs}) == len(refs)


async def test_messages_of_two_sessions_have_different_ids() -> None:
    refs: list[MessageRef] = []
    for session in ("a", "b"):
        platform = chat(Stream(), silence(), session=session)
        refs.append(await platform.send(TERMINAL, part(platform, document("x")), nonce="n1"))
    assert refs[0].message_id != refs[1].message_id


async def test_a_pipe_ends_after_what_is_on_its_way_has_arrived() -> None:
    stdout = Stream()
    core = Scripted()
    platform = chat(stdout, these("/digest"), linger=0.05)
    running = asyncio.create_task(platform.run(core))
    for number in range(3):
        await asyncio.sleep(0.03)
        assert not running.done()
        await platform.send(TERMINAL, part(platform, document(f"part {number}")), nonce=str(number))
    await asyncio.wait_for(running, 1)
    assert "part 2" in stdout.getvalue()


async def test_a_terminal_ends_at_once() -> None:
    core = Scripted()
    async with Sitting(core) as you:
        you.platform._linger = 60
        await you.leaves()
        assert you.running.done()
        assert you.lines == []


# ---------------------------------------------------------------- when it ends badly


async def test_when_it_is_stopped_no_prompt_is_left() -> None:
    async with Sitting(Scripted()) as you:
        assert you.lines == ["> "]
        you.running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await you.running
        assert you.lines == []


async def test_an_answer_nobody_reads_any_more_is_the_end() -> None:
    stdout = Stream()

    def gone(ask: Ask) -> tuple[Document]:
        stdout.break_write(BrokenPipeError())
        return (document("x"),)

    core = Scripted(gone)
    await chat(stdout, these("/list", "/list"), typed=True).run(core)
    assert len(core.asks) == 1


async def test_what_could_not_be_written_is_written_the_next_time() -> None:
    stdout = Stream()
    platform = chat(stdout, silence())
    for error, raised in ((BrokenPipeError(), NotSent), (OSError(28, "No space left on device"), Unknown)):
        stdout.break_write(error)
        with pytest.raises(raised):
            await platform.send(TERMINAL, part(platform, document("late")), nonce="n1")
    await platform.send(TERMINAL, part(platform, document("late")), nonce="n1")
    assert stdout.getvalue().count("late") == 1


async def test_a_closed_terminal_is_not_written_to() -> None:
    stdout = Stream()
    platform = chat(stdout, silence())
    made = part(platform, document("x"))
    stdout.close()
    with pytest.raises(NotSent):
        await platform.send(TERMINAL, made, nonce="n1")


# ---------------------------------------------------------------- what is hostile

ESCAPES = "\x1b[2J\x1b]0;title\x07\x9b31m\r\x08\u202e"


def hostile(text: str) -> Document:
    blocks: tuple[Block, ...] = (
        Heading((Text(text),)),
        Paragraph((Link(text, f"https://arxiv.org/{text}"),)),
        Actions((Action(text, "/help"), Action(text, url=f"https://arxiv.org/{text}"))),
    )
    return Document(blocks)


@pytest.mark.parametrize("form", ["best", "plain"])
async def test_no_text_steers_the_terminal(form: str) -> None:
    async with Sitting(Scripted(lambda ask: (hostile(ESCAPES),))) as you:
        await you.types("/list")
        await you.platform.send(TERMINAL, Part({"form": form}, hostile(ESCAPES)), nonce="n1")
        assert you.terminal.screen()  # only sequences of ours
        assert not set("\x07\x08\x9b\u202e") & set(you.terminal.getvalue())
        assert "\x1b]0;" not in you.terminal.getvalue()


async def test_no_line_of_a_pipe_steers_the_terminal_that_shows_it() -> None:
    shown = await piped(Scripted(lambda ask: (document("ok"),)), f"/list {ESCAPES}")
    assert not set("\x1b\x07\x08\x9b\u202e\r") & set(shown)


@settings(max_examples=40)
@given(made=documents(st.text("ab <&>\n\t😀é文.", max_size=90)), width=st.integers(40, 90))
def test_whatever_was_said_meanwhile_nothing_of_it_is_left(made: Document, width: int) -> None:
    async def check() -> tuple[list[str], list[str]]:
        core = Scripted(lambda ask: (made, made, document("the answer")))
        environ = {**VT, "COLUMNS": str(width), "LINES": "500"}
        async with Sitting(core, Terminal(width=width), environ) as you:
            before = you.lines
            await you.types("/list")
            return before, you.lines

    before, after = asyncio.run(check())
    assert after == [*before[:-1], "> /list", "the answer", "> "]
