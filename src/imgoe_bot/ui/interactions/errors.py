"""The one way in which an interaction's error is answered, whatever ran into it."""

import discord
import structlog
from discord import app_commands

from imgoe_bot.errors import ImgoeError, InternalError, StaleCommand
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.interactions import expired
from imgoe_bot.ui.reading.actors import guild_of
from imgoe_bot.ui.texts.error_texts import error_text, own_key_text
from imgoe_bot.ui.translate import words_for_locale

STALE = (app_commands.CommandNotFound, app_commands.CommandSignatureMismatch)
"""How discord.py says that Discord knows a command otherwise than we do."""

log = structlog.stdlib.get_logger(__name__)


async def answer_error(interaction: AnyInteraction, error: BaseException) -> None:
    """Tell the person, privately, why what they asked for was not done; log what is ours."""
    cause = _cause(error)
    if not isinstance(cause, ImgoeError):
        log.error("an interaction broke", exc_info=cause)
        cause = InternalError(kind=type(cause).__name__)
    else:
        log.info("an interaction was refused", error=repr(cause))
    text = _text_for(interaction, cause)
    if not interaction.response.is_done():
        await interaction.response.send_message(text, ephemeral=True)
        return
    if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
        # The first follow-up takes the place of "thinking…" and is seen by whoever saw that.
        await _stop_thinking(interaction)
    await expired.tell(interaction, text)


async def _stop_thinking(interaction: AnyInteraction) -> None:
    try:
        await interaction.delete_original_response()
    except discord.HTTPException as error:
        if not expired.is_expired(error):
            raise


def _text_for(interaction: AnyInteraction, error: ImgoeError) -> str:
    words = words_for_locale(interaction.locale)
    is_own_space = guild_of(interaction) is None
    return own_key_text(error, words) if is_own_space else error_text(error, words)


def _cause(error: BaseException) -> BaseException:
    """discord.py wraps what a command raises; what it wrapped is what happened."""
    if isinstance(error, STALE):
        return StaleCommand()
    return getattr(error, "original", error)
