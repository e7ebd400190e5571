"""Telling Discord our commands, only when they changed; its limit is 200 creations a day."""

import hashlib
import json

import structlog

from imgoe_bot.services.ports import Notes
from imgoe_bot.ui.container import AnyBot

log = structlog.stdlib.get_logger(__name__)


async def sync_if_changed(bot: AnyBot, notes: Notes) -> bool:
    """Sync the command tree if it is not the one this application synced last.

    Returns:
        Whether it was synced.
    """
    name = f"commands of {bot.application_id}"
    wanted = _fingerprint(bot)
    if await notes.find(name) == wanted:
        return False
    synced = await bot.tree.sync()
    await notes.write(name, wanted)
    log.info("commands synced", count=len(synced))
    return True


def _fingerprint(bot: AnyBot) -> str:
    commands = [command.to_dict(bot.tree) for command in bot.tree.get_commands()]
    text = json.dumps(commands, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
