"""Which addresses belong to a host, and where its redirects lead."""

from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

from imgoe_bot.errors import SettingsRejected
from imgoe_bot.hostapi.models import is_http_url


def normal_base(base_url: str) -> str:
    """Return a host's base address, scheme and name in lower case, without a final slash.

    Raises:
        SettingsRejected: it is no http(s) address, or carries a query, a fragment or a password.
    """
    parts = urlsplit(base_url) if is_http_url(base_url) else None
    if parts is None or parts.query or parts.fragment or "@" in parts.netloc:
        raise SettingsRejected(setting="host", problem="not-a-url")
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path}".rstrip("/")


def redirect_target(address: str, location: str) -> str:
    """Return where a Location leads from an address; empty when it is no address at all."""
    try:
        target = urljoin(address, location)
        urlsplit(target)
    except ValueError:
        return ""
    return target


def is_same_site(url: str, base_url: str, *, also: tuple[str, ...] = ()) -> bool:
    """Whether an address is at the host's name, above or below it, or at another allowed name.

    A host names its own delete links; one that points elsewhere would have us call a stranger.
    """
    name, own = _name(url), _name(base_url)
    if name in (own, *also) or (_is_loopback(name) and _is_loopback(own)):
        return True
    return name.endswith(f".{own}") or (own.endswith(f".{name}") and "." in name)


def _name(url: str) -> str:
    return (urlsplit(url).hostname or "").rstrip(".").lower()


def _is_loopback(name: str) -> bool:
    try:
        return name == "localhost" or ip_address(name).is_loopback
    except ValueError:
        return False
