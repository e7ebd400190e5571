"""Use case: one attachment becomes one stored copy."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import structlog

from imgoe_bot.domain.budget import lane_of
from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import PostId, UploadId, new_id
from imgoe_bot.domain.job import Item, Job
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.templates import details_from
from imgoe_bot.domain.upload import Details, Stored, Upload
from imgoe_bot.domain.upload_options import NO_UPLOAD_OPTIONS, UploadOptions
from imgoe_bot.domain.upload_rights import check_kind, check_wanted
from imgoe_bot.errors import (
    DuplicateMedia,
    IdempotencyMismatch,
    MediaTooLarge,
    UploadNotFound,
)
from imgoe_bot.services.ports.media import MediaReader
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.uploading.expiry import note_other_expiry
from imgoe_bot.services.uploading.hashing import HashingReader
from imgoe_bot.services.uploading.limits import UploadLimits
from imgoe_bot.services.uploading.safe_sending import Account, SafeSending, SendingPlan

log = structlog.stdlib.get_logger(__name__)


class UploadService:
    """Streams media from its source to the guild's host."""

    def __init__(
        self,
        reader: MediaReader,
        *,
        sending: SafeSending,
        guilds: GuildSettingsService,
        options: OptionService,
        access: PostAccess,
        limits: UploadLimits,
        notes: Notes,
    ) -> None:
        self._reader = reader
        self._sending = sending
        self._quotas = limits.quotas
        self._budgets = limits.budgets
        self._notes = notes
        self._guilds = guilds
        self._options = options
        self._posts = access.posts
        self._file_limits = limits.file
        self._clock = access.clock
        self._discord_time = access.discord_time

    async def upload(
        self,
        find_source: Callable[[], Awaitable[Source]],
        *,
        post: Post,
        item: Item,
        by: Job,
        requested: UploadOptions = NO_UPLOAD_OPTIONS,
    ) -> Upload:
        """Store one copy on the post's guild's host; the record is not stored yet.

        Not safe to repeat after a success: the host would keep two copies.

        Args:
            find_source: returns where the bytes are now; not asked for what has arrived already.
            post: what they were posted in.
            item: which of its attachments they are.
            by: the job that does it.
            requested: what was asked for beyond what the place's options say.

        Raises:
            KeyMissing: the guild has set no key.
            QuotaReached: the person or the guild has used up the day.
            QuotaPending: others' uploads under way may use it up.
            BudgetSpent: the host was sent as much as we may for now.
            MediaRejected: empty, too large, no image or video, or not wanted in that place.
            SourceError: the bytes could not be read.
            HostError: the host did not take them.
        """
        account = Account(*await self._guilds.get_host(post.guild_id))
        plan = await self._sending.plan(by, account)
        if plan.stored is not None:
            return await self._found(
                plan.stored, account, post=post, item=item, requested=requested
            )
        send = partial(
            self._send,
            await find_source(),
            post=post,
            item=item,
            by=by,
            requested=requested,
            account=account,
        )
        try:
            return await send(plan=plan)
        except DuplicateMedia:
            if plan.is_unique or not await self._sending.may_be_ours(by, account):
                raise
            return await send(plan=SendingPlan(new_id(), is_unique=True))
        except IdempotencyMismatch:  # what is said of the file has changed since
            return await send(plan=SendingPlan(new_id(), is_unique=plan.is_unique))

    async def _found(
        self, stored: Stored, account: Account, *, post: Post, item: Item, requested: UploadOptions
    ) -> Upload:
        """Return the record of a copy whose bytes nobody saw pass this time."""
        found = self._record(stored, "", post=post, item=item, host_url=account.host_url)
        options = await self._options.at(post.guild_id, post.channel_ids)
        details = _details(options, post=post, item=item, requested=requested)
        return replace(found, tags=details.tags, spoiler=_is_hidden(item, requested))

    async def _send(
        self,
        source: Source,
        *,
        post: Post,
        item: Item,
        by: Job,
        requested: UploadOptions,
        account: Account,
        plan: SendingPlan,
    ) -> Upload:
        host_url = account.host_url
        options = await self._options.at(post.guild_id, post.channel_ids)
        limit = self._largest(options)
        _check_declared_size(source, limit)
        check_wanted(item, options, nsfw=post.nsfw or requested.nsfw)
        await self._quotas.admit(by.id, post, options)
        details = _details(options, post=post, item=item, requested=requested)
        async with (
            self._budgets.slot(
                host_url,
                lane_of(post, ahead=self._discord_time.ahead),
                guild_id=post.guild_id,
            ),
            self._reader.open(source, limit_bytes=limit) as media,
        ):
            check_kind(media.mime, options, filename=item.filename)
            hashing = HashingReader(media.chunks)
            read = replace(media, chunks=hashing.chunks())
            try:
                stored = await self._sending.send(by, read, plan, account=account, details=details)
            except DuplicateMedia as refused:
                stored = await self._known_copy(post, host_url, hashing, refused)
        upload = self._record(stored, hashing.sha256, post=post, item=item, host_url=host_url)
        await note_other_expiry(upload, details.expires_after, notes=self._notes)
        return replace(upload, tags=details.tags, spoiler=_is_hidden(item, requested))

    def _largest(self, options: Options) -> int:
        """Return the largest size in bytes that both operator and place take."""
        of_place, of_operator = options.max_size, self._file_limits.max_bytes
        return of_operator if of_place is None else min(of_operator, of_place)

    async def get_card(self, actor: Actor, post_id: PostId) -> Card:
        """Return a post's card to somebody of its server, or to its author anywhere.

        Raises:
            UploadNotFound: there is no such post there.
        """
        card = await self._posts.get_card(post_id, now=self._clock.now())
        stranger = actor.guild_id != card.post.guild_id and actor.user_id != card.post.author_id
        if stranger and not card.post.is_personal:  # a personal card stands where anybody sees it
            raise UploadNotFound
        return card

    async def _known_copy(
        self, post: Post, host_url: str, hashing: HashingReader, refused: DuplicateMedia
    ) -> Stored:
        """Answer with the guild's own earlier copy; its delete link stays with its uploader."""
        known = await self._posts.find_copy(post.guild_id, host_url, hashing.sha256)
        if known is None:
            raise refused
        return replace(known.stored, delete_link=None)

    def _record(
        self, stored: Stored, sha256: str, *, post: Post, item: Item, host_url: str
    ) -> Upload:
        return Upload(
            id=UploadId(new_id()),
            post_id=post.id,
            guild_id=post.guild_id,
            uploader_id=post.author_id,
            attachment_id=item.attachment_id,
            position=item.position,
            filename=item.filename,
            host_url=host_url,
            sha256=sha256,
            stored=stored,
            created_at=self._clock.now(),
        )


def _details(options: Options, *, post: Post, item: Item, requested: UploadOptions) -> Details:
    """Return what is said to the host about a file."""
    details = requested.applied_to(details_from(options, item=item, at=post.created_at))
    return replace(details, nsfw=details.nsfw or post.nsfw or item.spoiler)


def _is_hidden(item: Item, requested: UploadOptions) -> bool:
    """Tell whether a file's thumb stays hidden where all may look."""
    return item.spoiler or requested.nsfw


def _check_declared_size(source: Source, limit: int) -> None:
    size = source.size_bytes
    if size is not None and size > limit:
        raise MediaTooLarge(filename=source.filename, size_bytes=size, limit_bytes=limit)
