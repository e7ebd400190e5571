"""Quotas: when they bite, when one is told, and when it is not known yet."""

import pytest

from imgoe_bot.domain.options import Options
from imgoe_bot.domain.quota import QuotaSubject, QuotaUnit, QuotaUse, Usage, quota_uses


@pytest.mark.parametrize(
    ("used", "under_way", "reached", "is_open", "near"),
    [
        (0, 0, False, True, False),
        (7, 0, False, True, False),
        (8, 0, False, True, True),
        (9, 0, False, True, True),
        (9, 1, False, False, True),
        (10, 0, True, False, True),
        (0, 10, False, False, False),
    ],
)
def test_a_quota_of_ten_files(
    used: int, under_way: int, reached: bool, is_open: bool, near: bool
) -> None:
    quota = QuotaUse(QuotaSubject.PERSON, QuotaUnit.FILES, used, 10, under_way)
    assert (quota.is_reached, quota.is_open, quota.is_near) == (reached, is_open, near)


def test_nobody_knows_how_many_bytes_are_on_their_way() -> None:
    assert QuotaUse(QuotaSubject.GUILD, QuotaUnit.BYTES, 0, 10**9).is_open
    assert not QuotaUse(QuotaSubject.GUILD, QuotaUnit.BYTES, 0, 10**9, under_way=1).is_open


def test_a_quota_of_nothing_is_reached_at_once() -> None:
    assert QuotaUse(QuotaSubject.PERSON, QuotaUnit.FILES, 0, 0).is_reached


def test_only_quotas_that_are_set_are_told() -> None:
    options = Options(person_files=5, guild_bytes=100)
    usage = Usage(files=2, size_bytes=30)

    assert quota_uses(QuotaSubject.PERSON, options, usage) == (
        QuotaUse(QuotaSubject.PERSON, QuotaUnit.FILES, 2, 5),
    )
    assert quota_uses(QuotaSubject.GUILD, options, usage) == (
        QuotaUse(QuotaSubject.GUILD, QuotaUnit.BYTES, 30, 100),
    )
    assert quota_uses(QuotaSubject.GUILD, Options(), usage) == ()
