"""Guilds with their roles, members and stickers."""

from dataclasses import dataclass, field

from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.state.users import User


@dataclass(slots=True, eq=False)
class Role:
    """A guild's role; the one whose id is the guild's is @everyone."""

    id: int
    name: str
    permissions: Permission
    position: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    managed: bool = False


@dataclass(slots=True, eq=False)
class Member:
    """A user in a guild."""

    user: User
    joined_at: float
    role_ids: list[int] = field(default_factory=list[int])
    nick: str | None = None


@dataclass(slots=True, eq=False)
class Sticker:
    """A guild's sticker.

    Attributes:
        format: 1 PNG, 2 APNG, 3 Lottie, 4 GIF.
    """

    id: int
    name: str
    format: int
    data: bytes = field(repr=False)
    guild_id: int | None = None
    description: str = ""
    tags: str = ""


@dataclass(slots=True, eq=False)
class Guild:
    """A server.

    Attributes:
        has_bot: whether the bot is a member, and so receives its events.
        in_outage: whether the bot is sent none of its events for now.
        has_commands: whether people have the app's commands here, with its bot or without.
        boost_level: 0 to 3; raises the size a file may have.
        system_channel_id: where Discord greets who joins, None where it does not.
        blocked_words: what automatic moderation lets nobody say.
        command_overrides: (command name, id of role, user, channel or guild) to allowed.
    """

    id: int
    name: str
    owner_id: int
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    channel_ids: list[int] = field(default_factory=list[int])
    stickers: dict[int, Sticker] = field(default_factory=dict[int, Sticker])
    has_bot: bool = True
    in_outage: bool = False
    has_commands: bool = False
    locale: str = "en-US"
    boost_level: int = 0
    system_channel_id: int | None = None
    blocked_words: list[str] = field(default_factory=list[str])
    command_overrides: dict[tuple[str, int], bool] = field(
        default_factory=dict[tuple[str, int], bool]
    )
