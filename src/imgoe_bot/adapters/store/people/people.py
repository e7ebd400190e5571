"""Everything that is stored about one person, and forgetting it."""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import (
    Connection,
    and_,
    delete,
    func,
    not_,
    or_,
    select,
    union,
    update,
)

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.places import being_erased, unlist
from imgoe_bot.adapters.store.catalogue.tallies import uncount_post
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.lanes import insert_jobs
from imgoe_bot.adapters.store.leases import read_under_lease
from imgoe_bot.adapters.store.people.traces import traces_of
from imgoe_bot.adapters.store.posts.library import ENTRY, entry_from
from imgoe_bot.adapters.store.settings.change_notices import announce, forget
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.job import Job, State, Step
from imgoe_bot.domain.library import Entry
from imgoe_bot.domain.option_kinds import ValueType, without_user
from imgoe_bot.domain.options import OPTIONS
from imgoe_bot.domain.privacy import Holdings

NOBODY = 0
"""Stands in a server's history for who was forgotten."""

_LISTS = [name for name, option in OPTIONS.items() if option.value_type is ValueType.USERS]
"""The options that name people."""


class SqlPersonStore:
    """``PersonStore`` and ``ErasureStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, claims: Claims) -> None:
        self._database = database
        self._claims = claims
        self._vault = vault

    async def holdings(self, user_id: UserId) -> Holdings:
        """Return how much there is of a person."""
        live = (t.upload.c.uploader_id == user_id, t.upload.c.deleted_at.is_(None))
        sums = select(func.count(), func.coalesce(func.sum(t.upload.c.size_bytes), 0)).where(*live)
        hosts = select(t.upload.c.host_url).where(*live).distinct().order_by(t.upload.c.host_url)
        erasing = select(func.count()).where(t.post.c.author_id == user_id, being_erased())
        closed = select(t.person.c.dms_closed_until).where(t.person.c.user_id == user_id)

        def unit(connection: Connection) -> Holdings:
            files, size_bytes = connection.execute(sums).one()
            return Holdings(
                files=int(files),
                size_bytes=int(size_bytes),
                hosts=tuple(connection.execute(hosts).scalars()),
                erasing=int(connection.execute(erasing).scalar_one()),
                dms_closed_until=connection.execute(closed).scalar(),
            )

        return await self._database.read(unit)

    async def entries(self, user_id: UserId) -> tuple[Entry, ...]:
        """Return every record of an upload, oldest first."""
        query = ENTRY.where(t.upload.c.uploader_id == user_id).order_by(t.upload.c.created_at)

        def unit(connection: Connection) -> tuple[Entry, ...]:
            found = connection.execute(query).mappings().all()
            return tuple(entry_from(row, self._vault) for row in found)

        return await self._database.read(unit)

    async def traces(self, user_id: UserId) -> dict[str, list[dict[str, object]]]:
        """Return what else names a person; see the port."""

        def unit(connection: Connection) -> dict[str, list[dict[str, object]]]:
            return {
                name: [{**row} for row in connection.execute(query).mappings()]
                for name, query in traces_of(user_id).items()
            }

        return await self._database.read(unit)

    async def order_erasure(self, user_id: UserId, *, at: datetime) -> int:
        """Store the jobs that erase a person's posts; see the port."""
        named_in, left = await self._claims.write(partial(_order_erasure, user_id, at=at))
        forget(self._database, named_in)
        if not left:
            await self._database.scrub()
        return left

    async def is_worked_on(self, job: Job, *, now: datetime) -> bool:
        """Tell whether another job of the same post is under a live lease."""

        def unit(connection: Connection) -> bool:
            return _is_worked_on(connection, job, now)

        return await self._database.read(unit)

    async def erase(self, job: Job, *, now: datetime, with_links: bool = False) -> bool:
        """Erase the job's post with all that hangs on it; see the port."""

        def unit(connection: Connection) -> tuple[list[GuildId], int] | None:
            read_under_lease(connection, job, locked=True)
            if _is_worked_on(connection, job, now):
                return None
            if not with_links and _has_link(connection, job):
                return None
            author_id = _erase_post(connection, job)
            return _forget_traces(connection, author_id), _posts_left(connection, author_id)

        erased = await self._database.write(unit)
        if erased is None:
            return False
        named_in, left = erased
        forget(self._database, named_in)
        if not left:
            await self._database.scrub()
        return True


def _order_erasure(
    user_id: UserId, connection: Connection, *, at: datetime
) -> tuple[list[GuildId], int]:
    """Store the jobs; return the servers whose settings named the person, and the posts left."""
    theirs = select(t.post.c.id).where(t.post.c.author_id == user_id)
    connection.execute(
        delete(t.job).where(
            t.job.c.post_id.in_(theirs),
            t.job.c.step != Step.ERASE.value,
            not_(_under_lease(at)),
        )
    )
    new = connection.execute(
        select(t.post.c.id, t.post.c.guild_id).where(
            t.post.c.author_id == user_id, not_(being_erased())
        )
    )
    insert_jobs(connection, [_erasure(post_id, guild_id, at) for post_id, guild_id in new])
    unlist(connection, t.upload.c.post_id.in_(theirs))
    named_in = _forget_traces(connection, user_id)
    return named_in, _posts_left(connection, user_id)


