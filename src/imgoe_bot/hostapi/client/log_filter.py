"""Keeps secret addresses out of httpx's own log, which writes down every address it calls."""

import logging
from collections.abc import Generator
from contextlib import contextmanager


class _SecretFilter(logging.Filter):
    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        return not any(secret in record.getMessage() for secret in self._secrets)


@contextmanager
def unlogged(*secrets: str) -> Generator[None]:
    """Drop httpx's log lines that hold one of the secrets, for as long as the block runs."""
    logger, secret_filter = logging.getLogger("httpx"), _SecretFilter(tuple(filter(None, secrets)))
    logger.addFilter(secret_filter)
    try:
        yield
    finally:
        logger.removeFilter(secret_filter)
