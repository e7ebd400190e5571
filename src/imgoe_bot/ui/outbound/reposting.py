"""Showing a card once more, for who could write there themselves."""

import discord

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.ids import ChannelId, GuildId, UserId
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.ui.access.permissions import held_in
from imgoe_bot.ui.access.refusals import SETTLED, translated
from imgoe_bot.ui.cards import message_fields, pictures
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.outbound.channels import PostChannels


class DiscordReposter:
    """``CardPoster`` of the library's use cases over a discord.py bot."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._channels = PostChannels(bot)

    async def may_post(self, user_id: UserId, guild_id: GuildId, channel_id: ChannelId) -> bool:
        """Tell whether a person could write in a channel themselves; see the port."""
        try:
            async with translated(needs="view_channel"):
                channel = await self._channel(channel_id)
                member = await self._member(guild_id, user_id)
        except SETTLED:
            return False
        held = held_in(channel, member) if channel and member else None
        if held is None:
            return False
        in_thread = isinstance(channel, discord.Thread)
        may_send = held.send_messages_in_threads if in_thread else held.send_messages
        return held.view_channel and may_send

    async def _channel(
        self, channel_id: ChannelId
    ) -> discord.abc.GuildChannel | discord.Thread | None:
        found = self._bot.get_channel(channel_id) or await self._bot.fetch_channel(channel_id)
        return found if isinstance(found, discord.abc.GuildChannel | discord.Thread) else None

    async def _member(self, guild_id: GuildId, user_id: UserId) -> discord.Member | None:
        """Ask Discord: members are not kept in memory, and who left must not be one."""
        guild = self._bot.get_guild(guild_id)
        return await guild.fetch_member(user_id) if guild else None

    async def post(self, card: Card, *, nonce: str) -> PostedCard:
        """Post a card in its post's channel; see the port."""
        async with translated(needs="send_messages"):
            sent = await self._channels.of(card.post).send(
                **message_fields.fields(card, elsewhere=True),
                allowed_mentions=NO_PINGS,
                nonce=nonce,
            )
        return pictures.posted(sent)

    async def remove(self, location: MessageLocation) -> None:
        """Take a message of ours away; see the port."""
        await self._channels.delete(location)
