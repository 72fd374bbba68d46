"""Draws hostile formulas in a process of its own: a JSON list of LaTeX on stdin, one answer on stdout, nothing else.

`python -m bot.formulas.worker MEMORY SECONDS`, confined as `bot.fulltext.worker` is. The answer is a line, the places
in the list of what was drawn (`0 2`), and a PNG; or an empty line.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence

import resvg_py

from bot.formulas.bounds import ZOOM
from bot.formulas.sheet import sheet
from bot.fulltext.worker import confine


def main(arguments: Sequence[str]) -> int:
    """Answers, whatever the formulas: a status other than 0 is a crash."""
    memory, seconds = arguments
    drawn((r"\sum_{i=1}^n \frac{x_i}{2}",))  # what the libraries load late is loaded while files can be opened
    confine(memory=int(memory), seconds=int(seconds))
    out, sys.stdout = sys.stdout.buffer, sys.stderr  # what a library prints is no answer
    out.write(drawn(json.loads(sys.stdin.buffer.read())))
    out.flush()
    return 0


def drawn(sources: Sequence[str]) -> bytes:
    """The answer for `sources`."""
    made = sheet(sources)
    if made is None:
        return b"\n"
    png = resvg_py.svg_to_bytes(svg_string=made.svg, zoom=ZOOM, skip_system_fonts=True)
    return " ".join(map(str, made.drawn)).encode("ascii") + b"\n" + png


if __name__ == "__main__":
    status = main(sys.argv[1:])
    os._exit(status)  # nothing a hostile formula has prepared runs at the end
