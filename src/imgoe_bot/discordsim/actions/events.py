"""Telling the bot and people what happened; each sees only what is for them."""

from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.guilds import member_payload
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload


def emit_to_bot(world: World, name: str, guild: Guild, data: Payload) -> None:
    """Tell the bot alone of something about a guild."""
    world.emit(Event(name, data, guild.id, only=frozenset({world.bot.id})))


def emit_in_guild(world: World, name: str, guild: Guild, data: Payload) -> None:
    """Tell a guild's members of an event in it."""
    world.emit(Event(name, data, guild.id))


def emit_to_viewers(
    world: World,
    name: str,
    channel: Channel,
    data: Payload,
    *,
    only: frozenset[int] | None = None,
) -> None:
    """Tell who may see a channel of an event, or only these users."""
    world.emit(Event(name, data, channel.guild_id, channel.id, only))


def emit_channel(
    world: World, name: str, channel: Channel, *, only: frozenset[int] | None = None
) -> None:
    """Tell of a channel or thread itself; ``only`` as in ``emit_to_viewers``."""
    emit_to_viewers(world, name, channel, channel_payload(world, channel), only=only)


def emit_message(world: World, name: str, message: Message) -> None:
    """Tell who may see a message that it is there or has changed."""
    channel = world.channel(message.channel_id)
    data = message_payload(world, message)
    if channel.guild_id is not None and message.webhook_id is None:
        member = world.guild(channel.guild_id).members.get(message.author.id)
        data |= {} if member is None else {"member": member_payload(member, with_user=False)}
    if world.active_faults.empty_starters and message.id == channel.id and name == "MESSAGE_CREATE":
        data |= {"content": "", "attachments": [], "embeds": [], "components": []}
    emit_in_channel(world, name, channel, data, message=message)


def emit_in_channel(
    world: World, name: str, channel: Channel, data: Payload, *, message: Message | None = None
) -> None:
    """Tell who may see a channel of an event in it; of an ephemeral message, its one reader."""
    placed = {**data, "channel_id": str(channel.id)}
    if channel.guild_id is not None:
        placed["guild_id"] = str(channel.guild_id)
    only = None if message is None or not message.ephemeral else message.ephemeral_for
    audience = None if only is None else frozenset({only})
    emit_to_viewers(world, name, channel, placed, only=audience)
