"""Use case: one attachment becomes one stored copy."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

import structlog

from imgoe_bot.domain.budget import lane_of
from imgoe_bot.domain.card import Card, FailedItem, PostedCard
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import GuildId, JobId, PostId, UploadId, new_id
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.templates import details_from
from imgoe_bot.domain.upload import Stored, Upload
from imgoe_bot.domain.upload_options import NO_UPLOAD_OPTIONS, UploadOptions, expires_otherwise
from imgoe_bot.domain.upload_rights import check_kind, check_may_upload, check_wanted
from imgoe_bot.errors import (
    DuplicateMedia,
    ImgoeError,
    KeyMissing,
    MediaTooLarge,
    SourceUnreachable,
    UnderWay,
    UploadNotFound,
)
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.cards.previews import look_at
from imgoe_bot.services.ports import Clock, ImageHost, MediaReader, Notes, PostStore
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.store_outage import StoreOutage
from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.hashing import HashingReader
from imgoe_bot.services.uploading.quotas import AwaitedUploads, QuotaService

log = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """How large a file may be, and how long one is waited for while a person waits.

    Attributes:
        max_bytes: the largest file that the operator allows.
        source_waits_s: before each new try to read a file that Discord does not hand over.
    """

    max_bytes: int
    source_waits_s: tuple[float, ...] = (1, 2, 4)


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
        host: ImageHost,
        guilds: GuildSettingsService,
        options: OptionService,
        layouts: Layouts,
        posts: PostStore,
        quotas: QuotaService,
        budgets: HostBudgets,
        notes: Notes,
        limits: UploadLimits,
        outage: StoreOutage,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._host = host
        self._quotas = quotas
        self._budgets = budgets
        self._notes = notes
        self._guilds = guilds
        self._options = options
        self._layouts = layouts
        self._posts = posts
        self._limits = limits
        self._outage = outage
        self._clock = clock

    async def upload(
        self,
        source: Source,
        *,
        post: Post,
        item: Item,
        by: JobId | AwaitedUploads,
        requested: UploadOptions = NO_UPLOAD_OPTIONS,
        before: Sequence[Upload] = (),
    ) -> Upload:
        """Store one copy on the post's guild's host; the record is not stored yet.

        Not safe to repeat after a success: the host would keep two copies.

        Args:
            source: where the bytes are now.
            post: what they were posted in.
            item: which of its things they are.
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
        host_url, key = await self._guilds.get_host(post.guild_id)
        options = await self._options.at(post.guild_id, post.channel_ids)
        limit = self._limits.max_bytes
        if options.max_size is not None:
            limit = min(limit, options.max_size)
        _check_declared_size(source, limit)
        check_wanted(item, options, nsfw=post.nsfw or requested.nsfw)
        if isinstance(by, AwaitedUploads):
            await self._quotas.check(by, options, before=before)
        else:
            await self._quotas.admit(by, post, options)
        told = requested.applied_to(details_from(options, item=item, at=post.created_at))
        told = replace(told, nsfw=told.nsfw or post.nsfw or item.spoiler)
        async with (
            self._budgets.slot(host_url, lane_of(post)),
            self._reader.open(source, limit_bytes=limit) as media,
        ):
            check_kind(media.mime, options, filename=item.filename)
            if not isinstance(by, AwaitedUploads):
                await self._posts.note_sending(by)
            hashing = HashingReader(media.chunks)
            read = replace(media, chunks=hashing.chunks())
            try:
                stored = await self._host.upload(read, host_url=host_url, key=key, details=told)
            except DuplicateMedia as refused:
                stored = await self._known_copy(post, host_url, hashing, refused)
        upload = self._record(stored, hashing.sha256, post=post, item=item, host_url=host_url)
        veiled = item.spoiler or (requested.nsfw and not post.nsfw)  # no thumb where all may look
        await self._watch_expiry(upload, told.expires_after)
        return replace(upload, tags=told.tags, spoiler=veiled)

    async def _watch_expiry(self, upload: Upload, after: timedelta | None) -> None:
        """Note that the host keeps a copy for another time; ``/status`` tells moderators.

        The copy exists by now: no remark on it may cost it its record.
        """
        if not expires_otherwise(upload, after):
            return
        log.warning("the host did not confirm the expiry", guild=upload.guild_id)
        with contextlib.suppress(ImgoeError):
            await self._notes.write(expiry_note(upload.guild_id), upload.created_at.isoformat())

    async def upload_now(
        self,
        actor: Actor,
        files: Sequence[FileToUpload],
        *,
        post: Post,
        requested: UploadOptions = NO_UPLOAD_OPTIONS,
    ) -> Card:
        """Store copies and their records, and order the direct message with their delete links.

        Of several things each fails by itself, and the card says why.

        Raises:
            NotAllowed: the server lets only a role upload, and the actor lacks it.
            UnderWay: the message was kept meanwhile by another way; then nothing of this is left.
            ImgoeError: as ``upload`` does, when there is but one thing; then nothing is stored.
        """
        options = await self._options.at(post.guild_id, post.channel_ids)
        check_may_upload(actor, options)
        with self._quotas.awaiting(post, files=len(files)) as awaited:
            uploads, left = await self._upload_each(files, post, requested, awaited)
            await self._outage.keep(lambda: self._store(post, uploads, left, options, requested))
        return await self._outage.outlast(
            lambda: self._posts.get_card(post.id, now=self._clock.now())
        )

    async def _store(
        self,
        post: Post,
        uploads: Sequence[Upload],
        left: Sequence[FailedItem],
        options: Options,
        requested: UploadOptions,
    ) -> None:
        """Store what was uploaded; safe to repeat where it may have been stored already.

        Raises:
            UnderWay: another way was faster; the copies are deleted.
        """
        layout = await self._layouts.choose(options, post.guild_id, files=len(uploads))
        shown = replace(post, layout=layout, nsfw=post.nsfw or requested.nsfw)
        if await self._posts.add_uploaded(shown, *uploads, left=left):
            return
        try:
            await self._posts.get_post(post.id)
        except UploadNotFound:
            await self._undo(uploads)
            raise UnderWay from None

    async def _undo(self, uploads: Sequence[Upload]) -> None:
        """Delete copies that nobody was told of and no record tells of."""
        for upload in uploads:
            link = upload.stored.delete_link
            if link is None:  # somebody else's copy
                continue
            try:
                await self._host.delete(link, host_url=upload.host_url)
            except ImgoeError as error:
                log.warning("a second copy was left at its host", error=repr(error))

    async def _upload_each(
        self,
        files: Sequence[FileToUpload],
        post: Post,
        requested: UploadOptions,
        awaited: AwaitedUploads,
    ) -> tuple[list[Upload], list[FailedItem]]:
        uploads: list[Upload] = []
        left: list[FailedItem] = []
        for each in files:
            try:
                call = partial(
                    self._upload_waited_for,
                    each,
                    post=post,
                    by=awaited,
                    requested=requested,
                    before=tuple(uploads),
                )
                # The first may fail at once; after it, copies wait for their record.
                uploads.append(await (self._outage.outlast(call) if uploads else call()))
            except ImgoeError as error:
                if len(files) == 1 or (isinstance(error, KeyMissing) and not uploads):
                    raise
                left.append(FailedItem(each.item.position, each.item.filename, error))
        return uploads, left

    async def _upload_waited_for(
        self,
        file: FileToUpload,
        *,
        post: Post,
        by: AwaitedUploads,
        requested: UploadOptions,
        before: Sequence[Upload],
    ) -> Upload:
        """Upload, and wait out a bad moment of Discord's CDN: there is but this one link."""
        upload = partial(
            self.upload,
            file.source,
            post=post,
            item=file.item,
            by=by,
            requested=requested,
            before=before,
        )
        for wait_s in self._limits.source_waits_s:
            try:
                return await upload()
            except SourceUnreachable as error:
                if error.site is not None:  # somebody's own site, which may well stay away
                    raise
            await asyncio.sleep(wait_s)
        return await upload()

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
        due = look_at(posted, now=self._clock.now())
        await self._outage.keep(lambda: self._posts.set_card(post.id, posted.location, look_at=due))

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


def expiry_note(guild_id: GuildId) -> str:
    """Return the name of the note that says when a host last kept a copy for another time."""
    return f"expiry {guild_id}"


def _check_declared_size(source: Source, limit: int) -> None:
    size = source.size_bytes
    if size is not None and size > limit:
        raise MediaTooLarge(filename=source.filename, size_bytes=size, limit_bytes=limit)
