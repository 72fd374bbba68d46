"""`paperboy init` as somebody meets it: what it asks, what it checks, what it writes, and what it never shows."""

from __future__ import annotations

import logging
import os
import pty
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import IO

import pytest

from bot.dotenv_file import values
from bot.init import COULD_NOT, DONE, STOPPED, WRONG, init
from bot.settings import Settings
from tests.fakes.terminal import Terminal
from tests.fakes.who_am_i import DISCORD, KEY, MODELS, TELEGRAM, FakeWhoAmI
from tests.fakes.wire import Reply

NOWHERE = "http://127.0.0.1:9"  # discard: nobody listens there
ALL = (TELEGRAM, DISCORD, "", KEY, "gpt-4.1", "me@example.org", "telegram:7")
OTHER = "110201543:BBHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def server() -> Iterator[FakeWhoAmI]:
    with FakeWhoAmI() as made:
        yield made
    assert made.violations == []


@dataclass
class Done:
    code: int
    said: str
    path: Path

    @property
    def stored(self) -> Mapping[str, str]:
        return values(self.path.read_text(encoding="utf-8")) if self.path.exists() else {}


@dataclass
class Desk:
    """A folder with perhaps a `.env`, and the servers it is to talk to."""

    path: Path
    server: FakeWhoAmI
    environ: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environ |= {
            "TELEGRAM_API_URL": self.server.root,
            "DISCORD_API_URL": self.server.discord,
            "OPENAI_BASE_URL": self.server.openai,
        }

    def run(self, *answers: str, before: str | None = None) -> Done:
        """Answers come from a pipe, a line each."""
        if before is not None:
            self.path.write_text(before, encoding="utf-8")
        return self.run_with(StringIO("".join(f"{answer}\n" for answer in answers)))

    def run_with(self, stdin: IO[str], stdout: StringIO | None = None, secrets: Sequence[str] = ()) -> Done:
        stdout = stdout or StringIO()
        asked = iter(secrets)

        def ask_secret(prompt: str) -> str:
            stdout.write(prompt)
            try:
                return next(asked)
            except StopIteration:
                raise EOFError from None

        code = init(
            stdin=stdin, stdout=stdout, environ=self.environ, path=self.path, ask_secret=ask_secret, timeout=0.3
        )
        return Done(code, stdout.getvalue(), self.path)


@pytest.fixture
def desk(tmp_path: Path, server: FakeWhoAmI) -> Desk:
    return Desk(tmp_path / ".env", server)


# ---------------------------------------------------------------- all is well


def test_everything_is_asked_checked_and_written_for_its_owner_alone(desk: Desk, server: FakeWhoAmI) -> None:
    done = desk.run(*ALL)
    assert done.code == DONE
    assert done.stored == {
        "TELEGRAM_BOT_TOKEN": TELEGRAM,
        "DISCORD_BOT_TOKEN": DISCORD,
        "OPENAI_API_KEY": KEY,
        "PAPERBOY_MODEL": "gpt-4.1",
        "PAPERBOY_CONTACT": "me@example.org",
        "PAPERBOY_OWNERS": "telegram:7",
    }
    assert stat.S_IMODE(desk.path.stat().st_mode) == 0o600
    assert server.asked[:2] == [f"/bot{TELEGRAM}/getMe", "/api/v10/users/@me"]
    settings = Settings.read(_env_file=desk.path)
    assert settings.openai_api_key is not None
    assert settings.openai_api_key.get_secret_value() == KEY


def test_it_says_whose_token_it_is_and_what_to_do_next(desk: Desk) -> None:
    said = desk.run(*ALL).said
    for expected in (
        "ok: @papers_bot",
        "ok: papers",
        "paperboy run",
        "https://t.me/papers_bot?startgroup=true",
        "client_id=198622483471925248&scope=bot+applications.commands&permissions=",
    ):
        assert expected in said


