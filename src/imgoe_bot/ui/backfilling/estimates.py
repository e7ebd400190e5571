"""How much a backfill will have to do: by Discord's search, by a few looks where it can't say."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import discord

from imgoe_bot.domain.estimate import Estimate
from imgoe_bot.domain.options import Kind
from imgoe_bot.ui.access.refusals import translated
from imgoe_bot.ui.backfilling.places import FoundChannels
from imgoe_bot.ui.backfilling.sampling import sample
from imgoe_bot.ui.backfilling.search import CHANNELS_MAX, SHOWN, Question, search

PARTS_MAX = 4
"""In so many parts a place is searched, at most; one with more channels is sampled."""


async def estimate(
    bot: discord.Client,
    found: FoundChannels,
    *,
    guild_id: int,
    whole_server: bool,
    after: int,
    before: int,
    kinds: frozenset[Kind],
) -> Estimate:
    """Return about how much lies between two ids in the channels found.

    It takes 24 requests at most; a server that is still being indexed is waited for 15 seconds.

    Raises:
        SourceUnreachable: Discord did not answer.
    """
    if not found.readable:
        return Estimate()
    asked = [
        Question(guild_id, part, after=after, before=before)
        for part in _parts(() if whole_server else sorted(found.readable))
    ]
    if len(asked) <= PARTS_MAX:
        async with translated(needs="read_message_history"):
            total = await _searched(bot, asked, kinds)
        if total is not None:
            return total
    return await sample(list(found.readable.values()), after=after, before=before, kinds=kinds)


def _parts(ids: Sequence[int]) -> list[Sequence[int]]:
    """Divide ids as one question can hold them; none are one question, about everything."""
    return [ids[n : n + CHANNELS_MAX] for n in range(0, max(1, len(ids)), CHANNELS_MAX)]


async def _searched(
    bot: discord.Client, asked: Iterable[Question], kinds: frozenset[Kind]
) -> Estimate | None:
    """Add up what is found; None where Discord can't say."""
    total = Estimate()
    for question in asked:
        every = await search(bot, question)
        if every is None:
            return None
        total = total.plus(Estimate(messages=every.total))
        for kind in sorted(kinds):
            of_kind = await _files_of(bot, replace(question, kind=kind))
            if of_kind is None:
                return None
            total = total.plus(of_kind)
    return total


async def _files_of(bot: discord.Client, question: Question) -> Estimate | None:
    """Tell files and their size from those that are shown, the newest and the oldest."""
    looks = [await search(bot, question)]
    if looks[0] is not None and looks[0].total > SHOWN:
        looks.append(await search(bot, question, oldest_first=True))
    answers = [each for each in looks if each is not None]
    if not answers:
        return None
    seen = Estimate(
        files=sum(each.files for each in answers),
        size_bytes=sum(each.size_bytes for each in answers),
    )
    shown = sum(each.shown for each in answers)
    return seen.times(answers[0].total / shown) if shown else Estimate()
