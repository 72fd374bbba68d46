"""10,000 chats due at once at 30 messages a second, people asking meanwhile: ours beside `gather` and a token bucket.

Ours runs for a while in real time, then to the end in virtual time, as the naive one does.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from adapters.memory import CAPS, Memory
from bot.database import Database
from bot.delivery.outbox import Outbox
from bot.delivery.pacing import Pacing
from bot.platforms import MessageRef, Pace, Part
from bot.targets import Target
from tests.fakes.chats import add_targets, parts_of
from tests.fakes.virtual_time import clock, virtually

NUMBER = 10_000
RATE = 30
LATENCY = 0.12
REAL_SECONDS = 50.0
ASK_EVERY = 1.7

MARGIN = 0.001
"""Seconds between a message's leaving and our writing down the time may differ by."""

TARGETS = [Target("memory", str(n)) for n in range(NUMBER)]
TEXT = "A digest of ordinary length. " * 40


@dataclass
class Measured:
    """When each message left, how long each asker waited for a turn, memory in the middle, CPU seconds."""

    left: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    memory: float = 0.0
    cpu: float = 0.0

    def line(self) -> str:
        """What is said of it."""
        times = sorted(self.left)
        busiest = max(
            (bisect_left(times, start + 1.0 - MARGIN) - place for place, start in enumerate(times)), default=0
        )
        share = (len(times) - 1) / max(1e-9, times[-1] - times[0]) / RATE * 100
        return (
            f"{len(times)} messages in {times[-1] - times[0]:.1f} s: {share:.1f} % of the cap, "
            f"at most {busiest} in any second · "
            f"an answer waits {sum(self.waited) / len(self.waited):.2f} s, at most {max(self.waited):.2f} s "
            f"({len(self.waited)}) · {self.memory:.0f} MB · {self.cpu * 1000 / len(times):.2f} ms CPU a message"
        )


def main() -> None:
    """Print ours in real time, ours in virtual time, the naive one in virtual time."""
    with tempfile.TemporaryDirectory() as folder:
        print(f"{NUMBER} chats due at once, cap {RATE} a second, an answer every {ASK_EVERY} s:")
        print(f"  ours, {REAL_SECONDS:.0f} s of real time   {asyncio.run(_ours(Path(folder), REAL_SECONDS)).line()}")
        print(f"  ours, virtual time        {virtually(_ours(Path(folder), None)).line()}")
        print(f"  gather and token bucket   {virtually(_naive()).line()}")


# ---------------------------------------------------------------- ours


@dataclass
class _Watched(Memory):
    """Writes down when each message leaves."""

    left: list[float] = field(default_factory=list)

    async def send(
        self, target: Target, part: Part, *, nonce: str, root: MessageRef | None = None, silent: bool = False
    ) -> MessageRef:
        self.left.append(_now())
        return await super().send(target, part, nonce=nonce, root=root, silent=silent)


async def _ours(folder: Path, seconds: float | None) -> Measured:
    platform = _Watched(caps=replace(CAPS, overall=Pace(RATE, 1)), latency=LATENCY)
    done = Measured()
    with Database(folder / f"{seconds}.db") as database:
        add_targets(database, *TARGETS)
        pacing = Pacing({"memory": platform.caps})
        wall = clock if seconds is None else lambda: datetime.now(UTC)
        outbox = Outbox(database, {"memory": platform}, pacing, clock=wall)
        began = time.perf_counter()
        for target in TARGETS:
            await outbox.post(target, "p1", parts_of(TEXT))
        print(f"    posting a digest takes {(time.perf_counter() - began) * 1000 / NUMBER:.2f} ms")

        async def answer(number: int) -> None:
            async with pacing.turn("memory", f"asker {number}", "private", urgent=True):
                platform.left.append(_now())

        cpu = time.process_time()
        running = asyncio.create_task(outbox.run())
        asking = asyncio.create_task(_ask(answer, done))
        if seconds is None:
            while len(platform.arrived) < NUMBER:
                await asyncio.sleep(5)
                done.memory = max(done.memory, resident())
        else:
            await asyncio.sleep(seconds)
            done.memory = resident()
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await outbox.drain()
        await running
        outbox.close()
        done.cpu = time.process_time() - cpu
        done.left = platform.left
    return done


async def _ask(answer: Callable[[int], Awaitable[None]], done: Measured) -> None:
    number = 0
    while True:
        await asyncio.sleep(ASK_EVERY)
        asked = _now()
        await answer(number)
        done.waited.append(_now() - asked)
        number += 1


# ---------------------------------------------------------------- what everybody writes first


class _Bucket:
    """RATE tokens a second, as many saved up at most; who comes first is served first."""

    def __init__(self) -> None:
        self._tokens = float(RATE)
        self._at = _now()
        self._lock = asyncio.Lock()

    async def take(self) -> None:
        async with self._lock:
            while True:
                now = _now()
                self._tokens = min(RATE, self._tokens + (now - self._at) * RATE)
                self._at = now
                if self._tokens >= 1:
                    self._tokens -= 1
                    return
                await asyncio.sleep(max(0.0001, (1 - self._tokens) / RATE))


async def _naive() -> Measured:
    done = Measured()
    bucket = _Bucket()

    async def send(target: Target, parts: Sequence[object]) -> None:
        await bucket.take()
        done.left.append(_now())
        await asyncio.sleep(LATENCY)

    async def answer(number: int) -> None:
        await bucket.take()
        done.left.append(_now())

    cpu = time.process_time()
    asking = asyncio.create_task(_ask(answer, done))
    sending = asyncio.gather(*(send(target, parts_of(TEXT)) for target in TARGETS))
    await asyncio.sleep(60)
    done.memory = resident()
    await sending
    await asyncio.sleep(ASK_EVERY + 1)
    asking.cancel()
    with suppress(asyncio.CancelledError):
        await asking
    done.cpu = time.process_time() - cpu
    return done


def _now() -> float:
    return asyncio.get_running_loop().time()


def resident() -> float:
    """Megabytes this process has in memory now; 0 where the system does not say."""
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
    return 0.0


if __name__ == "__main__":
    main()
