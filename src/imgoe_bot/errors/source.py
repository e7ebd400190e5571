"""The bytes could not be read from where people posted them."""

from imgoe_bot.errors.base import ImgoeError


class SourceError(ImgoeError):
    """The bytes could not be read from where they are."""


class SourceGone(SourceError):
    """The source was deleted or its link expired for good.

    Attributes:
        site: whose address a person typed; None when it was a file, or Discord's.
    """

    def __init__(self, *, site: str | None = None) -> None:
        super().__init__(site=site)
        self.site = site


class SourceBlocked(SourceError):
    """The source's address is one we do not connect to.

    Attributes:
        reason: ``private-address``, ``scheme``, ``redirect``, ``compressed``, ``not-an-address``,
            ``not-discord`` or ``other-host``; of a file ``permission`` or ``not-a-file``.
    """

    def __init__(self, *, reason: str) -> None:
        super().__init__(reason=reason)
        self.reason = reason


class SourceUnreachable(SourceError):
    """The source did not answer, or broke off.

    Attributes:
        status: the HTTP status, None when there was no answer.
        site: whose address a person typed; None when Discord was asked.
        reason: ``unknown-name`` when no site of that name was found; None for anything else.
    """

    retryable = True

    def __init__(
        self, *, status: int | None = None, site: str | None = None, reason: str | None = None
    ) -> None:
        super().__init__(status=status, site=site, reason=reason)
        self.status = status
        self.site = site
        self.reason = reason
