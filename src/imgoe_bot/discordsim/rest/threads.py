"""REST routes of threads and forum posts."""

import math

from aiohttp import web

from imgoe_bot.discordsim.actions import threads
from imgoe_bot.discordsim.actions.threads import thread_member_payload
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rest.http import (
    Body,
    no_content,
    path_id,
    query_id,
    query_int,
    query_moment,
    read_body,
    reply,
)
from imgoe_bot.discordsim.rest.routes import BotRoutes
from imgoe_bot.discordsim.state.channels import THREAD_ONLY, THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.untyped_json import Payload, as_int, integer, mapping, sequence, text


class ThreadRoutes(BotRoutes):
    """What the bot may do with threads."""

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return the routes, to be mounted under ``/api/v10``."""
        channel = "/channels/{channel_id}"
        return [
            web.post(channel + "/messages/{message_id:\\d+}/threads", self.open_on_message),
            web.post(channel + "/threads", self.open),
            web.get(channel + "/threads/archived/{kind:public|private}", self.archived),
            web.get(channel + "/users/@me/threads/archived/private", self.joined),
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

    def _page(self, found: list[Channel], *, has_more: bool = False) -> web.Response:
        mine = [item for item in found if self._world.bot.id in item.thread_member_ids]
        members = [thread_member_payload(item, self._world.bot.id) for item in mine]
        shown = [channel_payload(self._world, item) for item in found]
        return reply({"threads": shown, "members": members, "has_more": has_more})

    async def active(self, request: web.Request) -> web.Response:
        """List a guild's threads that the bot can view and that are not archived."""
        guild = self._world.guild(path_id(request, "guild_id"))
        found = self._world.threads(guild)
        rights = self._world.permissions
        return self._page([t for t in found if rights(t, self._world.bot.id)])

    async def archived(self, request: web.Request) -> web.Response:
        """List a channel's archived threads in pages, those archived last first.

        Private ones are for who may manage threads.

        Source: https://discord.com/developers/docs/resources/channel#list-public-archived-threads
        """
        private = request.match_info["kind"] == "private"
        needed = [Permission.MANAGE_THREADS] if private else []
        channel = self._channel(request, Permission.READ_MESSAGE_HISTORY, *needed)
        before = query_moment(request, "before", default=math.inf)
        found = self._archived(channel, private=private)
        found.sort(key=lambda thread: (thread.archived_at or 0, thread.id), reverse=True)
        return self._first(request, [t for t in found if (t.archived_at or 0) < before])

    async def joined(self, request: web.Request) -> web.Response:
        """List in pages the archived private threads that the bot is in, newest first.

        Source: https://discord.com/developers/docs/resources/channel#list-joined-private-archived-threads
        """
        channel = self._channel(request, Permission.READ_MESSAGE_HISTORY)
        before, me = query_id(request, "before", default=1 << 63), self._world.bot.id
        found = self._archived(channel, private=True)
        found.sort(key=lambda thread: thread.id, reverse=True)
        mine = [t for t in found if t.id < before and me in t.thread_member_ids]
        return self._first(request, mine)

    def _archived(self, channel: Channel, *, private: bool) -> list[Channel]:
        inside = (t for t in self._world.channels.values() if t.parent_id == channel.id)
        found = [t for t in inside if t.type in THREADS and t.archived]
        return [t for t in found if (t.type is ChannelType.PRIVATE_THREAD) is private]

    def _first(self, request: web.Request, found: list[Channel]) -> web.Response:
        limit = query_int(request, "limit", default=50, most=100)
        return self._page(found[:limit], has_more=len(found) > limit)

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
