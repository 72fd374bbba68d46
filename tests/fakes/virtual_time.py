"""An event loop whose clock jumps to the next timer as soon as nothing else is to be done: hours pass in no time.

Work in threads (the database) takes no time on its clock: while some is under way the clock stands still.
"""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")

EPOCH = datetime(2026, 5, 19, 0, 5, tzinfo=UTC)


class _Skipping(selectors.DefaultSelector):
    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.in_threads = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout == 0:
            return super().select(0)
        if self.in_threads:
            return super().select(None)  # a thread that is done wakes the loop
        if timeout is None:
            raise RuntimeError("everybody waits and nothing will ever happen")
        self.now += max(1e-9, timeout)  # so that a rounding error cannot make time stand still
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Time begins at 0.0; there is nothing to wait for but timers and threads."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    def time(self) -> float:
        return self._skipping.now

    def run_in_executor(  # type: ignore[override] # typeshed wants its own type variables
        self,
        executor: Executor | None,
        func: Callable[..., T],
        *args: Any,  # noqa: ANN401 - as asyncio has it
    ) -> asyncio.Future[T]:
        future = super().run_in_executor(executor, func, *args)
        self._skipping.in_threads += 1
        future.add_done_callback(self._left_thread)
        return future

    async def shutdown_default_executor(self, timeout: float | None = None) -> None:  # noqa: ASYNC109 - its name there
        """Which waits for threads in a thread of its own, unknown to `run_in_executor`."""
        self._skipping.in_threads += 1
        try:
            await super().shutdown_default_executor()
        finally:
            self._skipping.in_threads -= 1

    def _left_thread(self, future: asyncio.Future[Any]) -> None:
        self._skipping.in_threads -= 1


def virtually(main: Coroutine[Any, Any, T]) -> T:
    """What `main` returns, however long it takes on its own clock."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)


def clock() -> datetime:
    """The wall clock that goes with the running loop's."""
    return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())
