"""Commands as Discord writes them."""

from imgoe_bot.discordsim.state.commands import Command
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Payload,
    copied_mapping,
)


def command_payload(world: World, command: Command) -> Payload:
    """Return an application command as Discord gives it back."""
    given = copied_mapping(command.definition)
    payload: Payload = {
        "description": "",
        "options": [],
        "default_member_permissions": None,
        **given,
        "id": str(command.id),
        "application_id": str(world.bot.id),
        "type": command.type,
        "name": command.name,
        "version": str(command.version),
    }
    if command.guild_id is not None:
        payload["guild_id"] = str(command.guild_id)
    return payload
