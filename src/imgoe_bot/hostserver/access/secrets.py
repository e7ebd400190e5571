"""Secrets of the host: the server's own, API keys and delete tokens.

Keys are kept as a keyed hash: fast, because they carry 256 random bits, and worthless to whoever
reads the index without the server's secret. Delete tokens aren't kept at all: they are derived.
"""

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

KEY_PREFIX = "chv_"
SECRET_BYTES = 32
DELETE_TOKEN_HEX = 48


def _create_secret(path: Path) -> None:
    """Write a new secret at once and completely, whoever else tries the same."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(SECRET_BYTES))
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(temporary, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(temporary)


def load_secret(path: Path) -> bytes:
    """Return the server's secret, created with mode 0600 when the file is absent."""
    if not path.exists():
        _create_secret(path)
    return path.read_bytes()


def new_key() -> str:
    """Return a fresh API key with 256 random bits."""
    return KEY_PREFIX + secrets.token_hex(32)


class Signer:
    """Signs with the server's secret, and derives from it what may be stored or handed out."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def _mac(self, purpose: str, text: str) -> bytes:
        message = f"{purpose}\0{text}".encode("utf-8", "surrogateescape")
        return hmac.digest(self._secret, message, hashlib.sha256)

    def key_digest(self, key: str) -> str:
        """Return the form in which an API key is stored and looked up."""
        return self._mac("key", key).hex()

    def idempotency_digest(self, key: str) -> str:
        """Return the form in which an Idempotency-Key is stored and looked up."""
        return self._mac("idempotency", key).hex()

    def delete_token(self, public_id: str) -> str:
        """Return the 48 hex digits that delete the upload of this id."""
        return self._mac("delete", public_id).hex()[:DELETE_TOKEN_HEX]

    def is_delete_token(self, token: str, *, public_id: str) -> bool:
        """Answer whether ``token`` deletes this upload, in constant time."""
        return hmac.compare_digest(
            token.encode("utf-8", "surrogateescape"), self.delete_token(public_id).encode()
        )

    def sign(self, purpose: str, text: str) -> str:
        """Return a URL-safe signature of ``text``, valid for one purpose only."""
        return base64.urlsafe_b64encode(self._mac(purpose, text)[:24]).decode()
