"""Names for the numbers: Discord's snowflakes, and our own ids."""

import secrets
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
