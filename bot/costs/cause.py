"""For whom and for what a model is called: known where it is asked for, needed where it is paid, deep below.

It goes along with the task that does the work, as the language of a locale does, so that nothing in between has to
hand it on. A task inherits it when it is made: who joins the making of a summary changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final

from bot.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """`target` None: no chat, but the command line; `purpose` is `brief`, `deep`, … ('': nobody said)."""

    target: Target | None = None
    paper_id: str | None = None
    purpose: str = ""


_CAUSE: Final[ContextVar[Cause]] = ContextVar("paperboy_cause")
_NOBODY: Final = Cause()


def cause() -> Cause:
    """Of what is being done now."""
    return _CAUSE.get(_NOBODY)


@contextmanager
def caused_by(target: Target | None) -> Iterator[None]:
    """What is done within is done for `target`."""
    token = _CAUSE.set(replace(cause(), target=target))
    try:
        yield
    finally:
        _CAUSE.reset(token)


@contextmanager
def about(paper_id: str | None, purpose: str) -> Iterator[None]:
    """What is done within is about this paper, and meant for `purpose`."""
    token = _CAUSE.set(replace(cause(), paper_id=paper_id, purpose=purpose))
    try:
        yield
    finally:
        _CAUSE.reset(token)
