"""What people of a mirrored place were told, and when they are to be told anew: pure."""

from dataclasses import dataclass
from typing import Self

from imgoe_bot.domain.options import Consent


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notice says: on whose word posts are copied, and where to."""

    consent: Consent
    host_url: str

    def __str__(self) -> str:
        """Return it as a note keeps it."""
        return f"{self.consent.value} {self.host_url}"

    @classmethod
    def read(cls, note: str) -> Self:
        """Return what a note keeps.

        Raises:
            ValueError: it was written by another version.
        """
        consent, _, host_url = note.partition(" ")
        return cls(Consent(consent), host_url)


def is_due(told: Notice | None, now: Notice) -> bool:
    """Tell whether a new notice is due.

    Copies go to somebody else, or are made without being asked for: both concern who was not asked.

    Args:
        told: what the last notice said; None when there was none.
        now: what one would say.
    """
    if told is None or told.host_url != now.host_url:
        return True
    return now.consent is Consent.ANNOUNCE and told.consent is not Consent.ANNOUNCE
