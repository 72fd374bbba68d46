"""A server in a process of its own, told what to do in lines of JSON: what it costs is not what is measured."""

from __future__ import annotations

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from tests.fakes.processes import ROOT


class Serving(Protocol):
    """The other side of the pipe."""

    asking: asyncio.Task[None] | None

    async def do(self, given: dict[str, Any]) -> object:
        """One line's worth."""
        ...


async def serve(server: Serving) -> None:
    """Do what each line says, and print what came of it, until nothing more can be read."""
    loop, lines = asyncio.get_running_loop(), asyncio.StreamReader(limit=1 << 20)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        sys.stdout.write(f"{json.dumps(await server.do(json.loads(line)))}\n")
        sys.stdout.flush()
    if server.asking is not None:
        server.asking.cancel()


def be_quiet() -> None:
    """Who hangs up at the end is no news."""
    logging.disable(logging.CRITICAL)


@dataclass
class Remote:
    """This side of the pipe. Everything blocks until it is done there."""

    process: subprocess.Popen[str]

    def do(self, what: str, **given: object) -> Any:  # noqa: ANN401 - JSON
        """See `Serving.do`."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{json.dumps({'do': what, **given})}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@contextmanager
def remote(module: str, *arguments: object) -> Iterator[Remote]:
    """A process that runs `module`, which serves."""
    process = subprocess.Popen(  # noqa: S603 - our own module
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Remote(process)
    finally:
        process.communicate(timeout=60)
