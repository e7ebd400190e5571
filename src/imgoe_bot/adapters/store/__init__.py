"""The store: every SQL statement of the bot."""

from imgoe_bot.adapters.store.budgets import SqlBudgetStore
from imgoe_bot.adapters.store.choices import SqlChoiceStore
from imgoe_bot.adapters.store.engine import Database, open_engine
from imgoe_bot.adapters.store.guilds import SqlGuildStore
from imgoe_bot.adapters.store.jobs import SqlJobStore
from imgoe_bot.adapters.store.letters import SqlLetterStore
from imgoe_bot.adapters.store.library import SqlLibraryStore
from imgoe_bot.adapters.store.migrate import migrate
from imgoe_bot.adapters.store.options import SqlOptionStore
from imgoe_bot.adapters.store.people import SqlPersonStore
from imgoe_bot.adapters.store.posts import SqlPostStore
from imgoe_bot.adapters.store.retirements import SqlRetirementStore
from imgoe_bot.adapters.store.rules import SqlNotes, SqlRuleStore
from imgoe_bot.adapters.store.status import SqlCopyStore, SqlStatusStore
from imgoe_bot.adapters.store.stays import SqlStayStore

__all__ = [
    "Database",
    "SqlBudgetStore",
    "SqlChoiceStore",
    "SqlCopyStore",
    "SqlGuildStore",
    "SqlJobStore",
    "SqlLetterStore",
    "SqlLibraryStore",
    "SqlNotes",
    "SqlOptionStore",
    "SqlPersonStore",
    "SqlPostStore",
    "SqlRetirementStore",
    "SqlRuleStore",
    "SqlStatusStore",
    "SqlStayStore",
    "migrate",
    "open_engine",
]
