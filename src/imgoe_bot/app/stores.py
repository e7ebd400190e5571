"""The database: opened, brought to the newest schema, and seen as stores."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import structlog

from imgoe_bot.adapters.clock import WallClock
from imgoe_bot.adapters.store import (
    Claims,
    Database,
    SqlBackfillStore,
    SqlBudgetStore,
    SqlChoiceStore,
    SqlCommandStore,
    SqlCopyStore,
    SqlDirectMessageStore,
    SqlGuildStore,
    SqlHistoryStore,
    SqlHostMoveStore,
    SqlJobDesk,
    SqlJobStore,
    SqlLibraryStore,
    SqlMembershipStore,
    SqlNotes,
    SqlObstacleStore,
    SqlOptionStore,
    SqlOrphanStore,
    SqlPersonStore,
    SqlPostStore,
    SqlRetirementStore,
    SqlRuleStore,
    SqlStatusStore,
    free_all_leases,
    migrate,
    open_engine,
)
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.errors import StoreError
from imgoe_bot.settings.fields import PluginSettings

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Stores:
    """Every table of the database, by whose it is."""

    guilds: SqlGuildStore
    options: SqlOptionStore
    memberships: SqlMembershipStore
    backfills: SqlBackfillStore
    history: SqlHistoryStore
    rules: SqlRuleStore
    choices: SqlChoiceStore
    people: SqlPersonStore
    posts: SqlPostStore
    commands: SqlCommandStore
    copies: SqlCopyStore
    library: SqlLibraryStore
    retirements: SqlRetirementStore
    jobs: SqlJobStore
    job_desk: SqlJobDesk
    orphans: SqlOrphanStore
    status: SqlStatusStore
    obstacles: SqlObstacleStore
    direct_messages: SqlDirectMessageStore
    budgets: SqlBudgetStore
    host_moves: SqlHostMoveStore
    notes: SqlNotes


@asynccontextmanager
async def open_stores(settings: PluginSettings, *, alone: bool = False) -> AsyncGenerator[Stores]:
    """Open the database for as long as the block runs.

    Args:
        settings: where it is.
        alone: whether nobody else works there: what is leased is free then, and not waited for.

    Raises:
        ConfigError: its address or folder can't be used.
        SchemaTooNew: a newer version wrote it.
        StoreError: it can't be opened.
    """
    engine = open_engine(settings.store_url, variable=settings.store_variable)
    database = Database(engine)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        await migrate(engine)
        if alone:
            await _free_leases(database)
        stores = _stores(database, secret_key=settings.secret_key.get_secret_value())
        database.notices.open()
        yield stores


async def _free_leases(database: Database) -> None:
    """Take over what a process before this one was at; where that can't be stored, it runs out."""
    try:
        await free_all_leases(database, now=WallClock().now())
    except StoreError as error:
        log.warning("leases were not taken over, they run out", error=repr(error))


def _stores(database: Database, *, secret_key: bytes) -> Stores:
    vault = Vault(secret_key)
    claims = Claims(database)
    return Stores(
        guilds=SqlGuildStore(database, vault=vault),
        options=SqlOptionStore(database),
        memberships=SqlMembershipStore(database),
        backfills=SqlBackfillStore(database, vault=vault, claims=claims),
        history=SqlHistoryStore(database, vault=vault, claims=claims),
        rules=SqlRuleStore(database),
        choices=SqlChoiceStore(database, secret_key=secret_key),
        people=SqlPersonStore(database, vault=vault, claims=claims),
        posts=SqlPostStore(database, vault=vault, claims=claims),
        commands=SqlCommandStore(database, vault=vault, claims=claims),
        copies=SqlCopyStore(database, vault=vault),
        library=SqlLibraryStore(database, vault=vault),
        retirements=SqlRetirementStore(database, claims=claims),
        jobs=SqlJobStore(database, vault=vault, claims=claims),
        orphans=SqlOrphanStore(database),
        job_desk=SqlJobDesk(database, claims=claims),
        status=SqlStatusStore(database),
        obstacles=SqlObstacleStore(database),
        direct_messages=SqlDirectMessageStore(database, claims=claims),
        budgets=SqlBudgetStore(database),
        host_moves=SqlHostMoveStore(database, vault=vault),
        notes=SqlNotes(database),
    )
