"""Secrets at rest: AES-256-GCM, each bound to the row it belongs to."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from imgoe_bot.errors import ConfigError

NONCE_BYTES = 12


class Vault:
    """Seals and opens secrets with the process's secret key."""

    def __init__(self, secret_key: bytes) -> None:
        """Take the key.

        Args:
            secret_key: 32 bytes.
        """
        self._cipher = AESGCM(secret_key)

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secret: str, *, bound_to: str) -> bytes:
        """Encrypt a secret so that it opens only with the same ``bound_to``.

        Args:
            secret: the text to hide.
            bound_to: names the row, e.g. guild and host; a sealed value copied elsewhere is dead.

        Returns:
            Nonce (12 bytes), ciphertext and tag (16 bytes).
        """
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), bound_to.encode())

    def open(self, sealed: bytes, *, bound_to: str) -> str:
        """Decrypt what ``seal`` made.

        Raises:
            ConfigError: the secret key is not the one it was sealed with, or the row was changed.
        """
        nonce, ciphertext = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            return self._cipher.decrypt(nonce, ciphertext, bound_to.encode()).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: too short to hold a nonce
            raise ConfigError(
                "IMGOE_SECRET_KEY",
                "does not open what is stored; start with the key it was stored with, "
                "or set the server's key again with /settings key",
            ) from error
