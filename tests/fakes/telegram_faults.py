"""What can go wrong between a bot and Telegram, on demand: the answer, the line, or both."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from tests.fakes.telegram_refusals import Refused, flood

Line = Literal["answer", "hang", "close", "reset", "half"]

_PAGE = "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n</body>\r\n</html>\r\n"
_PHRASES = {500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Time-out"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """`applied`: the method does its work all the same. `line`: what becomes of the answer: it is given, never comes
    ("hang"), the connection is closed or reset instead ("close", "reset") or in the middle of it ("half"). `status`
    and `body` replace the answer, `refusal` refuses. `delay` in seconds.
    """

    applied: bool = False
    line: Line = "answer"
    status: int | None = None
    body: str | None = None
    refusal: Refused | None = None
    delay: float = 0.0


def hangs(*, applied: bool = False) -> Fault:
    """It never answers: the client runs into its read timeout."""
    return Fault(line="hang", applied=applied)


def slow(seconds: float) -> Fault:
    """It does its work and takes its time to say so."""
    return Fault(applied=True, delay=seconds)


def closes() -> Fault:
    """It hangs up without having done anything."""
    return Fault(line="close")


def cuts(*, half: bool = False) -> Fault:
    """Accepted and done, then the line is cut before the answer (or within it)."""
    return Fault(applied=True, line="half" if half else "close")


def resets(*, applied: bool = False) -> Fault:
    """The connection is reset where the answer was awaited."""
    return Fault(line="reset", applied=applied)


def breaks(status: int = 502, *, applied: bool = False) -> Fault:
    """A page of the proxy in front of the server."""
    phrase = f"{status} {_PHRASES.get(status, 'Error')}"
    return Fault(status=status, body=_PAGE.format(phrase), applied=applied)


def babbles(*, applied: bool = True) -> Fault:
    """200, and no JSON."""
    return Fault(status=200, body='{"ok":tru', applied=applied)


def refuses(description: str, code: int = 400) -> Fault:
    """Any refusal; `description` in the server's words, with its prefix ("Bad Request: …")."""
    return Fault(refusal=Refused(code, description))


def floods(retry_after: int) -> Fault:
    """429."""
    return Fault(refusal=flood(retry_after))


@dataclass(slots=True, kw_only=True)
class Planned:
    """A fault for calls of `method` (None: any but getUpdates) to `chat` (None: any), `times` times (None: always)."""

    fault: Fault
    method: str | None = None
    chat: int | None = None
    times: int | None = 1
    met: int = field(default=0, init=False)

    def takes(self, method: str, chat: str) -> bool:
        """Is this call the one? It is counted."""
        if self.times is not None and self.met >= self.times:
            return False
        wanted = method.lower() != "getupdates" if self.method is None else self.method.lower() == method.lower()
        if not wanted or str(chat if self.chat is None else self.chat) != chat:
            return False
        self.met += 1
        return True
