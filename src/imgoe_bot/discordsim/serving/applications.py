"""The aiohttp applications of REST and CDN, and what stands before their routes."""

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web
from aiohttp.typedefs import Middleware

from imgoe_bot.discordsim.cdn.files import Cdn
from imgoe_bot.discordsim.controls.faults import Faults
from imgoe_bot.discordsim.interactions.responses import Interactions
from imgoe_bot.discordsim.rest.application import ApplicationRoutes
from imgoe_bot.discordsim.rest.channels import ChannelRoutes
from imgoe_bot.discordsim.rest.guilds import GuildRoutes
from imgoe_bot.discordsim.rest.http import Handler
from imgoe_bot.discordsim.rest.interactions import InteractionRoutes
from imgoe_bot.discordsim.rest.messages import MessageRoutes
from imgoe_bot.discordsim.rest.middleware import Gatekeeper, RateLimits
from imgoe_bot.discordsim.rest.roles import RoleRoutes
from imgoe_bot.discordsim.rest.search import SearchRoutes
from imgoe_bot.discordsim.rest.threads import ThreadRoutes
from imgoe_bot.discordsim.serving.options import SimOptions
from imgoe_bot.discordsim.state.world import World

MAX_BODY_BYTES = 128 * 1024 * 1024


def gatekeeper(world: World, faults: Faults, options: SimOptions) -> Gatekeeper:
    """Return what stands before the routes, with the rate limits of the options."""
    return Gatekeeper(
        world,
        faults,
        posting=RateLimits(options.message_limit, options.message_window_s),
        limits=RateLimits(options.rate_limit, options.rate_window_s),
        everywhere=RateLimits(options.global_limit, 1.0),
    )


def api_routes(
    world: World, interactions: Interactions, *, gateway_url: Callable[[], str], shards: int
) -> list[web.AbstractRouteDef]:
    """Return all routes of REST.

    Args:
        world: the Discord they speak of.
        interactions: the open interactions.
        gateway_url: where the gateway is, once the port is known.
        shards: how many shards the gateway recommends.
    """
    return [
        *ApplicationRoutes(world, gateway_url=gateway_url, shards=shards).routes(),
        *InteractionRoutes(world, interactions).routes(),
        *MessageRoutes(world).routes(),
        *ThreadRoutes(world).routes(),
        *ChannelRoutes(world).routes(),
        *RoleRoutes(world).routes(),
        *SearchRoutes(world).routes(),
        *GuildRoutes(world).routes(),
    ]


def api_app(routes: Iterable[web.AbstractRouteDef], gate: Gatekeeper) -> web.Application:
    """Return REST, to be mounted under ``/api/v10``; an unknown route is remembered."""
    api = web.Application(middlewares=[_middleware(gate.guard)], client_max_size=MAX_BODY_BYTES)
    api.add_routes(routes)
    api.router.add_route("*", "/{anything:.*}", gate.refuse_unknown)
    return api


def cdn_app(cdn: Cdn, gate: Gatekeeper) -> web.Application:
    """Return the CDN, to be mounted under ``/cdn``."""
    app = web.Application(middlewares=[_middleware(gate.watch)])
    app.add_routes(cdn.routes())
    return app


def _middleware(
    serve: Callable[[web.Request, Handler], Awaitable[web.StreamResponse]],
) -> Middleware:
    """Return a method as aiohttp takes it: it marks middlewares, which methods can't be."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await serve(request, handler)

    return middleware
