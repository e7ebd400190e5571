"""Telling Discord our commands, only when they changed; its limit is 200 creations a day."""

import hashlib
import json

import structlog
from discord import app_commands

from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.ui.container import AnyBot

log = structlog.stdlib.get_logger(__name__)


async def sync_if_changed(bot: AnyBot, notes: Notes) -> bool:
    """Sync the command tree if it is not the one this application synced last.

    Returns:
        Whether it was synced.
    """
    if await notes.find(_note_of(bot)) == await _fingerprint(bot):
        return False
    await sync(bot, notes)
    return True


async def sync(bot: AnyBot, notes: Notes) -> None:
    """Tell Discord the command tree, and note that it knows it."""
    wanted = await _fingerprint(bot)
    synced = await bot.tree.sync()
    await notes.write(_note_of(bot), wanted)
    log.info("commands synced", count=len(synced))


def _note_of(bot: AnyBot) -> str:
    return f"commands of {bot.application_id}"


async def _fingerprint(bot: AnyBot) -> str:
    translator = bot.tree.translator or app_commands.Translator()
    commands = [
        await command.get_translated_payload(bot.tree, translator)
        for command in bot.tree.get_commands()
    ]
    text = json.dumps(commands, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
