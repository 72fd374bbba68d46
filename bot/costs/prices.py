"""What a model's tokens cost. Prices are data: ours in `prices.json`, before them the operator's. Pure but for reading.

Money is counted in nanodollars (1e-9 US dollars), as integers: no price we know of is finer per token.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from importlib.resources import files
from pathlib import Path
from typing import Final, TypeAlias

from bot.models import Usage
from bot.ports import UsageError

Money: TypeAlias = int
"""Nanodollars."""

DOLLAR: Final = 1_000_000_000
MAX_FILE: Final = 1_000_000
"""Bytes of an operator's file."""

MAX_PRICE: Final = 1_000_000
"""Dollars per million tokens; more is a slip of the pen."""

_NAMES: Final = ("prompt", "cached", "completion", "batch")
_DATED: Final = re.compile(r"-(?:20\d{2}-\d{2}-\d{2}|20\d{6})\Z")
"""How a provider calls a model as it stood on a day: it costs what the model costs, if it has no price of its own."""


class PricesError(UsageError):
    """The operator's price file cannot be used; the text says where it is wrong."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens of the prompt, of what of it the provider had cached, and of the answer.

    `batch` is what a call of the Batch API costs of that: 1 where nobody said that it is cheaper.
    """

    prompt: Decimal
    cached: Decimal
    completion: Decimal
    batch: Decimal = Decimal(1)

    def of(self, usage: Usage, *, batched: bool = False) -> Money:
        """What `usage` costs, in a batch or not, rounded up."""
        cached = min(usage.cached_tokens, usage.prompt_tokens)
        thousandths = (
            (usage.prompt_tokens - cached) * self.prompt
            + cached * self.cached
            + usage.completion_tokens * self.completion
        )
        share = self.batch if batched else 1
        return math.ceil(thousandths * share * 1000)  # a dollar per million tokens is 1000 nanodollars a token


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by pattern of a model's name (`*`, `?`, `[…]`), in lower case; `own` go before `known`.

    `as_of` is the day on which `known` were looked up.
    """

    known: Mapping[str, Price]
    own: Mapping[str, Price]
    as_of: str = ""

    def of(self, model: str) -> Price | None:
        """The price of `model`; None: nobody told us, which is not the same as nothing."""
        for name in (model.lower(), _DATED.sub("", model.lower())):
            for table in (self.own, self.known):
                if (found := _best(table, name)) is not None:
                    return found
        return None


def _best(table: Mapping[str, Price], name: str) -> Price | None:
    """Of the name itself, else of the pattern that says most of it."""
    if name in table:
        return table[name]
    fitting = [pattern for pattern in table if fnmatchcase(name, pattern)]
    return table[max(fitting, key=_said)] if fitting else None


def _said(pattern: str) -> tuple[int, str]:
    return (sum(char not in "*?[]" for char in pattern), pattern)


def read(path: Path | None = None) -> Prices:
    """Ours, and those of the operator's file, if there is one. Raises PricesError."""
    bundled = json.loads((files("bot.costs") / "prices.json").read_text(encoding="utf-8"), parse_float=Decimal)
    own = {} if path is None else _of_file(path)
    return Prices(known=_table(bundled["models"]), own=own, as_of=bundled["as_of"])


def _of_file(path: Path) -> Mapping[str, Price]:
    wrong = f"PAPERBOY_PRICES: the file {path}"
    try:
        with path.open("rb") as file:
            text = file.read(MAX_FILE + 1)
    except OSError as exc:
        raise PricesError(f"{wrong} cannot be read ({exc.strerror}).") from None
    if len(text) > MAX_FILE:
        raise PricesError(f"{wrong} is too large to be a list of prices.")
    try:
        found = json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise PricesError(f"{wrong} is not JSON.") from None
    models = found.get("models") if isinstance(found, dict) else None
    if not isinstance(models, dict):
        raise PricesError(f'{wrong} must look like {{"models": {{"my-model": {{"prompt": 0.2, "completion": 0.6}}}}}}.')
    try:
        return _table(models)
    except ValueError as exc:
        raise PricesError(f"{wrong}: {exc}") from None


def _table(models: Mapping[str, object]) -> dict[str, Price]:
    return {name.lower(): _price(name, given) for name, given in models.items()}


def _price(name: str, given: object) -> Price:
    """A number is the price of every token; without `cached`, a cached token costs what another one does."""
    if not isinstance(given, dict):
        every = _dollars(name, given)
        return Price(every, every, every)
    if not {"prompt", "completion"} <= given.keys() <= set(_NAMES):
        raise ValueError(f"{name!r} needs the prices prompt and completion, may have cached and batch, nothing else.")
    prompt, completion = _dollars(name, given["prompt"]), _dollars(name, given["completion"])
    cached = _dollars(name, given["cached"]) if "cached" in given else prompt
    return Price(prompt, cached, completion, _share(name, given.get("batch", 1)))


def _share(name: str, given: object) -> Decimal:
    if isinstance(given, int | Decimal) and not isinstance(given, bool) and 0 <= given <= 1:
        return Decimal(given)
    raise ValueError(f"batch of {name!r} must be what a call in a batch costs of the price, from 0 to 1, as 0.5.")


def _dollars(name: str, given: object) -> Decimal:
    if isinstance(given, int | Decimal) and not isinstance(given, bool) and 0 <= given <= MAX_PRICE:
        return Decimal(given)
    raise ValueError(f"the price of {name!r} must be a number of dollars per million tokens.")


def dollars(money: Money) -> str:
    """As people read it: two digits from a dollar on, four for parts of a cent, never 0 for what is something."""
    if 0 < money < DOLLAR // 10_000:
        return "<$0.0001"
    places = 2 if money >= DOLLAR or money % (DOLLAR // 100) == 0 else 4
    return f"${money / DOLLAR:,.{places}f}"


def nanodollars(amount: Decimal) -> Money:
    """`amount` of dollars."""
    return int(amount * DOLLAR)
