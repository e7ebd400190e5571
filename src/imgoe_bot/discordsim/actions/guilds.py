"""Changing guilds: their name, stickers, outages, and whether the bot is in; all are told."""

from imgoe_bot.discordsim.actions.events import emit_in_guild, emit_to_bot
from imgoe_bot.discordsim.actions.members import emit_member, emit_member_gone
from imgoe_bot.discordsim.payloads.guilds import (
    guild_create_payload,
    guild_payload,
    sticker_payload,
)
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.guilds import Guild, Sticker
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World, add_member, everyone_role


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
    emit_in_guild(world, "GUILD_UPDATE", guild, guild_payload(world, guild))


def set_system_channel(world: World, guild: Guild, channel: Channel | None) -> None:
    """Choose where Discord greets who joins; None: nowhere."""
    guild.system_channel_id = None if channel is None else channel.id
    emit_in_guild(world, "GUILD_UPDATE", guild, guild_payload(world, guild))


def add_bot(world: World, guild: Guild) -> None:
    """Make the bot a member."""
    guild.has_bot = True
    add_member(world, guild, world.bot)
    payload = guild_create_payload(world, guild, all_members=False)
    del payload["unavailable"]  # present only when a known guild becomes available
    emit_to_bot(world, "GUILD_CREATE", guild, payload)
    emit_member(world, "GUILD_MEMBER_ADD", guild, guild.members[world.bot.id])


def remove_bot(world: World, guild: Guild) -> None:
    """Kick the bot, or let it leave."""
    emit_to_bot(world, "GUILD_DELETE", guild, {"id": str(guild.id)})
    guild.has_bot = False
    guild.members.pop(world.bot.id, None)
    emit_member_gone(world, guild, world.bot)


def begin_outage(world: World, guild: Guild) -> None:
    """Tell the bot that a guild is unavailable, and nothing more of it until that is over."""
    emit_to_bot(world, "GUILD_DELETE", guild, {"id": str(guild.id), "unavailable": True})
    guild.in_outage = True


def end_outage(world: World, guild: Guild) -> None:
    """Tell the bot that a guild is available again; what happened meanwhile it is not told."""
    guild.in_outage = False
    payload = guild_create_payload(world, guild, all_members=False)
    emit_to_bot(world, "GUILD_CREATE", guild, payload)


def add_sticker(world: World, guild: Guild, sticker: Sticker) -> None:
    """Add a sticker to a guild."""
    guild.stickers[sticker.id] = sticker
    stickers = [sticker_payload(item) for item in guild.stickers.values()]
    emit_in_guild(
        world, "GUILD_STICKERS_UPDATE", guild, {"guild_id": str(guild.id), "stickers": stickers}
    )
