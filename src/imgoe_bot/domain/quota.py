"""What a person, and a whole server, may upload a day: what is used up, and whether it bites."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from imgoe_bot.domain.options import Options

WINDOW = timedelta(hours=24)
"""A day is the last 24 hours, whenever one looks."""

NEAR = 0.8
"""From which part of a quota on people are told."""


class Whose(StrEnum):
    """Whom a quota is about."""

    PERSON = "person"
    GUILD = "guild"


class Unit(StrEnum):
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
class Spent:
    """How far one quota is used up.

    Attributes:
        under_way: uploads that began earlier and may yet use it up; nobody knows their size.
    """

    whose: Whose
    unit: Unit
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
        if self.unit is Unit.BYTES:
            return not self.is_reached and not self.under_way
        return self.used + self.under_way < self.limit

    @property
    def is_near(self) -> bool:
        """Whether it is time to say so."""
        return self.used >= self.limit * NEAR


def limits_of(whose: Whose, options: Options) -> dict[Unit, int]:
    """Return the quotas that are set."""
    files, size = (
        (options.person_files, options.person_bytes)
        if whose is Whose.PERSON
        else (options.guild_files, options.guild_bytes)
    )
    limits = {Unit.FILES: files, Unit.BYTES: size}
    return {unit: limit for unit, limit in limits.items() if limit is not None}


def spent(whose: Whose, options: Options, usage: Usage) -> tuple[Spent, ...]:
    """Return how far each quota that is set is used up."""
    used = {Unit.FILES: usage.files, Unit.BYTES: usage.size_bytes}
    return tuple(
        Spent(whose, unit, used[unit], limit, usage.under_way)
        for unit, limit in limits_of(whose, options).items()
    )
