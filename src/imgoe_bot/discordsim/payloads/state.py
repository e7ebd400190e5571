"""The state as Discord writes it: every key discord.py 2.7.1 needs, and no null where it has none.

Source: discord.py 2.7.1 ``types/*.py`` and the constructors that read them.
"""

from imgoe_bot.discordsim.permissions import Overwrite
from imgoe_bot.discordsim.state.channels import THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.commands import Command
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role, Sticker
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.wire import (
    Payload,
    copied,
    copied_mapping,
    timestamp,
)


def user_payload(user: User) -> Payload:
    """Return a user object."""
    return {
        "id": str(user.id),
        "username": user.name,
        "discriminator": "0000" if user.bot else "0",
        "global_name": None if user.bot else user.display_name,
        "avatar": None,
        "bot": user.bot,
        "public_flags": 0,
    }


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


def overwrite_payload(overwrite: Overwrite) -> Payload:
    """Return a permission overwrite object."""
    return {
        "id": str(overwrite.target_id),
        "type": 0 if overwrite.is_role else 1,
        "allow": str(int(overwrite.allow)),
        "deny": str(int(overwrite.deny)),
    }


def channel_payload(world: World, channel: Channel) -> Payload:
    """Return a channel, thread or direct conversation, as the bot sees it."""
    if channel.type is ChannelType.DM:
        return _direct_payload(world, channel)
    if channel.type in THREADS:
        return _thread_payload(channel)
    return {
        "id": str(channel.id),
        "type": int(channel.type),
        "guild_id": str(channel.guild_id),
        "name": channel.name,
        "position": channel.position,
        "topic": channel.topic,
        "nsfw": channel.nsfw,
        "parent_id": optional_id(channel.parent_id),
        "rate_limit_per_user": channel.slowmode_s,
        "permission_overwrites": [overwrite_payload(o) for o in channel.overwrites.values()],
        "last_message_id": _last_message_id(channel),
        "flags": 0,
        **_kind_fields(channel),
    }


def _kind_fields(channel: Channel) -> Payload:
    if channel.type is ChannelType.VOICE:
        return {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    if channel.type in {ChannelType.FORUM, ChannelType.MEDIA}:
        return {
            "available_tags": copied(channel.tags),
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return {}


def _direct_payload(world: World, channel: Channel) -> Payload:
    others = [user_id for user_id in channel.recipient_ids if user_id != world.bot.id]
    return {
        "id": str(channel.id),
        "type": int(channel.type),
        "recipients": [user_payload(world.users[user_id]) for user_id in others],
        "last_message_id": _last_message_id(channel),
        "flags": 0,
    }


def _thread_payload(thread: Channel) -> Payload:
    return {
        "id": str(thread.id),
        "type": int(thread.type),
        "guild_id": str(thread.guild_id),
        "parent_id": str(thread.parent_id),
        "owner_id": str(thread.owner_id),
        "name": thread.name,
        "last_message_id": _last_message_id(thread),
        "message_count": len(thread.messages),
        "total_message_sent": len(thread.messages),
        "member_count": len(thread.thread_member_ids),
        "rate_limit_per_user": thread.slowmode_s,
        "applied_tags": [str(tag_id) for tag_id in thread.applied_tags],
        "flags": 0,
        "thread_metadata": {
            "archived": thread.archived,
            "auto_archive_duration": thread.auto_archive_minutes,
            "archive_timestamp": timestamp(thread.created_at),
            "locked": thread.locked,
            "create_timestamp": timestamp(thread.created_at),
        },
    }


def _last_message_id(channel: Channel) -> str | None:
    return str(next(reversed(channel.messages))) if channel.messages else None


def optional_id(value: int | None) -> str | None:
    """Return an id as Discord writes it, None without one."""
    return None if value is None else str(value)


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
        "system_channel_id": None
        if guild.system_channel_id is None
        else str(guild.system_channel_id),
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


def emoji_payload(emoji: str) -> Payload:
    """Return a partial emoji from its REST form, ``👍`` or ``name:id``."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}


def command_payload(world: World, command: Command) -> Payload:
    """Return an application command as Discord gives it back."""
    given = copied_mapping(command.definition)
    payload: Payload = {
        "description": "",
        "options": [],
        "default_member_permissions": None,
        **given,
        "id": str(command.id),
        "application_id": str(world.bot.id),
        "type": command.type,
        "name": command.name,
        "version": str(command.version),
    }
    if command.guild_id is not None:
        payload["guild_id"] = str(command.guild_id)
    return payload
