"""What is known about a person, and what they said about it."""

from dataclasses import dataclass
from datetime import datetime

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.quota import QuotaUse


@dataclass(frozen=True, slots=True)
class Holdings:
    """What is kept of one person, in every server.

    Attributes:
        files: copies that exist.
        hosts: the base addresses of where they are.
        erasing: posts that are being erased.
        dms_closed_until: until when the person is sent no direct messages; None: they are open.
    """

    files: int = 0
    size_bytes: int = 0
    hosts: tuple[str, ...] = ()
    erasing: int = 0
    dms_closed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Overview:
    """What a person is shown about themselves.

    Attributes:
        host_url: where the server they ask in uploads to; None in direct messages.
        choice: what holds for them there, or everywhere; None when they said nothing.
        spent: how far the quotas there are used up.
    """

    holdings: Holdings
    host_url: str | None = None
    choice: PersonChoice | None = None
    spent: tuple[QuotaUse, ...] = ()
