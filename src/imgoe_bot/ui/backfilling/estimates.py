"""How much a backfill will have to do: by Discord's search, by a few looks where it can't say."""

from collections.abc import Sequence

import discord

from imgoe_bot.domain.estimate import Estimate
from imgoe_bot.domain.options import Kind
from imgoe_bot.ui.access.refusals import translated
from imgoe_bot.ui.backfilling.places import FoundChannels
from imgoe_bot.ui.backfilling.sampling import sample
from imgoe_bot.ui.backfilling.search import CHANNELS_MAX, Answer, Question, search
from imgoe_bot.ui.container import AnyBot

PARTS_MAX = 4
"""In so many parts a place is searched, at most; one with more channels is sampled."""


async def estimate(
    bot: AnyBot,
    guild: discord.Guild,
    found: FoundChannels,
    *,
    after: int,
    before: int,
    kinds: frozenset[Kind],
) -> Estimate:
    """Return about how much lies between two ids in the channels found: 24 requests at most.

    A server that is still being indexed is waited for, up to 15 seconds.

    Raises:
        SourceUnreachable: Discord did not answer.
    """
    if not found.readable:
        return Estimate()
    asked = [
        Question(guild.id, part, after=after, before=before) for part in _parts(guild, found)
    ]
    total: Estimate | None = Estimate()
    async with translated(needs="read_message_history"):
        for question in asked:
            part = await _search(bot, question, kinds)
            total = None if part is None or total is None else total.plus(part)
            if total is None:
                break
    if asked and total is not None:
        return total
    return await sample(list(found.readable.values()), after=after, before=before, kinds=kinds)
