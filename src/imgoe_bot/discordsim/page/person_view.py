"""What one person sees, for a page: the whole at once, then event by event."""

import asyncio
import weakref
from collections.abc import AsyncIterator, Mapping

from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.interactions import commands
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.commands import command_payload
from imgoe_bot.discordsim.payloads.guilds import member_payload, role_payload, sticker_payload
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.events import Event, Listener
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload

_SHOWN = 50
_BACKLOG = 10_000
_FOR_ALL = frozenset({"COMMANDS_SYNCED"})


def snapshot(world: World, person: Person) -> Payload:
    """Return everything a person's client shows at its start."""
    guilds = [guild for guild in world.guilds.values() if person.id in guild.members]
    channels = [item for guild in guilds for item in _visible(world, guild, person)]
    directs = [item for item in world.channels.values() if person.id in item.recipient_ids]
    people = [user for user in world.users.values() if not user.bot and user is not world.owner]
    return {
        "user": user_payload(person.user),
        "bot": user_payload(world.bot),
        "guilds": [_guild(world, guild, person) for guild in guilds],
        "dms": [_direct(world, item, person) for item in directs],
        "messages": {str(item.id): _last(world, item, person) for item in channels + directs},
        "commands": _commands(world, channels + directs, person),
        "people": [{"id": str(user.id), "name": user.display_name} for user in people],
    }


def _visible(world: World, guild: Guild, person: Person) -> list[Channel]:
    return [
        world.channels[channel_id]
        for channel_id in guild.channel_ids
        if world.may_view(world.channels[channel_id], person.id)
    ]


def _guild(world: World, guild: Guild, person: Person) -> Payload:
    return {
        "id": str(guild.id),
        "name": guild.name,
        "channels": [channel_payload(world, item) for item in _visible(world, guild, person)],
        "members": [member_payload(member) for member in guild.members.values()],
        "roles": [role_payload(role) for role in guild.roles.values()],
        "stickers": [sticker_payload(sticker) for sticker in guild.stickers.values()],
    }


def _direct(world: World, channel: Channel, person: Person) -> Payload:
    others = [world.users[item] for item in channel.recipient_ids if item != person.id]
    shown = {"recipients": [user_payload(user) for user in others]}
    return channel_payload(world, channel) | shown


def _last(world: World, channel: Channel, person: Person) -> list[Payload]:
    shown = person.messages(channel)[-_SHOWN:]
    return [message_payload(world, message, viewer_id=person.id) for message in shown]


def older(world: World, channel: Channel, person: Person, *, before: int) -> list[Payload]:
    """Return the page of messages before one, oldest first; empty at the channel's beginning."""
    earlier = [message for message in person.messages(channel) if message.id < before]
    return [message_payload(world, item, viewer_id=person.id) for item in earlier[-_SHOWN:]]


def _commands(world: World, channels: list[Channel], person: Person) -> list[Payload]:
    found = {
        command.id: command
        for channel in channels
        for command in commands.visible(world, channel, person.user)
    }
    return [command_payload(world, command) for command in found.values()]


class Subscription(AsyncIterator[Json]):
    """What a person may see from now on, as ``{"t": name, "d": data}``.

    Begins when made and ends with ``close``, or when nobody holds it any more. A reader who falls
    10,000 events behind is cut off: the iteration ends, and a fresh snapshot is due.
    """

    def __init__(self, world: World, person: Person) -> None:
        events: asyncio.Queue[Json | None] = asyncio.Queue(_BACKLOG)
        self._events = events

        def notice(event: Event) -> None:
            if events.full():
                world.listeners.remove(notice)
            elif event.name in _FOR_ALL or world.may_see(event, person.id):
                events.put_nowait({"t": event.name, "d": _own_view(world, event, person)})
                cut = events.qsize() >= _BACKLOG - 1
                if cut:
                    events.put_nowait(None)

        world.listeners.append(notice)
        self._ended = weakref.finalize(self, _forget, world, notice)

    async def __anext__(self) -> Json:
        """Return the next event; waits for it."""
        event = await self._events.get()
        if event is None:
            raise StopAsyncIteration
        return event

    def close(self) -> None:
        """Stop listening; again is no change."""
        self._ended()


def _forget(world: World, listener: Listener) -> None:
    if listener in world.listeners:
        world.listeners.remove(listener)


def _own_view(world: World, event: Event, person: Person) -> Mapping[str, object]:
    message = world.message_of(event)
    if message is None:
        return event.data
    return event.data | message_payload(world, message, viewer_id=person.id)
