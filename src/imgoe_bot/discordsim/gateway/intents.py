"""Which events a session asked for, and what it may read in them.

Source: https://discord.com/developers/docs/events/gateway#list-of-intents
"""

from dataclasses import dataclass

from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.state.events import MESSAGE_EVENTS, Event
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload, copied_mapping, mapping, mappings, text

GUILDS = 1 << 0
GUILD_MEMBERS = 1 << 1
GUILD_EXPRESSIONS = 1 << 3
GUILD_PRESENCES = 1 << 8
GUILD_MESSAGES = 1 << 9
GUILD_REACTIONS = 1 << 10
GUILD_TYPING = 1 << 11
DIRECT_MESSAGES = 1 << 12
DIRECT_REACTIONS = 1 << 13
DIRECT_TYPING = 1 << 14
MESSAGE_CONTENT = 1 << 15

_BY_PREFIX = (
    ("MESSAGE_REACTION_", GUILD_REACTIONS, DIRECT_REACTIONS),
    ("MESSAGE_", GUILD_MESSAGES, DIRECT_MESSAGES),
    ("TYPING_", GUILD_TYPING, DIRECT_TYPING),
    ("GUILD_MEMBER_", GUILD_MEMBERS, GUILD_MEMBERS),
    ("GUILD_STICKERS_", GUILD_EXPRESSIONS, GUILD_EXPRESSIONS),
    ("CHANNEL_PINS_", GUILDS, DIRECT_MESSAGES),
    ("INTERACTION_", 0, 0),
)
_HIDDEN: Payload = {"content": "", "embeds": [], "attachments": [], "components": []}
_HIDDEN_IF_PRESENT = ("poll", "sticker_items", "message_snapshots")


@dataclass(frozen=True, slots=True)
class Intents:
    """The bits an IDENTIFY carried."""

    bits: int

    @property
    def members(self) -> bool:
        """Whether member lists and member events were asked for."""
        return bool(self.bits & GUILD_MEMBERS)

    @property
    def presences(self) -> bool:
        """Whether presences were asked for."""
        return bool(self.bits & GUILD_PRESENCES)

    def want(self, event: Event) -> bool:
        """Tell whether the session asked for this kind of event."""
        for prefix, in_guild, direct in _BY_PREFIX:
            if event.name.startswith(prefix):
                needed = direct if event.guild_id is None else in_guild
                return needed == 0 or bool(self.bits & needed)
        return bool(self.bits & GUILDS)


def seen_with(intents: Intents, event: Event, *, bot_id: int) -> Payload:
    """Return an event's data as a session with these intents gets it.

    Without the message-content intent a message is blanked, unless it is direct, the bot's own,
    or mentions the bot.
    """
    data = copied_mapping(event.data)
    if event.name not in MESSAGE_EVENTS or event.guild_id is None or intents.bits & MESSAGE_CONTENT:
        return data
    return readable(data, bot_id=bot_id)


def readable(message: Json, *, bot_id: int) -> Payload:
    """Return a guild message as a bot without the message-content intent may read it."""
    shown = copied_mapping(message)
    if message.get("referenced_message"):
        shown["referenced_message"] = readable(
            mapping(message["referenced_message"]), bot_id=bot_id
        )
    mine = text(mapping(message.get("author")), "id") == str(bot_id)
    mentioned = any(text(user, "id") == str(bot_id) for user in mappings(message.get("mentions")))
    if mine or mentioned:
        return shown
    for key in _HIDDEN_IF_PRESENT:
        shown.pop(key, None)
    return shown | copied_mapping(_HIDDEN)


def shown_by_rest(world: World, message: Message) -> Payload:
    """Return a message as REST gives it to the bot: blank where the portal grants no content."""
    payload = message_payload(world, message)
    in_guild = world.channel(message.channel_id).guild_id is not None
    if not in_guild or world.privileged_intents & MESSAGE_CONTENT:
        return payload
    return readable(payload, bot_id=world.bot.id)
