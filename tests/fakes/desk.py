"""A desk with a real store and real chats; who reads, posts and tells is a fake that remembers. People say, press."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from adapters.plain_text import text_of
from bot.access import Admins, Limits, Policy
from bot.chats import Chats
from bot.commands.desk import Desk
from bot.commands.means import Means, Owners
from bot.commands.text import read
from bot.costs.usage_table import Allowance
from bot.delivery.incidents import Held
from bot.document import Action, Actions, Block, Card, Details, Document, Paragraph, Text
from bot.files import Sent
from bot.models import ArxivId, Digest, Entry, Listed, Note, Paper, Summary, Takeaway, Topic
from bot.owners import OwnerCode
from bot.platforms import Actor, Ask, Reply
from bot.ports import Estimate, Glimpse, Progress, no_glimpse, no_progress
from bot.questions.answers import Answered, Compared
from bot.sources.calendar import days_back, expected_day
from bot.store import Store
from bot.targets import Chat, ChatKind, Target
from bot.topics.query import Query
from tests.samples import listed, paper, summary

NOW = datetime.fromisoformat("2026-05-19T12:00:00+00:00")
OWNER = Actor("memory", "owner")
PRIVATE = Target("memory", "1")
GROUP = Target("memory", "-100", None)
ADMIN, MEMBER = "admin", "member"


@dataclass
class FakeReading:
    """Gives a summary for every paper it knows; `error` is raised instead. `meanwhile` happens once they are found."""

    known: Mapping[str, str] = field(default_factory=lambda: {"2405.17428": "NV-Embed: Improved Techniques"})
    error: Exception | None = None
    wait: Callable[[], Awaitable[object]] | None = None
    meanwhile: Callable[[Digest, Progress, Glimpse], Awaitable[object]] | None = None
    brief: Summary | Exception = field(default_factory=lambda: summary(method="extractive", tldr="Its own sentence."))
    asked: list[tuple[str, ...]] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    briefly: list[tuple[str, ...]] = field(default_factory=list)

    async def at_once(self, papers: Sequence[Paper], *, language: str) -> Mapping[str, Summary]:
        self.briefly.append(tuple(each.id for each in papers))
        if isinstance(self.brief, Exception):
            raise self.brief
        return {each.id: replace(self.brief, paper_id=each.id) for each in papers}

    async def on_demand(
        self,
        asked: Sequence[ArxivId],
        *,
        language: str,
        second: str | None = None,
        progress: Progress = no_progress,
        glimpse: Glimpse = no_glimpse,
    ) -> tuple[Digest, tuple[ArxivId, ...]]:
        self.asked.append(tuple(map(str, asked)))
        self.languages.append("+".join(filter(None, (language, second))))
        if self.wait is not None:
            await self.wait()
        if self.error is not None:
            raise self.error
        found = [each for each in asked if each.key in self.known]
        missing = tuple(each for each in asked if each.key not in self.known)
        entries = tuple(
            Entry(
                paper=paper(each.key, title=self.known[each.key]),
                summary=summary(paper_id=each.key, takeaways=(Takeaway("It is fast.", "Fast it is."),)),
                second=summary(paper_id=each.key, language=second, tldr=f"T in {second}") if second else None,
            )
            for each in found
        )
        made = Digest(entries=entries, notes=tuple(Note("not_found", {"id": each.key}) for each in missing))
        if self.meanwhile is not None:
            await self.meanwhile(made, progress, glimpse)
        return made, missing


@dataclass
class FakeAsking:
    """Answers every question alike; `compared` is what comes of two papers. `asked` is what it was asked."""

    answer: Answered = field(
        default_factory=lambda: Answered(
            outcome="answered",
            source="html",
            language="en",
            statements=(Takeaway("It has 7B parameters.", "The model has 7B parameters.", "3 Method"),),
        )
    )
    compared: Compared | str = "no_model"
    error: Exception | None = None
    wait: Callable[[], Awaitable[object]] | None = None
    asked: list[tuple[str, ...]] = field(default_factory=list)

    async def ask(self, paper: Paper, question: str, *, language: str, asks: bool = True) -> Answered:
        self.asked.append((paper.id, question, language, "model" if asks else "modest"))
        if self.wait is not None:
            await self.wait()
        if self.error is not None:
            raise self.error
        return self.answer

    async def compare(self, first: Paper, second: Paper, *, language: str, asks: bool = True) -> Compared | str:
        self.asked.append((first.id, second.id, language, "model" if asks else "modest"))
        return self.compared


@dataclass
class FakeFiles:
    """Fetches every file, and says of it what `says` is: a summary, or an error. `meanwhile` happens before."""

    says: Sent | Exception = field(
        default_factory=lambda: Sent(paper=Paper(id="PDF", title="A Paper", authors=(), abstract=""), summary=summary())
    )
    meanwhile: Callable[[Callable[[Sent], None]], Awaitable[object]] | None = None
    fetched: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, bool]] = field(default_factory=list)

    async def of(
        self, fetch: Callable[[], Awaitable[bytes]], *, language: str, asks: bool, glimpse: Callable[[Sent], None]
    ) -> Sent:
        self.asked.append((language, asks))
        self.fetched.append(await fetch())
        if self.meanwhile is not None:
            await self.meanwhile(glimpse)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@dataclass
class FakePoster:
    """Has `papers` to post; a period is posted once."""

    papers: int = 3
    error: Exception | None = None
    periods: list[str] = field(default_factory=list)
    previews: list[str] = field(default_factory=list)

    async def post_now(self, chat: Chat, *, period: str) -> int:
        if self.error is not None:
            raise self.error
        if period not in self.periods:
            self.periods.append(period)
        return self.papers

    async def preview(self, chat: Chat, topics: Sequence[Topic], *, limit: int) -> Document:
        self.previews += [topic.name for topic in topics]
        return Document((Paragraph((Text(f"a sample of {limit}"),)),))

    async def waiting(self, chat: Chat) -> int:
        return self.papers


@dataclass
class FakeArxiv:
    """arXiv's count of a query."""

    answer: int | Exception | None = 40
    latest: tuple[Paper, ...] = ()
    asked: list[str] = field(default_factory=list)

    async def __call__(self, query: Query) -> Estimate | None:
        self.asked.append(query.text)
        if isinstance(self.answer, Exception):
            raise self.answer
        return None if self.answer is None else Estimate(self.answer, self.latest)


