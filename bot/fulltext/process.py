"""Parsing in a process that can be killed: whatever a file does to its parser, it is one clear error here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import bot
from bot.fulltext.parsed import Answer, Parsed, decoded
from bot.ports import NoText, TextProblem

logger = logging.getLogger(__name__)

Kind = Literal["html", "pdf"]

WORKER = (sys.executable, "-P", "-s", "-m", "bot.fulltext.worker")
_CHUNK = 1 << 16

_SAID: Mapping[TextProblem, str] = {
    "no_html": "The page holds no paper.",
    "html_broken": "The page is damaged or nearly empty.",
    "pdf_broken": "The PDF is damaged.",
    "pdf_encrypted": "The PDF is locked with a password.",
    "pdf_scanned": "The PDF has pictures of pages and hardly any text.",
    "too_large": "The file is larger than any paper we read.",
}
"""A worker's words are not repeated: a hostile file may have put them into its mouth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`seconds` on the wall and of the `processor`, bytes of `memory` (of addresses, libraries too) and of `output`."""

    seconds: float = 40.0
    processor: int = 25
    memory: int = 1 << 30
    output: int = 16 << 20


USUAL = Limits()


async def parse(
    kind: Kind, body: bytes, *, url: str = "", limits: Limits = USUAL, command: Sequence[str] = WORKER
) -> Parsed:
    """What the worker finds in `body`; `url` is where a page came from. Raises NoText, and takes `limits` at most.

    Cancelling it kills the worker.
    """
    output = await answered((*command, kind, str(limits.memory), str(limits.processor), url), body, limits)
    return await _answer(output)


async def answered(command: Sequence[str], body: bytes, limits: Limits) -> bytes:
    """What the worker `command` writes when it is given `body`; b"" if it crashed. Raises NoText, as `parse`."""
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=_environment(), start_new_session=True
        )
    except OSError as exc:  # no memory or no process to be had
        logger.warning("no parser could be started: %s", type(exc).__name__)
        raise NoText("The file could not be read: no process could be started.", code="parse_crashed") from None
    try:
        async with asyncio.timeout(limits.seconds):
            output = await _exchange(process, body, limits.output)
            status = await process.wait()
    except TimeoutError:
        raise NoText("Reading the file took too long.", code="parse_timeout") from None
    finally:
        await _ended(process)
    if status == -getattr(signal, "SIGXCPU", 0):
        raise NoText("Reading the file took too much of the processor's time.", code="parse_timeout")
    if status:
        logger.info("a parser crashed: status=%d", status)
        return b""
    return output


async def _exchange(process: Process, body: bytes, most: int) -> bytes:
    writing = asyncio.create_task(_write(process, body))
    try:
        return await _read(process, most)
    finally:
        writing.cancel()
        await asyncio.wait({writing})


async def _write(process: Process, body: bytes) -> None:
    if process.stdin is None:
        return
    try:
        process.stdin.write(body)
        await process.stdin.drain()
        process.stdin.close()
    except (BrokenPipeError, ConnectionResetError):  # it ended before it had read everything: its status says why
        return


async def _read(process: Process, most: int) -> bytes:
    output = bytearray()
    while process.stdout and (chunk := await process.stdout.read(_CHUNK)):
        output += chunk
        if len(output) > most:
            raise NoText("The file gave more text than any paper has.", code="too_large")
    return bytes(output)


async def _ended(process: Process) -> None:
    """It runs no more, and its pipes are closed."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):  # it has just ended by itself
            process.kill()
    if process.stdin:
        process.stdin.close()
    while process.stdout and await process.stdout.read(_CHUNK):
        continue
    await process.wait()


async def _answer(output: bytes) -> Parsed:
    try:
        answer = await asyncio.to_thread(decoded, output) if output else Answer()
    except ValueError:
        answer = Answer()
    if answer.parsed is not None:
        return answer.parsed
    for code, said in _SAID.items():
        if code == answer.problem:
            raise NoText(said, code=code)
    raise NoText("Reading the file failed: it is damaged, or too much to read.", code="parse_crashed")


def _environment() -> dict[str, str]:
    """Where our code is, and nothing of ours else: no key, no token."""
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, "PYTHONPATH": str(Path(bot.__file__).parent.parent), "PYTHONUTF8": "1"}
