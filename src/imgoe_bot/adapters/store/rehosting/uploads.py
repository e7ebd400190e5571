"""Copies whose addresses lie at a host's old place: found, moved, and their cards shown anew."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.leases import due_at
from imgoe_bot.adapters.store.posts.post_jobs import job_values
from imgoe_bot.adapters.store.posts.repeated_steps import restart_steps
from imgoe_bot.adapters.store.rows import Columns, delete_link_bound_to
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.host_move import HostMove, MoveCounts, site_of
from imgoe_bot.domain.ids import GuildId, PostId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.domain.post import Post

_SHOWN = ("viewer_url", "url", "thumb_url")
_COLUMNS = (
    *(t.upload.c[name] for name in ("id", "post_id", "host_url", *_SHOWN)),
    t.upload.c.delete_link_sealed,
    t.upload.c.deleted_at,
)
_WRITTEN = ("host_url", *_SHOWN, "delete_link_sealed")
_MOVE = (
    update(t.upload)
    .where(t.upload.c.id == bindparam("of_upload"))
    .values({name: bindparam(f"new_{name}") for name in _WRITTEN})
)


@dataclass(frozen=True, slots=True)
class MovedUpload:
    """A copy's row as it is to be.

    Attributes:
        values: the columns that addresses stand in.
        is_shown: whether its card shows another address than before.
        elsewhere: its addresses that stay, where its host moves; without a delete link.
        link_moves: whether it has a delete link at the old place.
        link_stays: whether it has one somewhere else, though its host moves.
        sample: one of its addresses, before and after.
    """

    id: str
    post_id: PostId
    values: dict[str, Any]
    is_shown: bool
    elsewhere: tuple[str, ...]
    link_moves: bool
    link_stays: bool
    sample: tuple[str, str] | None


def posts_after(connection: Connection, after: PostId, *, limit: int) -> Sequence[PostId]:
    """Return the posts with copies that follow, by their ids."""
    query = select(t.upload.c.post_id).where(t.upload.c.post_id > after).distinct()
    return list(connection.execute(query.order_by(t.upload.c.post_id).limit(limit)).scalars())


def find_moved(
    connection: Connection, move: HostMove, posts: Sequence[PostId], *, vault: Vault, locked: bool
) -> list[MovedUpload]:
    """Return the copies of these posts that move.

    Args:
        connection: in a transaction.
        move: from where to where.
        posts: whose copies to look at.
        vault: opens and seals their delete links.
        locked: whether nobody else may write them until the transaction ends.

    Raises:
        ConfigError: a delete link does not open with the secret key.
    """
    query = select(*_COLUMNS).where(t.upload.c.post_id.in_(posts))
    query = query.with_for_update() if locked else query
    found = (_moved(row, move, vault) for row in connection.execute(query).mappings())
    return [each for each in found if each is not None]


def _moved(row: Columns, move: HostMove, vault: Vault) -> MovedUpload | None:
    old_host = row["host_url"]
    shown = {name: row[name] for name in _SHOWN if row[name] is not None}
    new = {name: url for name, url in shown.items() if move.moved_of(old_host, url) is not None}
    host_moves = move.moved_host(old_host) is not None
    if not new and not host_moves:
        return None
    values = {name: _new(row[name], old_host, move) for name in ("host_url", *_SHOWN)}
    sealed = row["delete_link_sealed"]
    link = vault.open(sealed, bound_to=delete_link_bound_to(row["id"], old_host)) if sealed else ""
    moved_link = _new(link, old_host, move)
    bound_to = delete_link_bound_to(row["id"], values["host_url"])
    values["delete_link_sealed"] = vault.seal(moved_link, bound_to=bound_to) if sealed else None
    return MovedUpload(
        id=row["id"],
        post_id=row["post_id"],
        values=values,
        is_shown=bool(new) and row["deleted_at"] is None,
        elsewhere=tuple(url for name, url in shown.items() if name not in new and host_moves),
        link_moves=moved_link != link,
        link_stays=bool(sealed) and moved_link == link and host_moves,
        sample=next(((row[name], values[name]) for name in new), None),
    )


def _new(url: Any, host_url: str, move: HostMove) -> Any:
    """Return an address as it is to be stored; one that stays, or None, as it is."""
    return url and (move.moved_of(host_url, url) or url)


def cards_of(connection: Connection, moved: Iterable[MovedUpload]) -> list[Post]:
    """Return the posts whose card shows one of these."""
    ids = {each.post_id for each in moved if each.is_shown}
    query = select(t.post).where(t.post.c.id.in_(ids), t.post.c.card_message_id.is_not(None))
    return [rows.post_from(row) for row in connection.execute(query).mappings()] if ids else []


def counts_of(moved: Sequence[MovedUpload], cards: Sequence[Post]) -> MoveCounts:
    """Count copies that move, and the cards that show them."""
    samples = tuple(each.sample for each in moved if each.sample is not None)
    return MoveCounts(
        uploads=len(moved),
        links=sum(each.link_moves for each in moved),
        cards=len(cards),
        elsewhere=dict(Counter(site_of(url) for each in moved for url in each.elsewhere)),
        links_elsewhere=sum(each.link_stays for each in moved),
        samples=samples,
    )


def write_moved(connection: Connection, moved: Iterable[MovedUpload]) -> None:
    """Write the rows as they are to be."""
    written = [
        {"of_upload": each.id} | {f"new_{name}": value for name, value in each.values.items()}
        for each in moved
    ]
    if written:
        connection.execute(_MOVE, written)


def order_refresh(
    connection: Connection, cards: Iterable[Post], at: Callable[[GuildId], datetime]
) -> None:
    """Have cards shown anew, each in its time."""
    restart_steps(
        connection,
        [job_values(card, Step.REFRESH, State.READY) | due_at(at(card.guild_id)) for card in cards],
    )
