"""Hashing bytes as they pass."""

import hashlib
from collections.abc import AsyncIterator


class HashingReader:
    """Passes chunks on and knows the SHA-256 of what has passed."""

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._hash = hashlib.sha256()

    async def chunks(self) -> AsyncIterator[bytes]:
        """Yield the source's chunks unchanged."""
        async for chunk in self._source:
            self._hash.update(chunk)
            yield chunk

    @property
    def sha256(self) -> str:
        """Hex digest of everything that has passed so far."""
        return self._hash.hexdigest()
