"""Backfills begun and looked at from beside the bot, as a command in a terminal does it."""

import base64
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from imgoe_bot.adapters.clock import WallClock
from imgoe_bot.adapters.store import (
    Claims,
    Database,
    SqlBackfillStore,
    SqlGuildStore,
    SqlJobStore,
    open_engine,
)
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.backfill import Backfill, BackfillState, WaitReason
from imgoe_bot.domain.backfill_requests import BackfillRequest
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.services.backfilling.backfills import BackfillService
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from tests.flows.kit import PATIENCE_S, Harness, eventually

A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where backfills are asked for, over the database of a harness."""

    service: BackfillService
    actor: Actor

    async def begin(self, place: int, **asked: Any) -> Backfill:
        """Begin a backfill of all that is there by now."""
        now = MessageId(snowflake_at(WallClock().now() + A_MOMENT))
        request = replace(BackfillRequest(place_id=ChannelId(place), asked=now), **asked)
        return await self.service.begin(self.actor, request)

    async def get(self, backfill: Backfill) -> Backfill:
        """Return a backfill as it is now."""
        return await self.service.get(backfill.guild_id, backfill.id)

    async def done(self, backfill: Backfill, *, patience_s: float = PATIENCE_S) -> Backfill:
        """Wait until a backfill is done, and return it."""

        async def is_done() -> bool:
            return (await self.get(backfill)).state is BackfillState.DONE

        await eventually(is_done, patience_s=patience_s)
        return await self.get(backfill)

    async def waits(self, backfill: Backfill, reason: WaitReason) -> Backfill:
        """Wait until a backfill waits for something, and return it."""

        async def waits() -> bool:
            return (await self.get(backfill)).waits is reason

        await eventually(waits)
        return await self.get(backfill)


@asynccontextmanager
async def open_desk(harness: Harness) -> AsyncGenerator[Desk]:
    """Open the harness's database as a second process would."""
    engine = open_engine(f"sqlite+aiosqlite:///{harness.folder / 'bot' / 'imgoe_bot.sqlite3'}")
    database = Database(engine)
    vault = Vault(base64.b64decode(harness.secret_key))
    claims = Claims(database)
    guilds = GuildSettingsService(
        SqlGuildStore(database, vault=vault),
        jobs=SqlJobStore(database, vault=vault, claims=claims),
        default_host_url=harness.host.url,
        clock=WallClock(),
    )
    store = SqlBackfillStore(database, vault=vault, claims=claims)
    service = BackfillService(store, guilds=guilds, clock=WallClock())
    actor = Actor(
        UserId(harness.ada.user.id),
        GuildId(harness.guild.id),
        permissions=frozenset({MANAGE_GUILD}),
    )
    try:
        yield Desk(service, actor)
    finally:
        await database.close()
