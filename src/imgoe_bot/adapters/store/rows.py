"""Rows to values and back: one place knows which column is which field."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from imgoe_bot import errors
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.claim_order import OWN_HOST
from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId, MessageId
from imgoe_bot.domain.job import Item, Job, Parked, Sending, State, Step
from imgoe_bot.domain.options import Layout, MessagePart
from imgoe_bot.domain.post import MessageLocation, Origin, Post
from imgoe_bot.domain.upload import DeleteLink, Stored, Upload
from imgoe_bot.errors import ImgoeError, InternalError

Columns = RowMapping  # SQLAlchemy types no column of a row

_POST = (
    "id",
    "guild_id",
    "channel_id",
    "message_id",
    "rule_id",
    "author_id",
    "nsfw",
    "locale",
    "created_at",
    "thumbs_attached",
    "withdrawn_at",
    "answered",
    "held_at",
    "by_bot",
    "backfill_id",
)
_UPLOAD = (
    "id",
    "post_id",
    "guild_id",
    "uploader_id",
    "attachment_id",
    "position",
    "filename",
    "spoiler",
    "host_url",
    "sha256",
    "created_at",
    "deleted_at",
)
_STORED = (
    "mime",
    "size_bytes",
    "width_px",
    "height_px",
    "duration_s",
    "viewer_url",
    "url",
    "thumb_url",
    "expires_at",
    "approved",
)
_ITEM = ("attachment_id", "position", "filename", "spoiler")


def post_values(post: Post) -> dict[str, Any]:
    """Return the columns of a post."""
    card = post.card
    return {name: getattr(post, name) for name in _POST} | {
        "origin": post.origin.value,
        "parent_ids": ",".join(map(str, post.parent_ids)),
        "layout": post.layout.value,
        "card_channel_id": card.channel_id if card else None,
        "card_message_id": card.message_id if card else None,
    }


def post_from(row: Columns) -> Post:
    """Return the post of a row."""
    card = None
    if row["card_message_id"] is not None:
        card = MessageLocation(ChannelId(row["card_channel_id"]), MessageId(row["card_message_id"]))
    fields = {name: row[name] for name in _POST}
    return Post(
        **fields,
        origin=Origin(row["origin"]),
        parent_ids=parents_from(row),
        layout=Layout(row["layout"]),
        card=card,
    )


def parents_from(row: Columns) -> tuple[ChannelId, ...]:
    """Return what a post's channel stands in."""
    return tuple(ChannelId(int(id_)) for id_ in row["parent_ids"].split(",") if id_)


def upload_values(upload: Upload, vault: Vault) -> dict[str, Any]:
    """Return the columns of an upload, its delete link sealed."""
    link = upload.stored.delete_link
    bound_to = delete_link_bound_to(upload.id, upload.host_url)
    sealed = vault.seal(link.value, bound_to=bound_to) if link else None
    return (
        {name: getattr(upload, name) for name in _UPLOAD}
        | {name: getattr(upload.stored, name) for name in _STORED}
        | {"tags": ",".join(upload.tags), "delete_link_sealed": sealed}
    )


def upload_from(row: Columns, vault: Vault) -> Upload:
    """Return the upload of a row, its delete link opened; a query may say whether it is shared."""
    sealed = row["delete_link_sealed"]
    bound_to = delete_link_bound_to(row["id"], row["host_url"])
    link = DeleteLink(vault.open(sealed, bound_to=bound_to)) if sealed else None
    stored = Stored(**{name: row[name] for name in _STORED}, delete_link=link)
    tags = tuple(tag for tag in row["tags"].split(",") if tag)
    fields = {name: row[name] for name in _UPLOAD}
    return Upload(**fields, stored=stored, tags=tags, shared=bool(row.get("shared")))


def delete_link_bound_to(upload_id: str, host_url: str) -> str:
    """Return what a delete link is sealed with: it opens for this row and this host only."""
    return f"upload {upload_id} host {host_url}"


def item_values(item: Item) -> dict[str, Any]:
    """Return the job columns that say which attachment it is about."""
    return {name: getattr(item, name) for name in _ITEM} | {"source": item.source.value}


def item_of_upload(row: Columns) -> Item:
    """Return which attachment an upload's row is of."""
    return Item(**{name: row[name] for name in _ITEM})


NO_ITEM = item_values(Item(attachment_id=AttachmentId(0), position=0, filename=""))
"""The same columns of a job that concerns the whole post; see ``again`` for its position."""


def job_from(row: Columns, *, is_scheduled: bool = False) -> Job:
    """Return the job of a row."""
    step = Step(row["step"])
    item = _item_from(row) if step in (Step.UPLOAD, Step.REVIEW) else None
    return Job(
        id=row["id"],
        post_id=row["post_id"],
        guild_id=GuildId(row["guild_id"]),
        step=step,
        attempts=row["attempts"],
        owner=row["owner"],
        item=item,
        round=0 if item else row["position"],
        host_url="" if row["lane"] == OWN_HOST else row["lane"],
        failing_since=row["failing_since"],
        failures=row["failures"],
        sending=sending_from(row["sending"]),
        parked=_parked_from(row),
        awaited=row["awaited"],
        leads_digest=row["letter"] is not None and not is_scheduled,
        is_scheduled=is_scheduled,
    )


def _item_from(row: Columns) -> Item:
    return Item(**{name: row[name] for name in _ITEM}, source=MessagePart(row["source"]))


def sending_value(sending: Sending) -> str:
    """Return the column that says what of a job is on its way."""
    return json.dumps(
        {
            "key": sending.key,
            "host_url": sending.host_url,
            "account": sending.account,
            "filename": sending.filename,
            "size_bytes": sending.size_bytes,
            "at": sending.at.timestamp(),
        }
    )


def sending_from(text: str | None) -> Sending | None:
    """Return what of a job is on its way, from the column that says so."""
    if text is None:
        return None
    found = json.loads(text)
    at = datetime.fromtimestamp(found.pop("at"), UTC)
    return Sending(**found, at=at)


def _parked_from(row: Columns) -> Parked | None:
    if not row["parked_on"]:
        return None
    error = rebuilt_error(row["error"], row["error_facts"])
    return Parked(row["parked_on"], row["parked_until"], error)


def error_values(error: ImgoeError | None) -> dict[str, Any]:
    """Return the columns that keep why a job failed.

    Without a wait that its host asked for, which counts from then and not from when it is read.
    """
    if error is None:
        return {"error": None, "error_facts": None}
    facts = {name: fact for name, fact in error.facts.items() if name != "retry_after_s"}
    return {"error": type(error).__name__, "error_facts": json.dumps(facts, default=str)}


def failure_from(row: Columns) -> FailedItem:
    """Return the attachment of a job's row that was given up, or has failed so far."""
    error = rebuilt_error(row["error"], row["error_facts"])
    tried = AttachmentId(row["attachment_id"]) if row["attachment_id"] > 0 else None
    since = None if row["state"] == State.DEAD.value else row["failing_since"] or row["run_at"]
    return FailedItem(row["position"], row["filename"], error, tried, since)


def rebuilt_error(name: str | None, facts: str | None) -> ImgoeError:
    """Make the stored error again; one that another version knew otherwise is an InternalError."""
    kind = getattr(errors, name or "", None)
    if not (isinstance(kind, type) and issubclass(kind, ImgoeError)):
        return InternalError(kind=name or "unknown")
    try:
        return kind(**json.loads(facts or "{}"))
    except TypeError:
        return InternalError(kind=kind.__name__)
