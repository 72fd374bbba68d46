"""What a client sends for options and windows, after it has checked them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tests.fakes.discord_errors import Json
from tests.fakes.discord_model import Attachment


class NotOffered(AssertionError):
    """A client would not let them do that: no such command, button or choice, or not for them."""


def option(command: Json, name: str) -> Json:
    """One that the command declares. Raises NotOffered."""
    for each in command["options"]:
        if each["name"] == name:
            return dict(each)
    raise NotOffered(f"/{command['name']} has no {name}")


def filled(command: Json, given: Mapping[str, object], *, complete: bool = True) -> list[Json]:
    """What is sent for options. Raises NotOffered for what the client would not take."""
    found: list[Json] = []
    for name, value in given.items():
        declared = option(command, name)
        if not _fits(declared, value):
            raise NotOffered(f"{name} does not take {value!r}")
        sent = value.id if isinstance(value, Attachment) else value
        found.append({"name": name, "type": declared["type"], "value": sent})
    missing = [each["name"] for each in command["options"] if each.get("required") and each["name"] not in given]
    if complete and missing:
        raise NotOffered(f"/{command['name']} needs {missing}")
    return found


def _fits(declared: Json, value: object) -> bool:
    kinds: dict[int, type | tuple[type, ...]] = {11: Attachment, 3: str, 4: int, 5: bool, 10: (int, float)}
    choices = [each["value"] for each in declared.get("choices") or ()]
    if not isinstance(value, kinds.get(declared["type"], str)) or (choices and value not in choices):
        return False
    if isinstance(value, str):
        return int(declared.get("min_length", 0)) <= len(value) <= int(declared.get("max_length", 6000))
    if isinstance(value, int | float):
        least, most = declared.get("min_value"), declared.get("max_value")
        return (least is None or value >= least) and (most is None or value <= most)
    return True


def submitted(part: Json, values: Mapping[str, str | Sequence[str]]) -> Json:
    """What is sent for one component of a window. Raises NotOffered for what the client would not take."""
    if part["type"] == 10:
        return {"type": 10, "id": part.get("id", 0)}
    inner = part["component"] if part["type"] == 18 else part["components"][0]
    label = part.get("label") or inner.get("label") or ""
    value = values.get(inner["custom_id"], values.get(label, preset(inner)))
    sent: Json = {"type": inner["type"], "custom_id": inner["custom_id"], "id": inner.get("id", 0)}
    if inner["type"] == 4:
        text = str(value)
        if inner.get("required", True) and not text:
            raise NotOffered(f"{label} must be filled in")
        if text and not inner.get("min_length", 0) <= len(text) <= inner.get("max_length", 4000):
            raise NotOffered(f"{label} does not take {len(text)} characters")
        sent["value"] = text
    elif inner["type"] == 23:
        sent["value"] = value in ("true", "True", True)
    elif inner["type"] == 21:
        sent["value"] = str(value) or None
    else:
        sent["values"] = [value] if isinstance(value, str) and value else list(value)
    if part["type"] == 18:
        return {"type": 18, "id": part.get("id", 0), "component": sent}
    return {"type": 1, "id": part.get("id", 0), "components": [sent]}


def preset(inner: Json) -> str:
    """What a field of a window holds before anybody touches it."""
    chosen = [option["value"] for option in inner.get("options", ()) if option.get("default")]
    return str(inner.get("value") or ",".join(chosen))
