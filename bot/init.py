"""`paperboy init`: asks for tokens, key and names, checks each at once, and writes `.env`.

A secret is asked for without an echo, shown by its last four characters at most, and never logged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from bot import dotenv_file
from bot.app import adapter
from bot.init_answers import base_url, contact, masked, possible, without_password, word
from bot.init_talk import AskSecret, Ended, Talk, ask_hidden
from bot.owners import owners_text, parse_owners
from bot.ports import BotError, UsageError
from bot.probe import Accepted, Refused, Unchecked, Verdict, models
from bot.settings import Settings
from bot.wording import clean

DONE, COULD_NOT, WRONG, STOPPED = 0, 1, 2, 130

OPENAI = "https://api.openai.com/v1"
SHOWN_MODELS = 8


class Account(Protocol):
    """A platform's bot account: `adapters.setup`. `token` is the name of the setting that holds its token."""

    @property
    def title(self) -> str: ...
    @property
    def token(self) -> str: ...
    @property
    def hint(self) -> str: ...
    def wrong(self, token: str) -> str | None: ...
    def check(self, token: str, settings: Mapping[str, str], *, timeout: float) -> Verdict: ...


def init(
    *,
    stdin: IO[str],
    stdout: IO[str],
    environ: Mapping[str, str],
    path: Path,
    ask_secret: AskSecret = ask_hidden,
    timeout: float = 10,
) -> int:
    """Ask, check, write `path`. `ask_secret(prompt)` is used if `stdin` is a terminal; a pipe gives a line an answer.

    Exit codes: 0 all that was given is written, 1 something could not be read, checked or written, 2 an answer was no
    possible value, 130 stopped, with nothing written. `timeout` in seconds, a check.
    """
    talk = Talk(stdin, stdout, ask_secret)
    try:
        text = dotenv_file.read(path)
        asking = _Asking(talk, environ=environ, stored=dotenv_file.values(text), timeout=timeout)
        steps = asking.everything(adapter("setup")())
        after = dotenv_file.merged(text, asking.changes)
        if after != text or not dotenv_file.is_private(path):
            dotenv_file.save(path, after)
            talk.say(f"\nWritten: {path}, which only you can read.")
        else:
            talk.say(f"\n{path.name} stays as it is.")
    except BotError as exc:
        talk.say(str(exc))
        return WRONG if exc.usage else COULD_NOT
    except KeyboardInterrupt:
        talk.say("\nStopped; nothing was written.")
        return STOPPED
    talk.say("Next:                paperboy run")
    for step in steps:
        talk.say(step)
    return asking.code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """`tidy` makes the answer what is stored, or raises UsageError. `default` is what holds where nothing is stored."""

    name: str
    tidy: Callable[[str], str]
    check: Callable[[str], Verdict] | None = None
    secret: bool = False
    default: str = ""


