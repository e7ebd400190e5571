"""How far quotas are used up, in words."""

from collections.abc import Sequence

from imgoe_bot.domain.quota import QuotaUnit, QuotaUse
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.translate import Words


def lines(quotas: Sequence[QuotaUse], words: Words) -> list[str]:
    """Return a sentence a quota, about the reader and about their server."""
    return [_line(each, words) for each in quotas]


def small_lines(quotas: Sequence[QuotaUse], words: Words) -> list[str]:
    """Return the same as remarks below something else."""
    return [f"-# {line}" for line in lines(quotas, words)]


def _line(each: QuotaUse, words: Words) -> str:
    used, limit = (
        (fmt.size(each.used, words), fmt.size(each.limit, words))
        if each.unit is QuotaUnit.BYTES
        else (str(each.used), str(each.limit))
    )
    return words(f"quota.{each.whose}_{each.unit}", used=used, limit=limit)
