"""What Discord's gateway says of servers and messages, as little of it as a client needs.

Source: discord.py 2.7.1 ``types``, and the payloads of ``imgoe_bot.discordsim``.
"""

import json
import time
from itertools import count
from typing import Any

Payload = dict[str, Any]  # an edge: Discord's own JSON

BOT_ID = 1_000_000_000_000_000_001
AUTHOR_ID = 1_000_000_000_000_000_002
GUILDS = 20
CHANNELS = 10
EVERY_PERMISSION = str((1 << 50) - 1)
WITH_RULES = 0
"""The server whose first channel is mirrored, and no other."""

_EPOCH_MS = 1_420_070_400_000
_numbers = count()


def guild_id(guild: int) -> int:
    """Return a server's id."""
    return 2_000_000_000_000_000_000 + guild * 1000


def channel_id(guild: int, channel: int) -> int:
    """Return a channel's id."""
    return guild_id(guild) + 1 + channel


def user(user_id: int, *, bot: bool) -> Payload:
    """Return a user."""
    return {
        "id": str(user_id),
        "username": f"person{user_id}",
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": bot,
    }


def guild_create(guild: int) -> Payload:
    """Return a server with its channels; of its members, the bot alone."""
    own = {"user": user(BOT_ID, bot=True), **_member(guild)}
    return {
        "id": str(guild_id(guild)),
        "name": f"server {guild}",
        "owner_id": str(AUTHOR_ID),
        "icon": None,
        "roles": [_role(guild, number) for number in range(3)],
        "emojis": [],
        "stickers": [],
        "features": [],
        "preferred_locale": "en-US",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "nsfw_level": 0,
        "mfa_level": 0,
        "premium_tier": 0,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "large": True,
        "unavailable": False,
        "member_count": 300,
        "members": [own],
        "channels": [_channel(guild, number) for number in range(CHANNELS)],
        **{name: [] for name in ("threads", "voice_states", "presences", "stage_instances")},
        **{name: [] for name in ("guild_scheduled_events", "soundboard_sounds")},
    }


def _member(guild: int) -> Payload:
    return {
        "roles": [str(guild_id(guild) + 501)],
        "nick": None,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "avatar": None,
    }


def _role(guild: int, number: int) -> Payload:
    return {
        "id": str(guild_id(guild) + (500 + number if number else 0)),
        "name": f"role {number}",
        "permissions": EVERY_PERMISSION,
        "position": number,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def _channel(guild: int, number: int) -> Payload:
    return {
        "id": str(channel_id(guild, number)),
        "type": 0,
        "guild_id": str(guild_id(guild)),
        "name": f"channel-{number}",
        "position": number,
        "topic": None,
        "nsfw": False,
        "parent_id": None,
        "rate_limit_per_user": 0,
        "permission_overwrites": [],
        "last_message_id": None,
        "flags": 0,
    }


def message_create(guild: int, channel: int, *, picture: bool) -> Payload:
    """Return a message that is posted now."""
    number = next(_numbers)
    message_id = (int(time.time() * 1000) - _EPOCH_MS << 22) + number % (1 << 12)
    place = channel_id(guild, channel)
    return {
        "id": str(message_id),
        "channel_id": str(place),
        "guild_id": str(guild_id(guild)),
        "type": 0,
        "content": f"Message {number}: what people write to each other, a line or two of it.",
        "author": user(AUTHOR_ID, bot=False),
        "member": _member(guild),
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "pinned": False,
        "flags": 0,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "embeds": [],
        "components": [],
        "attachments": [_attachment(place, message_id)] if picture else [],
        "nonce": str(number),
    }


def _attachment(place: int, message_id: int) -> Payload:
    url = f"https://cdn.discordapp.com/attachments/{place}/{message_id}/cat.png?ex=1&is=1&hm=1"
    return {
        "id": str(message_id),
        "filename": "cat.png",
        "size": 200_000,
        "url": url,
        "proxy_url": url,
        "content_type": "image/png",
        "width": 640,
        "height": 480,
    }


def frame(event: str, data: object, sequence: int) -> bytes:
    """Return an event as the gateway sends it, before it is compressed."""
    return json.dumps({"op": 0, "d": data, "s": sequence, "t": event}).encode()
