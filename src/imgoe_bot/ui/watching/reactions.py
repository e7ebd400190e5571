"""Messages that their authors save by a reaction, as it comes and as it was missed."""

from collections.abc import Iterator

import discord

from imgoe_bot.domain.emoji import is_same_emoji
from imgoe_bot.domain.options import Consent, Options


async def is_saved_by_reaction(message: discord.Message, options: Options) -> bool:
    """Tell whether a message's author has reacted to it with the emoji that saves it there.

    It costs a request only where somebody has reacted with that emoji: one, or two where some did
    so for a burst.

    Args:
        message: as its channel's history has it.
        options: in force where it stands.

    Raises:
        HTTPException, OSError: Discord does not say.
    """
    if options.consent is not Consent.REACT:
        return False
    for reaction in message.reactions:
        if is_same_emoji(str(reaction.emoji), options.save_emoji):
            for kind in _kinds(reaction):
                if await _is_by(message.author.id, reaction, kind):
                    return True
    return False


def _kinds(reaction: discord.Reaction) -> Iterator[discord.ReactionType]:
    if reaction.normal_count:
        yield discord.ReactionType.normal
    if reaction.burst_count:
        yield discord.ReactionType.burst


async def _is_by(user_id: int, reaction: discord.Reaction, kind: discord.ReactionType) -> bool:
    """Ask for one person among those who reacted: they are listed by their ids.

    Source: Discord's developer documentation, "Get Reactions".
    """
    before = discord.Object(user_id - 1)
    try:
        found = [user.id async for user in reaction.users(limit=1, after=before, type=kind)]
    except discord.NotFound as error:
        if not error.code:  # a proxy's page, and not Discord's own word
            raise
        return False
    return found == [user_id]
