"""The jobs of a post: what their rows hold, and those that are ordered later."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.lanes import insert_new_job
from imgoe_bot.adapters.store.leases import due_at
from imgoe_bot.adapters.store.posts.repeated_steps import restart_steps
from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.ids import AttachmentId
from imgoe_bot.domain.job import FIRST_REVIEW_AFTER, Item, State, Step
from imgoe_bot.domain.post import Post


def job_values(post: Post, step: Step, state: State) -> dict[str, Any]:
    """Return the columns of a new job that concerns the whole post."""
    return rows.NO_ITEM | {
        "post_id": post.id,
        "guild_id": post.guild_id,
        "step": step.value,
        "state": state.value,
        "run_at": post.created_at,
        "due": True,
        "attempts": 0,
    }


def order_reviews(connection: Connection, post: Post) -> None:
    """Store a job for each copy of a post that its host shows to nobody yet."""
    query = select(t.upload).where(
        t.upload.c.post_id == post.id,
        t.upload.c.approved.is_(False),
        t.upload.c.deleted_at.is_(None),
    )
    waiting = connection.execute(query).mappings().all()
    last_at = max((row["created_at"] for row in waiting), default=post.created_at)
    for row in waiting:
        review = job_values(post, Step.REVIEW, State.READY) | due_at(last_at + FIRST_REVIEW_AFTER)
        item = rows.item_values(rows.item_of_upload(row))
        insert_new_job(connection, review | item)


def order_preview(connection: Connection, post: Post, at: datetime) -> None:
    """Store the job that looks at a post's card, or let the one there is begin anew."""
    preview = job_values(post, Step.PREVIEW, State.READY) | due_at(at)
    restart_steps(connection, [preview])


def failed_values(post: Post, left_out: FailedItem) -> dict[str, Any]:
    """Return the columns of an upload that was refused before it began."""
    item = Item(AttachmentId(-1 - left_out.position), left_out.position, left_out.filename)
    failed = job_values(post, Step.UPLOAD, State.DEAD) | rows.item_values(item)
    return failed | rows.error_values(left_out.error)
