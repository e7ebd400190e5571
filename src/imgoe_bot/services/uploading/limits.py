"""What an upload keeps within, for everybody who has a say in it: operator, server, image host."""

from dataclasses import dataclass

from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.quotas import QuotaService


@dataclass(frozen=True, slots=True)
class FileLimits:
    """How large a file may be: so many bytes at most, as the operator says."""

    max_bytes: int


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