def test_all_can_be_skipped_and_nothing_is_written(desk: Desk) -> None:
    del desk.environ["OPENAI_BASE_URL"]
    for answers in ((), ("",) * 7):
        done = desk.run(*answers)
        assert (done.code, done.path.exists()) == (DONE, False)
        assert "a chat with the bot in this terminal" in done.said
        assert "No model is set up" in done.said
        assert "prints a code" not in done.said
        assert "PAPERBOY_MODEL" not in done.said


def test_what_is_there_is_kept_shown_masked_and_checked(desk: Desk, server: FakeWhoAmI) -> None:
    before = f"# mine\nTELEGRAM_BOT_TOKEN={TELEGRAM}\nSOMETHING=else # kept\n"
    done = desk.run(before=before)
    assert done.code == DONE
    assert "TELEGRAM_BOT_TOKEN […Dsaw]:" in done.said
    assert "ok: @papers_bot" in done.said
    assert desk.path.read_text(encoding="utf-8") == before
    assert server.asked[0] == f"/bot{TELEGRAM}/getMe"


def test_a_short_secret_is_not_shown_in_part(desk: Desk, server: FakeWhoAmI) -> None:
    server.key = "sk-12345"
    assert "OPENAI_API_KEY […]:" in desk.run(before="OPENAI_API_KEY=sk-12345\n").said


def test_what_others_could_read_they_cannot_any_more(desk: Desk) -> None:
    desk.path.write_text(f"TELEGRAM_BOT_TOKEN={TELEGRAM}\n", encoding="utf-8")
    desk.path.chmod(0o644)
    desk.run()
    assert stat.S_IMODE(desk.path.stat().st_mode) == 0o600


def test_a_minus_removes_what_is_there(desk: Desk) -> None:
    done = desk.run("-", before=f"# t\nTELEGRAM_BOT_TOKEN={TELEGRAM}\nPAPERBOY_OWNERS=telegram:7\n")
    assert done.code == DONE
    assert desk.path.read_text(encoding="utf-8") == "# t\nPAPERBOY_OWNERS=telegram:7\n"


def test_a_setting_of_the_environment_goes_before_and_that_is_said(desk: Desk) -> None:
    desk.environ["TELEGRAM_BOT_TOKEN"] = OTHER
    done = desk.run(TELEGRAM)
    assert "TELEGRAM_BOT_TOKEN […Dsaw]:" in done.said
    assert "The environment has another TELEGRAM_BOT_TOKEN" in done.said
    assert done.stored["TELEGRAM_BOT_TOKEN"] == TELEGRAM


# ---------------------------------------------------------------- all is not


def test_a_token_that_is_not_accepted_is_asked_for_again(desk: Desk) -> None:
    done = desk.run(OTHER, TELEGRAM)
    assert done.code == DONE
    assert "prints a code when it starts" in done.said
    assert "Telegram does not accept this token" in done.said
    assert done.said.count("TELEGRAM_BOT_TOKEN: ") == 2
    assert done.stored == {"TELEGRAM_BOT_TOKEN": TELEGRAM}


@pytest.mark.parametrize("answers", [(OTHER,), (OTHER, "")])
def test_what_is_not_accepted_is_not_written(desk: Desk, answers: tuple[str, ...]) -> None:
    done = desk.run(*answers)
    assert (done.code, done.stored) == (COULD_NOT, {})


def test_a_good_token_stays_if_the_new_one_is_none(desk: Desk) -> None:
    done = desk.run(OTHER, before=f"TELEGRAM_BOT_TOKEN={TELEGRAM}\n")
    assert (done.code, done.stored) == (COULD_NOT, {"TELEGRAM_BOT_TOKEN": TELEGRAM})


