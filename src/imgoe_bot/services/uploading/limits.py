"""What an upload keeps within, for everybody who has a say in it: operator, server, image host."""

from dataclasses import dataclass

from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.quotas import QuotaService


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How large a file may be, and how long one is waited for while a person waits.

    Attributes:
        max_bytes: the largest file that the operator allows.
        source_waits_s: before each new try to read a file that Discord does not hand over.
    """

    max_bytes: int
    source_waits_s: tuple[float, ...] = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """Every limit of an upload.

    Attributes:
        file: what the operator allows a file.
        quotas: what the server allows a day.
        budgets: what the image host takes before it calls it a flood.
    """

    file: FileLimits
    quotas: QuotaService
    budgets: HostBudgets
