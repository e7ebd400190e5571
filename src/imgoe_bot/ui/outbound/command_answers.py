"""Answers to commands: through the interaction's token, the same way live and after a restart."""

from typing import Any

import discord
import structlog

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.command import Command
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.domain.upload_options import Remark
from imgoe_bot.errors import HostError, ImgoeError, NotAllowed, SourceGone
from imgoe_bot.ui.access.refusals import translated
from imgoe_bot.ui.cards import buttons, message_fields, pictures
from imgoe_bot.ui.cards.delete_links import private_text
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.discord_codes import UNKNOWN_MESSAGE
from imgoe_bot.ui.interactions.expired import is_expired
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.outbound.announcer import Announcer
from imgoe_bot.ui.texts import quota_texts
from imgoe_bot.ui.texts.error_texts import error_text, own_key_text, waiting_text
from imgoe_bot.ui.translate import Words, words_for_locale

ORIGINAL: Any = "@original"  # discord.py's types know ids alone; Discord takes both
"""What stands as the answer; to edit it is safe to repeat, to post another message is not."""

log = structlog.stdlib.get_logger(__name__)


class CommandAnswers:
    """``ports.CommandAnswerer`` over a discord.py bot; needs no gateway."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot
        self._announcer = Announcer(bot)

    async def answer(
        self, command: Command, card: Card, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        """Put the card in the place of the answer, or where it can still be told; see the port."""
        is_hidden = command.private or card.post.is_personal
        async with translated(needs="send_messages"):
            message = await self._put(command, _card_fields(card))
        if message is not None:
            return None if is_hidden else pictures.posted(message)
        if not is_hidden:
            try:
                return await self._announcer.announce_beside(card, nonce=nonce, repeated=repeated)
            except (NotAllowed, SourceGone):
                log.info("an answer goes to its person", post=card.post.id)
        await self._write(command, nonce=nonce, **message_fields.fields(card, elsewhere=True))
        return None

    async def remark(
        self,
        command: Command,
        card: Card,
        *,
        remarks: tuple[Remark, ...],
        near: tuple[QuotaUse, ...],
    ) -> None:
        """Tell the person what to know besides, if there is anything; see the port."""
        words = words_for_locale(command.locale)
        if card.post.is_personal and card.has_copies:
            await self._tell(
                command,
                private_text(card, words, with_links=True),
                view=buttons.private_view(card, words),
                suppress_embeds=True,
            )
        lines = [words(f"remark.{remark}") for remark in remarks]
        lines += quota_texts.small_lines(near, words)
        if lines:
            await self._tell(command, "\n".join(lines))

    async def refuse(self, command: Command, post: Post, error: ImgoeError) -> None:
        """Take the answer away, and tell the person why; see the port."""
        async with translated(needs="send_messages"):
            try:
                await self._webhook(command).delete_message(ORIGINAL)
            except discord.HTTPException as refused:
                if not is_expired(refused) and refused.code != UNKNOWN_MESSAGE:
                    raise
        await self._tell(command, _worded(error, post, words_for_locale(command.locale)))

    async def tell_waiting(self, command: Command, post: Post, error: HostError | None) -> None:
        """Say in the place of the answer what is waited for; see the port."""
        words = words_for_locale(command.locale if command.private else post.locale)
        async with translated(needs="send_messages"):
            await self._put(command, {"content": waiting_text(error, words)})

    def _webhook(self, command: Command) -> discord.Webhook:
        state: Any = getattr(self._bot, "_connection", None)  # as Interaction.followup does
        data: Any = {"id": command.application_id, "type": 3, "token": command.token}
        return discord.Webhook.from_state(data, state)

    async def _put(self, command: Command, fields: dict[str, Any]) -> discord.Message | None:
        """Show something as the answer; None where the token is of no use any more."""
        webhook = self._webhook(command)
        try:
            return await webhook.edit_message(ORIGINAL, **fields, allowed_mentions=NO_PINGS)
        except discord.HTTPException as error:
            if is_expired(error):
                return None
            if error.code != UNKNOWN_MESSAGE:
                raise
        sent = {name: value for name, value in fields.items() if value}
        return await webhook.send(
            **sent, ephemeral=command.private, allowed_mentions=NO_PINGS, wait=True
        )

    async def _tell(self, command: Command, text: str, **more: Any) -> None:
        """Tell the person something privately: below their command, else by direct message."""
        async with translated(needs="send_messages"):
            try:
                await self._webhook(command).send(text, ephemeral=True, **more)
            except discord.HTTPException as error:
                if not is_expired(error):
                    raise
                await self._write(command, content=text, **more)

    async def _write(self, command: Command, **message: Any) -> None:
        """Write to the person; where their direct messages are closed nobody can tell them."""
        try:
            channel = await self._bot.create_dm(discord.Object(command.user_id))
            await channel.send(allowed_mentions=NO_PINGS, **message)
        except discord.Forbidden as error:
            log.warning("an answer to an expired interaction reached nobody", code=error.code)


def _card_fields(card: Card) -> dict[str, Any]:
    """Return what turns whatever is shown so far into the card."""
    fields = message_fields.fields(card)
    if card.post.layout is Layout.GALLERY:
        return {"content": None, "embeds": [], "attachments": [], **fields}
    return fields


def _worded(error: ImgoeError, post: Post, words: Words) -> str:
    return own_key_text(error, words) if post.is_personal else error_text(error, words)
