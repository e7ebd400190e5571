"""A whole Discord on one loopback port: REST, gateway, CDN and the chat page."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from aiohttp import web

from imgoe_bot.discordsim.actions.guilds import add_guild
from imgoe_bot.discordsim.actions.messages import unfurl
from imgoe_bot.discordsim.cdn.files import Cdn
from imgoe_bot.discordsim.cdn.previews import Previews
from imgoe_bot.discordsim.controls.faults import Faults
from imgoe_bot.discordsim.controls.guilds import GuildHandle
from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.gateway.gateway import Gateway
from imgoe_bot.discordsim.interactions.responses import Interactions
from imgoe_bot.discordsim.page.person_view import Subscription, snapshot
from imgoe_bot.discordsim.page.routes import routes
from imgoe_bot.discordsim.serving.applications import (
    MAX_BODY_BYTES,
    api_app,
    api_routes,
    cdn_app,
    gatekeeper,
)
from imgoe_bot.discordsim.serving.options import SimOptions
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.signed_links import LinkSigner
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.waiting import until
from imgoe_bot.discordsim.state.world import World, new_world
from imgoe_bot.discordsim.untyped_json import Json, Payload


class UnknownRoutes(AssertionError):
    """The bot asked for routes that this Discord does not have.

    Attributes:
        calls: what it asked for, as ``METHOD /path``.
    """

    def __init__(self, calls: list[str]) -> None:
        super().__init__(f"discordsim has no route for: {', '.join(calls)}")
        self.calls = calls


class DiscordSim:
    """A Discord that runs while its ``async with`` block does.

    Attributes:
        options: how it behaves.
        world: its state, for what no method here offers.
        faults: what to let go wrong.
        interactions: the open interactions.
    """

    def __init__(self, options: SimOptions | None = None) -> None:
        self.options = options or SimOptions()
        clock = self.options.clock
        self.world: World = new_world(
            clock=clock,
            links=LinkSigner(clock, life_s=self.options.link_life_s),
            bot_name=self.options.bot_name,
            bot_token=self.options.bot_token,
        )
        self.interactions = Interactions(self.world, ack_s=self.options.interaction_ack_s)
        self._gateway = Gateway(
            self.world, heartbeat_interval_ms=self.options.heartbeat_interval_ms
        )
        self.faults = Faults(self.world, self._gateway)
        self._gatekeeper = gatekeeper(self.world, self.faults, self.options)
        self._previews = Previews(self.world)
        self._people: dict[int, Person] = {}
        self._runner: web.AppRunner | None = None
        self._port = self.options.port

    async def __aenter__(self) -> Self:
        """Listen; afterwards the addresses are known."""
        self._runner = web.AppRunner(
            self._app(), access_log=None, shutdown_timeout=1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, self.options.bind, self.options.port)
        await site.start()
        self._port = int(self._runner.addresses[0][1])
        self.world.links.base_url = self.cdn_url
        self._gateway.url = self.gateway_url
        self._previews.open()
        if self.options.fetch_previews:
            self._previews.watch()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop listening; raises UnknownRoutes when strict, unless another error is on its way."""
        await self._previews.close()
        await self._gateway.drop(resumable=False, code=1001)
        if self._runner is not None:
            await self._runner.cleanup()
        if not self.options.strict or error is not None:
            return
        if self._gatekeeper.crashes:
            raise ExceptionGroup("discordsim failed inside", self._gatekeeper.crashes)
        if self.unknown_calls:
            raise UnknownRoutes(self.unknown_calls)

    def _app(self) -> web.Application:
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_subapp("/api/v10", api_app(self._api_routes(), self._gatekeeper))
        app.add_subapp(
            "/cdn", cdn_app(Cdn(self.world, fetch=self._previews.fetch), self._gatekeeper)
        )
        app.router.add_get("/gateway", self._gateway.handle)
        app.router.add_get("/gateway/", self._gateway.handle)
        app.add_routes(routes(self))
        return app

    def _api_routes(self) -> list[web.AbstractRouteDef]:
        return api_routes(
            self.world,
            self.interactions,
            gateway_url=lambda: self.gateway_url,
            shards=self.options.shards,
        )

    @property
    def url(self) -> str:
        """The chat page's address."""
        return f"http://{self.options.bind}:{self._port}"

    @property
    def api_url(self) -> str:
        """REST's base address."""
        return f"{self.url}/api/v10"

    @property
    def gateway_url(self) -> str:
        """The gateway's address."""
        return f"ws://{self.options.bind}:{self._port}/gateway"

    @property
    def cdn_url(self) -> str:
        """The CDN's base address."""
        return f"{self.url}/cdn"

    @property
    def bot_token(self) -> str:
        """What the bot must log in with."""
        return self.world.bot_token

    @property
    def bot_user(self) -> User:
        """The bot's account."""
        return self.world.bot

    @property
    def application_id(self) -> int:
        """The application's id, which is the bot's too."""
        return self.world.bot.id

    @property
    def unknown_calls(self) -> list[str]:
        """Requests that no route answered, as ``METHOD /path``."""
        return self._gatekeeper.unknown

    @property
    def calls(self) -> list[str]:
        """Every REST request so far, in order, as ``METHOD /path``, tokens left out."""
        return self._gatekeeper.calls

    @property
    def refusals(self) -> list[str]:
        """Requests answered 401, 403 or 429 so far, as ``STATUS METHOD /path``."""
        return self._gatekeeper.refusals

    @property
    def people(self) -> Mapping[int, Person]:
        """Everybody added so far, by id."""
        return self._people

    def add_person(
        self,
        name: str,
        *,
        display_name: str | None = None,
        locale: str = "en-US",
        bot: bool = False,
    ) -> Person:
        """Add somebody; the person is in no guild yet.

        Args:
            name: the account's name.
            display_name: what others read, None for the name.
            locale: the client's language.
            bot: whether it is another bot, which posts but uses no commands.
        """
        user = User(self.world.ids.next(), name, display_name or name, bot=bot, locale=locale)
        self.world.users[user.id] = user
        person = Person(self.world, self.interactions, user)
        self._people[user.id] = person
        return person

    def add_guild(
        self, name: str, *, owner: Person, bot: bool = True, locale: str = "en-US"
    ) -> GuildHandle:
        """Add a guild with its owner in it, and the bot unless ``bot`` is False.

        Args:
            name: its name.
            owner: who may do everything in it.
            bot: whether the bot is invited at once.
            locale: the guild's language.
        """
        guild = GuildHandle(self.world, add_guild(self.world, name, owner.user))
        guild.state.locale = locale
        if bot:
            guild.add_bot()
        return guild

    def unfurl(self, message: Message, embeds: Sequence[Json]) -> None:
        """Add embeds to a message as Discord does for its links: an update without an edit."""
        unfurl(self.world, message, embeds)

    async def bot_ready(
        self, *, timeout_s: float = 10.0, commands: bool = False, shards: int | None = None
    ) -> None:
        """Wait until the bot is connected, and has registered commands when asked.

        Args:
            timeout_s: how long.
            commands: whether commands are waited for.
            shards: how many shards are waited for; None: all that the bot announced.

        Raises:
            TimeoutError: it has not.
        """

        def ready() -> bool:
            connected = self._gateway.is_connected(shards)
            return connected and (not commands or bool(self.world.commands))

        if not await until(self.world, ready, timeout_s=timeout_s):
            raise TimeoutError(f"the bot was not ready within {timeout_s} s")

    def subscribe(self, person: Person) -> Subscription:
        """Return all that a person may see from now on, as ``{"t": name, "d": data}``."""
        return Subscription(self.world, person)

    def snapshot(self, person: Person) -> Payload:
        """Return everything a person's client shows at its start."""
        return snapshot(self.world, person)
