"""Posts whose answer stands in Discord already: stored as if it had never been forgotten."""

from collections.abc import Sequence

from sqlalchemy import Connection

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store.catalogue.places import PostPlace, store_uploads
from imgoe_bot.adapters.store.lanes import insert_jobs
from imgoe_bot.adapters.store.posts.new_posts import add_post
from imgoe_bot.adapters.store.posts.post_jobs import job_values
from imgoe_bot.adapters.store.posts.post_rows import insert_post
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.earlier_answers import EarlierAnswer, taken_over
from imgoe_bot.domain.job import Item, State, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.services.ports.history import NewPost


def take_over(
    connection: Connection,
    post: Post,
    items: Sequence[Item],
    answer: EarlierAnswer,
    *,
    vault: Vault,
) -> bool:
    """Store a post with the answer it has, and what that shows; nothing is left to be done for it.

    Its other files count as dealt with too: an edit adds what is new.

    Returns:
        False when its guild has a post of the message; then nothing is stored.
    """
    known, uploads = taken_over(post, items, answer)
    if not insert_post(connection, known):
        return False
    if uploads:
        place = PostPlace(known.channel_id, known.parent_ids)
        store_uploads(connection, uploads, place, vault=vault)
    kept = {upload.attachment_id for upload in uploads}
    done = job_values(known, Step.UPLOAD, State.DONE)
    others = [item for item in items if item.attachment_id not in kept]
    insert_jobs(connection, [done | rows.item_values(item) for item in others])
    return True


def add_new(connection: Connection, new: NewPost, *, vault: Vault) -> bool:
    """Store what a message of a history asks for; False when its guild has a post of it."""
    if new.answer is None:
        return add_post(connection, new.post, new.items, new.left_out)
    return take_over(connection, new.post, new.items, new.answer, vault=vault)
