"""What keeps files from being kept, and whom to tell of it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.parked import read_parkings
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.job_states import NOT_DONE, state_is
from imgoe_bot.adapters.store.tables import FAILED_UPLOAD
from imgoe_bot.domain.claim_order import OWN_HOST
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.job import State
from imgoe_bot.domain.owners import FINAL, names_of
from imgoe_bot.domain.parking import Subject, SubjectKind
from imgoe_bot.domain.status import Contact, Obstacle

GIVEN_UP_WITHIN = timedelta(days=30)
"""What was given up before is told no more."""
CONTACTS_MAX = 20


class SqlObstacleStore:
    """``ports.ObstacleStore`` in SQL."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_server(self, guild_id: GuildId, *, now: datetime) -> tuple[Obstacle, ...]:
        """Return what a server's files wait for, and why others were given up; see the port."""

        def unit(connection: Connection) -> tuple[Obstacle, ...]:
            since = now - GIVEN_UP_WITHIN
            waiting, lost = _waiting(connection, guild_id), _given_up(connection, guild_id, since)
            return (*waiting, *lost)

        return await self._database.read(unit)

    async def whom_to_tell(self, subject: Subject) -> tuple[Contact, ...]:
        """Return whoever can act, a person a server; see the port."""

        def unit(connection: Connection) -> tuple[Contact, ...]:
            found = [_contact(connection, each) for each in _servers_of(connection, subject)]
            return tuple(each for each in found if each is not None)

        return await self._database.read(unit)


def _waiting(connection: Connection, guild_id: GuildId) -> list[Obstacle]:
    counts = (
        select(t.job.c.parked_on, func.count())
        .where(t.job.c.guild_id == guild_id, NOT_DONE, t.job.c.parked_on != "")
        .group_by(t.job.c.parked_on)
    )
    files: dict[str, int] = {row[0]: row[1] for row in connection.execute(counts)}
    return [
        Obstacle(each.subject, each.error, each.since, files[str(each.subject)])
        for each in (read_parkings(connection, of=files) if files else ())
    ]


def _given_up(connection: Connection, guild_id: GuildId, since: datetime) -> list[Obstacle]:
    counts = (
        select(t.job.c.error, func.count(), func.min(t.job.c.run_at), func.max(t.job.c.id))
        .where(
            FAILED_UPLOAD,
            t.job.c.guild_id == guild_id,
            t.job.c.run_at >= since,
            t.job.c.attachment_id > 0,
            t.job.c.error.not_in(names_of(*FINAL)),
        )
        .group_by(t.job.c.error)
    )
    obstacles: list[Obstacle] = []
    for name, files, at, newest in connection.execute(counts).all():
        facts = select(t.job.c.error_facts).where(t.job.c.id == newest)
        error = rows.rebuilt_error(name, connection.execute(facts).scalar())
        obstacles.append(Obstacle(None, error, at, files))
    return obstacles


def _servers_of(connection: Connection, subject: Subject) -> Sequence[GuildId]:
    """Return the servers in which somebody can mend it: none where it is the operator's host."""
    if subject.kind is SubjectKind.KEY:
        return [GuildId(int(subject.name))]
    if subject.kind is not SubjectKind.HOST or subject.name == OWN_HOST:
        return []
    parked = select(t.job.c.guild_id).where(
        t.job.c.parked_on == str(subject), t.job.c.parked_on != "", state_is(State.PARKED)
    )
    return connection.execute(parked.distinct().limit(CONTACTS_MAX)).scalars().all()


def _contact(connection: Connection, guild_id: GuildId) -> Contact | None:
    """Return who set the server's key last, else who made its oldest rule."""
    set_by = (
        select(t.audit.c.actor_id)
        .where(t.audit.c.guild_id == guild_id, t.audit.c.name == "key", t.audit.c.actor_id > 0)
        .order_by(t.audit.c.at.desc(), t.audit.c.id.desc())
    )
    made_by = (
        select(t.mirror_rule.c.created_by)
        .where(t.mirror_rule.c.guild_id == guild_id, t.mirror_rule.c.created_by > 0)
        .order_by(t.mirror_rule.c.created_at)
    )
    locale = select(t.post.c.locale).where(t.post.c.guild_id == guild_id)
    newest = locale.order_by(t.post.c.message_id.desc())
    who = connection.execute(set_by.limit(1)).scalar()
    who = who or connection.execute(made_by.limit(1)).scalar()
    if not who:
        return None
    spoken = connection.execute(newest.limit(1)).scalar()
    return Contact(guild_id, UserId(who), spoken or "en-US")
