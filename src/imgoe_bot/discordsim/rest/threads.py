"""REST routes of threads and forum posts."""

from aiohttp import web

from imgoe_bot.discordsim.actions import threads
from imgoe_bot.discordsim.actions.threads import thread_member_payload
from imgoe_bot.discordsim.payloads.channels import archive_changed_at, channel_payload
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import Body, no_content, path_id, query_int, read_body, reply
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.state.channels import THREAD_ONLY, THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.untyped_json import (
    Payload,
    as_int,
    integer,
    mapping,
    sequence,
    text,
    timestamp,
)

_PAGE = 100
"""Archived threads that are given at once, at most. Source: Discord's documentation, "Channel"."""


class ThreadRoutes(BotRoutes):
    """What the bot may do with threads."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        channel = "/channels/{channel_id}"
        return [
            web.post(channel + "/messages/{message_id:\\d+}/threads", self.open_on_message),
            web.post(channel + "/threads", self.open),
            web.get(channel + "/threads/archived/{kind:public|private}", self.archived),
            web.get("/guilds/{guild_id}/threads/active", self.active),
            web.get(channel + "/thread-members", self.members),
            web.get(channel + "/thread-members/{user_id:\\d+}", self.member),
            web.put(channel + "/thread-members/{user_id}", self.join),
            web.delete(channel + "/thread-members/{user_id}", self.leave),
        ]

    def _thread(self, request: web.Request) -> Channel:
        thread = self._channel(request)
        if thread.type not in THREADS:
            raise problem(50024)
        return thread

    def _user(self, request: web.Request) -> User:
        if request.match_info["user_id"] == "@me":
            return self._world.bot
        return self._world.user(path_id(request, "user_id"))

    def _payload(self, thread: Channel) -> Payload:
        payload = channel_payload(self._world, thread)
        if self._world.bot.id in thread.thread_member_ids:
            payload["member"] = thread_member_payload(thread, self._world.bot.id)
        return payload

    async def open_on_message(self, request: web.Request) -> web.Response:
        """Open a thread on a message."""
        body = await read_body(request)
        channel = self._channel(request)
        message = self._world.message(channel, path_id(request, "message_id"))
        name = text(body.data, "name")
        thread = threads.open_thread(self._world, self._world.bot, channel, name, message=message)
        return reply(self._payload(thread), status=201)

    async def open(self, request: web.Request) -> web.Response:
        """Open a thread on its own, or a forum post."""
        body = await read_body(request)
        channel = self._channel(request)
        if channel.type in THREAD_ONLY:
            return self._open_post(channel, body)
        private = integer(body.data, "type", 12) == ChannelType.PRIVATE_THREAD
        thread = threads.open_thread(
            self._world, self._world.bot, channel, text(body.data, "name"), private=private
        )
        return reply(self._payload(thread), status=201)

    def _open_post(self, forum: Channel, body: Body) -> web.Response:
        thread, message = threads.open_post(
            self._world,
            self._world.bot,
            forum,
            text(body.data, "name"),
            body.draft(mapping(body.data.get("message"))),
            tag_ids=[as_int(item) for item in sequence(body.data.get("applied_tags"))],
        )
        shown = {"message": message_payload(self._world, message)}
        return reply(self._payload(thread) | shown, status=201)

    def _page(self, every: list[Channel], *, of: int | None = None) -> web.Response:
        found = every[:of]
        mine = [item for item in found if self._world.bot.id in item.thread_member_ids]
        members = [thread_member_payload(item, self._world.bot.id) for item in mine]
        shown = [channel_payload(self._world, item) for item in found]
        return reply({"threads": shown, "members": members, "has_more": len(found) < len(every)})

    async def active(self, request: web.Request) -> web.Response:
        """List a guild's threads that the bot can view and that are not archived."""
        guild = self._world.guild(path_id(request, "guild_id"))
        found = self._world.threads(guild)
        rights = self._world.permissions
        return self._page([t for t in found if rights(t, self._world.bot.id)])

    async def archived(self, request: web.Request) -> web.Response:
        """List a channel's archived threads, those first that were archived last."""
        channel = self._channel(request)
        self._world.require(self._world.bot, channel, Permission.READ_MESSAGE_HISTORY)
        public = request.match_info["kind"] == "public"
        kinds = THREADS - {ChannelType.PRIVATE_THREAD} if public else {ChannelType.PRIVATE_THREAD}
        every = self._world.channels.values()
        found = [t for t in every if t.parent_id == channel.id and t.type in kinds and t.archived]
        found = [t for t in found if _is_before(t, request.query.get("before"))]
        found.sort(key=archive_changed_at, reverse=True)
        return self._page(found, of=query_int(request, "limit", default=_PAGE, most=_PAGE))

    async def members(self, request: web.Request) -> web.Response:
        """List a thread's members."""
        thread = self._thread(request)
        return reply([thread_member_payload(thread, item) for item in thread.thread_member_ids])

    async def member(self, request: web.Request) -> web.Response:
        """Return one member of a thread."""
        thread, user = self._thread(request), self._user(request)
        if user.id not in thread.thread_member_ids:
            raise problem(10007)
        return reply(thread_member_payload(thread, user.id))

    async def join(self, request: web.Request) -> web.Response:
        """Join a thread, or add somebody."""
        threads.add_to_thread(self._world, self._thread(request), self._user(request))
        return no_content()

    async def leave(self, request: web.Request) -> web.Response:
        """Leave a thread, or take somebody out."""
        thread, user = self._thread(request), self._user(request)
        if user is not self._world.bot:
            self._world.require(self._world.bot, thread, Permission.MANAGE_THREADS)
        threads.remove_from_thread(self._world, thread, user)
        return no_content()


def _is_before(thread: Channel, moment: str | None) -> bool:
    """Tell whether a thread was archived before a moment, as Discord writes it; None: always."""
    return moment is None or timestamp(archive_changed_at(thread)) < moment
