"""Ranges of backfills: claimed, read a part at a time, given back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    RowMapping,
    delete,
    select,
    update,
)

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.history.backfill_load import hold_back
from imgoe_bot.adapters.store.history.claiming import is_of
from imgoe_bot.adapters.store.history.range_rows import leased, range_from
from imgoe_bot.adapters.store.history_tables import ASKED_DUE
from imgoe_bot.adapters.store.posts.new_posts import extend_known
from imgoe_bot.adapters.store.posts.post_rows import of_message
from imgoe_bot.adapters.store.posts.taking_over import add_new
from imgoe_bot.adapters.store.upsert import add_all
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.backfill import FILES_AT_ONCE, LONGEST_IDLE, BackfillState, Tally, WaitReason
from imgoe_bot.domain.history import HistoryRange, ParkReason
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import StaleWrite
from imgoe_bot.services.ports.backfill import BackfillPage, FoundPost
from imgoe_bot.services.ports.history import Shards

b = t.backfill.c
r = t.history_range.c
_GOES_ON = (b.state == BackfillState.READING.value, b.waits.is_(None))


def claim_range(
    connection: Connection, *, owner: str, now: datetime, shards: Shards
) -> HistoryRange | None:
    """Give a reader the range that has waited longest; see the port."""
    parked = update(t.history_range).where(r.backfill_id.is_not(None), r.parked.is_not(None))
    connection.execute(parked.where(r.run_at <= now).values(parked=None))
    first = (
        select(r.id)
        .join(t.backfill, b.id == r.backfill_id)
        .where(ASKED_DUE, r.run_at <= now, *_GOES_ON, is_of(shards))
        .order_by(r.run_at, r.id)
        .limit(1)
        .with_for_update(of=t.history_range, skip_locked=True)
    )
    taken = update(t.history_range).where(r.id == first.scalar_subquery())
    row = connection.execute(taken.values(owner=owner).returning(t.history_range)).mappings()
    found = row.first()
    return range_from(found) if found is not None else None


def store_page(
    connection: Connection, range_: HistoryRange, page: BackfillPage, *, vault: Vault
) -> HistoryRange | None:
    """Store what comes next in a range, and how far it was read; see the port."""
    backfill = _lock_backfill(connection, range_)
    left = _advance(connection, range_, page)
    is_new = _would_keep if backfill["dry_run"] else partial(_keep, vault=vault)
    new = [each for each in page.found if is_new(connection, each.new.post, each)]
    tallies = [tally for each in new for tally in each.tallies]
    _count(connection, backfill, page, tallies)
    return left


def _lock_backfill(connection: Connection, range_: HistoryRange) -> RowMapping:
    mine = select(t.backfill).where(b.id == range_.gap.backfill_id, *_GOES_ON)
    found = connection.execute(mine.with_for_update()).mappings().first()
    if found is None:
        raise StaleWrite
    return found


def _advance(
    connection: Connection, range_: HistoryRange, page: BackfillPage
) -> HistoryRange | None:
    mine = leased(range_)
    if page.ended:
        _check_one(connection.execute(delete(t.history_range).where(*mine)).rowcount)
        return None
    values = {"after": page.after, "attempts": 0, "run_at": page.at}
    _check_one(connection.execute(update(t.history_range).where(*mine).values(**values)).rowcount)
    return replace(range_, gap=replace(range_.gap, after=page.after), attempts=0)


def _check_one(changed: int) -> None:
    if changed != 1:
        raise StaleWrite


def _would_keep(connection: Connection, post: Post, _: FoundPost) -> bool:
    """Tell whether a message has no post yet."""
    if post.message_id is None:
        return False
    return connection.execute(of_message(post.guild_id, post.message_id)).first() is None


def _keep(connection: Connection, post: Post, found: FoundPost, *, vault: Vault) -> bool:
    """Store a post, or what its message's post lacks; False where all was kept before."""
    new = found.new
    if add_new(connection, new, vault=vault):
        if len(new.items) > FILES_AT_ONCE:
            hold_back(connection, post.id, from_=FILES_AT_ONCE)
        return new.answer is None
    if not extend_known(connection, post, new.items):
        return False
    theirs = (t.post.c.guild_id == post.guild_id, t.post.c.message_id == post.message_id)
    connection.execute(update(t.post).where(*theirs).values(backfill_id=post.backfill_id))
    return True


def _count(
    connection: Connection, backfill: RowMapping, page: BackfillPage, tallies: Iterable[Tally]
) -> None:
    """Add what was found to the sums, and have the backfill wait where it has read enough."""
    files, sizes = Counter[tuple[int, str]](), Counter[tuple[int, str]]()
    for each in tallies:
        files[each.user_id, each.kind.value] += each.files
        sizes[each.user_id, each.kind.value] += each.size_bytes
    named = {"backfill_id": backfill["id"], "guild_id": backfill["guild_id"]}
    rows = [
        named | {"user_id": who, "kind": kind, "files": count, "size_bytes": sizes[who, kind]}
        for (who, kind), count in files.items()
    ]
    add_all(connection, t.backfill_tally, key=("backfill_id", "user_id", "kind"), rows=rows)
    is_read = page.ended and not _has_ranges(connection, backfill)
    values = _sums(backfill, page, is_read=is_read) | {
        "found": b.found + files.total(),
        "size_bytes": b.size_bytes + sizes.total(),
    }
    connection.execute(update(t.backfill).where(b.id == backfill["id"]).values(**values))


def _has_ranges(connection: Connection, backfill: RowMapping) -> bool:
    left = select(r.id).where(r.backfill_id == backfill["id"]).limit(1)
    return connection.execute(left).first() is not None


def _sums(backfill: RowMapping, page: BackfillPage, *, is_read: bool) -> dict[str, Any]:
    messages = backfill["messages"] + page.messages
    idle = min(max(page.at - (backfill["read_at"] or page.at), page.at - page.at), LONGEST_IDLE)
    is_enough = messages >= backfill["read_to"] and not backfill["dry_run"] and not is_read
    return {
        "messages": messages,
        "active_ms": b.active_ms + round(idle.total_seconds() * 1000),
        "read_at": page.at,
        "waits": WaitReason.LARGE.value if is_enough else None,
    }


def put_off_range(
    connection: Connection, *, range_: HistoryRange, until: datetime, waits_for: ParkReason | None
) -> None:
    """Give a range back until a later time; see the port."""
    values: dict[str, Any] = {"run_at": until, "owner": None}
    values |= {"parked": waits_for.value} if waits_for else {"attempts": r.attempts + 1}
    connection.execute(update(t.history_range).where(*leased(range_)).values(**values))


def queue_again(connection: Connection, *, range_: HistoryRange, at: datetime) -> None:
    """Give a range back behind all others; see the port."""
    mine = update(t.history_range).where(*leased(range_))
    connection.execute(mine.values(run_at=at, owner=None))


def drop_range(connection: Connection, *, range_: HistoryRange) -> None:
    """Forget a range, unless another reader has it."""
    connection.execute(delete(t.history_range).where(*leased(range_)))
