"""Which targets have something to do and whose turn it is: sends in turn, then edits; who must wait, by time. Pure."""

from __future__ import annotations

import heapq
from collections import deque
from math import inf

from bot.outbox_table import Due


class Lanes:
    """At most one place a target. Times are numbers that grow, as the event loop's."""

    def __init__(self) -> None:
        self._places: dict[int, int] = {}  # target id: the number of the entry that holds for it
        self._sends: deque[tuple[int, Due]] = deque()
        self._edits: deque[tuple[int, Due]] = deque()
        self._later: list[tuple[float, int, Due]] = []
        self._number = 0

    def put(self, due: Due, when: float, now: float) -> None:
        """`due` may be done at `when`; what was put for its target before holds no more."""
        self._number += 1
        self._places[due.target_id] = self._number
        if when > now:
            heapq.heappush(self._later, (when, self._number, due))
        else:
            self._stand(self._number, due)

    def pop(self, now: float) -> Due | None:
        """The first that may be done now; its target has no place then. None: none."""
        while self._later and self._later[0][0] <= now:
            _, number, due = heapq.heappop(self._later)
            self._stand(number, due)
        for line in (self._sends, self._edits):
            while line:
                number, due = line.popleft()
                if self._places.get(due.target_id) == number:
                    del self._places[due.target_id]
                    return due
        return None

    def ready(self) -> int:
        """How many sends stand in line that may be done now."""
        return len(self._sends)

    def next_at(self) -> float:
        """When the first of those that wait may be done; inf: nobody waits."""
        return self._later[0][0] if self._later else inf

    def _stand(self, number: int, due: Due) -> None:
        (self._edits if due.edit else self._sends).append((number, due))
