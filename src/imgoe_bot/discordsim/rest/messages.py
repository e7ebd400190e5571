"""REST routes of messages, reactions, pins and typing."""

from collections.abc import Iterable
from itertools import islice

from aiohttp import web

from imgoe_bot.discordsim.actions import reactions
from imgoe_bot.discordsim.actions.messages import (
    AUTHORS_ONLY,
    delete_message,
    delete_messages,
    edit_message,
    send_message,
    show_typing,
)
from imgoe_bot.discordsim.gateway.intents import shown_by_rest
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import (
    no_content,
    path_id,
    query_id,
    query_int,
    read_body,
    reply,
)
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.rules.permission_checks import check_may_write
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.untyped_json import Payload, as_int, sequence, timestamp

_PAGE = 100
_PINS = 50


class MessageRoutes(BotRoutes):
    """What the bot may ask about messages."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        messages = "/channels/{channel_id}/messages"
        one = messages + "/{message_id:\\d+}"
        return [
            web.get(messages, self.history),
            web.post(messages, self.create),
            web.post(messages + "/bulk-delete", self.delete_many),
            web.get(messages + "/pins", self.pins),
            web.put(messages + "/pins/{message_id}", self.pin),
            web.delete(messages + "/pins/{message_id}", self.unpin),
            web.get(one, self.get),
            web.patch(one, self.edit),
            web.delete(one, self.delete),
            web.post("/channels/{channel_id}/typing", self.typing),
            web.put(one + "/reactions/{emoji}/@me", self.react),
            web.delete(one + "/reactions/{emoji}/@me", self.unreact),
            web.delete(one + "/reactions/{emoji}/{user_id:\\d+}", self.unreact_other),
            web.get(one + "/reactions/{emoji}", self.reactors),
            web.delete(one + "/reactions", self.clear_reactions),
            web.delete(one + "/reactions/{emoji}", self.clear_reactions),
        ]

    def _message(self, request: web.Request, channel: Channel) -> Message:
        message = self._world.message(channel, path_id(request, "message_id"))
        if message.ephemeral:
            raise problem(10008)
        return message

    def _named(self, request: web.Request, *needed: Permission) -> tuple[Channel, Message]:
        channel = self._channel(request, *needed)
        return channel, self._message(request, channel)

    def _shown(self, message: Message) -> Payload:
        return shown_by_rest(self._world, message)

    async def history(self, request: web.Request) -> web.Response:
        """List messages, newest first."""
        channel = self._channel(request, Permission.READ_MESSAGE_HISTORY)
        limit = query_int(request, "limit", default=50, most=_PAGE)
        found = _page(channel, request, limit)
        return reply([self._shown(message) for message in found])

    async def create(self, request: web.Request) -> web.Response:
        """Send a message as the bot."""
        body = await read_body(request)
        channel = self._world.channel(path_id(request, "channel_id"))
        message = send_message(self._world, self._world.bot, channel, body.draft())
        return reply(message_payload(self._world, message))

    async def get(self, request: web.Request) -> web.Response:
        """Return one message, its links signed anew."""
        channel = self._channel(request, Permission.READ_MESSAGE_HISTORY)
        return reply(self._shown(self._message(request, channel)))

    async def edit(self, request: web.Request) -> web.Response:
        """Change one of the bot's messages, or suppress another's embeds."""
        draft = (await read_body(request)).draft()
        channel, message = self._named(request, *([Permission.ATTACH_FILES] if draft.files else []))
        if message.author is not self._world.bot:
            self._check_foreign_edit(channel, draft.given)
        edited = edit_message(self._world, channel, message, draft)
        return reply(message_payload(self._world, edited))

    def _check_foreign_edit(self, channel: Channel, given: frozenset[str]) -> None:
        if given & AUTHORS_ONLY:
            raise problem(50005)
        self._world.require(self._world.bot, channel, Permission.MANAGE_MESSAGES)

    async def delete(self, request: web.Request) -> web.Response:
        """Delete a message; another's needs MANAGE_MESSAGES."""
        channel, message = self._named(request)
        if message.author is not self._world.bot:
            if channel.guild_id is None:
                raise problem(50003)
            self._world.require(self._world.bot, channel, Permission.MANAGE_MESSAGES)
        delete_message(self._world, channel, message)
        return no_content()

    async def delete_many(self, request: web.Request) -> web.Response:
        """Delete 2 to 100 messages at once."""
        body = await read_body(request)
        channel = self._channel(request, Permission.MANAGE_MESSAGES)
        delete_messages(
            self._world, channel, [as_int(item) for item in sequence(body.data.get("messages"))]
        )
        return no_content()

    async def typing(self, request: web.Request) -> web.Response:
        """Show the bot as typing."""
        channel = self._world.channel(path_id(request, "channel_id"))
        check_may_write(self._world, self._world.bot, channel)
        show_typing(self._world, channel, self._world.bot)
        return no_content()

    async def pins(self, request: web.Request) -> web.Response:
        """List pinned messages, the last pinned first."""
        channel = self._channel(request)
        pinned = sorted(_pinned(channel), key=lambda item: item[0], reverse=True)
        items = [
            {"pinned_at": timestamp(moment), "message": self._shown(message)}
            for moment, message in pinned
        ]
        return reply({"items": items, "has_more": False})

    async def pin(self, request: web.Request) -> web.Response:
        """Pin a message."""
        channel, message = self._named(request, Permission.PIN_MESSAGES)
        if len(list(_pinned(channel))) >= _PINS:
            raise problem(30003)
        reactions.pin(self._world, channel, message, self._world.bot)
        return no_content()

    async def unpin(self, request: web.Request) -> web.Response:
        """Take a pin away."""
        channel = self._channel(request, Permission.PIN_MESSAGES)
        reactions.unpin(self._world, channel, self._message(request, channel))
        return no_content()

    async def react(self, request: web.Request) -> web.Response:
        """React as the bot."""
        channel, message = self._named(request)
        emoji = request.match_info["emoji"]
        reactions.react(self._world, channel, message, self._world.bot, emoji)
        return no_content()

    async def unreact(self, request: web.Request) -> web.Response:
        """Take the bot's reaction back."""
        channel, message = self._named(request)
        emoji = request.match_info["emoji"]
        reactions.unreact(self._world, channel, message, self._world.bot, emoji)
        return no_content()

    async def unreact_other(self, request: web.Request) -> web.Response:
        """Take another's reaction away."""
        channel, message = self._named(request, Permission.MANAGE_MESSAGES)
        user = self._world.user(path_id(request, "user_id"))
        reactions.unreact(self._world, channel, message, user, request.match_info["emoji"])
        return no_content()

    async def reactors(self, request: web.Request) -> web.Response:
        """List who reacted with an emoji."""
        _, message = self._named(request, Permission.READ_MESSAGE_HISTORY)
        limit = query_int(request, "limit", default=25, most=_PAGE)
        after = query_id(request, "after")
        user_ids = sorted(message.reactions.get(request.match_info["emoji"], []))
        later = [user_id for user_id in user_ids if user_id > after][:limit]
        return reply([user_payload(self._world.user(user_id)) for user_id in later])

    async def clear_reactions(self, request: web.Request) -> web.Response:
        """Take all reactions away, or all with one emoji."""
        channel, message = self._named(request, Permission.MANAGE_MESSAGES)
        reactions.clear_reactions(self._world, channel, message, request.match_info.get("emoji"))
        return no_content()


def _pinned(channel: Channel) -> Iterable[tuple[float, Message]]:
    for message in channel.messages.values():
        if message.pinned_at is not None:
            yield message.pinned_at, message


def _page(channel: Channel, request: web.Request, limit: int) -> list[Message]:
    shown = [message for message in channel.messages.values() if not message.ephemeral]
    query = request.query
    if "around" in query:
        return _around(shown, query_id(request, "around"), limit)
    if "after" in query:
        after = query_id(request, "after")
        later = (message for message in shown if message.id > after)
        return list(islice(later, limit))[::-1]
    before = query_id(request, "before", default=1 << 63)
    return [message for message in shown if message.id < before][-limit:][::-1]


def _around(shown: list[Message], centre: int, limit: int) -> list[Message]:
    earlier = [message for message in shown if message.id < centre][-(limit // 2) :]
    later = [message for message in shown if message.id >= centre][: limit - len(earlier)]
    return (earlier + later)[::-1]
