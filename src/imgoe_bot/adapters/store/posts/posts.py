"""Posts, uploads, and who can be sent direct messages."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection, Select, Update, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.places import UNLISTED
from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.engine.advisory_locks import take_advisory_lock
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.posts.cards import read_card
from imgoe_bot.adapters.store.posts.new_posts import add_post, extend_known
from imgoe_bot.adapters.store.posts.post_jobs import (
    order_preview,
)
from imgoe_bot.adapters.store.posts.post_rows import (
    answered_update,
    get_post,
    of_message,
)
from imgoe_bot.adapters.store.posts.shared_copies import UPLOAD, detach
from imgoe_bot.adapters.store.posts.usage import count_usage, others_of
from imgoe_bot.adapters.store.upsert import upsert
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.ids import GuildId, JobId, MessageId, PostId, UploadId, UserId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.quota import Usage
from imgoe_bot.domain.upload import Stored, Upload
from imgoe_bot.errors import UploadNotFound


class SqlPostStore:
    """``ports.PostStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault, claims: Claims) -> None:
        self._database = database
        self._claims = claims
        self._vault = vault

    async def add(
        self, post: Post, items: Sequence[Item], left_out: Sequence[FailedItem] = ()
    ) -> bool:
        """Store a post and its jobs; see the port."""
        return await self._claims.write(
            lambda connection: add_post(connection, post, items, left_out)
        )

    async def extend(self, post: Post, items: Sequence[Item]) -> bool:
        """Add what a known message holds by now to its post; see the port."""
        return await self._claims.write(lambda connection: extend_known(connection, post, items))

    async def set_card(
        self, post_id: PostId, card: MessageLocation, *, preview_at: datetime | None = None
    ) -> None:
        """Note where a post's new card stands; see the port."""

        def unit(connection: Connection) -> None:
            answered = connection.execute(answered_update(post_id, card).returning(t.post))
            row = answered.mappings().first()
            if row is not None and preview_at is not None:
                order_preview(connection, rows.post_from(row), preview_at)

        await self._database.write(unit)

    async def note_thumbs_attached(self, post_id: PostId) -> None:
        """Note that the card is being given thumbs of its own; safe to repeat."""
        noted = update(t.post).where(t.post.c.id == post_id).values(thumbs_attached=True)

        def unit(connection: Connection) -> None:
            connection.execute(noted)

        await self._database.write(unit)

    async def order_preview(self, post: Post, *, at: datetime) -> None:
        """Store the job that looks at a card; see the port."""

        def unit(connection: Connection) -> None:
            order_preview(connection, post, at)

        await self._database.write(unit)

    async def get_post(self, post_id: PostId) -> Post:
        """Return a post; UploadNotFound when there is none."""

        def unit(connection: Connection) -> Post:
            return get_post(connection, post_id)

        return await self._database.read(unit)

    async def get_card(self, post_id: PostId, *, now: datetime) -> Card:
        """Return everything a post's card shows; see the port."""
        card = partial(read_card, post_id=post_id, vault=self._vault, now=now)
        return await self._database.read(card)

    async def get_upload(self, upload_id: UploadId) -> Upload:
        """Return one upload; UploadNotFound when there is none."""

        def unit(connection: Connection) -> Upload:
            found = _all(connection, UPLOAD.where(t.upload.c.id == upload_id))
            if not found:
                raise UploadNotFound
            return rows.upload_from(found[0], self._vault)

        return await self._database.read(unit)

    async def find_post(self, guild_id: GuildId, message_id: MessageId) -> Post | None:
        """Return the guild's post of a source message, None when there is none."""

        def unit(connection: Connection) -> Post | None:
            found = _all(connection, of_message(guild_id, message_id))
            return rows.post_from(found[0]) if found else None

        return await self._database.read(unit)

    async def find_known(
        self, guild_id: GuildId, message_ids: Collection[MessageId]
    ) -> frozenset[MessageId]:
        """Return those of these source messages that the guild has a post of."""
        mine = (t.post.c.guild_id == guild_id, t.post.c.message_id.in_(message_ids))

        def unit(connection: Connection) -> frozenset[MessageId]:
            return frozenset(connection.execute(select(t.post.c.message_id).where(*mine)).scalars())

        return await self._database.read(unit)

    async def usage(self, guild_id: GuildId, *, user_id: UserId | None, since: datetime) -> Usage:
        """Return what was stored since then and is under way; see the port."""

        def unit(connection: Connection) -> Usage:
            return count_usage(connection, guild_id, user_id, since=since)

        return await self._database.read(unit)

    async def admit(
        self, job_id: JobId, post: Post, *, since: datetime, check: Callable[[Usage, Usage], None]
    ) -> None:
        """Let an upload job in, unless ``check`` raises; see the port."""
        guild_id = post.guild_id

        def unit(connection: Connection) -> None:
            take_advisory_lock(connection, f"quota {guild_id}")
            mine = t.job.c.id == job_id
            counts = connection.execute(select(t.job.c.admitted).where(mine)).scalar()
            for_it = others_of(job_id, before_it=bool(counts))
            check(
                count_usage(connection, guild_id, post.author_id, since=since, which=for_it),
                count_usage(connection, guild_id, None, since=since, which=for_it),
            )
            connection.execute(update(t.job).where(mine).values(admitted=True))

        await self._database.write(unit)

    async def leave_copy(self, upload: Upload, *, by: UserId | None, at: datetime) -> bool:
        """Mark an upload deleted if another live one has its copy; see the port."""

        def unit(connection: Connection) -> bool:
            others_have_it = detach(connection, upload, self._vault)
            if others_have_it:
                connection.execute(_deleted_update(upload.id, by=by, at=at))
            return others_have_it

        return await self._database.write(unit)

    async def find_copy(self, guild_id: GuildId, host_url: str, sha256: str) -> Upload | None:
        """Return a live upload of the same bytes in the same guild and host."""
        query = select(t.upload).where(
            t.upload.c.guild_id == guild_id,
            t.upload.c.sha256 == sha256,
            t.upload.c.host_url == host_url,
            t.upload.c.deleted_at.is_(None),
        )

        def unit(connection: Connection) -> Upload | None:
            found = _all(connection, query.order_by(t.upload.c.created_at).limit(1))
            return rows.upload_from(found[0], self._vault) if found else None

        return await self._database.read(unit)

    async def mark_deleted(self, upload_id: UploadId, *, by: UserId | None, at: datetime) -> None:
        """Note that the copy is gone, and forget its delete link; safe to repeat."""

        def unit(connection: Connection) -> None:
            connection.execute(_deleted_update(upload_id, by=by, at=at))

        await self._database.write(unit)

    async def mark_published(self, upload_id: UploadId, stored: Stored) -> None:
        """Note that the host shows a copy by now, and where its files are; safe to repeat."""
        values = {"approved": True, "url": stored.url, "thumb_url": stored.thumb_url}

        def unit(connection: Connection) -> None:
            connection.execute(update(t.upload).where(t.upload.c.id == upload_id).values(**values))

        await self._database.write(unit)

    async def withdraw(self, message_ids: Sequence[MessageId], *, at: datetime) -> None:
        """Note that unanswered source messages were taken back by their authors."""

        def unit(connection: Connection) -> None:
            connection.execute(
                update(t.post)
                .where(
                    t.post.c.message_id.in_(message_ids),
                    t.post.c.answered.is_(False),
                    t.post.c.withdrawn_at.is_(None),
                )
                .values(withdrawn_at=at)
            )

        await self._database.write(unit)

    async def note_dms(self, user_id: UserId, *, closed_until: datetime | None) -> None:
        """Remember until when this person is sent no direct messages."""

        def unit(connection: Connection) -> None:
            upsert(
                connection,
                t.person,
                key={"user_id": user_id},
                values={"dms_closed_until": closed_until},
            )

        await self._database.write(unit)


def _deleted_update(upload_id: UploadId, *, by: UserId | None, at: datetime) -> Update:
    return (
        update(t.upload)
        .where(t.upload.c.id == upload_id, t.upload.c.deleted_at.is_(None))
        .values(deleted_at=at, deleted_by=by, delete_link_sealed=None, **UNLISTED)
    )


def _all(connection: Connection, query: Select[Any]) -> list[rows.Columns]:
    return list(connection.execute(query).mappings())
