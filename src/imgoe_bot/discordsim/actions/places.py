"""Changing guilds: channels, overwrites, roles, members; everybody concerned is told.

No right is checked here: REST checks the bot's before it calls, a test's handle may do anything.
"""

from collections.abc import Iterable

from imgoe_bot.discordsim.payloads.state import (
    channel_payload,
    guild_create_payload,
    guild_payload,
    member_payload,
    role_payload,
    sticker_payload,
    user_payload,
)
from imgoe_bot.discordsim.permissions import Overwrite, Permission
from imgoe_bot.discordsim.problems import bad_length, invalid_form, problem
from imgoe_bot.discordsim.state.channels import THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.events import Event
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role, Sticker
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World, add_member, everyone_role
from imgoe_bot.discordsim.wire import Json, Payload, as_int, flag, integer, mappings, text

_NAME_LENGTH = 100
_CREATABLE = frozenset(ChannelType) - THREADS - {ChannelType.DM}


def add_guild(world: World, name: str, owner: User) -> Guild:
    """Create a guild with its owner in it; the bot is not."""
    guild = Guild(world.ids.next(), name, owner.id, has_bot=False)
    guild.roles[guild.id] = everyone_role(guild.id)
    world.guilds[guild.id] = guild
    add_member(world, guild, owner)
    return guild


def rename_guild(world: World, guild: Guild, name: str) -> None:
    """Change a guild's name."""
    guild.name = name
    _tell(world, guild, "GUILD_UPDATE", guild_payload(world, guild))


def set_system_channel(world: World, guild: Guild, channel: Channel | None) -> None:
    """Choose where Discord greets who joins; None: nowhere."""
    guild.system_channel_id = None if channel is None else channel.id
    _tell(world, guild, "GUILD_UPDATE", guild_payload(world, guild))


def add_bot(world: World, guild: Guild) -> None:
    """Make the bot a member."""
    guild.has_bot = True
    add_member(world, guild, world.bot)
    payload = guild_create_payload(world, guild, all_members=False)
    del payload["unavailable"]  # present only when a known guild becomes available
    _tell_bot(world, guild, "GUILD_CREATE", payload)
    joined = member_payload(guild.members[world.bot.id]) | {"guild_id": str(guild.id)}
    _tell(world, guild, "GUILD_MEMBER_ADD", joined)


def remove_bot(world: World, guild: Guild) -> None:
    """Kick the bot, or let it leave."""
    _tell_bot(world, guild, "GUILD_DELETE", {"id": str(guild.id)})
    guild.has_bot = False
    guild.members.pop(world.bot.id, None)
    gone: Payload = {"guild_id": str(guild.id), "user": user_payload(world.bot)}
    _tell(world, guild, "GUILD_MEMBER_REMOVE", gone)


def begin_outage(world: World, guild: Guild) -> None:
    """Tell the bot that a guild is unavailable, and nothing more of it until that is over."""
    _tell_bot(world, guild, "GUILD_DELETE", {"id": str(guild.id), "unavailable": True})
    guild.in_outage = True


def end_outage(world: World, guild: Guild) -> None:
    """Tell the bot that a guild is available again; what happened meanwhile it is not told."""
    guild.in_outage = False
    payload = guild_create_payload(world, guild, all_members=False)
    _tell_bot(world, guild, "GUILD_CREATE", payload)


def _tell_bot(world: World, guild: Guild, name: str, data: Payload) -> None:
    world.emit(Event(name, data, guild.id, only=frozenset({world.bot.id})))


def _tell(
    world: World, guild: Guild, name: str, data: Payload, channel: Channel | None = None
) -> None:
    channel_id = None if channel is None else channel.id
    world.emit(Event(name, data, guild.id, channel_id))


def add_channel(world: World, guild: Guild, channel: Channel) -> Channel:
    """Put a channel into a guild, last in order."""
    channel.position = len(guild.channel_ids)
    world.channels[channel.id] = channel
    guild.channel_ids.append(channel.id)
    _tell(world, guild, "CHANNEL_CREATE", channel_payload(world, channel), channel)
    return channel


def channel_from(world: World, guild: Guild, data: Json) -> Channel:
    """Return the channel that a request's JSON describes, in no guild yet."""
    kind = integer(data, "type")
    if kind not in _CREATABLE:
        message = f"Value must be one of {tuple(sorted(_CREATABLE))}."
        raise invalid_form("type", code="BASE_TYPE_CHOICES", message=message)
    channel = Channel(world.ids.next(), ChannelType(kind), "", guild.id, created_at=world.clock())
    _apply(world, channel, {"name": "", **data})
    return channel


def _apply(world: World, channel: Channel, data: Json) -> None:
    name = text(data, "name", channel.name)
    if not 1 <= len(name) <= _NAME_LENGTH:
        raise bad_length("name", _NAME_LENGTH)
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
    tell_channel(world, channel)