def test_a_stored_token_that_is_accepted_no_more_is_asked_for_again(desk: Desk) -> None:
    before = f"TELEGRAM_BOT_TOKEN={OTHER}\n"
    assert desk.run("", TELEGRAM, before=before).stored == {"TELEGRAM_BOT_TOKEN": TELEGRAM}
    done = desk.run("", "", before=before)
    assert (done.code, done.stored) == (COULD_NOT, {"TELEGRAM_BOT_TOKEN": OTHER})
    assert done.said.count("does not accept") == 1


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (0, "not a token"),
        (0, "../../other/path"),
        (0, "110201543:AAH dqT"),
        (1, "Bot abc"),
        (2, "localhost:8000"),
        (2, "http://me:password@127.0.0.1/v1"),
        (2, "http://[::1/v1"),
        (3, "ключ"),
        (3, "sk\x1b[2J"),
        (3, "x" * 50_000),
        (5, "me"),
        (6, "@somebody"),
        (6, "somebody"),
    ],
)
def test_what_cannot_be_a_value_is_said_so_and_asked_again(
    desk: Desk, server: FakeWhoAmI, number: int, answer: str
) -> None:
    done = desk.run(*("",) * number, answer)
    assert done.code == WRONG
    assert done.stored == {}
    assert "\x1b" not in done.said
    assert not any("other/path" in path or "dqT" in path for path in server.asked)


def test_input_that_is_no_text_is_wrong_usage(desk: Desk) -> None:
    done = desk.run_with(TextIOWrapper(BytesIO(b"\xff\xfe\n"), encoding="utf-8"))
    assert (done.code, done.path.exists()) == (WRONG, False)
    assert "no text" in done.said


@pytest.mark.parametrize(("agreed", "code"), [("y", DONE), ("YES", DONE), ("", COULD_NOT), ("no", COULD_NOT)])
def test_without_a_network_it_is_kept_only_if_that_is_said(desk: Desk, agreed: str, code: int) -> None:
    desk.environ["TELEGRAM_API_URL"] = NOWHERE
    done = desk.run(TELEGRAM, agreed)
    assert done.code == code
    assert done.stored == ({"TELEGRAM_BOT_TOKEN": TELEGRAM} if code == DONE else {})
    assert "Could not check: there is no connection to 127.0.0.1" in done.said
    assert "Keep it anyway? [y/N]" in done.said


def test_what_is_stored_stays_where_nobody_can_check_it(desk: Desk) -> None:
    desk.environ |= {"TELEGRAM_API_URL": NOWHERE, "OPENAI_BASE_URL": NOWHERE}
    before = f"TELEGRAM_BOT_TOKEN={TELEGRAM}\nOPENAI_API_KEY={KEY}\n"
    done = desk.run(before=before)
    assert (done.code, desk.path.read_text(encoding="utf-8")) == (DONE, before)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=502), "the server failed (502)"),
        (Reply(status=429), "asks us to wait"),
        (Reply(status=302, headers={"Location": "/elsewhere"}), "not understood (302)"),
        (Reply(body=b"<html>"), "is TELEGRAM_API_URL right?"),
        (Reply(body=b"[" * 100_000), "is TELEGRAM_API_URL right?"),
        (Reply(body=b'{"ok": true, "result": {"is_bot": true, "username": "x\\u001b[2J"}}'), "TELEGRAM_API_URL right?"),
        (Reply(body=b'{"ok": true, "result": {"is_bot": false, "username": "person"}}'), "TELEGRAM_API_URL right?"),
        (Reply(body=b"x" * 4_500_000), "is too long"),
        (Reply(body=b"{}", cut=1), "no connection"),
        (Reply(hang=True), "did not answer within 0.3 seconds"),
        (Reply(body=b"x" * 1000, drip=0.05), "did not answer within 0.6 seconds"),
    ],
    ids=["502", "429", "302", "html", "deep", "escape", "person", "long", "cut", "hang", "drip"],
)
def test_an_answer_that_says_nothing_is_not_a_yes(desk: Desk, server: FakeWhoAmI, reply: Reply, why: str) -> None:
    del desk.environ["OPENAI_BASE_URL"]
    server.instead = reply
    began = time.monotonic()
    done = desk.run(TELEGRAM)
    assert time.monotonic() - began < 5
    assert (done.code, done.stored) == (COULD_NOT, {})
    assert why in done.said
    assert "\x1b" not in done.said
    assert "/elsewhere" not in server.asked


def test_discord_is_asked_as_it_wants_to_be(desk: Desk) -> None:
    wrong = DISCORD[::-1]
    done = desk.run("", wrong, DISCORD)
    assert "Discord does not accept this token" in done.said
    assert done.stored == {"DISCORD_BOT_TOKEN": DISCORD}


