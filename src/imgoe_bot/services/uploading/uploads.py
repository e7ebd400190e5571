"""Use case: one attachment becomes one stored copy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import structlog

from imgoe_bot.domain.budget import lane_of
from imgoe_bot.domain.card import Card, FailedItem, PostedCard
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import PostId, UploadId, new_id
from imgoe_bot.domain.job import Item, Job
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.templates import details_from
from imgoe_bot.domain.upload import Stored, Upload
from imgoe_bot.domain.upload_options import NO_UPLOAD_OPTIONS, UploadOptions
from imgoe_bot.domain.upload_rights import check_kind, check_may_upload, check_wanted
from imgoe_bot.errors import (
    DuplicateMedia,
    IdempotencyMismatch,
    ImgoeError,
    KeyMissing,
    MediaTooLarge,
    UnderWay,
    UploadNotFound,
)
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.cards.previews import preview_at
from imgoe_bot.services.ports.media import MediaReader
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.uploading.expiry import note_other_expiry
from imgoe_bot.services.uploading.hashing import HashingReader
from imgoe_bot.services.uploading.limits import UploadLimits
from imgoe_bot.services.uploading.quotas import AwaitedUploads
from imgoe_bot.services.uploading.safe_sending import Account, SafeSending, SendingPlan
from imgoe_bot.services.uploading.source_waits import wait_for_source
from imgoe_bot.services.uploading.unrecorded import delete_unrecorded

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class FileToUpload:
    """One file that a person wants kept, and where its bytes are right now."""

    source: Source
    item: Item


class UploadService:
    """Streams media from its source to the guild's host."""

    def __init__(
        self,
        reader: MediaReader,
        *,
        sending: SafeSending,
        guilds: GuildSettingsService,
        options: OptionService,
        layouts: Layouts,
        access: PostAccess,
        limits: UploadLimits,
        notes: Notes,
    ) -> None:
        self._reader = reader
        self._sending = sending
        self._host = sending.host
        self._quotas = limits.quotas
        self._budgets = limits.budgets
        self._notes = notes
        self._guilds = guilds
        self._options = options
        self._layouts = layouts
        self._posts = access.posts
        self._file_limits = limits.file
        self._outage = access.outage
        self._clock = access.clock
        self._discord_time = access.discord_time

    async def upload(
        self,
        source: Source,
        *,
        post: Post,
        item: Item,
        by: Job | AwaitedUploads,
        requested: UploadOptions = NO_UPLOAD_OPTIONS,
        before: Sequence[Upload] = (),
    ) -> Upload:
        """Store one copy on the post's guild's host; the record is not stored yet.

        Not safe to repeat after a success: the host would keep two copies.

        Args:
            source: where the bytes are now.
            post: what they were posted in.
            item: which of its attachments they are.
            by: the job that does it, or what a person waits for.
            requested: what was asked for beyond what the place's options say.
            before: what was uploaded for the same post and is not stored yet; counts as used up.

        Raises:
            KeyMissing: the guild has set no key.
            QuotaReached: the person or the guild has used up the day.
            QuotaPending: others' uploads under way may use it up; only where a job does it.
            BudgetSpent: the host was sent as much as we may for now.
            MediaRejected: empty, too large, no image or video, or not wanted in that place.
            SourceError: the bytes could not be read.
            HostError: the host did not take them.
        """
        account = Account(*await self._guilds.get_host(post.guild_id))
        job = by if isinstance(by, Job) else None
        plan = await self._sending.plan(job, account) if job is not None else SendingPlan("")
        if plan.stored is not None:
            return self._record(plan.stored, "", post=post, item=item, host_url=account.host_url)
        send = partial(
            self._send,
            source,
            post=post,
            item=item,
            by=by,
            requested=requested,
            before=before,
            account=account,
        )
        try:
            return await send(plan=plan)
        except DuplicateMedia:
            if job is None or plan.is_unique or not await self._sending.may_be_ours(job, account):
                raise
            return await send(plan=SendingPlan(new_id(), is_unique=True))
        except IdempotencyMismatch:  # what is said of the file has changed since
            return await send(plan=SendingPlan(new_id(), is_unique=plan.is_unique))

    async def _send(
        self,
        source: Source,
        *,
        post: Post,
        item: Item,
        by: Job | AwaitedUploads,
        requested: UploadOptions,
        before: Sequence[Upload],
        account: Account,
        plan: SendingPlan,
    ) -> Upload:
        host_url = account.host_url
        options = await self._options.at(post.guild_id, post.channel_ids)
        limit = self._largest(options)
        _check_declared_size(source, limit)
        check_wanted(item, options, nsfw=post.nsfw or requested.nsfw)
        if isinstance(by, AwaitedUploads):
            await self._quotas.check(by, options, before=before)
        else:
            await self._quotas.admit(by.id, post, options)
        details = requested.applied_to(details_from(options, item=item, at=post.created_at))
        details = replace(details, nsfw=details.nsfw or post.nsfw or item.spoiler)
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
                if isinstance(by, AwaitedUploads):
                    stored = await self._host.upload(
                        read, host_url=host_url, key=account.key, details=details
                    )
                else:
                    stored = await self._sending.send(
                        by, read, plan, account=account, details=details
                    )
            except DuplicateMedia as refused:
                stored = await self._known_copy(post, host_url, hashing, refused)
        upload = self._record(stored, hashing.sha256, post=post, item=item, host_url=host_url)
        await note_other_expiry(upload, details.expires_after, notes=self._notes)
        hidden = item.spoiler or (requested.nsfw and not post.nsfw)  # no thumb where all may look
        return replace(upload, tags=details.tags, spoiler=hidden)

    def _largest(self, options: Options) -> int:
        """Return the largest size in bytes that both operator and place take."""
        of_place, of_operator = options.max_size, self._file_limits.max_bytes
        return of_operator if of_place is None else min(of_operator, of_place)

    async def upload_now(
        self,
        actor: Actor,
        files: Sequence[FileToUpload],
        *,
        post: Post,
        requested: UploadOptions = NO_UPLOAD_OPTIONS,
    ) -> Card:
        """Store copies and their records, and order the direct message with their delete links.

        Of several files each fails by itself, and the card says why.

        Raises:
            NotAllowed: the server lets only a role upload, and the actor lacks it.
            UnderWay: the message was kept meanwhile by another way; then nothing of this is left.
            ImgoeError: as ``upload`` does, when there is but one file; then nothing is stored.
        """
        options = await self._options.at(post.guild_id, post.channel_ids)
        check_may_upload(actor, options)
        with self._quotas.awaiting(post, files=len(files)) as awaited:
            uploads, left_out = await self._upload_each(files, post, requested, awaited)
            await self._outage.keep(
                lambda: self._store(post, uploads, left_out, options, requested)
            )
        return await self._outage.outlast(
            lambda: self._posts.get_card(post.id, now=self._clock.now())
        )

    async def _store(
        self,
        post: Post,
        uploads: Sequence[Upload],
        left_out: Sequence[FailedItem],
        options: Options,
        requested: UploadOptions,
    ) -> None:
        """Store what was uploaded; safe to repeat where it may have been stored already.

        Raises:
            UnderWay: another way was faster; the copies are deleted.
        """
        layout = await self._layouts.choose(options, post.guild_id, files=len(uploads))
        shown = replace(post, layout=layout, nsfw=post.nsfw or requested.nsfw)
        if await self._posts.add_uploaded(shown, *uploads, left_out=left_out):
            return
        try:
            await self._posts.get_post(post.id)
        except UploadNotFound:
            await delete_unrecorded(uploads, host=self._host)
            raise UnderWay from None

    async def _upload_each(
        self,
        files: Sequence[FileToUpload],
        post: Post,
        requested: UploadOptions,
        awaited: AwaitedUploads,
    ) -> tuple[list[Upload], list[FailedItem]]:
        uploads: list[Upload] = []
        left_out: list[FailedItem] = []
        for each in files:
            try:
                upload = partial(
                    self.upload,
                    each.source,
                    post=post,
                    item=each.item,
                    by=awaited,
                    requested=requested,
                    before=tuple(uploads),
                )
                call = partial(wait_for_source, upload, waits_s=self._file_limits.source_waits_s)
                # The first may fail at once; after it, copies wait for their record.
                uploads.append(await (self._outage.outlast(call) if uploads else call()))
            except ImgoeError as error:
                if len(files) == 1 or (isinstance(error, KeyMissing) and not uploads):
                    raise
                left_out.append(FailedItem(each.item.position, each.item.filename, error))
        return uploads, left_out

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

    async def answered(self, post: Post, posted: PostedCard) -> None:
        """Note where the card of an ``upload_now`` stands, so that it can change later."""
        due = preview_at(posted, now=self._clock.now())
        await self._outage.keep(
            lambda: self._posts.set_card(post.id, posted.location, preview_at=due)
        )

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


def _check_declared_size(source: Source, limit: int) -> None:
    size = source.size_bytes
    if size is not None and size > limit:
        raise MediaTooLarge(filename=source.filename, size_bytes=size, limit_bytes=limit)
