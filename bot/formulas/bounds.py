"""How much is drawn: LaTeX is anybody's."""

from __future__ import annotations

MOST = 10
"""Formulas of one sheet; the others stay code."""
LONGEST = 1_000
"""Characters of a formula's source."""
DEEPEST = 6
"""Groups inside of each other; each more takes twice the time. Real ones have four."""
WIDEST = 800
HIGHEST = 400
"""Of one formula, in units of which a letter's size is `SIZE`: about what a page holds."""
SIZE = 18
ZOOM = 2
"""Pixels of a unit: sharp on a phone."""
HEAVIEST = 1_000_000
"""Bytes of a sheet; real ones have some ten thousand."""
