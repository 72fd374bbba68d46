"""What people see of a message's markdown, embeds and components. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.discord_reading import draw

Json = dict[str, Any]

_FENCED = re.compile(r"```(?:[a-z0-9+-]+\n)?(.+?)```", re.DOTALL)
_LINKS = ("link", "quiet link", "masked", "masked with preview")


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    custom_id: str | None
    url: str | None
    disabled: bool
    style: int


@dataclass(frozen=True, slots=True)
class Select:
    """`options` are (label, value); `kind` 3 has them, the others let people choose people, roles or channels."""

    custom_id: str
    placeholder: str
    options: Sequence[tuple[str, str]]
    chosen: Sequence[str]
    most: int
    least: int
    disabled: bool
    kind: int


def walk(components: Sequence[Json]) -> Iterator[Json]:
    """Every component in reading order, containers before what is in them."""
    for component in components:
        yield component
        yield from walk(component.get("components") or [])
        for key in ("accessory", "component"):
            if isinstance(component.get(key), dict):
                yield from walk([component[key]])


def words(content: str, embeds: Sequence[Json], components: Sequence[Json]) -> str:
    """All that can be read, with its markdown, a line or more for each place."""
    lines = [content]
    for embed in embeds:
        lines += [
            embed.get("author", {}).get("name", ""),
            embed.get("title", ""),
            embed.get("description", ""),
            *(f"{each['name']}\n{each['value']}" for each in embed.get("fields", ())),
            embed.get("footer", {}).get("text", ""),
        ]
    lines += [each["content"] for each in walk(components) if each["type"] == 10]
    return "\n".join(line for line in lines if line)


def plain(markdown: str) -> str:
    """Discord's markdown as it is drawn, without its marks; a link is its name, code stands as it is."""
    parts = _FENCED.split(markdown)
    return "".join(part if number % 2 else draw(part).text for number, part in enumerate(parts))


def links(markdown: str, embeds: Sequence[Json], components: Sequence[Json]) -> list[str]:
    """Addresses of links, embeds and link buttons, in this order."""
    found = [what for kind, what in draw(markdown).marks if kind in _LINKS]
    found += [embed["url"] for embed in embeds if embed.get("url")]
    return found + [button.url for button in buttons(components) if button.url]


def buttons(components: Sequence[Json]) -> list[Button]:
    """All of them."""
    return [
        Button(
            (each.get("emoji", {}).get("name", "") + " " + each.get("label", "")).strip(),
            each.get("custom_id"),
            each.get("url"),
            each.get("disabled", False),
            each["style"],
        )
        for each in walk(components)
        if each["type"] == 2
    ]


def selects(components: Sequence[Json]) -> list[Select]:
    """All menus."""
    return [
        Select(
            each["custom_id"],
            each.get("placeholder", ""),
            [(option["label"], option["value"]) for option in each.get("options", ())],
            [option["value"] for option in each.get("options", ()) if option.get("default")],
            each.get("max_values", 1),
            each.get("min_values", 1),
            each.get("disabled", False),
            each["type"],
        )
        for each in walk(components)
        if each["type"] in (3, 5, 6, 7, 8)
    ]
