"""Changing the channels of a guild and their permission overwrites; who is concerned is told.

No permission is checked here: REST checks the bot's before it calls, a test may do anything.
"""

from imgoe_bot.discordsim.actions.events import emit_channel
from imgoe_bot.discordsim.permissions import Overwrite, Permission
from imgoe_bot.discordsim.problems import invalid_form, not_among
from imgoe_bot.discordsim.rules.limits import CHANNEL_NAME_LENGTH
from imgoe_bot.discordsim.rules.values import check_length
from imgoe_bot.discordsim.state.channels import THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.guilds import Guild
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, flag, integer, mappings, text

_CREATABLE = frozenset(ChannelType) - THREADS - {ChannelType.DM}


def add_channel(world: World, guild: Guild, channel: Channel) -> Channel:
    """Put a channel into a guild, last in order."""
    channel.position = len(guild.channel_ids)
    world.channels[channel.id] = channel
    guild.channel_ids.append(channel.id)
    emit_channel(world, "CHANNEL_CREATE", channel)
    return channel


def channel_from(world: World, guild: Guild, data: Json) -> Channel:
    """Return the channel that a request's JSON describes, in no guild yet."""
    kind = integer(data, "type")
    if kind not in _CREATABLE:
        raise not_among("type", sorted(_CREATABLE))
    channel = Channel(world.ids.next(), ChannelType(kind), "", guild.id, created_at=world.clock())
    _apply(world, channel, {"name": "", **data})
    return channel


def _apply(world: World, channel: Channel, data: Json) -> None:
    name = text(data, "name", channel.name)
    check_length(name, "name", most=CHANNEL_NAME_LENGTH)
    channel.name = name
    if "parent_id" in data:
        channel.parent_id = _category(world, channel, data)
    channel.nsfw = flag(data, "nsfw", default=channel.nsfw)
    channel.slowmode_s = integer(data, "rate_limit_per_user", channel.slowmode_s)
    if "topic" in data:
        channel.topic = text(data, "topic") or None
    if "permission_overwrites" in data:
        given = map(overwrite_from, mappings(data["permission_overwrites"]))
        channel.overwrites = {item.target_id: item for item in given}


def _category(world: World, channel: Channel, data: Json) -> int | None:
    parent_id = integer(data, "parent_id") or None
    known = world.channels.get(parent_id or 0)
    fits = known is not None and known.guild_id == channel.guild_id
    if parent_id is None or (fits and known is not None and known.type is ChannelType.CATEGORY):
        return parent_id
    message = "Category does not exist"
    raise invalid_form("parent_id", code="CHANNEL_PARENT_INVALID", message=message)


def overwrite_from(data: Json, target_id: int | None = None) -> Overwrite:
    """Return the overwrite that JSON describes, for this target when given."""
    return Overwrite(
        integer(data, "id") if target_id is None else target_id,
        integer(data, "type") == 0,
        Permission(integer(data, "allow")),
        Permission(integer(data, "deny")),
    )


def edit_channel(world: World, channel: Channel, data: Json) -> None:
    """Change the given fields of a channel."""
    _apply(world, channel, data)
    emit_channel(world, "CHANNEL_UPDATE", channel)


def delete_channel(world: World, channel: Channel) -> None:
    """Remove a channel with its messages and threads; what a category held stands on its own."""
    guild = world.guild(channel.guild_id or 0)
    emit_channel(world, "CHANNEL_DELETE", channel)
    below = [item for item in map(world.channel, guild.channel_ids) if item.parent_id == channel.id]
    for gone in [channel, *(item for item in below if item.type in THREADS)]:
        guild.channel_ids.remove(gone.id)
        del world.channels[gone.id]
    for left in (item for item in below if item.type not in THREADS):
        left.parent_id = None
        emit_channel(world, "CHANNEL_UPDATE", left)


def set_overwrite(world: World, channel: Channel, overwrite: Overwrite | None, *, of: int) -> None:
    """Set what a channel allows and denies a role or member; None takes it away.

    For people who lose or gain sight of the channel it is deleted or created, as their clients
    show it; the bot is only told of the change.
    """
    before = _viewers(world, channel)
    if overwrite is None:
        channel.overwrites.pop(of, None)
    else:
        channel.overwrites[of] = overwrite
    emit_channel(world, "CHANNEL_UPDATE", channel)
    after = _viewers(world, channel)
    _emit_to(world, "CHANNEL_DELETE", channel, before - after)
    _emit_to(world, "CHANNEL_CREATE", channel, after - before)


def _viewers(world: World, channel: Channel) -> frozenset[int]:
    members = world.guild(channel.guild_id or 0).members
    people = [user_id for user_id in members if user_id != world.bot.id]
    return frozenset(user_id for user_id in people if world.may_view(channel, user_id))


def _emit_to(world: World, name: str, channel: Channel, user_ids: frozenset[int]) -> None:
    if user_ids:
        emit_channel(world, name, channel, only=user_ids)
