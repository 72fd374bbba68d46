"""Imports point one way; the core knows no platform; importing costs nothing before it is needed."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CORE = sorted((ROOT / "bot").rglob("*.py"))
PLATFORMS = {"adapters", "telegram", "discord"}


def imports(path: Path) -> Iterator[str]:
    """Every module `path` imports, at the top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", CORE, ids=lambda p: str(p.relative_to(ROOT)))
def test_the_core_imports_no_platform(path: Path) -> None:
    allowed = {"adapters"} if path == ROOT / "bot" / "app.py" else set()
    found = {name.split(".")[0] for name in imports(path)} & PLATFORMS
    assert found <= allowed


@pytest.mark.parametrize("name", ["models", "full", "document", "ports"])
def test_the_words_import_only_each_other(name: str) -> None:
    inside = {module for module in imports(ROOT / "bot" / f"{name}.py") if module.startswith("bot")}
    assert inside <= {"bot.models", "bot.full", "bot.document", "bot.ports", "bot.targets", "bot.topics.query"}


def test_help_loads_nothing_heavy() -> None:
    heavy = "openai requests arxiv pydantic sqlite_utils pylatexenc rich babel sqlite3"
    code = f"import sys, bot.cli; print(*sorted(set({heavy.split()}) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603 - our own interpreter
    assert done.stdout.strip() == ""
