"""``Idempotency-Key``: read from requests, echoed by answers, and looked up."""

import re
from dataclasses import dataclass

from aiohttp import web

from imgoe_bot.hostserver.access.authentication import Authenticator
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.reply import uploaded
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.problems import problem_response
from imgoe_bot.hostserver.uploads.keyed_uploads import KeyedUploads

HEADER = "Idempotency-Key"

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def find_key(request: web.Request) -> str | None:
    """Return the key of a request, None without one.

    Raises:
        Fault: it is none, or there are two.
    """
    keys = request.headers.getall(HEADER, [])
    if not keys:
        return None
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise Fault(Reason.BAD_IDEMPOTENCY_KEY)
    return keys[0]


@dataclass(frozen=True, slots=True)
class IdempotencyApi:
    """Tells what became of a request; faults are problem details.

    Every answer about a key echoes it, so that nobody takes the word of a proxy, or of a host that
    has no such call, for ours.
    """

    authenticator: Authenticator
    keyed_uploads: KeyedUploads
    addresses: Addresses

    async def look_up(self, request: web.Request) -> web.Response:
        """Answer the first answer to the request of the caller that had this key."""
        account = await self.authenticator.require(request)
        key = find_key(request)
        if key is None:
            raise Fault(Reason.BAD_IDEMPOTENCY_KEY)
        try:
            upload = await self.keyed_uploads.find(account, key)
            answer = web.json_response(uploaded(upload, self.addresses))
        except Fault as fault:
            answer = problem_response(fault)
        answer.headers[HEADER] = key
        return answer
