"""What somebody asks for by a command, stored so that it is answered whatever becomes of us."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.upload_options import UploadOptions

TOKEN_LIFE = timedelta(minutes=15)
"""For how long an interaction can be answered. Source: DISCORD.md section 1, "Interactions"."""
LINKS_KEPT_FOR = timedelta(days=7)
"""How long after that the links of files that were not kept are there for another try."""


@dataclass(frozen=True, slots=True)
class FileToUpload:
    """One file that a person wants kept, and where its bytes are right now."""

    source: Source
    item: Item


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was deferred: how it is answered, and what it is about.

    Attributes:
        application_id: whose webhook the answer goes through.
        token: the interaction's.
        expires_at: when the token can no longer be used.
        user_id: who asked.
        locale: their language, by Discord's code.
        private: whether the answer is for their eyes alone.
        requested: what they asked for beside the files.
        sources: where its files are, by their position; those that ended are left out.
    """

    application_id: int
    token: str = field(repr=False)
    expires_at: datetime
    user_id: UserId
    locale: str
    requested: UploadOptions
    private: bool = False
    sources: Mapping[int, Source] = field(default_factory=dict[int, Source], repr=False)
