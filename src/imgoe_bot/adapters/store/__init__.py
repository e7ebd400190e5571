"""The store: every SQL statement of the bot."""

from imgoe_bot.adapters.store.claiming.claims import Claims
from imgoe_bot.adapters.store.claiming.dead_leases import free_all_leases
from imgoe_bot.adapters.store.engine.database import Database
from imgoe_bot.adapters.store.engine.migrate import migrate
from imgoe_bot.adapters.store.engine.opening import open_engine
from imgoe_bot.adapters.store.engine.sole_process import sole_process
from imgoe_bot.adapters.store.history.backfills import SqlBackfillStore
from imgoe_bot.adapters.store.history.history import SqlHistoryStore
from imgoe_bot.adapters.store.people.choices import SqlChoiceStore
from imgoe_bot.adapters.store.people.people import SqlPersonStore
from imgoe_bot.adapters.store.posts.copies import SqlCopyStore
from imgoe_bot.adapters.store.posts.library import SqlLibraryStore
from imgoe_bot.adapters.store.posts.posts import SqlPostStore
from imgoe_bot.adapters.store.posts.retirements import SqlRetirementStore
from imgoe_bot.adapters.store.posts.status import SqlStatusStore
from imgoe_bot.adapters.store.queue.budgets import SqlBudgetStore
from imgoe_bot.adapters.store.queue.commands import SqlCommandStore
from imgoe_bot.adapters.store.queue.direct_messages import SqlDirectMessageStore
from imgoe_bot.adapters.store.queue.job_desk import SqlJobDesk
from imgoe_bot.adapters.store.queue.jobs import SqlJobStore
from imgoe_bot.adapters.store.queue.obstacles import SqlObstacleStore
from imgoe_bot.adapters.store.queue.orphans import SqlOrphanStore
from imgoe_bot.adapters.store.rehosting.host_moves import SqlHostMoveStore
from imgoe_bot.adapters.store.settings.guilds import SqlGuildStore
from imgoe_bot.adapters.store.settings.memberships import SqlMembershipStore
from imgoe_bot.adapters.store.settings.notes import SqlNotes
from imgoe_bot.adapters.store.settings.options import SqlOptionStore
from imgoe_bot.adapters.store.settings.rules import SqlRuleStore

__all__ = [
    "Claims",
    "Database",
    "SqlBackfillStore",
    "SqlBudgetStore",
    "SqlChoiceStore",
    "SqlCommandStore",
    "SqlCopyStore",
    "SqlDirectMessageStore",
    "SqlGuildStore",
    "SqlHistoryStore",
    "SqlHostMoveStore",
    "SqlJobDesk",
    "SqlJobStore",
    "SqlLibraryStore",
    "SqlMembershipStore",
    "SqlNotes",
    "SqlObstacleStore",
    "SqlOptionStore",
    "SqlOrphanStore",
    "SqlPersonStore",
    "SqlPostStore",
    "SqlRetirementStore",
    "SqlRuleStore",
    "SqlStatusStore",
    "free_all_leases",
    "migrate",
    "open_engine",
    "sole_process",
]