@dataclass
class FakeHeld:
    """Messages whose fate nobody knows; `settled` is what was decided about them."""

    messages: dict[int, Target] = field(default_factory=dict)
    settled: list[tuple[int, bool]] = field(default_factory=list)

    async def held(self) -> list[Held]:
        return [Held(target=target, message=id_, digest=1, part=0) for id_, target in self.messages.items()]

    async def settle(self, message: int, *, resend: bool) -> bool:
        if self.messages.pop(message, None) is None:
            return False
        self.settled.append((message, resend))
        return True


@dataclass(repr=False)
class Front:
    """A desk and everybody before it. `now` is the clock; `admins` are admins of every chat."""

    store: Store
    policy: Policy = "open"
    owners: Owners = field(default_factory=lambda: Owners(known=frozenset({OWNER})))
    has_model: bool = True
    now: datetime = NOW
    admins: set[str] = field(default_factory=lambda: {ADMIN})
    per_user: int = 10
    reading: FakeReading = field(default_factory=FakeReading)
    modest: FakeReading = field(default_factory=FakeReading)
    questions: FakeAsking = field(default_factory=FakeAsking)
    files: FakeFiles = field(default_factory=FakeFiles)
    undecided: FakeHeld = field(default_factory=FakeHeld)
    missing: Sequence[str] = ()  # what we may not do in any chat
    woken: list[Target] = field(default_factory=list)
    poster: FakePoster = field(default_factory=FakePoster)
    arxiv: FakeArxiv = field(default_factory=FakeArxiv)
    notified: list[tuple[Actor, Document]] = field(default_factory=list)
    told: list[tuple[Target, Document]] = field(default_factory=list)
    unreachable: Exception | None = None  # what asking for admins raises
    silent_owners: Exception | None = None  # what telling an owner raises
    shut_out: Exception | None = None  # what telling a chat raises
    asked_for_admins: int = 0
    patience: float = 5.0
    step: float = 3.0
    folds: bool = True
    forms: Mapping[str, Sequence[str]] = field(default_factory=dict)  # other forms, by platform
    updates: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.chats = Chats(self.store, clock=self.clock)
        self.restart()

    def restart(self) -> None:
        """The bot is started again: what was in memory only is gone."""
        self.means = Means(
            chats=self.chats,
            store=self.store,
            reading=self.reading,
            modest=self.modest,
            questions=self.questions,
            files=self.files,
            poster=self.poster,
            notify=self._notify,
            tell=self._tell,
            count=self.arxiv,
            owners=self.owners,
            policy=self.policy,
            admins=Admins(self.clock),
            limits=Limits(self.clock, per_user=self.per_user),
            clock=self.clock,
            has_model=self.has_model,
            allowance=Allowance(calls=1000),
            watched=("cs.*", "stat.ML", "eess.*"),
            invite=lambda platform, what: f"https://example.org/{platform}/{what}",
            folds=lambda platform: self.folds,
            forms=lambda platform: self.forms.get(platform, ()),
            check=self._check,
            undecided=self.undecided,
            wake=self._wake,
            patience=self.patience,
            step=self.step,
        )
        self.desk = Desk(self.means)

    def clock(self) -> datetime:
        return self.now

    # ------------------------------------------------------------ people

    def ask(self, text: str, **given: Any) -> Ask:  # noqa: ANN401 - any field of it, and `admin`
        """What a platform makes of `text`: an Ask of an admin in private, unless said otherwise."""
        actor = given.pop("actor", ADMIN)
        who = actor if isinstance(actor, Actor) else Actor("memory", actor)
        kind: ChatKind = given.pop("kind", "private")
        said = read(text, kind=kind)
        assert said is not None, f"{text!r} is not for us"

        async def is_admin() -> bool:
            self.asked_for_admins += 1
            if self.unreachable is not None:
                raise self.unreachable
            return who.id in self.admins

        return Ask(
            **{
                "update": f"memory:{next(self.updates)}",
                "actor": who,
                "target": PRIVATE if kind == "private" else GROUP,
                "kind": kind,
                "command": said.command,
                "options": said.options,
                "at": self.now,
                "is_admin": is_admin,
                "title": "" if kind == "private" else "Readers",
                **given,
            }
        )

    async def hears(self, ask: Ask) -> list[Reply]:
        """Every reply, in order."""
        return [reply async for reply in self.desk.ask(ask)]

    async def say(self, text: str, **given: Any) -> Reply:  # noqa: ANN401 - as for `ask`
        """The reply that stays."""
        return (await self.hears(self.ask(text, **given)))[-1]

    async def press(self, reply: Reply | Document, label: str, **given: Any) -> Reply:  # noqa: ANN401 - as for `ask`
        """The reply to the button whose label begins so."""
        return await self.say(command_of(reply, label), **given)

    async def follow(self, *topics: str, **given: Any) -> None:  # noqa: ANN401 - as for `ask`
        """Subscribe to `topics` in one go."""
        for topic in topics:
            offered = await self.say(f"/subscribe {topic}", **given)
            found = [each for each in actions(offered) if each.command and " yes" in each.command]
            await self.say(str(found[0].command), **given)

    def names(self, target: Target = PRIVATE) -> list[str]:
        """What is followed there."""
        return [each.topic.name for each in self.chats.subscriptions(target)]

    # ------------------------------------------------------------ arXiv

    def announce(self, *papers: Listed) -> None:
        self.store.save_announced(papers)

    def fortnight(self, a_day: Callable[[int], int], title: str = "Mixture of experts") -> list[date]:
        """Ten announcements; `a_day(n)` of the papers of the n-th latest have `title`, and one more has another."""
        days = days_back(expected_day(self.now), 10)
        for number, day in enumerate(days):
            ids = [f"26{5:02d}.{number:02d}{each:03d}" for each in range(a_day(number))]
            self.announce(
                *(listed(id_, day=day, version=1) for id_ in ids),
                listed(f"2605.{number + 50:02d}999", day=day, version=1),
            )
            self.store.save_papers(
                [paper(id_, title=f"{title} {id_}", categories=("cs.CL",), primary_category="cs.CL") for id_ in ids]
            )
        return days

    # ------------------------------------------------------------ who is told

    async def _wake(self, target: Target) -> None:
        self.woken.append(target)

    async def _check(self, target: Target) -> Sequence[str]:
        return self.missing

    async def _notify(self, actor: Actor, document: Document) -> None:
        if self.silent_owners is not None:
            raise self.silent_owners
        self.notified.append((actor, document))

    async def _tell(self, target: Target, document: Document) -> None:
        if self.shut_out is not None:
            raise self.shut_out
        self.told.append((target, document))


