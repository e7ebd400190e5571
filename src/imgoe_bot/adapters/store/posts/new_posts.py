"""Messages that are to be kept: stored as posts, or added to those that they have."""

from collections.abc import Sequence

from sqlalchemy import Connection

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.lanes import insert_jobs
from imgoe_bot.adapters.store.posts.extending import extend_post
from imgoe_bot.adapters.store.posts.post_jobs import failed_values, job_values
from imgoe_bot.adapters.store.posts.post_rows import insert_post, of_message
from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.job import Item, State, Step
from imgoe_bot.domain.post import Post


def add_post(
    connection: Connection, post: Post, items: Sequence[Item], left_out: Sequence[FailedItem]
) -> bool:
    """Store a post and its jobs; see ``PostStore.add``."""
    if not insert_post(connection, post):
        return False
    jobs = [job_values(post, Step.UPLOAD, State.READY) | rows.item_values(item) for item in items]
    jobs.append(job_values(post, Step.ANNOUNCE, State.WAITING if items else State.READY))
    insert_jobs(connection, jobs)
    insert_jobs(connection, [failed_values(post, each) for each in left_out])
    return True


def extend_known(connection: Connection, post: Post, items: Sequence[Item]) -> bool:
    """Add what a known message holds by now to its post; see ``PostStore.extend``."""
    if post.message_id is None:
        return False
    known = of_message(post.guild_id, post.message_id).where(t.post.c.withdrawn_at.is_(None))
    found = connection.execute(known.with_for_update(key_share=True)).mappings().first()
    if found is None:
        return False
    stored = rows.post_from(found)
    return extend_post(connection, stored, items, job_values(stored, Step.ANNOUNCE, State.WAITING))
