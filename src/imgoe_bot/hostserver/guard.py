"""The outermost layer of every request: no inner error reaches a client with its text."""

import logging

from aiohttp import web
from aiohttp.typedefs import Handler

from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.problems import problem

LOG = logging.getLogger(__name__)


def _route_name(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer faults as problems and unforeseen errors as a bare 500.

    The log names the route's pattern, never the address: that may hold a delete token.
    """
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except Fault as fault:
        return problem(fault)
    except ConnectionError:
        raise
    except Exception:
        LOG.exception("%s %s failed", request.method, _route_name(request))
        return web.json_response({"status": 500, "title": "Internal Server Error"}, status=500)
