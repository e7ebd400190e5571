"""Messages that their authors save by a reaction, as it comes and as it was missed."""

from collections.abc import Iterator

import discord
import structlog

from imgoe_bot.domain.emoji import is_same_emoji
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.options import Consent, Options
from imgoe_bot.errors import StoreError
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.reading.places import channel_line

log = structlog.stdlib.get_logger(__name__)


async def reaction_added(
    bot: AnyBot, event: discord.RawReactionActionEvent, services: Services
) -> None:
    """Have a message looked at whose author may just have saved it.

    That is done by reading it where it stands in its channel's history, as what was missed is: it
    is stored that it has to be, and tried until it succeeds.
    """
    is_by_author = event.message_author_id in (None, event.user_id)  # None: Discord doesn't say
    if event.guild_id is None or not is_by_author:
        return
    try:
        may_save = await _may_save(bot, event, GuildId(event.guild_id), services)
    except Exception as error:
        may_save = True
        if not isinstance(error, StoreError):
            log.exception("a reaction can't be looked at", message=event.message_id)
    if may_save:
        place = GuildId(event.guild_id), ChannelId(event.channel_id)
        services.marks.fail(*place, MessageId(event.message_id))


async def _may_save(
    bot: AnyBot, event: discord.RawReactionActionEvent, guild_id: GuildId, services: Services
) -> bool:
    """Tell whether a reaction may save its message; in an archived thread that isn't known yet."""
    channel = bot.get_channel(event.channel_id)
    if channel is None:
        return services.mirrors.known_rules(guild_id) != ()
    line = channel_line(channel)
    if services.mirrors.is_surely_unmirrored(guild_id, line):
        return False
    rule = await services.outage.outlast(lambda: services.mirrors.rule_for(guild_id, line))
    if rule is None or (rule.paused and rule.lacks is None):
        return False
    options = await services.outage.outlast(lambda: services.options.at(guild_id, line))
    is_chosen = is_same_emoji(str(event.emoji), options.save_emoji)
    return options.consent is Consent.REACT and is_chosen


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
