"""Posts whose source message was deleted: found, worked on later, held for a moderator."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, insert, or_, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.lanes import insert_new_job
from imgoe_bot.adapters.store.leases import due_at
from imgoe_bot.adapters.store.posts.post_jobs import job_values
from imgoe_bot.adapters.store.posts.post_rows import has_copies
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, PostId, UserId
from imgoe_bot.domain.job import State, Step
from imgoe_bot.domain.post import Post

_ANSWERED = (
    t.post.c.message_id.is_not(None),
    t.post.c.answered.is_(True),
    t.post.c.withdrawn_at.is_(None),
)


class SqlRetirementStore:
    """``RetirementStore`` in SQL."""

    def __init__(self, database: Database, *, claims: Claims) -> None:
        self._database = database
        self._claims = claims

    async def are_known(self, message_ids: Sequence[MessageId]) -> bool:
        """Tell whether there is a post of any of these source messages."""
        query = select(t.post.c.id).where(t.post.c.message_id.in_(message_ids)).limit(1)

        def unit(connection: Connection) -> bool:
            return connection.execute(query).first() is not None

        return await self._database.read(unit)

    async def find_answered(self, message_ids: Sequence[MessageId]) -> tuple[Post, ...]:
        """Return the answered posts of these source messages."""
        return await self._posts(
            select(t.post).where(t.post.c.message_id.in_(message_ids), *_ANSWERED)
        )

    async def find_in(self, guild_id: GuildId, channel_id: ChannelId) -> tuple[Post, ...]:
        """Return the answered posts with copies of a channel and its threads."""
        parents = "," + t.post.c.parent_ids + ","
        there = or_(
            t.post.c.channel_id == channel_id, parents.contains(f",{channel_id},", autoescape=True)
        )
        return await self._posts(
            select(t.post).where(t.post.c.guild_id == guild_id, there, *_ANSWERED, has_copies())
        )

    async def watching(self) -> frozenset[GuildId]:
        """Return the servers in which deleted messages may matter; see the port."""
        answered = select(t.post.c.id).where(
            t.post.c.guild_id == t.option_value.c.guild_id, *_ANSWERED
        )
        query = select(t.option_value.c.guild_id).where(
            t.option_value.c.name == "on_delete", answered.exists()
        )

        def unit(connection: Connection) -> frozenset[GuildId]:
            return frozenset(map(GuildId, connection.execute(query).scalars()))

        return await self._database.read(unit)

    async def newest(self, guild_id: GuildId, *, each: int) -> tuple[Post, ...]:
        """Return each channel's newest posts that may still have to be retired; see the port."""
        turn = func.row_number().over(
            partition_by=t.post.c.channel_id, order_by=t.post.c.message_id.desc()
        )
        candidates = (
            t.post.c.guild_id == guild_id,
            *_ANSWERED,
            has_copies(),
            ~_is_retired(),
        )
        ranked = select(t.post.c.id, turn.label("turn")).where(*candidates).subquery()
        query = select(t.post).join(ranked, ranked.c.id == t.post.c.id)
        return await self._posts(query.where(ranked.c.turn <= each))

    async def order(self, posts: Sequence[Post], *, at: datetime) -> None:
        """Store the jobs that deal with deleted source messages; see the port."""

        def unit(connection: Connection) -> None:
            for post in posts:
                values = job_values(post, Step.RETIRE, State.READY) | due_at(at)
                insert_new_job(connection, values)

        await self._database.write(unit)
        self._claims.wake()

    async def hold(self, post_id: PostId, *, at: datetime) -> None:
        """Note that a moderator has to decide; safe to repeat."""

        def unit(connection: Connection) -> None:
            connection.execute(
                update(t.post)
                .where(t.post.c.id == post_id, t.post.c.held_at.is_(None))
                .values(held_at=at)
            )

        await self._database.write(unit)

    async def end_hold(self, post: Post, *, by: UserId, decision: str, at: datetime) -> bool:
        """Note that a moderator has decided; see the port."""

        def unit(connection: Connection) -> bool:
            changed = connection.execute(
                update(t.post)
                .where(t.post.c.id == post.id, t.post.c.held_at.is_not(None))
                .values(held_at=None)
            )
            if changed.rowcount != 1:
                return False
            line = {"guild_id": post.guild_id, "actor_id": by, "at": at, "name": "hold"}
            said = {"scope_id": post.channel_id, "old": "held", "new": decision}
            connection.execute(insert(t.audit).values(**line, **said))
            return True

        return await self._database.write(unit)

    async def _posts(self, query: Select[Any]) -> tuple[Post, ...]:
        def unit(connection: Connection) -> tuple[Post, ...]:
            found = connection.execute(query).mappings().all()
            return tuple(rows.post_from(row) for row in found)

        return await self._database.read(unit)


def _is_retired() -> ColumnElement[bool]:
    retiring = select(t.job.c.id).where(
        t.job.c.post_id == t.post.c.id, t.job.c.step == Step.RETIRE.value
    )
    return retiring.exists()
