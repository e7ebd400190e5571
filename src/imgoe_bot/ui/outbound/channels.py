"""The channels of posts and cards, as far as one may get at them without the gateway."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.errors import ImgoeError, NotAllowed, SourceUnreachable
from imgoe_bot.ui.access.refusals import SETTLED, find_lack, translated
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.reading.places import is_nsfw


class PostChannels:
    """Finds where posts, their answers and their log channels are; needs no gateway."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot

    def of(self, post: Post) -> discord.PartialMessageable:
        """Return the channel that a post was made in."""
        return self._bot.get_partial_messageable(post.channel_id, guild_id=post.guild_id)

    def message(self, location: MessageLocation) -> discord.PartialMessage:
        """Return a message, whether it is there or not."""
        channel = self._bot.get_partial_messageable(location.channel_id)
        return channel.get_partial_message(location.message_id)

    def find_known(self, message_id: int | None) -> discord.Message | None:
        """Return a message as the gateway's events have it, if it is among the last of them.

        Edits are in it, and it is forgotten once deleted, but for those that the end of a session
        hid.
        """
        known = reversed(self._bot.cached_messages)
        return next((message for message in known if message.id == message_id), None)

    async def delete(self, location: MessageLocation) -> None:
        """Delete a message of ours; one that is gone, or can't be deleted, is left alone."""
        with contextlib.suppress(*SETTLED):
            async with translated(needs="manage_messages"):
                await self.message(location).delete()

    def log_channel(self, post: Post, options: Options) -> int | None:
        """Return the log channel for a post, None where its server has no such channel."""
        known = self._is_in(post.guild_id, options.log_channel)
        return options.log_channel if known else None

    def _is_in(self, guild_id: GuildId, channel_id: int | None) -> bool:
        """Tell whether a channel is one of this server's, so that no card leaves it."""
        channel = self._bot.get_channel(channel_id) if channel_id is not None else None
        if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            return False
        return channel.guild.id == guild_id

    async def is_thread(self, post: Post) -> bool:
        """Tell whether a post was made in a thread."""
        channel = self._bot.get_channel(post.channel_id)
        channel = channel or await self._bot.fetch_channel(post.channel_id)
        return isinstance(channel, discord.Thread)

    def hide_nsfw(self, card: Card, channel_id: int) -> Card:
        """Make spoilers of what is not safe for work where a channel is not age-restricted."""
        is_home = channel_id == card.post.channel_id
        if is_home or not card.post.nsfw or is_nsfw(self._bot.get_channel(channel_id)):
            return card
        hidden = tuple(replace(upload, spoiler=True) for upload in card.uploads)
        return replace(card, uploads=hidden)

    async def explain_refusal(
        self, post: Post, channel_id: int, needed: Sequence[str], *, where: str = ""
    ) -> ImgoeError:
        """Return what a refusal is: the permission that lacks, or what a later try may cure."""
        guild = self._bot.get_guild(post.guild_id)
        lack = await find_lack(guild, channel_id, needed) if guild else None
        return NotAllowed(needs=f"{lack}{where}") if lack else SourceUnreachable(status=403)
