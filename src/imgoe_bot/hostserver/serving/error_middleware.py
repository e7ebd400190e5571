"""The outermost layer of every request: no inner error reaches a client with its text."""

import logging
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from imgoe_bot.hostserver.access.sessions import Session
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.pages.html import Renderer
from imgoe_bot.hostserver.problems import problem_response

AS_DECLARED = {"X-Content-Type-Options": "nosniff"}  # browsers must not guess another type
LOG = logging.getLogger(__name__)


def _route_name(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return "unknown" if resource is None else resource.canonical


def _wants_page(request: web.Request) -> bool:
    """Answer whether a browser shows the answer as a page."""
    is_api = request.path.startswith(("/api/", "/images/", "/oembed"))
    return not is_api and "text/html" in request.headers.get("Accept", "")


@dataclass(frozen=True, slots=True)
class ErrorMiddleware:
    """Answers faults as pages to people and as problems to programs, and errors as a bare 500."""

    renderer: Renderer

    async def _refuse(self, request: web.Request, fault: Fault) -> web.Response:
        if not _wants_page(request):
            return problem_response(fault)
        unknown = fault.reason is Reason.NOT_FOUND and fault.detail is None
        template = "not_found.html" if unknown else "refused.html"
        facts, status = {"message": fault.message}, fault.kind.status
        session = await self._session(request)
        return self.renderer.page_for(session, template, facts, status=status)

    async def _session(self, request: web.Request) -> Session | None:
        """Return who is signed in; without the index a refusal is shown as to a stranger."""
        try:
            return await self.renderer.sessions.find(request)
        except Fault:
            return None

    async def answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Run a handler.

        The log names the route's pattern, never the address: that may hold a delete token.
        """
        try:
            response = await self._answer(request, handler)
        except web.HTTPException as error:
            error.headers.update(AS_DECLARED)
            raise
        if not response.prepared:
            response.headers.update(AS_DECLARED)
        return response

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return await self._refuse(request, Fault(Reason.NOT_FOUND))
        except web.HTTPMethodNotAllowed as error:
            refusal = await self._refuse(request, Fault(Reason.WRONG_METHOD))
            refusal.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
            return refusal
        except web.HTTPException:
            raise
        except ConnectionError:
            LOG.info("%s %s: the client broke off", request.method, _route_name(request))
            return web.Response(status=400)  # nobody reads it
        except Fault as fault:
            return await self._refuse(request, fault)
        except Exception:
            LOG.exception("%s %s failed", request.method, _route_name(request))
            return web.json_response({"status": 500, "title": "Internal Server Error"}, status=500)

    def middleware(self) -> Middleware:
        """Return it in the form aiohttp takes."""

        @web.middleware
        async def run(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self.answer(request, handler)

        return run