# ---------------------------------------------------------------- the model


def test_a_wrong_key_is_asked_for_again(desk: Desk) -> None:
    done = desk.run("", "", "", "sk-wrong", KEY)
    assert "The server does not accept the key" in done.said
    assert done.stored == {"OPENAI_API_KEY": KEY}
    assert done.code == DONE


def test_a_model_the_server_does_not_have_is_said_with_those_it_has(desk: Desk) -> None:
    done = desk.run("", "", "", KEY, "gpt-9", "n", "gemma-3")
    for name in MODELS:
        assert name in done.said
    assert done.stored["PAPERBOY_MODEL"] == "gemma-3"
    assert desk.run("", "", "", "", "gpt-9", "y").stored["PAPERBOY_MODEL"] == "gpt-9"


def test_the_usual_model_is_checked_too(desk: Desk, server: FakeWhoAmI) -> None:
    server.models = ("x" * 5000, "llama\x1b[2J", *(f"m{n}" for n in range(20)))
    done = desk.run("", "", "", KEY)
    assert done.code == COULD_NOT
    assert "PAPERBOY_MODEL [gpt-4.1-mini]:" in done.said
    assert "does not list it; it lists xxx" in done.said
    assert "llama" in done.said
    assert "\x1b" not in done.said
    assert "m19" not in done.said


def test_a_server_of_ones_own_needs_no_key(desk: Desk, server: FakeWhoAmI) -> None:
    server.key = ""
    base = desk.environ.pop("OPENAI_BASE_URL")
    done = desk.run("", "", f"{base}/", "", "gpt-4.1")
    assert done.code == DONE
    assert done.stored == {"OPENAI_BASE_URL": base, "PAPERBOY_MODEL": "gpt-4.1"}


def test_an_address_that_is_no_model_server_is_doubted(desk: Desk, server: FakeWhoAmI) -> None:
    del desk.environ["OPENAI_BASE_URL"]
    done = desk.run("", "", server.root, "n", server.openai, KEY)
    assert "not understood (404)" in done.said
    assert done.stored == {"OPENAI_BASE_URL": server.openai, "OPENAI_API_KEY": KEY}


def test_a_password_in_an_address_is_not_shown(desk: Desk) -> None:
    desk.environ["OPENAI_BASE_URL"] = desk.server.openai.replace("http://", "http://me:hunter2@")
    done = desk.run()
    assert "hunter2" not in done.said
    assert "//…@127.0.0.1" in done.said


# ---------------------------------------------------------------- secrets


