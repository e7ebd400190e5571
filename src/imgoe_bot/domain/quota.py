"""What a person, and a whole server, may upload a day: what is used up, and whether it bites."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from imgoe_bot.domain.options import Options

WINDOW = timedelta(hours=24)
"""A day is the last 24 hours, whenever one looks."""

NEAR = 0.8
"""From which part of a quota on people are told."""


class QuotaSubject(StrEnum):
    """Whom a quota is about."""

    PERSON = "person"
    GUILD = "guild"


class QuotaUnit(StrEnum):
    """What a quota counts."""

    FILES = "files"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Usage:
    """What was uploaded in the window, and how many uploads are under way."""

    files: int = 0
    size_bytes: int = 0
    under_way: int = 0


@dataclass(frozen=True, slots=True)
class QuotaUse:
    """How far one quota is used up.

    Attributes:
        under_way: uploads that began earlier and may yet use it up; nobody knows their size.
    """

    whose: QuotaSubject
    unit: QuotaUnit
    used: int
    limit: int
    under_way: int = 0

    @property
    def is_reached(self) -> bool:
        """Whether nothing more is let in."""
        return self.used >= self.limit

    @property
    def is_open(self) -> bool:
        """Whether one more is let in, whatever becomes of those under way."""
        if self.unit is QuotaUnit.BYTES:
            return not self.is_reached and not self.under_way
        return self.used + self.under_way < self.limit

    @property
    def is_near(self) -> bool:
        """Whether it is time to say so."""
        return self.used >= self.limit * NEAR


def limits_of(whose: QuotaSubject, options: Options) -> dict[QuotaUnit, int]:
    """Return the quotas that are set."""
    files, size = (
        (options.person_files, options.person_bytes)
        if whose is QuotaSubject.PERSON
        else (options.guild_files, options.guild_bytes)
    )
    limits = {QuotaUnit.FILES: files, QuotaUnit.BYTES: size}
    return {unit: limit for unit, limit in limits.items() if limit is not None}


def quota_uses(whose: QuotaSubject, options: Options, usage: Usage) -> tuple[QuotaUse, ...]:
    """Return how far each quota that is set is used up."""
    used = {QuotaUnit.FILES: usage.files, QuotaUnit.BYTES: usage.size_bytes}
    return tuple(
        QuotaUse(whose, unit, used[unit], limit, usage.under_way)
        for unit, limit in limits_of(whose, options).items()
    )
