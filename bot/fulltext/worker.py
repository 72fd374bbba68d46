"""Reads one hostile file in a process of its own: bytes on stdin, one JSON answer on stdout, nothing else.

`python -m bot.fulltext.worker html|pdf MEMORY SECONDS [URL]`. Before the first byte is read the process gives up what
it could do harm with: memory beyond MEMORY bytes, processor time beyond SECONDS, opening or writing any file or socket,
starting others. The kernel keeps it to that (`setrlimit`); a system without such limits has the caller's time-out. It
is started without our environment, so that it holds no secret either.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence

from bot.fulltext.parsed import Answer, Parsed, encoded
from bot.ports import NoText

Parse = Callable[[bytes], Parsed]


def main(arguments: Sequence[str]) -> int:
    """Answers, whatever the file: a status other than 0 is a crash."""
    kind, memory, seconds, *rest = arguments
    parse = _parser(kind, rest[0] if rest else "")
    confine(memory=int(memory), seconds=int(seconds))
    try:
        answer = Answer(parsed=parse(sys.stdin.buffer.read()))
    except NoText as exc:
        answer = Answer(problem=exc.code)
    except MemoryError:
        answer = Answer(problem="too_large")
    sys.stdout.buffer.write(encoded(answer))
    sys.stdout.buffer.flush()
    return 0


def _parser(kind: str, url: str) -> Parse:
    """Loaded while files can still be opened, and only what this kind needs."""
    if kind == "pdf":
        from bot.fulltext.pdf import parse as parse_pdf  # noqa: PLC0415 - as the docstring says

        return parse_pdf
    from bot.fulltext.html import parse as parse_html  # noqa: PLC0415 - likewise

    def parse(body: bytes) -> Parsed:
        return parse_html(body, url=url, encoding=_encoding(body))

    return parse


def _encoding(body: bytes) -> str | None:
    """arXiv's pages are UTF-8; what is not says itself what it is."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def confine(*, memory: int, seconds: int) -> None:
    """Give up for good what this process could do harm with; what it needs must be loaded by now."""
    try:
        resource = importlib.import_module("resource")
    except ImportError:  # not a Unix
        return
    for name, limit in (
        ("RLIMIT_AS", memory),
        ("RLIMIT_CPU", seconds),
        ("RLIMIT_FSIZE", 0),
        ("RLIMIT_NOFILE", 0),
        ("RLIMIT_NPROC", 0),
        ("RLIMIT_CORE", 0),
    ):
        try:
            number = getattr(resource, name)
            _, hard = resource.getrlimit(number)
            most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            # A second between the two: at the first the signal says why, at the other the kernel kills.
            last = most + 1 if name == "RLIMIT_CPU" and hard == resource.RLIM_INFINITY else most
            resource.setrlimit(number, (most, last))
        except (AttributeError, ValueError, OSError):  # macOS has no such limit of memory
            continue


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status)  # nothing a hostile file has prepared runs at the end
