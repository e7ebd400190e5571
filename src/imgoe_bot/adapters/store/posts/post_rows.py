"""Rows of posts: found by their message, stored, freed, answered."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Update,
    case,
    false,
    select,
    update,
)

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.upsert import insert_new
from imgoe_bot.domain.ids import GuildId, MessageId, PostId
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.errors import UploadNotFound


def answered_update(post_id: PostId, card: MessageLocation | None) -> Update:
    """Return the statement that notes that a post is answered, and where its card stands."""
    values: dict[str, Any] = {"answered": True}
    if card is not None:
        same = t.post.c.card_message_id == card.message_id
        values |= {
            "card_channel_id": card.channel_id,
            "card_message_id": card.message_id,
            "thumbs_attached": case((same, t.post.c.thumbs_attached), else_=false()),
        }
    return update(t.post).where(t.post.c.id == post_id).values(**values)


def of_message(guild_id: GuildId, message_id: MessageId) -> Select[Any]:
    """Return the query for the guild's post of a source message."""
    return select(t.post).where(t.post.c.guild_id == guild_id, t.post.c.message_id == message_id)


def free_message(connection: Connection, post: Post) -> None:
    """Free a message for a new post if nothing is left of what was kept of it."""
    if post.message_id is None:
        return
    connection.execute(
        update(t.post)
        .where(
            t.post.c.guild_id == post.guild_id,
            t.post.c.message_id == post.message_id,
            t.post.c.answered.is_(True),
            ~has_copies(),
        )
        .values(message_id=None)
    )


def insert_post(connection: Connection, post: Post) -> bool:
    """Store a post, unless its guild has one of the same message."""
    return insert_new(connection, t.post, rows.post_values(post))


def get_post(connection: Connection, post_id: PostId) -> Post:
    """Return a post; UploadNotFound when there is none."""
    query = select(t.post).where(t.post.c.id == post_id)
    row = connection.execute(query).mappings().first()
    if row is None:
        raise UploadNotFound
    return rows.post_from(row)


def has_copies() -> ColumnElement[bool]:
    """Say of a post that a copy of it exists."""
    alive = select(t.upload.c.id).where(
        t.upload.c.post_id == t.post.c.id, t.upload.c.deleted_at.is_(None)
    )
    return alive.exists()
