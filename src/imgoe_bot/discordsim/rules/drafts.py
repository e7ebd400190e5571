"""What a sender hands in for a message, parsed once from Discord's JSON."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from imgoe_bot.discordsim.state.messages import Upload
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    as_int,
    copied_mapping,
    flag,
    integer,
    mapping,
    mappings,
    optional_text,
    sequence,
    text,
)

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")


@dataclass(frozen=True, slots=True)
class Draft:
    """A message before it is one.

    Attributes:
        kept: for edits, the ids of attachments that stay; None keeps all.
        named: the file names that the draft gives with them, and of its own files.
        nonce: the sender's own mark, given back with the message.
        enforce_nonce: a second draft with the same nonce is the first message again.
        reference: Discord's ``message_reference``, None without.
        allowed_mentions: Discord's object, None: everything written pings.
        given: which fields the sender named, so that an edit changes only these.
    """

    content: str = ""
    embeds: Sequence[Json] = ()
    components: Sequence[Json] = ()
    files: Sequence[Upload] = ()
    kept: frozenset[int] | None = None
    named: frozenset[str] = frozenset()
    flags: int = 0
    nonce: str | None = None
    enforce_nonce: bool = False
    reference: Json | None = None
    sticker_ids: Sequence[int] = ()
    allowed_mentions: Json | None = None
    tts: bool = False
    given: frozenset[str] = field(default_factory=frozenset[str])

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        words = self.content.strip()
        return not (words or self.embeds or self.components or self.files or self.sticker_ids)


def draft_from(data: Json, files: Sequence[Upload] = ()) -> Draft:
    """Return the draft in a request's JSON and files (already matched to their descriptions)."""
    nonce = data.get("nonce")
    kept = {integer(item, "id") for item in mappings(data.get("attachments"))}
    return Draft(
        content=text(data, "content"),
        embeds=[_embed(item) for item in mappings(data.get("embeds"))],
        components=mappings(data.get("components")),
        files=files,
        kept=frozenset(kept) if "attachments" in data else None,
        named=frozenset(
            [text(item, "filename") for item in mappings(data.get("attachments"))]
            + [item.filename for item in files]
        ),
        flags=integer(data, "flags"),
        nonce=None if nonce is None else str(nonce),
        enforce_nonce=flag(data, "enforce_nonce"),
        reference=mapping(data["message_reference"]) if data.get("message_reference") else None,
        sticker_ids=[as_int(item) for item in sequence(data.get("sticker_ids"))],
        allowed_mentions=mapping(data["allowed_mentions"]) if "allowed_mentions" in data else None,
        tts=flag(data, "tts"),
        given=frozenset(data),
    )


def _embed(data: Json) -> Payload:
    embed = copied_mapping(data)
    embed["type"] = optional_text(data, "type") or "rich"
    for part in ("image", "thumbnail"):
        if part in embed:  # a sender sets no size
            embed[part] = {"url": text(mapping(embed[part]), "url")}
    return embed


def described(data: Json, parts: Sequence[tuple[int, Upload]]) -> list[Upload]:
    """Return multipart files with the names and texts that ``attachments`` gives them.

    Args:
        data: the request's JSON.
        parts: (n, file) for each part called ``files[n]``.
    """
    about = {integer(item, "id", -1): item for item in mappings(data.get("attachments"))}
    return [_described(item, about.get(index, {})) for index, item in parts]


def _described(item: Upload, about: Json) -> Upload:
    filename = text(about, "filename") or item.filename
    return Upload(
        filename,
        item.data,
        item.content_type,
        spoiler=item.spoiler or flag(about, "is_spoiler") or filename.startswith("SPOILER_"),
        description=optional_text(about, "description") or item.description,
    )


def mentioned_users(draft: Draft) -> list[int]:
    """Return the ids of users the content names and ``allowed_mentions`` lets it ping."""
    return _allowed(draft, _USER, kind="users")


def mentioned_roles(draft: Draft) -> list[int]:
    """Return the ids of roles the content names and ``allowed_mentions`` lets it ping."""
    return _allowed(draft, _ROLE, kind="roles")


def mentions_everyone(draft: Draft) -> bool:
    """Tell whether the content pings @everyone or @here."""
    written = "@everyone" in draft.content or "@here" in draft.content
    allowed = draft.allowed_mentions
    return written and (allowed is None or "everyone" in sequence(allowed.get("parse")))


def _allowed(draft: Draft, pattern: re.Pattern[str], *, kind: str) -> list[int]:
    written = [int(found) for found in dict.fromkeys(pattern.findall(draft.content))]
    allowed = draft.allowed_mentions
    if allowed is None or kind in sequence(allowed.get("parse")):
        return written
    named = {as_int(item) for item in sequence(allowed.get(kind))}
    return [item for item in written if item in named]
