"""Lines from real pipes, files and terminals."""

from __future__ import annotations

import asyncio
import os
import pty
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.console_input import LONGEST, no_lines, read_lines


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        try:
            os.close(end)
        except OSError:
            continue  # the test has closed it


async def all_of(fd: int) -> list[str]:
    return [line async for line in read_lines(fd)]


async def test_a_pipe_gives_its_lines_and_ends(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], "one\n\nдва\r\n三".encode())
    os.close(pipe[1])
    assert await all_of(pipe[0]) == ["one", "", "два\r", "三"]


async def test_a_line_is_read_as_soon_as_it_is_there(pipe: tuple[int, int]) -> None:
    lines = read_lines(pipe[0])
    for said in ("one", "two"):
        os.write(pipe[1], f"{said}\n".encode())
        assert await asyncio.wait_for(anext(lines), 1) == said


async def test_a_character_may_come_in_two_pieces(pipe: tuple[int, int]) -> None:
    reading = asyncio.create_task(all_of(pipe[0]))
    for byte in "é三😀\n".encode():
        os.write(pipe[1], bytes([byte]))
        await asyncio.sleep(0.001)
    os.close(pipe[1])
    assert await reading == ["é三😀"]


async def test_what_is_no_text_is_replaced(pipe: tuple[int, int]) -> None:
    os.write(pipe[1], b"a\xffb\nc\xe4")
    os.close(pipe[1])
    assert await all_of(pipe[0]) == ["a\ufffdb", "c\ufffd"]


async def test_a_file_is_read_to_its_end_and_long_lines_are_cut(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    path.write_text("x" * (5 * LONGEST) + "\nshort\n" + "y" * (9 * LONGEST), encoding="utf-8")
    with path.open("rb") as file:
        assert await all_of(file.fileno()) == ["x" * LONGEST, "short", "y" * LONGEST]


async def test_a_terminal_ends_with_ctrl_d() -> None:
    master, slave = pty.openpty()
    try:
        os.write(master, b"/list\n\x04")
        assert await asyncio.wait_for(all_of(slave), 1) == ["/list"]
    finally:
        os.close(master)
        os.close(slave)


async def test_a_terminal_that_was_closed_is_the_end() -> None:
    master, slave = pty.openpty()
    tty.setraw(slave)
    reading = asyncio.create_task(all_of(slave))
    await asyncio.sleep(0)
    os.close(master)
    assert await asyncio.wait_for(reading, 1) == []
    os.close(slave)


async def test_whoever_stops_reading_leaves_nothing_behind(pipe: tuple[int, int]) -> None:
    reading = asyncio.create_task(all_of(pipe[0]))
    await asyncio.sleep(0.001)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert not asyncio.get_running_loop().remove_reader(pipe[0])


async def test_a_pipe_that_somebody_else_emptied_is_waited_for(pipe: tuple[int, int]) -> None:
    os.set_blocking(pipe[0], False)
    reading = asyncio.create_task(all_of(pipe[0]))
    await asyncio.sleep(0)
    os.write(pipe[1], b"x")
    os.read(pipe[0], 10)
    await asyncio.sleep(0.001)
    os.write(pipe[1], b"mine\n")
    os.close(pipe[1])
    assert await asyncio.wait_for(reading, 1) == ["mine"]


async def test_no_standard_input_is_no_lines() -> None:
    assert [line async for line in no_lines()] == []
