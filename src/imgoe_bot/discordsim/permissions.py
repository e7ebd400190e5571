"""Discord's permission bits and the order in which roles and overwrites apply.

Source: https://discord.com/developers/docs/topics/permissions
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntFlag


class Permission(IntFlag):
    """The permissions this Discord knows, by Discord's names in lower case."""

    NONE = 0
    KICK_MEMBERS = 1 << 1
    BAN_MEMBERS = 1 << 2
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    MANAGE_WEBHOOKS = 1 << 29
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    MODERATE_MEMBERS = 1 << 40
    PIN_MESSAGES = 1 << 51


ALL = Permission((1 << 52) - 1)
MEMBER = (
    Permission.ADD_REACTIONS
    | Permission.VIEW_CHANNEL
    | Permission.SEND_MESSAGES
    | Permission.EMBED_LINKS
    | Permission.ATTACH_FILES
    | Permission.READ_MESSAGE_HISTORY
    | Permission.USE_EXTERNAL_EMOJIS
    | Permission.USE_APPLICATION_COMMANDS
    | Permission.CREATE_PUBLIC_THREADS
    | Permission.SEND_MESSAGES_IN_THREADS
)
DIRECT = MEMBER | Permission.MENTION_EVERYONE


@dataclass(frozen=True, slots=True)
class Overwrite:
    """What one channel allows or denies one role or member.

    Attributes:
        target_id: the role's or the user's id.
        is_role: whether the target is a role.
    """

    target_id: int
    is_role: bool
    allow: Permission
    deny: Permission


def in_channel(
    base: Permission,
    *,
    overwrites: Mapping[int, Overwrite],
    everyone_id: int,
    role_ids: Iterable[int],
    user_id: int,
) -> Permission:
    """Return what a member may do in a channel, from what the member's roles allow.

    Order: @everyone's overwrite, then all roles' denials, then all roles' grants, then the
    member's own. Without VIEW_CHANNEL nothing is left.
    """
    if base & Permission.ADMINISTRATOR:
        return ALL
    allowed = _overwritten(base, [overwrites[everyone_id]] if everyone_id in overwrites else [])
    by_role = [overwrites[role_id] for role_id in role_ids if role_id in overwrites]
    allowed = _overwritten(allowed, by_role)
    allowed = _overwritten(allowed, [overwrites[user_id]] if user_id in overwrites else [])
    return allowed if allowed & Permission.VIEW_CHANNEL else Permission.NONE


def union(permissions: Iterable[Permission]) -> Permission:
    """Return all of these permissions in one."""
    joined = Permission.NONE
    for permission in permissions:
        joined |= permission
    return joined


def _overwritten(base: Permission, overwrites: list[Overwrite]) -> Permission:
    for overwrite in overwrites:
        base &= ~overwrite.deny
    for overwrite in overwrites:
        base |= overwrite.allow
    return base
