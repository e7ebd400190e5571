"""Signed CDN links that expire, as Discord's do since 2024, and those of its proxy, which do not.

Source: https://discord.com/developers/docs/reference#signed-attachment-cdn-urls
"""

import hmac
import secrets
from collections.abc import Callable, Mapping
from hashlib import sha256
from urllib.parse import quote

_ROUND_S = 1


class LinkSigner:
    """Signs a file's path with an expiry and checks it again.

    Args:
        clock: the present, in Unix seconds.
        life_s: how long a link lives.

    Attributes:
        base_url: the CDN's address, set once the server knows its port.
    """

    def __init__(self, clock: Callable[[], float], *, life_s: float) -> None:
        self.base_url = ""
        self._clock = clock
        self._life_s = life_s
        self._secret = secrets.token_bytes(32)
        self._proxy_secret = secrets.token_bytes(32)

    def sign(self, path: str) -> str:
        """Return the full, signed address of a CDN path (unquoted, without leading slash)."""
        issued = int(self._clock())
        expires = issued + max(_ROUND_S, int(self._life_s))
        mark = self._mark(path, expires=f"{expires:x}", issued=f"{issued:x}")
        return f"{self.base_url}/{quote(path)}?ex={expires:x}&is={issued:x}&hm={mark}&"

    def valid(self, path: str, query: Mapping[str, str]) -> bool:
        """Tell whether a link's signature is ours and its time has not come."""
        expires, issued = query.get("ex", ""), query.get("is", "")
        mark = self._mark(path, expires=expires, issued=issued)
        if not hmac.compare_digest(mark.encode(), _bytes_of(query.get("hm", ""))):
            return False
        return self._clock() < int(expires, 16)

    def expire_all(self) -> None:
        """Make every link given out so far invalid; links signed from now on work."""
        self._secret = secrets.token_bytes(32)

    def proxied(self, url: str) -> str:
        """Return where the proxy serves a foreign picture; the CDN's own stay where they are.

        Source: addresses such as https://images-ext-1.discordapp.net/external/…/https/pics.test/a.png
        """
        scheme, found, rest = url.partition("://")
        if not found or url.startswith(f"{self.base_url}/"):
            return url
        return f"{self.base_url}/external/{self._proxy_mark(url)}/{scheme}/{quote(rest)}"

    def is_proxied(self, url: str, mark: str) -> bool:
        """Tell whether the proxy was ever asked to serve this picture."""
        return hmac.compare_digest(self._proxy_mark(url), mark)

    def _proxy_mark(self, url: str) -> str:
        return hmac.new(self._proxy_secret, url.encode(), sha256).hexdigest()

    def _mark(self, path: str, *, expires: str, issued: str) -> str:
        message = _bytes_of(f"{path}|{expires}|{issued}")
        return hmac.new(self._secret, message, sha256).hexdigest()


def _bytes_of(given: str) -> bytes:
    return given.encode(errors="replace")  # half a surrogate pair is no reason to fail
