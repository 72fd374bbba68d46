"""Make `bot/data/demo.jsonl.xz`: the seven reference papers and one announced day, metadata only (CC0).

`python -m scripts.bundle_demo --data FOLDER` where FOLDER holds `reference/` and `papers/`.
"""

from __future__ import annotations

import argparse
import json
import lzma
from pathlib import Path

DAY = "2026-05-18"
TARGET = Path(__file__).parent.parent / "bot" / "data" / "demo.jsonl.xz"
FIELDS = ("id", "title", "authors", "abstract", "categories", "primary_category", "comment")


def main() -> None:
    """Write the bundle: one JSON object a line, reference papers first and without a day."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    folder = parser.parse_args().data
    reference = json.loads((folder / "reference" / "reference_papers.json").read_text(encoding="utf-8"))["papers"]
    rows = [{**{k: p.get(k) for k in FIELDS}, "id": p["arxiv_id"], "announced": None} for p in reference]
    (announced,) = (folder / "papers").glob("announced-*.jsonl.xz")
    with lzma.open(announced, "rt", encoding="utf-8") as lines:
        days = map(json.loads, lines)
        rows += [{**{k: p[k] for k in FIELDS}, "announced": DAY} for p in days if p["announced"] == DAY]
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    TARGET.write_bytes(lzma.compress(text.encode(), preset=9))
    print(f"{len(rows)} papers, {TARGET.stat().st_size} bytes: {TARGET}")


if __name__ == "__main__":
    main()
