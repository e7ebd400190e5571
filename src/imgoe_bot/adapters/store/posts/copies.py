"""The copies of what a message held, found again."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, select

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.ids import AttachmentId, GuildId, MessageId
from imgoe_bot.domain.upload import Upload

COPIES_MAX = 100


class SqlCopyStore:
    """``ports.CopyStore`` in SQL."""

    def __init__(self, database: Database, *, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(
        self, guild_id: GuildId, attachment_ids: Sequence[AttachmentId]
    ) -> tuple[Upload, ...]:
        """Return the guild's live uploads of these attachments, oldest first."""
        return await self._live(
            t.upload.c.guild_id == guild_id,
            t.upload.c.attachment_id.in_(attachment_ids[:COPIES_MAX]),
        )

    async def of_message(self, guild_id: GuildId, message_id: MessageId) -> tuple[Upload, ...]:
        """Return the guild's live uploads of what a message held, oldest first."""
        posts = select(t.post.c.id).where(
            t.post.c.guild_id == guild_id, t.post.c.message_id == message_id
        )
        return await self._live(t.upload.c.post_id.in_(posts))

    async def _live(self, *which: ColumnElement[bool]) -> tuple[Upload, ...]:
        query = select(t.upload).where(*which, t.upload.c.deleted_at.is_(None))

        def unit(connection: Connection) -> tuple[Upload, ...]:
            found = connection.execute(query.order_by(t.upload.c.created_at))
            return tuple(rows.upload_from(row, self._vault) for row in found.mappings())

        return await self._database.read(unit)
