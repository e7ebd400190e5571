"""A typed async client of the Chevereto upload API V1.1, usable alone.

``HostClient`` uploads, deletes and looks; ``UploadRequest`` says what, ``UploadReply`` what became
of it. Errors are those of ``imgoe_bot.errors``.
"""

from imgoe_bot.hostapi.client.answer_wait import UNKNOWN_BYTES, answer_wait_s
from imgoe_bot.hostapi.client.client import HostClient
from imgoe_bot.hostapi.client.transport import open_http
from imgoe_bot.hostapi.duration import check_duration, format_duration, parse_duration
from imgoe_bot.hostapi.models import (
    Base64Source,
    BytesSource,
    DeleteLink,
    FileSource,
    Source,
    StreamSource,
    UploadRequest,
    UrlSource,
)
from imgoe_bot.hostapi.probing.probe import HostAbilities
from imgoe_bot.hostapi.sniffing import extension_of, sniff_mime
from imgoe_bot.hostapi.unique_bytes import UniqueStream, made_unique
from imgoe_bot.hostapi.wire.idempotency import KeyState, Lookup
from imgoe_bot.hostapi.wire.reply import Rendition, UploadReply
from imgoe_bot.hostapi.wire.viewer_page import Published

__all__ = [
    "UNKNOWN_BYTES",
    "Base64Source",
    "BytesSource",
    "DeleteLink",
    "FileSource",
    "HostAbilities",
    "HostClient",
    "KeyState",
    "Lookup",
    "Published",
    "Rendition",
    "Source",
    "StreamSource",
    "UniqueStream",
    "UploadReply",
    "UploadRequest",
    "UrlSource",
    "answer_wait_s",
    "check_duration",
    "extension_of",
    "format_duration",
    "made_unique",
    "open_http",
    "parse_duration",
    "sniff_mime",
]
