"""A Document as JSON and back, exactly: what is still to be sent outlives the process that composed it. Pure.

A span or block is an object whose `is` names its class in lower case, beside its fields; tuples are arrays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeAlias

from bot import document
from bot.document import Document

Json: TypeAlias = dict[str, Any]

_CLASSES: Mapping[str, type[Any]] = MappingProxyType(
    {
        cls.__name__.lower(): cls
        for cls in (
            document.Text,
            document.Bold,
            document.Italic,
            document.Code,
            document.Link,
            document.Math,
            document.Heading,
            document.Paragraph,
            document.Item,
            document.ListBlock,
            document.Quote,
            document.Details,
            document.Figure,
            document.Divider,
            document.Card,
            document.Action,
            document.Actions,
            document.Document,
        )
    }
)

_FIELDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {name: tuple(field.name for field in fields(cls)) for name, cls in _CLASSES.items()}
)


class NoDocument(ValueError):
    """This JSON is not of a Document we know, perhaps one of a newer Paperboy."""


def to_json(given: Document) -> Json:
    """`given` as plain dicts, lists, strings, numbers."""
    encoded: Json = _encoded(given)
    return encoded


def from_json(given: Json) -> Document:
    """The Document that `to_json` was given. Raises NoDocument."""
    try:
        decoded = _decoded(given)
    except (KeyError, TypeError) as exc:
        raise NoDocument(f"not a Document: {exc}") from exc
    if not isinstance(decoded, Document):
        raise NoDocument(f"a {type(decoded).__name__} is not a Document")
    return decoded


def dumps(given: Document) -> str:
    """ASCII, so that even text that is no valid Unicode comes back as it was."""
    return json.dumps(to_json(given), separators=(",", ":"))


def loads(text: str) -> Document:
    """The Document that `dumps` was given. Raises NoDocument."""
    try:
        given = json.loads(text)
    except ValueError as exc:
        raise NoDocument(f"not JSON: {exc}") from exc
    if not isinstance(given, dict):
        raise NoDocument("not an object")
    return from_json(given)


def _encoded(value: Any) -> Any:  # noqa: ANN401 - a value of any field of any block
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    if value is None or isinstance(value, str | int):
        return value
    name = type(value).__name__.lower()
    return {"is": name} | {each: _encoded(getattr(value, each)) for each in _FIELDS[name]}


def _decoded(value: Any) -> Any:  # noqa: ANN401 - likewise
    if isinstance(value, list):
        return tuple(_decoded(one) for one in value)
    if isinstance(value, dict):
        return _CLASSES[value["is"]](**{name: _decoded(one) for name, one in value.items() if name != "is"})
    return value
