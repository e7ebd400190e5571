"""The options that hold for one post: its place's, but for what its backfill says otherwise."""

from dataclasses import replace

from imgoe_bot.domain.backfill import Cards
from imgoe_bot.domain.options import Answer, Options
from imgoe_bot.domain.post import Post
from imgoe_bot.services.ports.backfill import BackfillStore
from imgoe_bot.services.settings.options import OptionService


class PostOptions:
    """Looks up the options in force for posts."""

    def __init__(self, options: OptionService, *, backfills: BackfillStore) -> None:
        self._options = options
        self._backfills = backfills

    async def of(self, post: Post) -> Options:
        """Return the options in force for a post; most backfills go without cards."""
        options = await self._options.at(post.guild_id, post.channel_ids)
        if post.backfill_id is None:
            return options
        backfill = await self._backfills.find(post.backfill_id)
        is_silent = backfill is None or backfill.cards is Cards.SILENT
        return replace(options, answer=Answer.SILENT) if is_silent else options
