"""Everything a post's card shows, in two statements where all went well."""

from datetime import datetime

from sqlalchemy import BindParameter, Connection, bindparam, select

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.breaker import breaker_of
from imgoe_bot.adapters.store.posts.shared_copies import UPLOAD
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.errors import UploadNotFound

_ID: BindParameter[str] = bindparam("post_id")
_FAILED = (
    select(t.job)
    .where(
        t.job.c.post_id == _ID,
        t.job.c.step == Step.UPLOAD.value,
        t.job.c.error.is_not(None),
        t.job.c.state != State.DONE.value,
    )
    .order_by(t.job.c.position)
)
"""Files that were given up, and those that have failed so far."""
_POST = (
    select(
        t.post,
        t.person.c.dms_closed_until.label("_closed_until"),
        t.dm_breaker.c.reason.label("_reason"),
        t.dm_breaker.c.until.label("_until"),
        t.dm_breaker.c.probing.label("_probing"),
        _FAILED.order_by(None).with_only_columns(t.job.c.id).exists().label("_has_failed"),
    )
    .outerjoin_from(t.post, t.person, t.person.c.user_id == t.post.c.author_id)
    .outerjoin(t.dm_breaker, t.dm_breaker.c.id == 1)
    .where(t.post.c.id == _ID)
)
_UPLOADS = UPLOAD.where(t.upload.c.post_id == _ID).order_by(t.upload.c.position)


def read_card(connection: Connection, post_id: PostId, *, vault: Vault, now: datetime) -> Card:
    """Return everything a post's card shows; UploadNotFound when there is no such post."""
    which = {"post_id": post_id}
    post = connection.execute(_POST, which).mappings().first()
    if post is None:
        raise UploadNotFound
    uploads = connection.execute(_UPLOADS, which).mappings().all()
    found = connection.execute(_FAILED, which).mappings().all() if post["_has_failed"] else ()
    failed = [rows.failure_from(row) for row in found]
    return Card(
        post=rows.post_from(post),
        uploads=tuple(rows.upload_from(row, vault) for row in uploads),
        failures=tuple(each for each in failed if each.waits_since is None),
        waiting=tuple(each for each in failed if each.waits_since is not None),
        dms_closed=_are_closed(post, now),
    )


def _are_closed(post: rows.Columns, now: datetime) -> bool:
    closed_until: datetime | None = post["_closed_until"]
    breaker = breaker_of(post["_reason"], post["_until"], post["_probing"])
    return breaker.is_open(now) or (closed_until is not None and closed_until > now)