def tell_channel(world: World, channel: Channel) -> None:
    """Tell everybody that a channel has changed."""
    guild = world.guild(channel.guild_id or 0)
    _tell(world, guild, "CHANNEL_UPDATE", channel_payload(world, channel), channel)


def delete_channel(world: World, channel: Channel) -> None:
    """Remove a channel with its messages and threads; what a category held stands on its own."""
    guild = world.guild(channel.guild_id or 0)
    _tell(world, guild, "CHANNEL_DELETE", channel_payload(world, channel), channel)
    below = [item for item in map(world.channel, guild.channel_ids) if item.parent_id == channel.id]
    for gone in [channel, *(item for item in below if item.type in THREADS)]:
        guild.channel_ids.remove(gone.id)
        del world.channels[gone.id]
    for left in (item for item in below if item.type not in THREADS):
        left.parent_id = None
        tell_channel(world, left)


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
    tell_channel(world, channel)
    after = _viewers(world, channel)
    _tell_some(world, channel, "CHANNEL_DELETE", before - after)
    _tell_some(world, channel, "CHANNEL_CREATE", after - before)


def _viewers(world: World, channel: Channel) -> frozenset[int]:
    members = world.guild(channel.guild_id or 0).members
    people = [user_id for user_id in members if user_id != world.bot.id]
    rights = world.permissions
    return frozenset(
        user_id for user_id in people if rights(channel, user_id) & Permission.VIEW_CHANNEL
    )


def _tell_some(world: World, channel: Channel, name: str, user_ids: frozenset[int]) -> None:
    if user_ids:
        data = channel_payload(world, channel)
        world.emit(Event(name, data, channel.guild_id, channel.id, user_ids))


def add_sticker(world: World, guild: Guild, sticker: Sticker) -> None:
    """Add a sticker to a guild."""
    guild.stickers[sticker.id] = sticker
    stickers = [sticker_payload(item) for item in guild.stickers.values()]
    _tell(world, guild, "GUILD_STICKERS_UPDATE", {"guild_id": str(guild.id), "stickers": stickers})


def add_role(world: World, guild: Guild, name: str, permissions: Permission) -> Role:
    """Create a role, the lowest of all but @everyone."""
    higher = [other for other in guild.roles.values() if other.id != guild.id]
    role = Role(world.ids.next(), name, permissions, 1)
    guild.roles[role.id] = role
    _tell_role(world, guild, "GUILD_ROLE_CREATE", role)
    for other in higher:
        other.position += 1
        _tell_role(world, guild, "GUILD_ROLE_UPDATE", other)
    return role


def edit_role(world: World, guild: Guild, role: Role, data: Json) -> None:
    """Change the given fields of a role."""
    role.name = text(data, "name", role.name)
    role.color = integer(data, "color", role.color)
    role.permissions = Permission(integer(data, "permissions", int(role.permissions)))
    _tell_role(world, guild, "GUILD_ROLE_UPDATE", role)


def delete_role(world: World, guild: Guild, role: Role) -> None:
    """Remove a role, also from its members."""
    del guild.roles[role.id]
    for member in guild.members.values():
        if role.id in member.role_ids:
            member.role_ids.remove(role.id)
    data: Payload = {"guild_id": str(guild.id), "role_id": str(role.id)}
    _tell(world, guild, "GUILD_ROLE_DELETE", data)


def _tell_role(world: World, guild: Guild, name: str, role: Role) -> None:
    _tell(world, guild, name, {"guild_id": str(guild.id), "role": role_payload(role)})


def role_of(guild: Guild, role_id: int) -> Role:
    """Return a guild's role; raises 10011."""
    if role_id not in guild.roles:
        raise problem(10011)
    return guild.roles[role_id]


def join(world: World, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
    """Make a user a member, or give a member further roles."""
    known = user.id in guild.members
    member = add_member(world, guild, user, [role.id for role in roles])
    tell_member(world, guild, member, "GUILD_MEMBER_UPDATE" if known else "GUILD_MEMBER_ADD")
    return member


def set_roles(world: World, guild: Guild, member: Member, role_ids: Iterable[object]) -> None:
    """Replace a member's roles; unknown ones are refused with 10011."""
    member.role_ids = [role_of(guild, as_int(role_id)).id for role_id in role_ids]
    tell_member(world, guild, member)


def tell_member(
    world: World, guild: Guild, member: Member, name: str = "GUILD_MEMBER_UPDATE"
) -> None:
    """Tell everybody that a member has come or changed."""
    _tell(world, guild, name, member_payload(member) | {"guild_id": str(guild.id)})


def leave(world: World, guild: Guild, user: User) -> None:
    """Take a member out; raises 10007."""
    if guild.members.pop(user.id, None) is None:
        raise problem(10007)
    data: Payload = {"guild_id": str(guild.id), "user": user_payload(user)}
    _tell(world, guild, "GUILD_MEMBER_REMOVE", data)
