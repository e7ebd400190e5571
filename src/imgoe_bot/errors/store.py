"""The bot's own database did not do what was asked."""

from imgoe_bot.errors.base import ImgoeError


class StoreError(ImgoeError):
    """The bot's own database did not do what was asked: it is away, locked, full or read-only."""

    retryable = True


class StaleWrite(StoreError):
    """Somebody else changed the row meanwhile; read again and repeat."""

    retryable = False


class StoreClosed(StoreError):
    """The process is about to end, and has closed its database."""

    retryable = False


class SchemaTooNew(StoreError):
    """The database was written by a newer version of imgoe_bot.

    Attributes:
        found: the database's revision.
    """

    retryable = False

    def __init__(self, *, found: str) -> None:
        super().__init__(found=found)
        self.found = found
