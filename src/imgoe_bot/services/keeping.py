"""Use case: somebody points at a message to have it kept, or to find what was kept of it."""

from collections.abc import Mapping, Sequence

from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import AttachmentId, GuildId, MessageId, UserId, is_snowflake
from imgoe_bot.domain.mirror import PersonChoice
from imgoe_bot.domain.upload import Card, Post, Upload
from imgoe_bot.errors import NotAllowed
from imgoe_bot.services.ports import ChoiceStore, Clock, CopyStore, PostStore
from imgoe_bot.services.uploads import Handed, UploadService


class KeepService:
    """Keeps messages on demand, and finds the copies of what they hold."""

    def __init__(
        self,
        uploads: UploadService,
        *,
        posts: PostStore,
        choices: ChoiceStore,
        copies: CopyStore,
        clock: Clock,
    ) -> None:
        self._uploads = uploads
        self._posts = posts
        self._choices = choices
        self._copies = copies
        self._clock = clock

    async def keep(
        self, actor: Actor, handed: Sequence[Handed], *, post: Post, author_id: UserId
    ) -> Card:
        """Keep what a message holds; one that was kept already is not uploaded again.

        Args:
            actor: who points at it.
            handed: its media.
            post: the message; its author is whom the copies belong to.
            author_id: who wrote it.

        Raises:
            NotAllowed: its author wants nothing copied, or the actor may not upload here.
            ImgoeError: as ``UploadService.upload_now`` does.
        """
        choice = await self._choices.find(author_id, post.guild_id)
        if choice is PersonChoice.OUT and actor.user_id != author_id:
            raise NotAllowed(needs="consent:author")
        known = await self._find_card(post)
        return known or await self._uploads.upload_now(actor, handed, post=post)

    async def copies(
        self, guild_id: GuildId, attachment_ids: Sequence[AttachmentId], *, message_id: MessageId
    ) -> Mapping[AttachmentId, Upload]:
        """Return the guild's live copies of these attachments, as far as anybody can see them.

        Args:
            guild_id: whose copies.
            attachment_ids: of attachments anywhere, and of previews in the message.
            message_id: the message; a preview's number says nothing without it.
        """
        anywhere = [each for each in attachment_ids if is_snowflake(each)]
        found = await self._copies.find(guild_id, anywhere) if anywhere else ()
        here = await self._copies.of_message(guild_id, message_id)
        return {each.attachment_id: each for each in (*here, *found) if each.stored.approved}

    async def _find_card(self, post: Post) -> Card | None:
        """Return the card of the same message in the same space if it still shows a copy."""
        if post.message_id is None:
            return None
        for known in await self._posts.find_answered([post.message_id]):
            if known.guild_id != post.guild_id:  # somebody else's, made with another key
                continue
            card = await self._posts.get_card(known.id, now=self._clock.now())
            if any(upload.deleted_at is None for upload in card.uploads):
                return card
        return None
