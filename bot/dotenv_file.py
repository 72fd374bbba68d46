"""`.env` read and written so that comments, other lines and every value survive. Pure, but for `save`.

What is written is what python-dotenv reads back, `#`, quotes, backslashes and `${…}` included.
"""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from io import StringIO
from pathlib import Path

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from bot.ports import BotError

_BARE = re.compile(r"[A-Za-z0-9_./:@,+*-]+")
_SPACE = r"[^\S\r\n]"
_LINE = re.compile(  # as python-dotenv has it, to find what stands around the value
    rf"(?P<before>\s*(?:export{_SPACE}+)?[^=#\s]+){_SPACE}*(?:={_SPACE}*)?"
    rf"(?:(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")(?P<behind>{_SPACE}*#[^\r\n]*)?"
    rf"|[^\r\n]*?(?P<after>(?:{_SPACE}+|(?<=[^\S\r\n]))#[^\r\n]*)?)"
    rf"{_SPACE}*(?P<end>\r\n|\n|\r|\Z)",
    re.DOTALL,
)


class DotenvError(BotError):
    """The file cannot be read or written; the text names it and the next step."""


def values(text: str) -> dict[str, str]:
    """What `text` sets, by upper-case name, as the settings see it; what is empty is not there."""
    found = dotenv_values(stream=StringIO(text))
    return {name.upper(): value for name, value in found.items() if value}


def merged(text: str, changes: Mapping[str, str | None]) -> str:
    """`text` with each name set to its value; None: not set any more. Everything else stays as it is.

    A new name goes below the comment that shows it (`# NAME=`), or to the end. Raises ValueError for a value that no
    line can hold: a control character, half a character.
    """
    left = {name.upper(): None if value is None else quoted(value) for name, value in changes.items()}
    named = {str(each.key).upper() for each in parse_stream(StringIO(text)) if each.key}
    done: list[str] = []
    for each in parse_stream(StringIO(text)):
        original, name = each.original.string, (each.key or "").upper()
        if name in left:
            done.append(_changed(original, name, left[name]))
            continue
        done.append(original)
        shown = re.fullmatch(r"\s*#\s*(\w+)=[^\r\n]*[\r\n]*", original)
        if shown and shown[1].upper() in left.keys() - named and left[shown[1].upper()] is not None:
            done.append(f"{_ended(done)}{shown[1].upper()}={left[shown[1].upper()]}\n")
            named.add(shown[1].upper())
    for name in left.keys() - named:
        if left[name] is not None:
            done.append(f"{_ended(done)}{name}={left[name]}\n")
    return "".join(done)


def quoted(value: str) -> str:
    """`value` as it stands behind the `=`. Raises ValueError, which does not show it."""
    if any(unicodedata.category(char) in {"Cc", "Cs"} and char != "\t" for char in value):
        raise ValueError("a value may not have control characters")
    if _BARE.fullmatch(value):
        return value
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    # Even within single quotes ${NAME} is replaced, and nothing escapes it; a default for no name at all gives the $.
    return f"'{escaped.replace('${', '${:-$}{')}'"


def read(path: Path) -> str:
    """The file's text; '' if there is none. Raises DotenvError."""
    try:
        return path.read_bytes().decode("utf-8")  # with its line ends as they are
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not UTF-8 text"
        raise DotenvError(f"{path} cannot be read: {why}. Move it away or repair it, then try again.") from None


def save(path: Path, text: str) -> None:
    """Put `text` there, all of it or nothing, readable by its owner alone. Raises DotenvError."""
    place = path.resolve()  # where a link leads to, so that it stays one
    scratch: str | None = None
    try:
        handle, scratch = tempfile.mkstemp(prefix=".env.", dir=place.parent)  # is made with mode 0600
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(scratch).replace(place)
    except OSError as exc:
        if scratch is not None:
            with suppress(FileNotFoundError):
                Path(scratch).unlink()
        raise DotenvError(
            f"{path} cannot be written: {exc.strerror}. Check the folder and its free space, then try again."
        ) from None


def is_private(path: Path) -> bool:
    """May its owner alone read it? True if there is no such file."""
    return not path.exists() or not path.stat().st_mode & 0o077


def _changed(original: str, name: str, value: str | None) -> str:
    """A line that sets something, with another value; or, without one, what stands above it."""
    found = _LINE.fullmatch(original)
    before = found["before"] if found else f"{_above(original)}{name}"
    if value is None:
        return _above(original)
    comment = ((found["behind"] or found["after"] or "") if found else "").lstrip()
    return f"{before}={value}{'  ' if comment else ''}{comment}{(found and found['end']) or chr(10)}"


def _above(original: str) -> str:
    return original[: len(original) - len(original.lstrip())]


def _ended(done: list[str]) -> str:
    """What is missing before the next line."""
    return "\n" if done and done[-1] and not done[-1].endswith(("\n", "\r")) else ""
