"""Changing cards that stand, and what moderators are shown in their place."""

import contextlib
from collections.abc import Mapping

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import MessageLocation
from imgoe_bot.services.ports.media import Thumb
from imgoe_bot.ui.access.refusals import SETTLED, translated
from imgoe_bot.ui.cards import message_fields, pictures
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.discord_codes import AUTOMOD
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.outbound.channels import PostChannels
from imgoe_bot.ui.outbound.sending import send_card
from imgoe_bot.ui.reading.message_facts import message_location


class CardEditor:
    """Edits, replaces and removes cards."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._channels = PostChannels(bot)

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; see the port."""
        await self._show(card, {})

    async def attach_thumbs(self, card: Card, thumbs: Mapping[UploadId, Thumb]) -> None:
        """Show the card with these thumbs as files of its own; see the port."""
        if card.post.card is not None:
            card = self._channels.hide_nsfw(card, card.post.card.channel_id)
        found = [(upload, thumbs.get(upload.id)) for upload in card.pictured]
        await self._show(card, {u.id: pictures.file_of(u, thumb) for u, thumb in found if thumb})

    async def lacks_thumbs(self, card: Card) -> bool:
        """Tell whether Discord has not loaded a picture of the card; see the port."""
        location = card.post.card
        if location is None:
            return False
        known = self._channels.find_known(location.message_id)
        if known is not None and not pictures.are_missing(known):
            return False
        with contextlib.suppress(*SETTLED):
            async with translated(needs="read_message_history"):
                return pictures.are_missing(await self._channels.message(location).fetch())
        return False

    async def _show(self, card: Card, new: Mapping[UploadId, pictures.File]) -> None:
        """Edit the card: with these files, and with those on it that may stay."""
        location = card.post.card
        if location is None:
            return
        card = self._channels.hide_nsfw(card, location.channel_id)
        with contextlib.suppress(*SETTLED):
            async with translated(needs="send_messages"):
                standing = await self._find_card(location)
                files = {**(pictures.files_on(standing, card) if standing else {}), **new}
                elsewhere = message_fields.is_elsewhere(card.post, location, standing)
                await self._edit(location, card, files, elsewhere=elsewhere)

    async def _edit(
        self,
        location: MessageLocation,
        card: Card,
        files: Mapping[UploadId, pictures.File],
        *,
        elsewhere: bool,
    ) -> None:
        """Edit a card; without anybody's words if automatic moderation takes offence at them."""
        fields = message_fields.fields(card, elsewhere=elsewhere, thumbs=pictures.addresses(files))
        shown = pictures.shown_by(fields, files)
        try:
            await self._channels.message(location).edit(
                **fields, attachments=shown, allowed_mentions=NO_PINGS
            )
        except discord.HTTPException as error:
            plain = message_fields.plain(card)
            if error.code not in AUTOMOD or plain == card:
                raise
            await self._edit(location, plain, {}, elsewhere=elsewhere)

    async def _find_card(self, location: MessageLocation) -> discord.Message | None:
        """Return a card as it stands; None where the bot may not read, though it may edit there."""
        try:
            return await self._channels.message(location).fetch()
        except discord.Forbidden:
            return None

    async def show_held(self, card: Card, options: Options, *, nonce: str) -> MessageLocation:
        """Show moderators that a post waits for their decision; see the port."""
        location, log_id = card.post.card, self._channels.log_channel(card.post, options)
        if location is not None and log_id in (None, location.channel_id):
            await self.refresh(card)
            return location
        channel = self._bot.get_partial_messageable(log_id or card.post.channel_id)
        async with translated(needs="send_messages"):
            message = await send_card(channel, card, nonce, answers=False)
        await self.remove_card(card)
        return message_location(message)

    async def remove_card(self, card: Card) -> None:
        """Take the card out of its channel; one that is gone is left alone."""
        if card.post.card is not None:
            await self._channels.delete(card.post.card)
