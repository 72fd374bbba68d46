"""`.env` keeps what it held, and gives back every value as it was given."""

from __future__ import annotations

import os
import stat
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from bot.dotenv_file import DotenvError, is_private, merged, quoted, read, save, values
from bot.settings import Settings

NASTY = [
    "a#b",
    "a #b",
    "#",
    "'",
    '"',
    "\\",
    "\\'",
    "a b",
    " x ",
    "$",
    "${HOME}",
    "$HOME",
    "${",
    "${:-x}",
    "a=b",
    "é三😀",
]
nasty = st.text("ab #'\"\\${}:-=\tné三😀\u200b\xa0", min_size=1, max_size=30) | st.sampled_from(NASTY)
names = st.sampled_from(["OPENAI_API_KEY", "A", "B_C", "PAPERBOY_DB"])


@given(changes=st.dictionaries(names, nasty, max_size=4))
def test_every_value_is_read_back_as_it_was_given(changes: dict[str, str]) -> None:
    assert dotenv_values(stream=StringIO(merged("", changes))) == changes


@pytest.mark.parametrize("value", NASTY)
def test_the_settings_read_back_what_was_written(value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    path = tmp_path / ".env"
    save(path, merged("", {"OPENAI_API_KEY": value, "PAPERBOY_OWNERS": value}))
    settings = Settings.read(_env_file=path)
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == value
    assert settings.owners == value


lines = st.sampled_from(
    [
        "# a comment",
        "",
        "   ",
        "A=old",
        "export A='old # one'  # why",
        'A="old\\n"#why',
        "a=lower",
        "A= # nothing",
        "A",
        "A=x'#y",
        "OTHER=kept # note",
        "OTHER='two\nlines'",
        "this is no setting",
        "= neither",
        "# B=",
        "#B=example  ",
        "B=",
    ]
)


@given(before=st.lists(lines, max_size=8), ends=st.sampled_from(["\n", "\r\n"]), ended=st.booleans(), value=nasty)
def test_a_change_changes_what_it_names_alone(before: list[str], ends: str, ended: bool, value: str) -> None:
    text = ends.join(before) + (ends if ended and before else "")
    after = merged(text, {"A": value, "B": None})
    assert values(after) == {**{k: v for k, v in values(text).items() if k != "B"}, "A": value}
    kept = [line for line in before if line.startswith(("#", "OTHER", "this", "="))]
    position = 0
    for line in kept:
        position = after.index(line, position) + len(line)


def test_what_is_set_again_stays_where_it_was_with_its_comment() -> None:
    text = "# mine\nexport A='x'  # the first\n\nB=1#2\n"
    assert merged(text, {"A": "y", "B": "3"}) == "# mine\nexport A=y  # the first\n\nB=3\n"
    assert merged('A="x"#c\n', {"A": "y"}) == "A=y  #c\n"
    assert merged("A= # c", {"A": "y z"}) == "A='y z'  # c\n"


def test_a_new_name_stands_below_the_comment_that_shows_it() -> None:
    assert merged("# a key\n# A=\n\n# B=\n", {"A": "x", "C": "z"}) == "# a key\n# A=\nA=x\n\n# B=\nC=z\n"
    assert merged("# A=\nA=1\n# A=\n", {"A": "2"}) == "# A=\nA=2\n# A=\n"
    assert merged("X=1", {"A": "2"}) == "X=1\nA=2\n"


def test_what_is_removed_leaves_the_rest() -> None:
    assert merged("# c\n\nA=1 # x\nB=2\na=3\n", {"A": None}) == "# c\n\nB=2\n"


def test_a_name_in_lower_case_is_the_same_setting() -> None:
    assert values(merged("openai_api_key=old\n", {"OPENAI_API_KEY": "new"})) == {"OPENAI_API_KEY": "new"}


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "\x00", "\x1b[2J", "\ud800", "\x85"])
def test_what_no_line_can_hold_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(ValueError, match="control characters") as raised:
        quoted(value)
    assert value not in str(raised.value)


# ---------------------------------------------------------------- the file


def test_the_file_is_its_owners_alone_whatever_it_was(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    assert is_private(path)
    path.write_text("A=1\n", encoding="utf-8")
    path.chmod(0o644)
    assert not is_private(path)
    before = os.umask(0)
    try:
        save(path, "A=2\r\n")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert is_private(path)
    assert read(path) == "A=2\r\n"
    assert [each.name for each in tmp_path.iterdir()] == [".env"]


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("A=1\n", encoding="utf-8")
    (tmp_path / ".env").symlink_to(tmp_path / "real")
    save(tmp_path / ".env", "A=2\n")
    assert (tmp_path / ".env").is_symlink()
    assert (tmp_path / "real").read_text(encoding="utf-8") == "A=2\n"


def test_a_failure_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.mkdir()
    with pytest.raises(DotenvError, match="cannot be written"):
        save(path, "A=secret\n")
    assert [each.name for each in tmp_path.iterdir()] == [".env"]
    with pytest.raises(DotenvError, match="cannot be read"):
        read(path)
    with pytest.raises(DotenvError, match="cannot be written"):
        save(tmp_path / "nowhere" / ".env", "")


def test_what_is_no_text_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_bytes(b"A=\xff\n")
    with pytest.raises(DotenvError, match="not UTF-8"):
        read(path)
    assert read(tmp_path / "nothing") == ""
