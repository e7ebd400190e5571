"""Use case: somebody points at a message to have it kept, or to find what was kept of it."""

from collections.abc import Mapping, Sequence

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.command import Command, FileToUpload
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import AttachmentId, GuildId, MessageId, UserId, is_snowflake
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import NotAllowed, UnderWay
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.mirroring import ChoiceStore
from imgoe_bot.services.ports.posts import CopyStore, PostStore
from imgoe_bot.services.uploading.commands import CommandService
from imgoe_bot.services.uploading.second_tries import RetryService


class ChosenMessageService:
    """Keeps messages on demand, and finds the copies of what they hold."""

    def __init__(
        self,
        commands: CommandService,
        *,
        retries: RetryService,
        posts: PostStore,
        choices: ChoiceStore,
        copies: CopyStore,
        clock: Clock,
    ) -> None:
        self._commands = commands
        self._retries = retries
        self._posts = posts
        self._choices = choices
        self._copies = copies
        self._clock = clock

    async def keep(
        self,
        actor: Actor,
        files: Sequence[FileToUpload],
        *,
        post: Post,
        command: Command,
        author_id: UserId,
    ) -> Card | None:
        """Keep what a message holds; one that was kept already is not uploaded again.

        Args:
            actor: who points at it.
            files: its media.
            post: the message; its author is whom the copies belong to.
            command: how it is answered.
            author_id: who wrote it.

        Returns:
            The card that is the answer; None: one comes once the message is kept.

        Raises:
            NotAllowed: its author wants nothing copied, or the actor may not upload here.
            UnderWay: it is being kept already, and its card is on its way.
        """
        choice = await self._choices.find(author_id, post.guild_id)
        if choice is PersonChoice.OUT and actor.user_id != author_id:
            raise NotAllowed(needs="consent:author")
        known = await self._find_card(actor, post)
        if known is not None:
            return known
        try:
            await self._commands.ask(actor, files, post=post, command=command)
        except UnderWay:
            faster = await self._find_card(actor, post)
            if faster is None:
                raise
            return faster
        return None

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

    async def _find_card(self, actor: Actor, post: Post) -> Card | None:
        """Return the card of the same message in the same space if it still shows a copy.

        Raises:
            UnderWay: it is to have one soon; or what was given up of it is tried again.
        """
        if post.message_id is None:
            return None
        known = await self._posts.find_post(post.guild_id, post.message_id)
        if known is None:
            return None
        if not known.answered:
            raise UnderWay
        card = await self._posts.get_card(known.id, now=self._clock.now())
        is_kept = card.has_copies or not card.uploads
        if is_kept and card.may_try_again(actor) and await self._retries.try_card(card):
            raise UnderWay
        return card if card.has_copies else None
