"""Who sends an upload, as far as that is known while it arrives, and what they may send by that."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from imgoe_bot.hostserver.access.authentication import Authenticator
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.records import Account
from imgoe_bot.hostserver.options import GuestRules


@dataclass(slots=True)
class Sender:
    """Whom an upload request comes from.

    A key in the header is counted before the body is read; anybody else when their file begins, so
    who sends too much or too often is told so early. A key may still come in the form.

    Attributes:
        owner: whose key or session it is; None for a guest, or for who has shown no key yet.
        is_named_by_header: whether a header named the owner, so that no parameter can.
    """

    authenticator: Authenticator
    request: web.Request
    owner: Account | None
    is_named_by_header: bool
    _give_back: Callable[[], None] | None = field(default=None)

    @classmethod
    async def identify(cls, authenticator: Authenticator, request: web.Request) -> Self:
        """Return the sender of a request, as far as its head tells.

        Raises:
            Fault: a wrong key in its header, or too many uploads of its address or that key.
        """
        account = await authenticator.find_by_header(request)
        authenticator.count_address(request)
        if account is None:
            account = await authenticator.find_without_header(request)
            return cls(authenticator, request, account, is_named_by_header=False)
        sender = cls(authenticator, request, account, is_named_by_header=True)
        sender.count_upload()
        return sender

    @property
    def _guests(self) -> GuestRules | None:
        return self.authenticator.options.guests

    @property
    def limit_bytes(self) -> int:
        """The largest file that may come as things stand."""
        options = self.authenticator.options
        if self.owner is not None:
            return options.body_limit_bytes
        if self._guests is None:
            return min(options.keyless_limit_bytes, options.body_limit_bytes)
        return min(self._guests.body_limit_bytes, options.body_limit_bytes)

    def too_large(self) -> Fault:
        """Return the refusal of more than ``limit_bytes``."""
        if self.owner is None and self._guests is None:
            detail = "API key is missing: send it in the X-API-Key header, or before a large file"
            return Fault(Reason.NO_KEY, detail)
        return Fault(Reason.TOO_LARGE)

    def count_upload(self) -> None:
        """Count the upload, once, for its key or its guest.

        Raises:
            Fault: over the limit.
        """
        is_known = self.owner is not None or self._guests is not None
        if self._give_back is None and is_known:
            self._give_back = self.authenticator.count_uploader(self.request, self.owner)

    async def learn_key(self, key: str) -> None:
        """Take note of a key in the form.

        Raises:
            Fault: it is nobody's, or over its limit.
        """
        if self.is_named_by_header:
            return
        self.owner = await self.authenticator.get_by_key(key)
        if self._give_back is not None:
            self._give_back()
            self._give_back = None
            self.count_upload()

    def confirm(self) -> Account | None:
        """Return who uploads, now that all has arrived; None is a guest, where guests are let in.

        Raises:
            Fault: no key where one is needed, or over the limit.
        """
        if self.owner is None and self._guests is None:
            raise Fault(Reason.NO_KEY)
        self.count_upload()
        return self.owner
