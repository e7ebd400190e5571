"""Changing the roles of a guild."""

from imgoe_bot.discordsim.actions.events import emit_in_guild
from imgoe_bot.discordsim.payloads.guilds import role_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.state.guilds import Guild, Role
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload, integer, text


def add_role(world: World, guild: Guild, name: str, permissions: Permission) -> Role:
    """Create a role, the lowest of all but @everyone."""
    higher = [other for other in guild.roles.values() if other.id != guild.id]
    role = Role(world.ids.next(), name, permissions, 1)
    guild.roles[role.id] = role
    _emit_role(world, "GUILD_ROLE_CREATE", guild, role)
    for other in higher:
        other.position += 1
        _emit_role(world, "GUILD_ROLE_UPDATE", guild, other)
    return role


def edit_role(world: World, guild: Guild, role: Role, data: Json) -> None:
    """Change the given fields of a role."""
    role.name = text(data, "name", role.name)
    role.color = integer(data, "color", role.color)
    role.permissions = Permission(integer(data, "permissions", int(role.permissions)))
    _emit_role(world, "GUILD_ROLE_UPDATE", guild, role)


def delete_role(world: World, guild: Guild, role: Role) -> None:
    """Remove a role, also from its members."""
    del guild.roles[role.id]
    for member in guild.members.values():
        if role.id in member.role_ids:
            member.role_ids.remove(role.id)
    data: Payload = {"guild_id": str(guild.id), "role_id": str(role.id)}
    emit_in_guild(world, "GUILD_ROLE_DELETE", guild, data)


def _emit_role(world: World, name: str, guild: Guild, role: Role) -> None:
    emit_in_guild(world, name, guild, {"guild_id": str(guild.id), "role": role_payload(role)})


def role_of(guild: Guild, role_id: int) -> Role:
    """Return a guild's role; raises 10011."""
    if role_id not in guild.roles:
        raise problem(10011)
    return guild.roles[role_id]