@contextmanager
def front(path: Path, **given: Any) -> Iterator[Front]:  # noqa: ANN401 - any field of it
    """A desk on a fresh database, closed at the end."""
    with Store(path / "desk.db") as store:
        yield Front(store=store, **given)


def owner_code() -> OwnerCode:
    return OwnerCode(Random(1), lambda: NOW)  # noqa: S311 - a test's


def text(reply: Reply | Document) -> str:
    """What a reader sees, without buttons."""
    return text_of(_document(reply).blocks, buttons=False)


def actions(reply: Reply | Document) -> list[Action]:
    """Every button."""
    return list(_actions(_document(reply).blocks))


def labels(reply: Reply | Document) -> list[str]:
    return [action.label for action in actions(reply)]


def command_of(reply: Reply | Document, label: str) -> str:
    found = [each.command for each in actions(reply) if each.label.startswith(label)]
    assert found, f"no button {label!r} among {labels(reply)}"
    assert found[0] is not None
    return found[0]


def _document(reply: Reply | Document) -> Document:
    return reply.document if isinstance(reply, Reply) else reply


def _actions(blocks: Sequence[Block]) -> Iterator[Action]:
    for block in blocks:
        if isinstance(block, Actions):
            yield from block.actions
        elif isinstance(block, Card | Details):
            yield from _actions(block.blocks)
