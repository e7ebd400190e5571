"""One interaction from a person's click to the bot's last follow-up: its state and its JSON.

Source: https://discord.com/developers/docs/interactions/receiving-and-responding
"""

from dataclasses import dataclass, field
from enum import IntEnum

from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
)

TOKEN_LIFE_S = 15 * 60
FOLLOW_UPS = 5  # where only the person, not the server, has the app


class InteractionType(IntEnum):
    """What a person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL = 5


class CallbackType(IntEnum):
    """How a bot may acknowledge."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    CHOICES = 8
    MODAL = 9


@dataclass(slots=True, eq=False)
class InteractionState:
    """One interaction and all that came of it.

    Attributes:
        data: Discord's ``data`` of INTERACTION_CREATE.
        source: the message whose component was used, None for commands.
        answered: how the bot acknowledged, None so far.
        acknowledged_after_s: seconds from click to acknowledgement, None so far.
        original: the message that ``@original`` means.
        followups: messages sent after the original.
        modal: the modal the bot opened.
        choices: the autocomplete choices the bot offered.
        failed: whether the time to acknowledge passed.
    """

    id: int
    token: str = field(repr=False)
    kind: InteractionType
    user: User
    channel: Channel
    data: Json
    created_at: float
    source: Message | None = None
    answered: CallbackType | None = None
    acknowledged_after_s: float | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list[Message])
    modal: Payload | None = None
    choices: list[Payload] | None = None
    failed: bool = False
