"""REST routes of interactions: callbacks and follow-ups."""

from aiohttp import web

from imgoe_bot.discordsim.actions.messages import delete_message
from imgoe_bot.discordsim.interactions.interaction import InteractionState
from imgoe_bot.discordsim.interactions.payloads import callback_payload
from imgoe_bot.discordsim.interactions.responses import Interactions
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import no_content, path_id, read_body, reply
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload, integer, mapping


class InteractionRoutes(BotRoutes):
    """How the bot answers interactions; the token in the path is the right to."""

    def __init__(self, world: World, interactions: Interactions) -> None:
        super().__init__(world)
        self._interactions = interactions

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        hook = "/webhooks/{application_id}/{token}"
        one = hook + "/messages/{message_id}"
        return [
            web.post("/interactions/{interaction_id}/{token}/callback", self.callback),
            web.post(hook, self.follow_up),
            web.get(one, self.get),
            web.patch(one, self.edit),
            web.delete(one, self.delete),
        ]

    async def callback(self, request: web.Request) -> web.Response:
        """Take the first answer to an interaction."""
        body = await read_body(request)
        interaction_id = path_id(request, "interaction_id")
        interaction = self._interactions.by_id(interaction_id, request.match_info["token"])
        data = mapping(body.data.get("data"))
        self._interactions.acknowledge(
            interaction, integer(body.data, "type"), data, body.draft(data)
        )
        if request.query.get("with_response", "0") in {"1", "true"}:
            return reply(callback_payload(self._world, interaction))
        return no_content()

    def _interaction(self, request: web.Request) -> InteractionState:
        if path_id(request, "application_id") != self._world.bot.id:
            raise problem(10015)
        return self._interactions.by_token(request.match_info["token"])

    def _message(self, request: web.Request, interaction: InteractionState) -> Message:
        return self._interactions.message(interaction, request.match_info["message_id"])

    def _payload(self, message: Message) -> Payload:
        return message_payload(self._world, message)

    async def follow_up(self, request: web.Request) -> web.Response:
        """Send a further message."""
        body = await read_body(request)
        message = self._interactions.follow_up(self._interaction(request), body.draft())
        return reply(self._payload(message))

    async def get(self, request: web.Request) -> web.Response:
        """Return a message of this interaction."""
        return reply(self._payload(self._message(request, self._interaction(request))))

    async def edit(self, request: web.Request) -> web.Response:
        """Change a message of this interaction."""
        body = await read_body(request)
        interaction = self._interaction(request)
        message = self._message(request, interaction)
        return reply(self._payload(self._interactions.edit(interaction, message, body.draft())))

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a message of this interaction."""
        interaction = self._interaction(request)
        delete_message(self._world, interaction.channel, self._message(request, interaction))
        return no_content()
