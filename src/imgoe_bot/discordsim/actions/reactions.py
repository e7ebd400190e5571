"""Reactions and pins."""

from imgoe_bot.discordsim.actions.composing import Origin
from imgoe_bot.discordsim.actions.events import emit_in_channel, emit_message
from imgoe_bot.discordsim.actions.messages import post_message
from imgoe_bot.discordsim.payloads.guilds import member_payload
from imgoe_bot.discordsim.payloads.messages import emoji_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rules.drafts import Draft
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message, MessageType
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload, timestamp


def react(world: World, channel: Channel, message: Message, user: User, emoji: str) -> None:
    """Add a reaction; the same again is no change."""
    world.require(user, channel, Permission.READ_MESSAGE_HISTORY)
    if emoji not in message.reactions:
        world.require(user, channel, Permission.ADD_REACTIONS)
    if channel.archived:
        raise problem(50083)
    if user is world.bot and message.author.blocks_bot:
        raise problem(90001)
    user_ids = message.reactions.setdefault(emoji, [])
    if user.id not in user_ids:
        user_ids.append(user.id)
        _emit_reaction(world, "MESSAGE_REACTION_ADD", message, user, emoji)


def unreact(world: World, channel: Channel, message: Message, user: User, emoji: str) -> None:
    """Take a reaction back; none there is no change."""
    user_ids = message.reactions.get(emoji, [])
    if user.id not in user_ids:
        return
    user_ids.remove(user.id)
    if not user_ids:
        del message.reactions[emoji]
    _emit_reaction(world, "MESSAGE_REACTION_REMOVE", message, user, emoji)


def _emit_reaction(world: World, name: str, message: Message, user: User, emoji: str) -> None:
    channel = world.channel(message.channel_id)
    data: Payload = {
        "user_id": str(user.id),
        "message_id": str(message.id),
        "message_author_id": str(message.author.id),
        "emoji": emoji_payload(emoji),
        "type": 0,
        "burst": False,
    }
    if channel.guild_id is not None and name == "MESSAGE_REACTION_ADD":
        data["member"] = member_payload(world.member(channel.guild_id, user.id))
    emit_in_channel(world, name, channel, data, message=message)


def clear_reactions(world: World, channel: Channel, message: Message, emoji: str | None) -> None:
    """Take all reactions away, or all with one emoji."""
    about: Payload = {"message_id": str(message.id)}
    if emoji is None:
        message.reactions.clear()
        emit_in_channel(world, "MESSAGE_REACTION_REMOVE_ALL", channel, about, message=message)
        return
    message.reactions.pop(emoji, None)
    about["emoji"] = emoji_payload(emoji)
    emit_in_channel(world, "MESSAGE_REACTION_REMOVE_EMOJI", channel, about, message=message)


def pin(world: World, channel: Channel, message: Message, user: User) -> None:
    """Pin a message, which Discord tells the channel; again is no change."""
    if message.pinned_at is not None:
        return
    message.pinned_at = world.clock()
    _emit_pins(world, channel, message)
    about: Payload = {"message_id": str(message.id), "channel_id": str(channel.id)}
    draft = Draft(reference=about, allowed_mentions={"parse": []})
    post_message(world, user, channel, draft, Origin(type=MessageType.PINNED, system=True))


def unpin(world: World, channel: Channel, message: Message) -> None:
    """Take a pin away; none there is no change."""
    if message.pinned_at is not None:
        message.pinned_at = None
        _emit_pins(world, channel, message)


def _emit_pins(world: World, channel: Channel, message: Message) -> None:
    emit_in_channel(
        world, "CHANNEL_PINS_UPDATE", channel, {"last_pin_timestamp": timestamp(world.clock())}
    )
    emit_message(world, "MESSAGE_UPDATE", message)
