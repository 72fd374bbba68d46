"""How long we wait for what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """Seconds. `read`: an answer may take that long; the longer, the fewer messages of which nobody knows whether they
    arrived. `batch`: what is dealt with may take that long before more is asked for. `spinner`: somebody who pressed
    a button waits that long at most.

    `first`: until what failed is tried again, doubled each time up to `longest`; `conflict`: until we ask again if
    another process does; `answers`: before each further try of an answer that did not arrive; `farewell`: for the last
    word when we stop.
    """

    read: float = 25.0
    batch: float = 2.0
    spinner: float = 8.0
    first: float = 1.0
    longest: float = 60.0
    conflict: float = 30.0
    answers: Sequence[float] = (1.0, 4.0)
    farewell: float = 2.0
