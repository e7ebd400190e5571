"""What fails while histories are read is tried again; the log tells of it."""

import discord
import structlog

from imgoe_bot.errors import ImgoeError

EXPECTED = (discord.HTTPException, OSError, ImgoeError)
"""What is expected to fail now and then; anything else is a bug, and tried again like these."""


def log_failure(
    log: structlog.stdlib.BoundLogger, event: str, error: Exception, **where: int
) -> None:
    """Log a failure that is tried again, without the words of strangers that it may hold."""
    words = repr(error) if isinstance(error, ImgoeError) else type(error).__name__
    log.warning(event, error=words, exc_info=not isinstance(error, EXPECTED), **where)
