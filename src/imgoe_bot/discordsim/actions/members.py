"""Changing the members of a guild and their roles."""

from collections.abc import Iterable

from imgoe_bot.discordsim.actions.events import (
    emit_in_guild,
)
from imgoe_bot.discordsim.actions.roles import role_of
from imgoe_bot.discordsim.payloads.guilds import member_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World, add_member
from imgoe_bot.discordsim.untyped_json import Payload, as_int


def join_guild(world: World, guild: Guild, user: User, roles: Iterable[Role] = ()) -> Member:
    """Make a user a member, or give a member further roles."""
    known = user.id in guild.members
    member = add_member(world, guild, user, [role.id for role in roles])
    emit_member(world, "GUILD_MEMBER_UPDATE" if known else "GUILD_MEMBER_ADD", guild, member)
    return member


def set_member_roles(
    world: World, guild: Guild, member: Member, role_ids: Iterable[object]
) -> None:
    """Replace a member's roles; unknown ones are refused with 10011."""
    member.role_ids = [role_of(guild, as_int(role_id)).id for role_id in role_ids]
    emit_member(world, "GUILD_MEMBER_UPDATE", guild, member)


def emit_member(world: World, name: str, guild: Guild, member: Member) -> None:
    """Tell everybody that a member has come or changed."""
    emit_in_guild(world, name, guild, member_payload(member) | {"guild_id": str(guild.id)})


def leave_guild(world: World, guild: Guild, user: User) -> None:
    """Take a member out; raises 10007."""
    if guild.members.pop(user.id, None) is None:
        raise problem(10007)
    emit_member_gone(world, guild, user)


def emit_member_gone(world: World, guild: Guild, user: User) -> None:
    """Tell everybody that a user is no member any more."""
    data: Payload = {"guild_id": str(guild.id), "user": user_payload(user)}
    emit_in_guild(world, "GUILD_MEMBER_REMOVE", guild, data)
