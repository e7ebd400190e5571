"""Finding the source message of a post, and a file of it."""

from collections import deque
from datetime import timedelta

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
from imgoe_bot.ui.reading.media_references import MediaReference
from imgoe_bot.ui.reading.message_media import find_media

GIVEN_MAX = 256
"""How many files are remembered whose link was given as the gateway brought it."""


LIVE_FOR = timedelta(minutes=1)
"""How long a message counts as it came: links expire, and the end of a session hides its edits."""


class SourceFinder:
    """Finds links to files that work: they expire, so no job holds them."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._channels = PostChannels(bot)
        self._given: deque[tuple[int | None, int]] = deque(maxlen=GIVEN_MAX)

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment; see the port."""
        reference = self._take_live(post, item) or find_media(await self.get_message(post), item)
        if reference is None:
            raise SourceGone
        if services_of(self._bot).refresh_links:
            reference = await freshened(self._bot, reference)
        return reference.source

    def _take_live(self, post: Post, item: Item) -> MediaReference | None:
        """Return, once, what the gateway brought moments ago, which saves a request.

        Whoever asks again has found that link to be of no use, or comes late: Discord is asked.
        """
        file = (post.message_id, item.attachment_id)
        message = self._channels.find_known(post.message_id)
        if message is None or file in self._given:
            return None
        if services_of(self._bot).discord_time.now() - message.created_at > LIVE_FOR:
            return None
        self._given.append(file)
        return find_media(message, item)

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
