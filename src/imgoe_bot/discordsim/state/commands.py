"""Application commands as the bot registered them."""

from dataclasses import dataclass

from imgoe_bot.discordsim.untyped_json import Json


@dataclass(slots=True, eq=False)
class Command:
    """An application command as the bot registered it.

    Attributes:
        type: 1 slash, 2 user menu, 3 message menu.
        guild_id: None for a global one.
        definition: the bot's own JSON.
    """

    id: int
    type: int
    name: str
    guild_id: int | None
    definition: Json
    version: int = 1
