"""How large a picture may be, as it comes and as it is shown."""

from __future__ import annotations

LONGEST = 8 << 20
"""Bytes of a picture as it comes; real ones have some hundred thousand."""
LARGEST = 1280
"""Pixels of a side: what a phone shows of it, and far below what platforms take."""
SMALLEST = 64
"""Pixels of the shorter side; less is an icon."""
MOST_PIXELS = 40_000_000
"""Of the picture as it comes, which is as much memory in four bytes each."""
NARROWEST = 10
"""How many times longer one side may be than the other; Telegram takes 20, and nobody can read that."""
HEAVIEST = 1_000_000
"""Bytes of the new file."""
LIGHT = 400_000
"""Bytes up to which it is a PNG, in which the lines of a plot stay sharp."""
