"""Finding the source message of a post, and a file of it."""

import discord

from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import (
    NotAllowed,
    SourceGone,
)
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ
from imgoe_bot.ui.access.refusals import translated
from imgoe_bot.ui.container import AnyBot, services_of
from imgoe_bot.ui.outbound.channels import PostChannels
from imgoe_bot.ui.reading.fresh_links import freshened
from imgoe_bot.ui.reading.message_media import find_media


class SourceFinder:
    """Reads source messages anew, since links to their files expire."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._channels = PostChannels(bot)

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment; see the port."""
        reference = find_media(await self.get_message(post), item)
        if reference is None:
            raise SourceGone
        if services_of(self._bot).refresh_links:
            reference = await freshened(self._bot, reference)
        return reference.source

    async def get_message(self, post: Post) -> discord.Message:
        """Return the source message.

        Raises:
            As ``Messenger.find_source``.
        """
        try:
            async with translated(needs="read_message_history"):
                return await self._channels.of(post).fetch_message(post.message_id or 0)
        except NotAllowed as error:
            raise await self._channels.explain_refusal(
                post, post.channel_id, NEEDED_TO_READ
            ) from error
