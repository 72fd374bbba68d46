"""Several processes that do the same at the same moment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def together(path: Path, code: str, *, opened_early: bool = True) -> list[str]:
    """What three processes print that run `code` at the same moment with a `store` of `path`."""
    ready = "print('ready', flush=True); input()"
    opening = "store = Store(Path(sys.argv[1]))"
    lines = [
        "import os, sys, time",
        "from datetime import date",
        "from pathlib import Path",
        "from bot.store import Store",
    ]
    script = "\n".join([*lines, *((opening, ready) if opened_early else (ready, opening)), code, "store.close()"])
    processes = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", script, str(path)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=30)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    return printed
