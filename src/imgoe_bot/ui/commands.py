"""Telling Discord our commands, only when they changed; its limit is 200 creations a day."""

import hashlib
import json

import structlog
from discord import app_commands

from imgoe_bot.services.ports import Notes
from imgoe_bot.ui.container import AnyBot

log = structlog.stdlib.get_logger(__name__)


async def sync_if_changed(bot: AnyBot, notes: Notes) -> bool:
    """Sync the command tree if it is not the one this application synced last.

    Returns:
        Whether it was synced.
    """
    name = f"commands of {bot.application_id}"
    wanted = await _fingerprint(bot)
    if await notes.find(name) == wanted:
        return False
    synced = await bot.tree.sync()
    await notes.write(name, wanted)
    log.info("commands synced", count=len(synced))
    return True


async def _fingerprint(bot: AnyBot) -> str:
    translator = bot.tree.translator or app_commands.Translator()
    commands = [
        await command.get_translated_payload(bot.tree, translator)
        for command in bot.tree.get_commands()
    ]
    text = json.dumps(commands, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
