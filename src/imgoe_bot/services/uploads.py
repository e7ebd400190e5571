"""Use case: one attachment becomes one stored copy."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import PostId, UploadId, new_id
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.templates import details_from
from imgoe_bot.domain.upload import (
    Card,
    FailedItem,
    Post,
    Posted,
    Stored,
    Upload,
    check_may_upload,
)
from imgoe_bot.domain.wish import NO_WISH, Wish
from imgoe_bot.errors import (
    DuplicateMedia,
    ImgoeError,
    KeyMissing,
    MediaTooLarge,
    QuotaReached,
    UploadNotFound,
)
from imgoe_bot.services.digest import Digest
from imgoe_bot.services.guild_settings import GuildSettingsService
from imgoe_bot.services.layouts import Layouts
from imgoe_bot.services.options import OptionService
from imgoe_bot.services.ports import Clock, ImageHost, MediaReader, PostStore
from imgoe_bot.services.previews import look_at

QUOTA_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What the operator allows: the largest file, in bytes."""

    max_bytes: int


@dataclass(frozen=True, slots=True)
class Handed:
    """One thing that a person hands over, and where its bytes are right now."""

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
        limits: UploadLimits,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._host = host
        self._guilds = guilds
        self._options = options
        self._layouts = layouts
        self._posts = posts
        self._limits = limits
        self._clock = clock

    async def upload(
        self,
        source: Source,
        *,
        post: Post,
        item: Item,
        wish: Wish = NO_WISH,
        before: Sequence[Upload] = (),
    ) -> Upload:
        """Store one copy on the post's guild's host; the record is not stored yet.

        Not safe to repeat after a success: the host would keep two copies.

        Args:
            source: where the bytes are now.
            post: what they were posted in.
            item: which of its things they are.
            wish: what was asked for beyond what the place's options say.
            before: what was uploaded for the same post and is not stored yet; counts as used up.

        Raises:
            KeyMissing: the guild has set no key.
            QuotaReached: the person or the guild has used up the day.
            MediaRejected: empty, too large, or no image or video.
            SourceError: the bytes could not be read.
            HostError: the host did not take them.
        """
        host_url, key = await self._guilds.get_host(post.guild_id)
        self._check_declared_size(source)
        options = await self._options.at(post.guild_id, post.channel_ids)
        await self._check_quota(post, options, before)
        told = wish.over(details_from(options, item=item, at=post.created_at))
        told = replace(told, nsfw=told.nsfw or post.nsfw or item.spoiler)
        async with self._reader.open(source, limit_bytes=self._limits.max_bytes) as media:
            digest = Digest(media.chunks)
            read = replace(media, chunks=digest.chunks())
            try:
                stored = await self._host.upload(read, host_url=host_url, key=key, details=told)
            except DuplicateMedia as refused:
                stored = await self._known_copy(post, host_url, digest, refused)
        upload = self._record(stored, digest.sha256, post=post, item=item, host_url=host_url)
        return replace(upload, tags=told.tags)

    async def upload_now(
        self, actor: Actor, handed: Sequence[Handed], *, post: Post, wish: Wish = NO_WISH
    ) -> Card:
        """Store copies and their records, and order the direct message with their delete links.

        Of several things each fails by itself, and the card says why.

        Raises:
            NotAllowed: the server lets only a role upload, and the actor lacks it.
            ImgoeError: as ``upload`` does, when there is but one thing; then nothing is stored.
        """
        options = await self._options.at(post.guild_id, post.channel_ids)
        check_may_upload(actor, options)
        uploads, left = await self._upload_each(handed, post, wish)
        layout = await self._layouts.choose(options, post.guild_id, files=len(uploads))
        await self._posts.add_uploaded(replace(post, layout=layout), *uploads, left=left)
        return await self._posts.get_card(post.id, now=self._clock.now())

    async def _upload_each(
        self, handed: Sequence[Handed], post: Post, wish: Wish
    ) -> tuple[list[Upload], list[FailedItem]]:
        uploads: list[Upload] = []
        left: list[FailedItem] = []
        for each in handed:
            item = each.item
            try:
                uploads.append(
                    await self.upload(each.source, post=post, item=item, wish=wish, before=uploads)
                )
            except ImgoeError as error:
                if len(handed) == 1 or isinstance(error, KeyMissing):
                    raise
                left.append(FailedItem(item.position, item.filename, error))
        return uploads, left

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

    async def answered(self, post: Post, posted: Posted) -> None:
        """Note where the card of an ``upload_now`` stands, so that it can change later."""
        due = look_at(posted, now=self._clock.now())
        await self._posts.set_card(post.id, posted.place, look_at=due)

    def _check_declared_size(self, source: Source) -> None:
        size, limit = source.size_bytes, self._limits.max_bytes
        if size is not None and size > limit:
            raise MediaTooLarge(filename=source.filename, size_bytes=size, limit_bytes=limit)

    async def _check_quota(self, post: Post, options: Options, before: Sequence[Upload]) -> None:
        """Raise QuotaReached where the last 24 hours used up what a day allows."""
        for whose, user_id, files, size in (
            ("person", post.author_id, options.person_files, options.person_bytes),
            ("guild", None, options.guild_files, options.guild_bytes),
        ):
            if files is None and size is None:
                continue
            since = self._clock.now() - QUOTA_WINDOW
            used = await self._posts.usage(post.guild_id, user_id=user_id, since=since)
            size_before = sum(upload.stored.size_bytes for upload in before)
            spent_files, spent_bytes = used[0] + len(before), used[1] + size_before
            for unit, spent, limit in (("files", spent_files, files), ("bytes", spent_bytes, size)):
                if limit is not None and spent >= limit:
                    raise QuotaReached(whose=whose, limit=limit, unit=unit)

    async def _known_copy(
        self, post: Post, host_url: str, digest: Digest, refused: DuplicateMedia
    ) -> Stored:
        """Answer with the guild's own earlier copy; its delete link stays with its uploader."""
        known = await self._posts.find_copy(post.guild_id, host_url, digest.sha256)
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
            spoiler=item.spoiler,
        )
