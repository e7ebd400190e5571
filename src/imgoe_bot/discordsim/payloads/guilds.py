"""Guilds with their roles, members and stickers as Discord writes them."""

from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role, Sticker
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Payload,
    optional_id,
    timestamp,
)


def role_payload(role: Role) -> Payload:
    """Return a role object."""
    return {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": role.hoist,
        "managed": role.managed,
        "mentionable": role.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member_payload(member: Member, *, with_user: bool = True) -> Payload:
    """Return a member object; inside a message it goes without its user."""
    payload: Payload = {
        "roles": [str(role_id) for role_id in member.role_ids],
        "nick": member.nick,
        "joined_at": timestamp(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "avatar": None,
    }
    return {"user": user_payload(member.user), **payload} if with_user else payload


def guild_payload(world: World, guild: Guild) -> Payload:
    """Return a guild object as REST gives it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "owner_id": str(guild.owner_id),
        "icon": None,
        "roles": [role_payload(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [sticker_payload(sticker) for sticker in guild.stickers.values()],
        "features": [],
        "preferred_locale": guild.locale,
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "nsfw_level": 0,
        "mfa_level": 0,
        "premium_tier": guild.boost_level,
        "system_channel_id": optional_id(guild.system_channel_id),
        "system_channel_flags": 0,
        "approximate_member_count": len(guild.members),
        "approximate_presence_count": len(guild.members),
    }


def guild_create_payload(world: World, guild: Guild, *, all_members: bool) -> Payload:
    """Return what GUILD_CREATE carries; without the members intent only the bot's own member."""
    members = [
        member_payload(member)
        for user_id, member in guild.members.items()
        if all_members or user_id == world.bot.id
    ]
    return guild_payload(world, guild) | {
        "joined_at": timestamp(guild.members[world.bot.id].joined_at),
        "large": len(guild.members) >= 250,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": members,
        "channels": [channel_payload(world, channel) for channel in world.guild_channels(guild)],
        "threads": [
            channel_payload(world, thread)
            for thread in world.threads(guild)
            if world.permissions(thread, world.bot.id)
        ],
        "voice_states": [],
        "presences": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def sticker_payload(sticker: Sticker) -> Payload:
    """Return a guild sticker object."""
    return {
        "id": str(sticker.id),
        "name": sticker.name,
        "format_type": sticker.format,
        "description": sticker.description,
        "tags": sticker.tags,
        "type": 2,
        "available": True,
        "guild_id": str(sticker.guild_id),
    }
