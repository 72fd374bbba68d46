"""Keep README.md, .env.example and the JSON schema in step with the code.

`python -m scripts.docs` rewrites what is generated; `--check` only says what is out of step (exit 1).
Generated parts of README stand between `<!-- NAME -->` and `<!-- /NAME -->`.
"""

from __future__ import annotations

import difflib
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
DEMO_LINES = 44
OURS = ("PAPERBOY", "OPENAI", "ARXIV", "TELEGRAM", "DISCORD")
"""How our variables begin; what we show does not depend on those of whoever shows it."""


def main() -> None:
    """Write or check every generated file."""
    check = "--check" in sys.argv[1:]
    stale = False
    for path, make in FILES.items():
        old = path.read_text(encoding="utf-8") if path.exists() else ""
        new = make(old)
        if new == old:
            continue
        stale = True
        name = str(path.relative_to(ROOT))
        if check:
            sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), name, "generated"))
        else:
            path.write_text(new, encoding="utf-8")
            print(f"wrote {name}")
    if check and stale:
        sys.exit("Generated files are out of step: run `make docs`.")


def readme(old: str) -> str:
    """README with every generated part made anew."""
    for name, make in PARTS.items():
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        if not pattern.search(old):
            sys.exit(f"README.md has no part <!-- {name} -->")
        body = make()
        old = pattern.sub(lambda match, body=body: match[1] + body + match[2], old)  # type: ignore[misc]
    return old


def env_example(_: str) -> str:
    """Every setting with what it does, commented out with its default."""
    lines = [
        "# Copy to .env and fill in what you want to change; every line is optional.",
        "# Generated from the settings classes by `make docs`.",
        "",
    ]
    for name, default, text in settings():
        lines += [f"# {text}", f"# {name}={default}", ""]
    return "\n".join(lines)


def schema(_: str) -> str:
    """JSON Schema of the envelope."""
    from bot.envelope import json_schema  # noqa: PLC0415 - only this part needs it

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def settings() -> list[tuple[str, str, str]]:
    """(variable, default as one would write it, what it does) of every setting, in order: the platforms' first."""
    from adapters import CHATS, SETTINGS  # noqa: PLC0415 - only these parts need it
    from bot.settings import Settings  # noqa: PLC0415 - as above

    rows = []
    for each in (*(pkgutil.resolve_name(SETTINGS[name]) for name in CHATS if name in SETTINGS), Settings):
        for field in each.model_fields.values():
            default = field.default
            text = "" if default is None else ",".join(default) if isinstance(default, tuple) else str(default)
            rows.append((str(field.alias), text, str(field.description)))
    return rows


def settings_table() -> str:
    """Markdown table of the settings."""
    rows = [f"| `{name}` | {f'`{default}`' if default else ''} | {text} |" for name, default, text in settings()]
    return "| variable | default | what it does |\n|---|---|---|\n" + "\n".join(rows) + "\n"


def run(*args: str) -> str:
    """What `paperboy ARGS` prints on stdout, 100 columns wide, in English, in a folder of its own settings."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(OURS)}
    env |= {"COLUMNS": "100", "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8", "NO_COLOR": "1", "TERM": "dumb"}
    command = [sys.executable, "-m", "bot", *args]
    return subprocess.run(command, capture_output=True, text=True, check=True, env=env, cwd=ROOT).stdout  # noqa: S603


def help_text(*command: str) -> Callable[[], str]:
    """A part showing a command's help."""
    line = " ".join(("paperboy", *command, "--help"))
    return lambda: f"```console\n$ {line}\n{_trimmed(run(*command, '--help'))}\n```\n"


def demo() -> str:
    """The head of what the demo prints."""
    lines = _trimmed(run("demo")).splitlines()
    head = lines[:DEMO_LINES]
    more = len(lines) - len(head)
    return "```console\n$ make demo\n" + "\n".join(head) + (f"\n… {more} more lines\n" if more else "\n") + "```\n"


def topics() -> str:
    """The catalogue's names."""
    from bot.topics.catalogue import catalogue  # noqa: PLC0415 - only this part needs it

    return ", ".join(topic.name for topic in catalogue()) + "\n"


def chat() -> str:
    """The chat commands, from the list everything else is made from."""
    from bot.commands import help_table  # noqa: PLC0415 - only this part needs it

    return help_table().rstrip("\n") + "\n"


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip("\n").splitlines())


PARTS: dict[str, Callable[[], str]] = {
    "demo": demo,
    "commands": help_text(),
    "digest": help_text("digest"),
    "summarize": help_text("summarize"),
    "costs": help_text("costs"),
    "compare-models": help_text("compare-models"),
    "chat": chat,
    "topics": topics,
    "settings": settings_table,
}
FILES: dict[Path, Callable[[str], str]] = {
    ROOT / "README.md": readme,
    ROOT / ".env.example": env_example,
    ROOT / "docs" / "envelope.schema.json": schema,
}

if __name__ == "__main__":
    main()
