"""Names for the numbers: Discord's snowflakes, and our own ids."""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import NewType

GuildId = NewType("GuildId", int)
ChannelId = NewType("ChannelId", int)
MessageId = NewType("MessageId", int)
UserId = NewType("UserId", int)
AttachmentId = NewType("AttachmentId", int)

UploadId = NewType("UploadId", str)
PostId = NewType("PostId", str)
RuleId = NewType("RuleId", str)
JobId = NewType("JobId", int)


def new_id() -> str:
    """Return a fresh id of ours: 16 hex digits that nobody can guess or count."""
    return secrets.token_hex(8)


def address_id(url: str) -> AttachmentId:
    """Return the id of what has no number of Discord's: the same for the same address, always.

    It is below -2**62, where neither Discord nor we have numbers.
    """
    digest = hashlib.sha256(url.encode()).digest()
    return AttachmentId(-(2**62) - 1 - (int.from_bytes(digest[:8], "big") >> 2))


_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


def is_snowflake(number: int) -> bool:
    """Tell an id of Discord's from a number that counts things within one message."""
    return number >= 1 << 22


def snowflake_at(moment: datetime) -> int:
    """Return the smallest id Discord gives at this moment (milliseconds since 2015, shifted 22)."""
    return (moment - _DISCORD_EPOCH) // timedelta(milliseconds=1) << 22


def moment_of(snowflake: int) -> datetime:
    """Return when Discord gave an id, by its own clock."""
    return _DISCORD_EPOCH + timedelta(milliseconds=snowflake >> 22)
