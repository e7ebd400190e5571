"""Use case: somebody has files tried again that were given up, or wait."""

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import MANAGE_MESSAGES, Actor, check_may_manage
from imgoe_bot.domain.ids import ChannelId, PostId
from imgoe_bot.errors import NotAllowed
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.post_access import PostAccess


class RetryService:
    """Has files tried again for those who may; safe to repeat."""

    def __init__(self, jobs: JobStore, *, access: PostAccess) -> None:
        self._jobs = jobs
        self._posts = access.posts
        self._outage = access.outage
        self._clock = access.clock

    async def try_post(self, actor: Actor, post_id: PostId) -> int:
        """Try again what was given up of a post, and what waits.

        Returns:
            How many files; 0 when they are being tried already, or nothing of it can be.

        Raises:
            UploadNotFound: there is no such post.
            NotAllowed: the actor is neither its author nor a moderator.
        """
        card = await self._posts.get_card(post_id, now=self._clock.now())
        if not card.may_try_again(actor):
            raise NotAllowed(needs=MANAGE_MESSAGES)
        return await self.try_card(card)

    async def try_card(self, card: Card) -> int:
        """Try again what was given up of a card's files, and what waits; return how many."""
        waiting = [each.attachment_id for each in card.waiting if each.attachment_id is not None]
        files = (*card.retriable, *waiting)
        if not files:
            return 0
        return await self._outage.outlast(lambda: self._jobs.try_again(card.post.id, files=files))

    async def try_server(self, actor: Actor, channel_id: ChannelId | None = None) -> int:
        """Try again what was given up of a server, or of a place in it, and what waits.

        Returns:
            How many files.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        guild_id = check_may_manage(actor)
        return await self._outage.outlast(
            lambda: self._jobs.try_server_again(guild_id, channel_id=channel_id)
        )
