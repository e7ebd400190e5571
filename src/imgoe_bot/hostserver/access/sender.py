"""Who sends an upload, as far as that is known while it arrives, and what they may send by that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from imgoe_bot.hostserver.access.authorization import Gate
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.records import Account
from imgoe_bot.hostserver.options import GuestRules


@dataclass(slots=True)
class Visit:
    """One upload request at the gate.

    A key in the header is counted before the body is read; anybody else when their file begins, so
    who sends too much or too often is told so early. A key may still come in the form.

    Attributes:
        owner: whose key or session it is; None for a guest, or for who has shown no key yet.
        is_decided: whether a header named the owner, so that no parameter can.
    """

    gate: Gate
    request: web.Request
    owner: Account | None
    is_decided: bool
    _give_back: Callable[[], None] | None = field(default=None)

    @classmethod
    async def begin(cls, gate: Gate, request: web.Request) -> Self:
        """Let a request in.

        Raises:
            Fault: a wrong key in its header, or too many uploads of its address or that key.
        """
        by_header = await gate.by_header(request)
        gate.count_address(request)
        if by_header is None:
            return cls(gate, request, await gate.guess(request), is_decided=False)
        visit = cls(gate, request, by_header, is_decided=True)
        visit.count()
        return visit

    @property
    def _guests(self) -> GuestRules | None:
        return self.gate.options.guests

    @property
    def limit_bytes(self) -> int:
        """The largest file that may come as things stand."""
        options = self.gate.options
        if self.owner is not None:
            return options.body_limit_bytes
        if self._guests is None:
            return min(options.keyless_limit_bytes, options.body_limit_bytes)
        return min(self._guests.body_limit_bytes, options.body_limit_bytes)

    def too_much(self) -> Fault:
        """Return the refusal of more than ``limit_bytes``."""
        if self.owner is None and self._guests is None:
            detail = "API key is missing: send it in the X-API-Key header, or before a large file"
            return Fault(Reason.NO_KEY, detail)
        return Fault(Reason.TOO_LARGE)

    def count(self) -> None:
        """Count the upload, once, for its key or its guest.

        Raises:
            Fault: over the limit.
        """
        is_known = self.owner is not None or self._guests is not None
        if self._give_back is None and is_known:
            self._give_back = self.gate.count_uploader(self.request, self.owner)

    async def learn_key(self, key: str) -> None:
        """Take note of a key in the form.

        Raises:
            Fault: it is nobody's, or over its limit.
        """
        if self.is_decided:
            return
        self.owner = await self.gate.by_key(key)
        if self._give_back is not None:
            self._give_back()
            self._give_back = None
            self.count()

    def settle(self) -> Account | None:
        """Return who uploads, now that all has arrived; None is a guest, where guests are let in.

        Raises:
            Fault: no key where one is needed, or over the limit.
        """
        if self.owner is None and self._guests is None:
            raise Fault(Reason.NO_KEY)
        self.count()
        return self.owner
