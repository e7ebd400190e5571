"""Interactions that have expired: the token that they are answered with lives 15 minutes.

Source: DISCORD.md section 1, "Interactions"; Discord's developer documentation, JSON error codes.
"""

from typing import Any

import discord
import structlog

from imgoe_bot.ui.container import AnyInteraction

TOKEN_GONE = frozenset({10015, 10062, 50027})
"""Codes of an interaction that can no longer be answered."""

log = structlog.stdlib.get_logger(__name__)


def is_expired(error: discord.HTTPException) -> bool:
    """Tell whether Discord takes no answer to an interaction any more."""
    return error.code in TOKEN_GONE


async def tell(interaction: AnyInteraction, text: str, **more: Any) -> None:
    """Tell the person something privately: below their command, else by direct message.

    Where their direct messages are closed, too, nobody can tell them.

    Args:
        interaction: answered or deferred.
        text: the words.
        more: what ``send`` takes besides.
    """
    try:
        await interaction.followup.send(text, ephemeral=True, **more)
    except discord.HTTPException as error:
        if not is_expired(error):
            raise
        await _write(interaction.user, text, **more)


async def _write(person: discord.abc.Messageable, text: str, **more: Any) -> None:
    try:
        await person.send(text, **more)
    except discord.HTTPException as error:
        log.warning("an answer to an expired interaction reached nobody", code=error.code)
