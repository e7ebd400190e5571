"""The bot's own database did not do what was asked."""

from imgoe_bot.errors.base import ImgoeError


class StoreError(ImgoeError):
    """The bot's own database did not do what was asked: it is away or locked, or see below.

    Attributes:
        where: the folder of a SQLite file, None for a server; for the operator alone.
    """

    retryable = True

    def __init__(self, *, where: str | None = None, **facts: object) -> None:
        super().__init__(where=where, **facts)
        self.where = where


class StoreFull(StoreError):
    """The disk that the database lies on is full, or the database itself."""


class StoreReadOnly(StoreError):
    """The database, its folder or its disk takes no writes."""


class StoreBroken(StoreError):
    """The disk fails under the database, or the file is damaged or no database."""


class StoreInUse(StoreError):
    """Another bot works with this SQLite file.

    Attributes:
        file: which.
    """

    retryable = False

    def __init__(self, *, file: str) -> None:
        super().__init__(file=file)
        self.file = file


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
