"""Every error imgoe_bot raises, by cause; imported from here, whatever module defines it.

    ImgoeError
    ├── ConfigError
    ├── RequestError
    │   ├── MediaRejected
    │   │   ├── EmptyMedia
    │   │   ├── UnsupportedMedia
    │   │   ├── MediaTooLarge
    │   │   └── MediaSkipped
    │   ├── QuotaReached
    │   │   └── QuotaPending ↻
    │   ├── SettingsRejected
    │   ├── KeyMissing
    │   ├── NotAllowed
    │   ├── UploadNotFound
    │   ├── UnderWay
    │   ├── CutOff
    │   ├── StaleCommand
    │   └── BackfillError
    │       ├── BackfillRejected
    │       ├── BackfillOverlaps
    │       ├── BackfillNotFound
    │       └── BackfillEnded
    ├── SourceError
    │   ├── SourceGone
    │   ├── SourceBlocked
    │   └── SourceUnreachable ↻
    ├── DirectMessagesHalted ↻
    ├── DiscordRefused
    ├── HostError
    │   ├── HostUnreachable ↻
    │   ├── HostBroken ↻
    │   ├── HostBusy ↻
    │   │   └── BudgetSpent ↻
    │   ├── AwaitsApproval ↻
    │   ├── HostRefused
    │   │   ├── KeyRejected
    │   │   ├── DuplicateMedia
    │   │   └── IdempotencyMismatch
    │   └── BadReply
    │       └── ReplyMissing ↻
    ├── StoreError ↻
    │   ├── StoreFull ↻
    │   ├── StoreReadOnly ↻
    │   ├── StoreBroken ↻
    │   ├── StoreInUse
    │   ├── StaleWrite
    │   ├── SchemaTooNew
    │   └── StoreClosed
    ├── EndedByOperator
    └── InternalError ↻

↻ marks what a later try may cure (``retryable``). Facts are attributes; no class holds a sentence
for a person: ``ui.texts`` words them for whoever can act, ``terminal`` for a command line. No
attribute ever holds a key, a token or a delete link, so any of these may be logged.
"""

from imgoe_bot.errors.base import ImgoeError
from imgoe_bot.errors.discord import DirectMessagesHalted, DiscordRefused
from imgoe_bot.errors.host import (
    ACCOUNT_DENIED,
    AwaitsApproval,
    BadReply,
    BudgetSpent,
    DuplicateMedia,
    HostBroken,
    HostBusy,
    HostError,
    HostRefused,
    HostUnreachable,
    IdempotencyMismatch,
    KeyRejected,
    ReplyMissing,
)
from imgoe_bot.errors.process import ConfigError, EndedByOperator, InternalError
from imgoe_bot.errors.request import (
    BackfillEnded,
    BackfillError,
    BackfillNotFound,
    BackfillOverlaps,
    BackfillRejected,
    CutOff,
    EmptyMedia,
    KeyMissing,
    MediaRejected,
    MediaSkipped,
    MediaTooLarge,
    NotAllowed,
    QuotaPending,
    QuotaReached,
    RequestError,
    SettingsRejected,
    StaleCommand,
    UnderWay,
    UnsupportedMedia,
    UploadNotFound,
)
from imgoe_bot.errors.source import SourceBlocked, SourceError, SourceGone, SourceUnreachable
from imgoe_bot.errors.store import (
    SchemaTooNew,
    StaleWrite,
    StoreBroken,
    StoreClosed,
    StoreError,
    StoreFull,
    StoreInUse,
    StoreReadOnly,
)

__all__ = [
    "ACCOUNT_DENIED",
    "AwaitsApproval",
    "BackfillEnded",
    "BackfillError",
    "BackfillNotFound",
    "BackfillOverlaps",
    "BackfillRejected",
    "BadReply",
    "BudgetSpent",
    "ConfigError",
    "CutOff",
    "DirectMessagesHalted",
    "DiscordRefused",
    "DuplicateMedia",
    "EmptyMedia",
    "EndedByOperator",
    "HostBroken",
    "HostBusy",
    "HostError",
    "HostRefused",
    "HostUnreachable",
    "IdempotencyMismatch",
    "ImgoeError",
    "InternalError",
    "KeyMissing",
    "KeyRejected",
    "MediaRejected",
    "MediaSkipped",
    "MediaTooLarge",
    "NotAllowed",
    "QuotaPending",
    "QuotaReached",
    "ReplyMissing",
    "RequestError",
    "SchemaTooNew",
    "SettingsRejected",
    "SourceBlocked",
    "SourceError",
    "SourceGone",
    "SourceUnreachable",
    "StaleCommand",
    "StaleWrite",
    "StoreBroken",
    "StoreClosed",
    "StoreError",
    "StoreFull",
    "StoreInUse",
    "StoreReadOnly",
    "UnderWay",
    "UnsupportedMedia",
    "UploadNotFound",
]
