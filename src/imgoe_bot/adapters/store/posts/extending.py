"""Posts that are extended: what a message holds only after an edit, as a preview of its link."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Select, select, union, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.parked import ask_now
from imgoe_bot.adapters.store.lanes import insert_jobs
from imgoe_bot.adapters.store.posts.repeated_steps import RESTARTED, repeat_step
from imgoe_bot.domain.ids import AttachmentId, PostId
from imgoe_bot.domain.job import Item, Job, State, Step
from imgoe_bot.domain.post import Post


def extend_post(
    connection: Connection, post: Post, items: Sequence[Item], new_job: dict[str, Any]
) -> bool:
    """Add a job for each attachment that a post does not have yet, and have it answered anew.

    Args:
        connection: in a transaction.
        post: as it is stored; locked.
        items: what its message holds now.
        new_job: the columns of a job of this post that concerns it as a whole.

    Returns:
        False when there is nothing new; then nothing is changed.
    """
    known = set(connection.execute(_known_attachments(post.id)).scalars())
    new = [item for item in items if item.attachment_id not in known]
    moved = [_look_elsewhere(connection, post.id, item) for item in items]
    if not new and not any(moved):
        return False
    ready = {"step": Step.UPLOAD.value, "state": State.READY.value}
    jobs = [new_job | rows.item_values(item) | ready for item in new]
    insert_jobs(connection, jobs)
    _hold_answer_back(connection, post.id)
    if not repeat_step(connection, post.id, Step.ANNOUNCE):
        waiting = {"step": Step.ANNOUNCE.value, "state": State.WAITING.value}
        insert_jobs(connection, [new_job | waiting])
    return True


def _known_attachments(post_id: PostId) -> Select[Any]:
    ordered = select(t.job.c.attachment_id).where(
        t.job.c.post_id == post_id, t.job.c.step == Step.UPLOAD.value
    )
    stored = select(t.upload.c.attachment_id).where(t.upload.c.post_id == post_id)
    return select(union(ordered, stored).subquery())


def _look_elsewhere(connection: Connection, post_id: PostId, item: Item) -> bool:
    """Have an attachment read from where it stands now: a link, then its preview.

    Returns:
        Whether it had failed and is tried again.
    """
    elsewhere = (
        t.job.c.post_id == post_id,
        t.job.c.step == Step.UPLOAD.value,
        t.job.c.attachment_id == item.attachment_id,
        t.job.c.source != item.source.value,
    )
    failed = t.job.c.state == State.DEAD.value
    place = {"source": item.source.value}
    afresh = RESTARTED | place | {"state": State.READY.value}
    tried = connection.execute(update(t.job).where(*elsewhere, failed).values(**afresh))
    connection.execute(
        update(t.job).where(*elsewhere, t.job.c.state != State.DONE.value).values(**place)
    )
    return tried.rowcount > 0


def try_again_elsewhere(connection: Connection, job: Job) -> None:
    """Try again what has just failed, if it stands elsewhere meanwhile."""
    source = job.item.source.value if job.item else ""
    connection.execute(
        update(t.job)
        .where(t.job.c.id == job.id, t.job.c.source != source)
        .values(**RESTARTED | {"state": State.READY.value})
    )


def try_files_again(
    connection: Connection, post_id: PostId, files: Collection[AttachmentId]
) -> int:
    """Try again the files of a post that were given up, or are parked; see the port."""
    which = [t.job.c.post_id == post_id, t.job.c.step == Step.UPLOAD.value]
    if files:
        which.append(t.job.c.attachment_id.in_(files))
    which.append(t.job.c.attachment_id > 0)
    afresh = update(t.job).where(*which, t.job.c.state == State.DEAD.value)
    tried = connection.execute(afresh.values(**RESTARTED, state=State.READY.value, due=True))
    if tried.rowcount:
        _hold_answer_back(connection, post_id)
        repeat_step(connection, post_id, Step.ANNOUNCE)
    return tried.rowcount + ask_now(connection, *which)


def _hold_answer_back(connection: Connection, post_id: PostId) -> None:
    """Let an answer that was about to begin wait for the files that are new."""
    connection.execute(
        update(t.job)
        .where(
            t.job.c.post_id == post_id,
            t.job.c.step == Step.ANNOUNCE.value,
            t.job.c.state == State.READY.value,
        )
        .values(state=State.WAITING.value)
    )
