"""Channels, threads and direct conversations as Discord writes them."""

from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.permissions import Overwrite
from imgoe_bot.discordsim.state.channels import THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Payload,
    copied,
    optional_id,
    timestamp,
)


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
            "archive_timestamp": timestamp(thread.archived_at or thread.created_at),
            "locked": thread.locked,
            "create_timestamp": timestamp(thread.created_at),
        },
    }


def _last_message_id(channel: Channel) -> str | None:
    return str(next(reversed(channel.messages))) if channel.messages else None
