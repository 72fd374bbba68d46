"""What can go wrong on the way to Discord and back, on demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from tests.fakes.discord_errors import ApiError

How = Literal["hang", "cut", "arrives, then cut", "arrives, then hangs", "status", "429", "refused", "slow"]


@dataclass(kw_only=True)
class Fault:
    """Happens to requests whose route matches, `times` times (None: always).

    `route` is a pattern of `METHOD /path/{template}`, such as `POST /channels/{channel}/messages` or `* /channels/*`;
    `at` bounds it to paths which contain that (an id, say). `hang`: never answered, not applied; `cut`: hung up on
    before answering, not applied; the others say. `status` (with `applied`: it arrived all the same), `429`, `refused`
    (an error Discord has words for) and `slow` have their details in the fields; `page` is what comes with a `status`.
    """

    route: str
    how: How
    times: int | None = 1
    at: str = ""
    status: int = 500
    applied: bool = False
    after: float = 0.1
    scope: str = "user"
    via: bool = True
    as_json: bool = True
    error: ApiError | None = None
    seconds: float = 0.0
    page: bytes = b"<html>upstream error</html>"
    media_type: str = "text/html"
    met: int = field(default=0, init=False)

    def takes(self, route: str, path: str) -> bool:
        """Is it for this request? Then it has happened."""
        if self.times is not None and self.met >= self.times:
            return False
        if not fnmatchcase(route, self.route.replace("[", "[[]")) or self.at not in path:
            return False
        self.met += 1
        return True


def met(faults: Sequence[Fault], route: str, path: str) -> Fault | None:
    """The first that this request meets."""
    return next((fault for fault in faults if fault.takes(route, path)), None)