def _under_lease(now: datetime) -> Any:  # SQLAlchemy's own type of a condition
    return and_(t.job.c.state == State.LEASED.value, t.job.c.lease_until > now)


def _erasure(post_id: str, guild_id: int, at: datetime) -> dict[str, Any]:
    return rows.NO_ITEM | {
        "post_id": post_id,
        "guild_id": guild_id,
        "step": Step.ERASE.value,
        "state": State.READY.value,
        "run_at": at,
        "attempts": 0,
    }


def _posts_left(connection: Connection, user_id: int) -> int:
    query = select(func.count()).select_from(t.post).where(t.post.c.author_id == user_id)
    return int(connection.execute(query).scalar_one())


def _is_worked_on(connection: Connection, job: Job, now: datetime) -> bool:
    query = select(t.job.c.id).where(
        t.job.c.post_id == job.post_id, t.job.c.id != job.id, _under_lease(now)
    )
    return connection.execute(query).first() is not None


def _has_link(connection: Connection, job: Job) -> bool:
    query = select(t.upload.c.id).where(
        t.upload.c.post_id == job.post_id,
        t.upload.c.deleted_at.is_(None),
        t.upload.c.delete_link_sealed.is_not(None),
    )
    return connection.execute(query.with_for_update()).first() is not None


def _erase_post(connection: Connection, job: Job) -> int:
    """Delete the post's rows, innermost first, and return whose it was."""
    owner = select(t.post.c.author_id).where(t.post.c.id == job.post_id)
    author_id = connection.execute(owner).scalar_one()
    uncount_post(connection, job.post_id)
    connection.execute(delete(t.job).where(t.job.c.post_id == job.post_id))
    connection.execute(delete(t.upload).where(t.upload.c.post_id == job.post_id))
    connection.execute(delete(t.post).where(t.post.c.id == job.post_id))
    return int(author_id)


def _forget_traces(connection: Connection, user_id: int) -> list[GuildId]:
    """Forget who it was wherever else a person is named: as a reader, a moderator, a manager.

    Returns:
        The servers whose settings named the person, and the person's own space.
    """
    named_in = [GuildId(user_id), *_naming(connection, user_id)]
    announce(connection, named_in)
    _take_off_lists(connection, user_id)
    connection.execute(delete(t.person).where(t.person.c.user_id == user_id))
    connection.execute(
        delete(t.note).where(
            or_(t.note.c.name.contains(str(user_id)), t.note.c.value.contains(str(user_id)))
        )
    )
    others = select(t.post.c.id).where(t.post.c.author_id != user_id)  # their own go as a whole
    of_others = (t.command.c.user_id == user_id, t.command.c.post_id.in_(others))
    connection.execute(delete(t.command).where(*of_others))
    for table in (t.guild, t.option_value, t.audit):  # their own space, with its key
        connection.execute(delete(table).where(table.c.guild_id == user_id))
    orphans = update(t.orphan).where(t.orphan.c.guild_id == user_id)  # somebody has to delete them
    connection.execute(orphans.values(guild_id=0))
    taken = update(t.host_slot).where(t.host_slot.c.guild_id == user_id)  # its host counts them
    connection.execute(taken.values(guild_id=None))
    connection.execute(delete(t.parking).where(t.parking.c.subject.contains(str(user_id))))
    connection.execute(delete(t.backfill_tally).where(t.backfill_tally.c.user_id == user_id))
    for column in (
        t.upload.c.deleted_by,
        t.audit.c.actor_id,
        t.mirror_rule.c.created_by,
        t.backfill.c.asked_by,
    ):
        connection.execute(
            update(column.table).where(column == user_id).values({column.name: NOBODY})
        )
    return named_in


def _take_off_lists(connection: Connection, user_id: int) -> None:
    """Take a person's id out of the options that name people, and out of their history."""
    for column in (t.option_value.c.value, t.audit.c.old, t.audit.c.new):
        table = column.table
        listed = (table.c.name.in_(_LISTS), column.contains(str(user_id)))
        texts = connection.execute(select(column).where(*listed).distinct())
        for text in texts.scalars().all():
            without = {column.name: without_user(text, user_id)}
            connection.execute(update(table).where(*listed, column == text).values(without))


def _naming(connection: Connection, user_id: int) -> list[GuildId]:
    """Return the servers whose options or rules name a person."""
    value, rule = t.option_value.c, t.mirror_rule.c
    listing = select(value.guild_id).where(
        value.name.in_(_LISTS), value.value.contains(str(user_id))
    )
    ruling = select(rule.guild_id).where(rule.created_by == user_id)
    return [GuildId(id_) for id_ in connection.execute(union(listing, ruling)).scalars()]
