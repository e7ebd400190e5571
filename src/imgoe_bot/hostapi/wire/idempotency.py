"""What a host tells of an ``Idempotency-Key``: whether, and what, it has stored under it."""

from dataclasses import dataclass
from enum import StrEnum

from imgoe_bot.errors import HostBroken, HostBusy, KeyRejected
from imgoe_bot.hostapi.wire.facts import Sent
from imgoe_bot.hostapi.wire.reply import UploadReply
from imgoe_bot.hostapi.wire.responses import Response, refused, speaks_api, stored


class KeyState(StrEnum):
    """What became of the request under a key.

    UNKNOWN is the answer of hosts that don't know the header; nobody can tell there.
    """

    STORED = "stored"
    NOT_STORED = "not-stored"
    UNDER_WAY = "under-way"
    DELETED = "deleted"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Lookup:
    """What a host has under a key.

    Attributes:
        reply: the answer to the first request, delete link and all; None unless it is STORED.
    """

    state: KeyState
    reply: UploadReply | None = None


CANT_TELL = Lookup(KeyState.UNKNOWN)
_BY_STATUS = {404: KeyState.NOT_STORED, 409: KeyState.UNDER_WAY, 410: KeyState.DELETED}


def parse_lookup(response: Response, *, sent: Sent) -> Lookup | None:
    """Read the response to a look under a key; None: it is no answer of any host of the API.

    Only an answer that echoes the key counts: any host, and any proxy, may say 404.

    Raises:
        ImgoeError: the host is busy or broken, or rejects the API key.

    Source: docs/host-api.md.
    """
    if response.echoes(sent.idempotency_key):
        return _known(response, sent)
    error = refused(response, sent=sent)
    if response.status == 429 or response.status >= 500:
        raise error
    if not speaks_api(response):
        return None
    if isinstance(error, KeyRejected | HostBroken | HostBusy):
        raise error
    return CANT_TELL


def parse_empty(response: Response, *, sent: Sent) -> None:
    """Check that a host of the API answered.

    Raises:
        ImgoeError: something else did, so that what it says is no word of the host.
    """
    if not speaks_api(response):
        raise refused(response, sent=sent)


def _known(response: Response, sent: Sent) -> Lookup:
    if response.status in _BY_STATUS:
        return Lookup(_BY_STATUS[response.status])
    reply = stored(response, reply_format="json", sent=sent)
    if reply is None:
        raise refused(response, sent=sent)
    return Lookup(KeyState.STORED, reply)
