"""Whatever happens, in whatever order: nothing is lost, order is kept, a key makes exactly once. In virtual time."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Literal, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory import CAPS, Fault, Memory
from bot.delivery.incidents import Dead, Held
from bot.delivery.outbox import Outbox
from bot.platforms import BadFormat, MessageRef, NotSent, Pace, Part, RetryLater, TargetGone, TargetMoved, Unknown
from bot.target_table import NotKnown, target_of
from bot.targets import Target
from tests.fakes.chats import Office, passes, say
from tests.fakes.virtual_time import virtually

PLACES = [Target("memory", name) for name in "ABC"]
WEATHER = {"fine": 8, "later": 2, "everywhere": 1, "not sent": 2, "cut": 2, "lost": 1, "form": 1, "gone": 1, "moved": 1}

Step: TypeAlias = tuple[Literal["post", "wait", "crash", "drain", "back"], int]


@dataclass
class Weather(Memory):
    """Anything goes wrong as the dice fall, until it is `calm`. `untold`: what arrived although we were not told."""

    dice: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - a test's dice
    calm: bool = False
    untold: Counter[str] = field(default_factory=Counter)
    refused: dict[str, bool] = field(default_factory=dict)  # by nonce: a form is refused always or never

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        if self.refused.setdefault(nonce, "rich" in part.payload and self._falls() == "form"):
            raise BadFormat("can't parse")
        before = len(self._copies(nonce))
        try:
            return await super().send(target, part, nonce=nonce, root=root, silent=silent)
        except BaseException:
            self.untold[part.payload["text"]] += len(self._copies(nonce)) - before
            raise

    async def _called(self, target: Target) -> Fault | None:
        known = await super()._called(target)
        if known is not None:
            return known
        match self._falls():
            case "later":
                return Fault(RetryLater(self.dice.choice([0.1, 5, 90])))
            case "everywhere":
                return Fault(RetryLater(5, everywhere=True))
            case "not sent":
                return Fault(NotSent("refused"))
            case "cut":
                return Fault(Unknown("cut"), arrives=True)
            case "lost":
                return Fault(Unknown("cut"))
            case "gone":
                self.gone[target] = "kicked"
                return Fault(TargetGone("kicked"))
            case "moved":
                self.moved[target] = self._elsewhere(target)
                return Fault(TargetMoved(self.moved[target]))
        return None

    def _elsewhere(self, target: Target) -> Target:
        """Somewhere new, or where another chat of ours is; never back to where somebody left."""
        new = replace(target, chat_id=f"{target.chat_id}'")
        return self.dice.choice([new, *(place for place in PLACES if place not in (target, *self.moved))])

    def _falls(self) -> str:
        return "fine" if self.calm else self.dice.choices(list(WEATHER), list(WEATHER.values()))[0]

    def _copies(self, nonce: str) -> list[str]:
        return [message.text for message in self.arrived if message.nonce == nonce]


@dataclass
class Story:
    """What happens to one bot: posts, crashes, restarts; then good weather until all is done."""

    office: Office
    weather: Weather
    posted: dict[Target, list[str]] = field(default_factory=lambda: defaultdict(list))  # what each place was to get
    outbox: Outbox = field(init=False)
    running: asyncio.Task[None] = field(init=False)

    async def play(self, steps: list[Step]) -> None:
        self._start()
        for number, (step, given_) in enumerate(steps):
            match step:
                case "post":
                    await self._post(f"p{number}", given_)
                case "wait":
                    await passes(seconds=[0.3, 2.5, 70][given_ % 3])
                case "crash":
                    await self.office.crash(self.outbox, self.running)
                    self._start()
                case "drain":
                    await self._stop()
                    self._start()
                case "back":
                    await self._back()
        await self._end_well()

    def _start(self) -> None:
        self.outbox = self.office.outbox()
        self.running = asyncio.create_task(self.outbox.run())

    async def _stop(self) -> None:
        await asyncio.sleep(0.001)  # let it begin
        await self.outbox.drain()
        await self.running
        self.outbox.close()
        assert "leased" not in self.office.rows()

    async def _post(self, period: str, given_: int) -> None:
        places = self._places()
        place = places[given_ % len(places)]
        texts = [f"{period}.{part}" for part in range(1 + given_ % 3)]
        parts = [Part({"text": text, "rich": True}, say(text)) for text in texts]
        try:
            await self.outbox.post(place, period, parts)
        except NotKnown:
            return  # it moved at this very moment
        self.posted[place].extend(texts)

    async def _back(self) -> None:
        self.weather.gone.clear()
        for place in self._places():
            await self.outbox.target_back(place)

    async def _end_well(self) -> None:
        self.weather.calm = True
        await self._back()
        await passes(hours=1)
        await self._back()
        await passes(hours=1)
        for incident in self.office.incidents:
            if isinstance(incident, Held):
                await self.outbox.settle(incident.message, resend=not self._has_arrived(incident.message))
        await passes(hours=1)
        await self._stop()

    def _has_arrived(self, message: int) -> bool:
        """As an admin sees it who looks into the chat."""
        (payload,) = self.office.column(f"SELECT payload ->> 'text' FROM outbox WHERE id = {message}")  # noqa: S608
        return any(arrived.text == payload for arrived in self.weather.arrived)

    def _places(self) -> list[Target]:
        return self.office.database.read(
            lambda conn: [target_of(row) for row in conn.execute("SELECT * FROM targets ORDER BY id")]
        )

    def held(self) -> set[str]:
        """What somebody had to decide about."""
        ids = ", ".join(str(i.message) for i in self.office.incidents if isinstance(i, Held))
        return set(self.office.column(f"SELECT payload ->> 'text' FROM outbox WHERE id IN ({ids})"))  # noqa: S608


steps = st.lists(
    st.tuples(st.sampled_from(["post", "post", "post", "wait", "wait", "crash", "drain", "back"]), st.integers(0, 8)),
    min_size=4,
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 10_000), st.booleans(), st.sampled_from([0.0, 1.0]))
def test_nothing_is_lost_order_is_kept_and_a_key_makes_exactly_once(
    taken: list[Step], seed: int, keyed: bool, latency: float
) -> None:
    caps = replace(CAPS, overall=Pace(5, 1), idempotent=keyed, nonce_window=1_000_000.0 if keyed else 0)
    weather = Weather(caps=caps, latency=latency, dice=Random(seed))  # noqa: S311 - a test's dice
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "paperboy.db", {"memory": weather}, targets=PLACES)
        story = Story(office, weather)
        virtually(story.play(taken))
        states, held = office.rows(), story.held()
        office.database.close()

    copies = Counter(message.text for message in weather.arrived)
    wanted = [text for texts in story.posted.values() for text in texts]
    assert set(copies) == set(wanted), "lost, or sent though nobody posted it"
    assert set(states) <= {"sent", "dead"}
    assert not [incident for incident in office.incidents if isinstance(incident, Dead)]
    for text, count in copies.items():
        assert count - 1 <= (0 if keyed else weather.untold[text]), "twice, though we were told it had arrived"
    first = {text: place for place, text in reversed(list(enumerate(message.text for message in weather.arrived)))}
    for texts in story.posted.values():
        arrived = [first[text] for text in texts if text not in held]
        assert arrived == sorted(arrived)
    if keyed:
        assert not held
