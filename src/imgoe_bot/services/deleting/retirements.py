"""Use case: what becomes of copies whose message was deleted, with its channel or by itself."""

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import MANAGE_MESSAGES, Actor
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, PostId, UserId
from imgoe_bot.domain.job import Job
from imgoe_bot.domain.options import OnDelete, Options
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import NotAllowed, SourceGone, StaleWrite, UploadNotFound
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.ports.jobs import JobStore
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.options import OptionService

LOOKED_AFTER = 100
"""The newest posts of a channel that are looked after when the bot comes back."""


class RetirementStore(Protocol):
    """Answered posts by their messages, and what is done when those are deleted."""

    async def are_known(self, message_ids: Sequence[MessageId]) -> bool:
        """Tell whether there is a post of any of these source messages."""
        ...

    async def find_answered(self, message_ids: Sequence[MessageId]) -> tuple[Post, ...]:
        """Return the posts of these source messages that have been answered."""
        ...

    async def find_in(self, guild_id: GuildId, channel_id: ChannelId) -> tuple[Post, ...]:
        """Return the answered posts with copies of messages in a channel and in its threads."""
        ...

    async def watching(self) -> frozenset[GuildId]:
        """Return the servers that have answered posts, and an option for deleted messages."""
        ...

    async def newest(self, guild_id: GuildId, *, each: int) -> tuple[Post, ...]:
        """Return each channel's newest answered posts with copies, none that was retired."""
        ...

    async def order(self, posts: Sequence[Post], *, at: datetime) -> None:
        """Store the jobs that deal with deleted source messages at a time; one a post."""
        ...

    async def hold(self, post_id: PostId, *, at: datetime) -> None:
        """Note that a moderator has to decide on a post's copies; safe to repeat."""
        ...

    async def end_hold(self, post: Post, *, by: UserId, decision: str, at: datetime) -> bool:
        """Note that a moderator has decided, with an audit row; False when one has already."""
        ...


@dataclass(frozen=True, slots=True)
class Watched:
    """A channel's messages whose deletion matters.

    Attributes:
        channel_ids: the channel and what it stands in, innermost first.
        message_ids: at least one.
    """

    channel_ids: tuple[ChannelId, ...]
    message_ids: tuple[MessageId, ...]


class RetirementService:
    """Deletes, holds or keeps copies whose source is gone, as their place has it."""

    def __init__(
        self,
        store: RetirementStore,
        *,
        jobs: JobStore,
        access: PostAccess,
        deletions: DeletionService,
        options: OptionService,
        messenger: Messenger,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._posts = access.posts
        self._deletions = deletions
        self._options = options
        self._messenger = messenger
        self._outage = access.outage
        self._clock = access.clock

    async def source_deleted(self, message_ids: Sequence[MessageId]) -> None:
        """Deal with messages that are gone: stop what is under way, retire what is kept.

        For messages that nothing is known of, as most are, nothing is written.
        """
        if await self._store.are_known(message_ids):
            await self._posts.withdraw(message_ids, at=self._clock.now())
            await self._order(await self._store.find_answered(message_ids))

    async def channel_deleted(self, guild_id: GuildId, channel_id: ChannelId) -> None:
        """Deal with everything that was posted in a channel, or thread, that is gone.

        What is under way there finds its source gone by itself.
        """
        await self._order(await self._store.find_in(guild_id, channel_id))

    async def watching(self) -> frozenset[GuildId]:
        """Return the servers in which deleted messages may matter; one query for all."""
        return await self._store.watching()

    async def watched(self, guild_id: GuildId) -> list[Watched]:
        """Return the newest messages, by channel, whose deletion is not to be passed over."""
        layers = await self._options.layers(guild_id)
        if not any("on_delete" in layer for layer in layers.values()):
            return []
        found: dict[tuple[ChannelId, ...], list[MessageId]] = {}
        for post in await self._store.newest(guild_id, each=LOOKED_AFTER):
            if post.message_id is not None:
                found.setdefault(post.channel_ids, []).append(post.message_id)
        return [
            Watched(line, tuple(message_ids))
            for line, message_ids in found.items()
            if (await self._options.at(guild_id, line)).on_delete is not OnDelete.KEEP
        ]

    async def _order(self, posts: Iterable[Post]) -> None:
        due: dict[timedelta, list[Post]] = {}
        for post in posts:
            options = await self._options_of(post)
            if options.on_delete is not OnDelete.KEEP:
                due.setdefault(options.delete_grace, []).append(post)
        for grace, together in due.items():
            await self._store.order(together, at=self._clock.now() + grace)

    async def retire(self, job: Job) -> None:
        """Do with a post whose source is gone what its place has; the step may be repeated.

        Raises:
            HostError: the host did not delete a copy.
            SourceUnreachable: Discord did not answer.
        """
        card = await self._card(job.post_id)
        options = await self._options_of(card.post)
        if options.on_delete is OnDelete.DELETE:
            await self._deletions.discard(card.uploads)
            await self._messenger.refresh(await self._card(job.post_id))
        elif options.on_delete is OnDelete.HOLD and card.has_copies:
            await self._hold(job, options)
        await self._outage.keep(lambda: self._jobs.finish(job, None))

    async def _hold(self, job: Job, options: Options) -> None:
        """Let moderators decide, where they are shown it; the card hides what it showed."""
        await self._store.hold(job.post_id, at=self._clock.now())
        card = await self._card(job.post_id)
        try:
            location = await self._messenger.show_held(card, options, nonce=job.nonce)
        except (NotAllowed, SourceGone):  # nowhere to show it; the library has it
            return await self._messenger.refresh(card)
        if location != card.post.card:
            await self._outage.keep(lambda: self._posts.set_card(job.post_id, location))

    async def keep_held(self, actor: Actor, post_id: PostId) -> None:
        """Let a moderator keep what is held: the copies stay, the card goes.

        Raises:
            NotAllowed: without the Manage Messages permission.
            StaleWrite: somebody has decided already.
        """
        card = await self._held(actor, post_id)
        if not await self._end(card.post, actor, "keep"):
            raise StaleWrite
        await self._messenger.remove_card(card)

    async def delete_held(self, actor: Actor, post_id: PostId) -> None:
        """Let a moderator delete what is held; the card becomes a tombstone.

        Raises:
            NotAllowed: without the Manage Messages permission.
            StaleWrite: somebody has decided already.
            UploadNotFound: the host gave no delete link.
            HostError: the host did not delete a copy; what is left is still held.
        """
        card = await self._held(actor, post_id)
        if not card.deletable:
            raise UploadNotFound
        await self._deletions.discard(card.uploads, by=actor.user_id)
        await self._outage.keep(lambda: self._end(card.post, actor, "delete"))
        with contextlib.suppress(SourceGone):
            await self._messenger.refresh(await self._outage.outlast(lambda: self._card(post_id)))

    async def _held(self, actor: Actor, post_id: PostId) -> Card:
        card = await self._card(post_id)
        if actor.guild_id != card.post.guild_id or MANAGE_MESSAGES not in actor.permissions:
            raise NotAllowed(needs=MANAGE_MESSAGES)
        if card.post.held_at is None:
            raise StaleWrite
        return card

    async def _end(self, post: Post, actor: Actor, decision: str) -> bool:
        now = self._clock.now()
        return await self._store.end_hold(post, by=actor.user_id, decision=decision, at=now)

    async def _options_of(self, post: Post) -> Options:
        return await self._options.at(post.guild_id, post.channel_ids)

    async def _card(self, post_id: PostId) -> Card:
        return await self._posts.get_card(post_id, now=self._clock.now())