class _Asking:
    """One question after another. `changes` are what is to be written, `code` the exit code so far."""

    def __init__(self, talk: Talk, *, environ: Mapping[str, str], stored: Mapping[str, str], timeout: float) -> None:
        self.changes: dict[str, str | None] = {}
        self.code = DONE
        self._talk = talk
        self._environ = {name.upper(): value for name, value in environ.items() if value}
        self._stored = stored
        self._timeout = timeout
        self._models: tuple[str, ...] = ()

    def everything(self, accounts: Sequence[Account]) -> list[str]:
        """Ask it all; the steps that come next."""
        self._talk.say("Enter keeps what is set, or skips; a single - removes it.")
        steps: list[str] = []
        for account in accounts:
            steps += self._account(account)
        if not steps:
            steps.append("No token is set, so that is a chat with the bot in this terminal.")
        steps += self._model_server()
        self._talk.say("\narXiv asks for an address it can write to if something goes wrong (mail or web).")
        self._ask(_Question(name="PAPERBOY_CONTACT", tidy=contact))
        self._talk.say("\nOwners decide which chats may use the bot: telegram:123456789,discord:987654321987654321")
        owned = self._ask(_Question(name="PAPERBOY_OWNERS", tidy=lambda text: owners_text(parse_owners(text))))
        if not owned and any(self._current(account.token) for account in accounts):
            steps.append("Nobody owns the bot yet: it prints a code when it starts, and who sends it is the owner.")
        return steps

    def _account(self, account: Account) -> tuple[str, ...]:
        found: list[Accepted] = []

        def tidy(token: str) -> str:
            if wrong := account.wrong(token):
                raise UsageError(wrong)
            return token

        def check(token: str) -> Verdict:
            verdict = account.check(token, self._settings, timeout=self._timeout)
            found[:] = [verdict] if isinstance(verdict, Accepted) else []
            return verdict

        self._talk.say(f"\n{account.title}: {account.hint}")
        token = self._ask(_Question(name=account.token, tidy=tidy, check=check, secret=True))
        return found[0].steps if token and found else (f"{account.title}: not checked.",) if token else ()

    def _model_server(self) -> tuple[str, ...]:
        self._talk.say(f"\nModel: any OpenAI-compatible server; where none is named, {OPENAI}.")
        base = self._ask(_Question(name="OPENAI_BASE_URL", tidy=base_url, check=self._check_server))
        key = self._ask(_Question(name="OPENAI_API_KEY", tidy=word, check=self._check_key, secret=True))
        if not base and not key:
            return ("No model is set up: summaries are sentences of the abstracts.",)
        default = str(Settings.model_fields["model"].default)
        check = self._check_model if self._models else None
        self._ask(_Question(name="PAPERBOY_MODEL", tidy=word, check=check, default=default))
        return ()

    # ------------------------------------------------------------ one question

    def _ask(self, question: _Question) -> str:
        """Until an answer will do, or nothing more is said. What is set then, '' if nothing."""
        code, looked_at = DONE, False
        while True:
            given = self._answer(question)
            if given == "-":
                self.changes[question.name] = None
                return self._current(question.name)
            if given:
                code = self._given(question, given)
                if code == DONE:
                    return self._current(question.name)
                continue
            if not looked_at:
                looked_at = True
                as_it_is = self._as_it_is(question)
                if as_it_is != DONE and code == DONE and given is not None:
                    code = as_it_is
                    continue
                code = max(code, as_it_is)
            self.code = max(self.code, code)
            return self._current(question.name)

    def _answer(self, question: _Question) -> str | None:
        """'' for Enter alone, None if nobody says anything more."""
        try:
            return self._talk.ask(self._prompt(question), secret=question.secret)
        except Ended:
            return None

    def _given(self, question: _Question, given: str) -> int:
        """Take `given` if it will do."""
        try:
            value = question.tidy(possible(given))
        except UsageError as exc:
            self._talk.say(f"  {exc}")
            return WRONG
        if not self._will_do(question, value, doubt=True):
            return COULD_NOT
        self.changes[question.name] = value
        if question.name in self._environ and self._environ[question.name] != value:
            self._talk.say(f"  The environment has another {question.name}, which goes before this one.")
        return DONE

    def _as_it_is(self, question: _Question) -> int:
        """Nothing was said: is what is set already all right? What was stored before is kept where nobody can say."""
        stored = self._current(question.name)
        value = stored or question.default
        return DONE if not value or self._will_do(question, value, doubt=not stored) else COULD_NOT

    def _will_do(self, question: _Question, value: str, *, doubt: bool) -> bool:
        verdict = question.check(value) if question.check else None
        match verdict:
            case None:
                return True
            case Accepted(who):
                self._talk.say(f"  ok: {clean(who, 100)}")
                return True
            case Refused(why):
                self._talk.say(f"  {_sentence(why)}")
                return False
            case Unchecked(why):
                self._talk.say(f"  Could not check: {clean(why, 400)}.")
                return not doubt or self._talk.agrees("  Keep it anyway? [y/N] ")

    def _prompt(self, question: _Question) -> str:
        now = self._current(question.name)
        shown = masked(now) if now and question.secret else without_password(now or question.default)
        return f"{question.name} [{clean(shown, 100)}]: " if shown else f"{question.name}: "

    def _current(self, name: str) -> str:
        return self._settings.get(name, "")

    @property
    def _settings(self) -> dict[str, str]:
        """What holds if nothing more is said."""
        mine = {name: value for name, value in self.changes.items() if value}
        kept = {name: value for name, value in self._stored.items() if name not in self.changes}
        return {**kept, **self._environ, **mine}

    # ------------------------------------------------------------ the model server

    def _check_server(self, base: str) -> Verdict:
        """Is there one? What it wants a key for is the next question's business."""
        found = models(base, "", timeout=self._timeout)
        if isinstance(found, Unchecked):
            return found
        self._models = () if isinstance(found, Refused) else found
        return Accepted("it answers, and wants a key" if isinstance(found, Refused) else "it answers")

    def _check_key(self, key: str) -> Verdict:
        found = models(self._current("OPENAI_BASE_URL") or OPENAI, key, timeout=self._timeout)
        if not isinstance(found, tuple):
            return found
        self._models = found
        return Accepted("the key is accepted")

    def _check_model(self, model: str) -> Verdict:
        if any(name == model or name.endswith(f"/{model}") for name in self._models):
            return Accepted("the server has it")
        some = ", ".join(clean(name, 60) for name in self._models[:SHOWN_MODELS])
        return Unchecked(f"the server does not list it; it lists {some}{' …' * (len(self._models) > SHOWN_MODELS)}")


def _sentence(text: str) -> str:
    said = clean(text, 400)
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith('.') else '.'}"
