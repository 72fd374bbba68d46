"""From the body of a request to a message that may be sent, or the reasons why not; whom it would notify. Pure."""

from __future__ import annotations

import copy
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.fakes import discord_components as components
from tests.fakes import discord_forms as forms
from tests.fakes.discord_errors import Problems, refused
from tests.fakes.discord_forms import Form
from tests.fakes.discord_model import Attachment, Flag, Message, P, Permission, Person
from tests.fakes.discord_shown import walk

Json = dict[str, Any]

SETTABLE = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.IS_COMPONENTS_V2
ATTACHMENTS = 10
FILE_SIZE = 10 << 20
_LEGACY = ("content", "embeds", "poll", "sticker_ids")
_MENTION = re.compile(r"@everyone|@here|<@!?\d+>|<@&\d+>")


@dataclass(frozen=True, kw_only=True)
class File:
    """An uploaded part `files[number]`."""

    number: int
    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, kw_only=True)
class Draft:
    """`given`: which fields the body had, for edits leave the rest alone."""

    given: frozenset[str]
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    flags: Flag = Flag.NONE
    nonce: str | int | None = None
    enforce_nonce: bool = False
    allowed: Json | None = None
    reference: str | None = None
    must_exist: bool = True
    files: Sequence[File] = ()
    kept: frozenset[str] = frozenset()
    described: dict[int, str] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Has it nothing to show?"""
        return not (self.content.strip() or self.embeds or self.components or self.files or self.kept)


def draft(
    body: Json,
    files: Sequence[File] = (),
    *,
    may: Flag = SETTABLE,
    of: Message | None = None,
    problems: Problems | None = None,
    path: tuple[str | int, ...] = (),
) -> Draft:
    """A new message, or an edit `of` one. Raises ApiError 50035 with all that is wrong, or 50006 for an empty one."""
    form = Form(body, problems or Problems(), path)
    flags = Flag(form.integer("flags", least=0, most=(1 << 31) - 1)) & may
    rich = Flag.IS_COMPONENTS_V2 in flags or (of is not None and Flag.IS_COMPONENTS_V2 in of.flags)
    content = form.text("content", most=forms.CONTENT)
    embeds = forms.embeds(form)
    if rich:
        _no_legacy(form, of)
        parts = components.v2(form) if form.data.get("components") or of is None else []
    else:
        parts = components.legacy(form)
    kept, described = _attachments(form, files, of)
    nonce = form.data.get("nonce")
    if len(str(nonce or "")) > forms.NONCE:
        form.wrong(("nonce",), "BASE_TYPE_MAX_LENGTH", f"Must be {forms.NONCE} or fewer in length.")
    allowed = forms.allowed_mentions(form)
    reference = form.inner("message_reference") if form.has("message_reference") else None
    made = Draft(
        given=frozenset(form.data),
        content=content.strip(),
        embeds=embeds,
        components=numbered(parts) if not form.problems else [],
        flags=flags,
        nonce=nonce,
        enforce_nonce=form.boolean("enforce_nonce"),
        allowed=allowed,
        reference=str(reference.data.get("message_id")) if reference else None,
        must_exist=reference.boolean("fail_if_not_exists", default=True) if reference else True,
        files=files,
        kept=kept,
        described=described,
    )
    form.problems.check()
    if of is None and made.empty:
        raise refused(50006)
    return made


def _no_legacy(form: Form, of: Message | None) -> None:
    """Components V2 shares a message with nothing else; what was there before must be taken away by name."""
    for key in _LEGACY:
        before = of is not None and key in ("content", "embeds") and bool(getattr(of, key)) and key not in form.data
        if form.data.get(key) or before:
            message = f"The '{key}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2"
            form.wrong((key,), "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", message)


def _attachments(form: Form, files: Sequence[File], of: Message | None) -> tuple[frozenset[str], dict[int, str]]:
    """Ids of old attachments that stay, and what new ones are said to show."""
    known = {each.id for each in of.attachments} if of is not None else set()
    kept, described = set[str](), dict[int, str]()
    if "attachments" not in form.data:
        kept = known
    numbers = {each.number for each in files}
    for each in form.each("attachments", most=ATTACHMENTS):
        identifier = str(each.data.get("id"))
        if identifier in known:
            kept.add(identifier)
        elif identifier.isdigit() and int(identifier) in numbers:
            described[int(identifier)] = each.text("description", most=1024)
        else:
            each.wrong(("id",), "ATTACHMENT_NOT_FOUND", f"Attachment data was not found for id {identifier}")
    names = {each.filename for each in files} | {each.filename for each in (of.attachments if of else ())}
    for where, url in _references(form.data):
        if url.startswith("attachment://") and url.removeprefix("attachment://") not in names:
            form.wrong((where,), "MEDIA_ATTACHMENT_NOT_FOUND", f"The referenced attachment {url!r} was not found")
    if len(files) > ATTACHMENTS:
        raise refused(30015)
    if any(len(each.content) > FILE_SIZE for each in files):
        raise refused(40005)
    return frozenset(kept), described


def _references(data: Json) -> list[tuple[str, str]]:
    """(field, address) of pictures and files."""
    found: list[tuple[str, str]] = []
    for embed in data.get("embeds") or []:
        if isinstance(embed, dict):
            places = (embed.get("image"), embed.get("thumbnail"))
            found += [("embeds", str(each.get("url"))) for each in places if isinstance(each, dict)]
    parts = data.get("components")
    for each in walk(parts) if isinstance(parts, list) and all(isinstance(one, dict) for one in parts) else ():
        media = [each.get("media"), each.get("file"), *(item.get("media") for item in each.get("items") or [])]
        found += [("components", str(one.get("url"))) for one in media if isinstance(one, dict)]
    return found


def numbered(parts: Sequence[Json]) -> list[Json]:
    """A copy in which every component has its own id, in reading order, given ones respected."""
    found = copy.deepcopy(list(parts))
    every = list(walk(found))
    taken = {each["id"] for each in every if each.get("id")}
    following = 1
    for each in every:
        if not each.get("id"):
            while following in taken:
                following += 1
            each["id"] = following
            taken.add(following)
    return found


def attached(made: Draft, new_id: Any) -> list[Attachment]:  # noqa: ANN401 - a callable without arguments
    """What was uploaded."""
    return [
        Attachment(
            id=new_id(),
            filename=each.filename,
            content=each.content,
            content_type=each.content_type,
            description=made.described.get(each.number),
        )
        for each in made.files
    ]


def pings(
    text: str,
    allowed: Json | None,
    *,
    may: Permission,
    default: Collection[str] = ("users", "roles", "everyone"),
    mentionable: Collection[str] = (),
    replied: Person | None = None,
) -> frozenset[str]:
    """Whom a message notifies. `may`: what its author may do there; `mentionable`: ids of roles anyone may mention.

    Mentions in code count too: it is stricter than Discord.
    """
    parse = set(default) if allowed is None else set(allowed.get("parse") or ())
    users = {str(each) for each in (allowed or {}).get("users") or ()}
    roles = {str(each) for each in (allowed or {}).get("roles") or ()}
    found: set[str] = set()
    for mention in _MENTION.findall(text):
        if mention.startswith("@"):
            if "everyone" in parse and P.MENTION_EVERYONE in may:
                found.add(mention)
        elif mention.startswith("<@&"):
            role = mention[3:-1]
            if ("roles" in parse or role in roles) and (role in mentionable or P.MENTION_EVERYONE in may):
                found.add(mention)
        elif "users" in parse or mention.strip("<@!>") in users:
            found.add(f"<@{mention.strip('<@!>')}>")
    if replied is not None and (allowed is None or allowed.get("replied_user")):
        found.add(f"<@{replied.id}>")
    return frozenset(found)
