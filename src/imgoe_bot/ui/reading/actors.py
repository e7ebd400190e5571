"""Who asks, and whose host, key and options hold for them."""

import discord

from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import (
    GuildId,
    UserId,
)
from imgoe_bot.ui.container import AnyInteraction


def guild_of(interaction: AnyInteraction) -> GuildId | None:
    """Return the server whose bot this is; None where a person has brought it along, or in DMs.

    Source: Discord's developer documentation, "authorizing_integration_owners".
    """
    if interaction.guild_id is None or not interaction.is_guild_integration():
        return None
    return GuildId(interaction.guild_id)


def space_of(interaction: AnyInteraction) -> GuildId:
    """Return whose host, key and options hold: the server's, else the person's own.

    A person's own space has their id, which is no server's: snowflakes are given once.
    """
    return guild_of(interaction) or own_space(UserId(interaction.user.id))


def own_space(user_id: UserId) -> GuildId:
    """Return where a person's own host and key are kept."""
    return GuildId(user_id)


def owner_of_space(interaction: AnyInteraction) -> Actor:
    """Return who asks as the one who decides in their own space."""
    user_id = UserId(interaction.user.id)
    return Actor(user_id, own_space(user_id), frozenset({MANAGE_GUILD}))


def actor_of(interaction: AnyInteraction) -> Actor:
    """Return who asks, with the permissions Discord resolved for the channel they ask in."""
    return Actor(
        user_id=UserId(interaction.user.id),
        guild_id=guild_of(interaction),
        permissions=permission_names(interaction.permissions),
        role_ids=role_ids_of(interaction.user),
    )


def permission_names(permissions: discord.Permissions) -> frozenset[str]:
    """Return the names of the permissions held; an administrator holds all."""
    held = discord.Permissions.all() if permissions.administrator else permissions
    return frozenset(name for name, value in held if value)


def role_ids_of(author: discord.User | discord.Member) -> frozenset[int]:
    """Return the roles that somebody has; outside a server, none."""
    roles = author.roles if isinstance(author, discord.Member) else []
    return frozenset(role.id for role in roles)
