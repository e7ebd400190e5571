"""The database: opened, brought to the newest schema, and seen as stores."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

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
    SqlJobStore,
    SqlLibraryStore,
    SqlMembershipStore,
    SqlNotes,
    SqlOptionStore,
    SqlPersonStore,
    SqlPostStore,
    SqlRetirementStore,
    SqlRuleStore,
    SqlStatusStore,
    migrate,
    open_engine,
)
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.settings.fields import PluginSettings


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
    status: SqlStatusStore
    direct_messages: SqlDirectMessageStore
    budgets: SqlBudgetStore
    notes: SqlNotes


@asynccontextmanager
async def open_stores(settings: PluginSettings) -> AsyncGenerator[Stores]:
    """Open the database for as long as the block runs.

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
        stores = _stores(database, secret_key=settings.secret_key.get_secret_value())
        database.notices.open()
        yield stores


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
        status=SqlStatusStore(database),
        direct_messages=SqlDirectMessageStore(database, claims=claims),
        budgets=SqlBudgetStore(database),
        notes=SqlNotes(database),
    )
