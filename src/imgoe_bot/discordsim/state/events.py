"""What happened, as listeners are told of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from imgoe_bot.discordsim.untyped_json import Payload


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in Discord's words.

    Attributes:
        name: Discord's event name, e.g. ``MESSAGE_CREATE``.
        data: its payload.
        guild_id: the guild it happened in, None outside of guilds.
        channel_id: only who can view this channel learns of it; None: everyone in the guild.
        only: when not None, only these users learn of it, whatever they may view.
    """

    name: str
    data: Payload = field(repr=False)  # may hold an interaction's token
    guild_id: int | None = None
    channel_id: int | None = None
    only: frozenset[int] | None = None


MESSAGE_EVENTS = frozenset({"MESSAGE_CREATE", "MESSAGE_UPDATE"})
"""Events that carry a whole message."""
Listener = Callable[[Event], None]
