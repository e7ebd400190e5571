"""Turns a source that was sent as base64 into the bytes it means, piece by piece."""

import asyncio
import binascii
from typing import BinaryIO

from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.intake.spool import Spool

PIECE_BYTES = 1024 * 1024
TOO_PADDED = b"==="  # which Python takes behind a whole group
_WHITESPACE = b" \t\r\n\x0b\x0c"


class Base64Decoder:
    """Feed it text, then ``close`` it: strict alphabet, whitespace allowed, no data URI."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_padded = False

    def feed(self, text: bytes) -> bytes:
        """Return the bytes that can be told by now.

        Raises:
            Fault: no base64.
        """
        text = self._rest + text.translate(None, _WHITESPACE)
        whole = len(text) // 4 * 4
        self._rest = text[whole:]
        return self._decode(text[:whole])

    def close(self) -> None:
        """Note that the text has ended.

        Raises:
            Fault: within a group of four.
        """
        if self._rest:
            raise Fault(Reason.BAD_BASE64)

    def _decode(self, groups: bytes) -> bytes:
        if (groups and self._is_padded) or groups.endswith(TOO_PADDED):
            raise Fault(Reason.BAD_BASE64)
        self._is_padded = self._is_padded or groups.endswith(b"=")
        try:
            return binascii.a2b_base64(groups, strict_mode=True)
        except binascii.Error as error:
            raise Fault(Reason.BAD_BASE64) from error


async def decode_base64(spool: Spool) -> None:
    """Replace the text in a spool by the bytes it means.

    Raises:
        Fault: no base64, more than the spool takes, or no room on disk.
    """
    decoder = Base64Decoder()
    async with spool.set_aside() as text:
        while piece := await asyncio.to_thread(_next, decoder, text):
            await spool.write(piece)
        decoder.close()


def _next(decoder: Base64Decoder, text: BinaryIO) -> bytes:
    """Return the bytes of some more of the text, none at its end; blocks."""
    while piece := text.read(PIECE_BYTES):
        if data := decoder.feed(piece):
            return data
    return b""