@pytest.mark.parametrize("trouble", ["none", "refused", "no connection", "hang", "cut", "not http", "bad address"])
def test_no_secret_reaches_the_screen_or_a_log(
    desk: Desk, server: FakeWhoAmI, trouble: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    match trouble:
        case "refused":
            server.instead = Reply(status=401, body=TELEGRAM.encode())
        case "no connection":
            desk.environ |= dict.fromkeys(("TELEGRAM_API_URL", "DISCORD_API_URL", "OPENAI_BASE_URL"), NOWHERE)
        case "hang":
            server.instead = Reply(hang=True)
        case "cut":
            server.instead = Reply(body=b"x" * 100, cut=10)
        case "not http":
            desk.environ |= dict.fromkeys(("TELEGRAM_API_URL", "DISCORD_API_URL", "OPENAI_BASE_URL"), "ftp://x")
        case "bad address":
            desk.environ |= dict.fromkeys(("TELEGRAM_API_URL", "DISCORD_API_URL", "OPENAI_BASE_URL"), "http://[x")
    caplog.set_level(logging.DEBUG)
    done = desk.run(TELEGRAM, "y", DISCORD, "y", "", KEY, "y")
    told = "".join((done.said, caplog.text, *capfd.readouterr()))
    assert told
    for secret in (TELEGRAM, DISCORD, KEY):
        for part in (secret, secret.split(":")[-1], secret[:-4][-12:]):
            assert part not in told


def test_the_log_is_whole_again_afterwards(desk: Desk) -> None:
    before = {name: list(logging.getLogger(name).filters) for name in ("urllib3.connectionpool", "urllib3.util.retry")}
    desk.run(TELEGRAM)
    assert before == {name: logging.getLogger(name).filters for name in before}


def test_credentials_of_the_home_folder_are_not_sent(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password hunter2\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert desk.run(TELEGRAM, DISCORD, "", KEY).code == DONE


# ---------------------------------------------------------------- a terminal


def test_at_a_terminal_secrets_are_typed_unseen_and_the_rest_is_not(desk: Desk) -> None:
    stdin = Terminal()
    stdin.write("\ngpt-4.1\nme@example.org\n")
    stdin.seek(0)
    stdout = StringIO()
    done = desk.run_with(stdin, stdout, secrets=(TELEGRAM, f" {DISCORD} ", KEY))
    assert done.code == DONE
    assert done.stored["DISCORD_BOT_TOKEN"] == DISCORD
    assert done.stored["PAPERBOY_MODEL"] == "gpt-4.1"
    assert done.stored["PAPERBOY_CONTACT"] == "me@example.org"


def test_a_real_terminal_does_not_echo_a_secret(tmp_path: Path, server: FakeWhoAmI) -> None:
    master, slave = pty.openpty()
    code = (
        "import os, sys; from pathlib import Path; from bot.init import init;"
        "sys.exit(init(stdin=sys.stdin, stdout=sys.stdout, environ=os.environ, path=Path(sys.argv[1])))"
    )
    environ = {**os.environ, "TELEGRAM_API_URL": server.root, "PYTHONPATH": str(Path(__file__).parent.parent)}
    environ.pop("OPENAI_BASE_URL", None)
    child = subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code, str(tmp_path / ".env")],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=environ,
        start_new_session=True,
    )
    os.close(slave)
    watchdog = threading.Timer(20, child.kill)
    watchdog.start()
    shown, answers = b"", [f"{TELEGRAM}\n".encode(), *[b"\n"] * 5]
    try:
        while child.poll() is None:
            shown += os.read(master, 4096)
            if answers and shown.endswith(b": "):
                os.write(master, answers.pop(0))
    except OSError:  # the child has gone, and its terminal with it
        assert child.wait(5) == DONE
    finally:
        watchdog.cancel()
        os.close(master)
    assert child.returncode == DONE
    assert TELEGRAM.encode() not in shown
    assert b"@papers_bot" in shown
    assert values((tmp_path / ".env").read_text(encoding="utf-8")) == {"TELEGRAM_BOT_TOKEN": TELEGRAM}


def test_ctrl_c_writes_nothing(desk: Desk) -> None:
    class Impatient(StringIO):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            line = super().readline(-1 if size is None else size)
            if not line:
                raise KeyboardInterrupt
            return line

    done = desk.run_with(Impatient(f"{TELEGRAM}\n"))
    assert (done.code, done.path.exists()) == (STOPPED, False)
    assert "nothing was written" in done.said


# ---------------------------------------------------------------- the file


def test_the_comments_of_the_example_lead_to_the_right_place(desk: Desk) -> None:
    example = (Path(__file__).parent.parent / ".env.example").read_text(encoding="utf-8")
    desk.run(*ALL, before=example)
    text = desk.path.read_text(encoding="utf-8")
    assert f"# OPENAI_API_KEY=\nOPENAI_API_KEY={KEY}\n" in text
    for line in example.splitlines():
        assert line in text.splitlines()


def test_a_file_that_cannot_be_read_or_written_is_said_so(desk: Desk) -> None:
    desk.path.mkdir()
    done = desk.run(*ALL)
    assert done.code == COULD_NOT
    assert "cannot be read" in done.said


def test_a_screen_without_our_letters_gets_question_marks(desk: Desk) -> None:
    screen = TextIOWrapper(BytesIO(), encoding="ascii")
    code = init(
        stdin=StringIO(f"\n\n\n{KEY}\n"),
        stdout=screen,
        environ={**desk.environ, "TELEGRAM_BOT_TOKEN": TELEGRAM},
        path=desk.path,
        timeout=1,
    )
    assert code == DONE
