"""Direct messages: sending them, and what Discord says against it."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import discord

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.direct_messages import HaltReason
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.quota import QuotaUse
from imgoe_bot.errors import DirectMessagesHalted, SourceGone, SourceUnreachable
from imgoe_bot.ui.cards import buttons, delete_links
from imgoe_bot.ui.container import AnyBot
from imgoe_bot.ui.message_parts import NO_PINGS
from imgoe_bot.ui.translate import words_for_locale

HALTS = {40003: HaltReason.TOO_FAST, 20026: HaltReason.QUARANTINED}
SEARCHED_MESSAGES = 50
"""How many of the newest messages are searched for what an earlier try sent."""


class DirectMessages:
    """Writes to people; each method says False where their direct messages are closed to us."""

    def __init__(self, bot: AnyBot) -> None:
        self._bot = bot

    async def write(self, user_id: UserId, text: str, *, nonce: str) -> bool:
        """Send a short note; with the same nonce it is sent once."""
        try:
            async with _translated():
                channel = await self._bot.create_dm(discord.Object(user_id))
                await channel.send(
                    text, suppress_embeds=True, allowed_mentions=NO_PINGS, nonce=nonce
                )
        except _Closed:
            return False
        return True

    async def has_said(self, user_id: UserId, text: str) -> bool:
        """Tell whether this stands among the newest messages to a person; False where closed."""
        try:
            async with _translated():
                channel = await self._bot.create_dm(discord.Object(user_id))
                us = self._bot.user.id if self._bot.user else None
                newest = channel.history(limit=SEARCHED_MESSAGES)
                return any([each.author.id == us and each.content == text async for each in newest])
        except _Closed:
            return False

    async def deliver(
        self, cards: Sequence[Card], *, near: Sequence[QuotaUse] = (), repeated: bool
    ) -> bool:
        """Send delete links; see ``ports.Messenger``."""
        try:
            async with _translated():
                channel = await self._bot.create_dm(discord.Object(cards[0].post.author_id))
                unsent = await self._unsent(channel, cards) if repeated else cards
                await self._send(channel, unsent, near)
        except _Closed:
            return False
        return True

    async def _send(
        self, channel: discord.DMChannel, cards: Sequence[Card], near: Sequence[QuotaUse]
    ) -> None:
        words = words_for_locale(cards[0].post.locale if cards else None)
        for page in delete_links.pages(cards, words, near=near):
            await channel.send(
                page.text,
                view=buttons.delete_view(page.listed, words),
                suppress_embeds=True,
                allowed_mentions=NO_PINGS,
                nonce=page.nonce,
            )

    async def _unsent(self, channel: discord.DMChannel, cards: Sequence[Card]) -> list[Card]:
        """Discord forgets nonces after minutes; what was sent before that is still there."""
        us = self._bot.user.id if self._bot.user else None
        sent: set[str] = set()
        async for message in channel.history(limit=SEARCHED_MESSAGES):
            if message.author.id == us:
                sent.update(buttons.deletable_in(message))
        left = [tuple(each for each in card.deletable if each.id not in sent) for card in cards]
        both = zip(cards, left, strict=True)
        return [replace(card, uploads=uploads) for card, uploads in both if uploads]


class _Closed(Exception):
    """The person takes no direct messages from us."""


@asynccontextmanager
async def _translated() -> AsyncGenerator[None]:
    """Turn discord.py's errors into ours."""
    try:
        yield
    except discord.HTTPException as error:
        if error.code in HALTS:
            raise DirectMessagesHalted(reason=HALTS[error.code].value) from error
        if isinstance(error, discord.Forbidden) and error.code:
            raise _Closed from error  # 50007, 50278 or another: this person gets none of us
        if isinstance(error, discord.NotFound) and error.code:
            raise SourceGone from error
        raise SourceUnreachable(status=error.status) from error
    except OSError as error:
        raise SourceUnreachable from error
