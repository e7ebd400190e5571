"""The outside world as the use cases see it: protocols as narrow as their callers."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from imgoe_bot.domain.budget import Budget, Lane, LimitUse
from imgoe_bot.domain.card import Card, FailedItem, PostedCard
from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.direct_messages import Breaker, RateLimits, Verdict
from imgoe_bot.domain.guild import ApiKey, Change, GuildSettings
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    JobId,
    MessageId,
    PostId,
    UploadId,
    UserId,
)
from imgoe_bot.domain.job import Item, Job
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.quota import QuotaUse, Usage
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.status import Health, Queue, Work
from imgoe_bot.domain.upload import DeleteLink, Details, Stored, Upload
from imgoe_bot.errors import ImgoeError


class Clock(Protocol):
    """The time of day."""

    def now(self) -> datetime:
        """Return the present time, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class MediaFile:
    """Bytes on their way through: sniffed, not yet read.

    Attributes:
        mime: the true type.
        size_bytes: exact when the source declared it, else None.
        chunks: the bytes, once; reading raises SourceError where the source breaks off and
            MediaTooLarge where it exceeds the limit.
    """

    filename: str
    mime: str
    size_bytes: int | None
    chunks: AsyncIterator[bytes]


class MediaReader(Protocol):
    """Reads bytes from where people posted them."""

    def open(self, source: Source, *, limit_bytes: int) -> AbstractAsyncContextManager[MediaFile]:
        """Open a source and look at its first bytes.

        Raises:
            EmptyMedia, UnsupportedMedia, MediaTooLarge: the bytes can't be uploaded.
            SourceGone, SourceBlocked, SourceUnreachable: the bytes can't be read.
        """
        ...


@dataclass(frozen=True, slots=True)
class Thumb:
    """A small picture of an upload, whole.

    Attributes:
        mime: the true type, an image's.
    """

    mime: str
    data: bytes = field(repr=False)


class ThumbReader(Protocol):
    """Reads the small pictures that image hosts make."""

    async def read(self, upload: Upload, *, limit_bytes: int) -> Thumb:
        """Read an upload's thumb where its host says it lies. Safe to repeat.

        Raises:
            EmptyMedia, UnsupportedMedia, MediaTooLarge: it is no image, or too large a one.
            SourceGone, SourceBlocked, SourceUnreachable: there is none, or it can't be read.
        """
        ...


class ImageHost(Protocol):
    """The image host."""

    async def upload(
        self, media: MediaFile, *, host_url: str, key: ApiKey, details: Details
    ) -> Stored:
        """Store the bytes. Not safe to repeat: each success makes another copy.

        Raises:
            HostError: whatever the host had against it.
            MediaRejected: the host can't take these bytes.
            SettingsRejected: the host lies where nobody may send us.
        """
        ...

    async def delete(self, link: DeleteLink, *, host_url: str) -> bool:
        """Delete one upload; safe to repeat.

        Returns:
            True when this call deleted it, False when it was gone already.

        Raises:
            HostError: the host did not delete it.
            SettingsRejected: as ``upload``.
        """
        ...

    async def find_published(self, stored: Stored, *, host_url: str) -> Stored | None:
        """Look whether an upload that had to be approved is shown by now; safe to repeat.

        Returns:
            The same upload with the addresses of its files, as far as the host tells them; None
            while nobody can see it.

        Raises:
            HostError: the host does not tell.
            SourceBlocked: the upload's page is not at the host.
        """
        ...


class KeyChecker(Protocol):
    """Tells whether a host takes a key, before anybody relies on it."""

    async def check_key(self, *, host_url: str, key: ApiKey) -> None:
        """Try the key; what that leaves on the host is deleted again. Safe to repeat.

        Raises:
            KeyRejected: the host does not accept the key.
            HostError: the host could not be asked: unreachable, broken, busy or no such host.
            SettingsRejected: the host lies where nobody may send us.
        """
        ...


class GuildStore(Protocol):
    """Settings and keys of guilds."""

    async def find_settings(self, guild_id: GuildId) -> GuildSettings | None:
        """Return what the guild has set, None when it never set anything."""
        ...

    async def find_key(self, guild_id: GuildId) -> ApiKey | None:
        """Return the guild's key in the clear, None when it has none."""
        ...

    async def remove_key(
        self, settings: GuildSettings, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Forget the key, with an audit row, if ``settings.version`` is still current.

        Raises:
            StaleWrite: somebody changed the settings meanwhile.
        """
        ...

    async def save_key(
        self, settings: GuildSettings, key: ApiKey, *, actor_id: UserId, now: datetime
    ) -> GuildSettings:
        """Store host and key, with an audit row, if ``settings.version`` is still current.

        Raises:
            StaleWrite: somebody changed the settings meanwhile.
        """
        ...


class OptionStore(Protocol):
    """Option values by place, and who changed them."""

    async def layers(self, guild_id: GuildId) -> Mapping[int, Mapping[str, str]]:
        """Return the guild's stored texts by scope (0 is the server) and option name."""
        ...

    async def change(
        self,
        settings: GuildSettings,
        changes: Sequence[tuple[int, str, str | None]],
        *,
        actor_id: UserId,
        now: datetime,
    ) -> int:
        """Store texts by (scope, name), or remove them where None, all or none of them.

        Returns:
            The guild's new version.

        Raises:
            StaleWrite: ``settings.version`` is no longer current.
        """
        ...

    async def note(self, guild_id: GuildId, change: Change) -> None:
        """Add a line to the guild's history about something that is no option."""
        ...

    async def history(self, guild_id: GuildId, *, limit: int) -> tuple[Change, ...]:
        """Return the newest changes first."""
        ...


class ChoiceStore(Protocol):
    """What people said about being mirrored; kept under a keyed hash of who they are."""

    async def find(self, user_id: UserId, guild_id: GuildId) -> PersonChoice | None:
        """Return what holds in this server: the choice made there, else the one for everywhere."""
        ...

    async def choose(
        self, user_id: UserId, guild_id: GuildId, choice: PersonChoice, *, at: datetime
    ) -> None:
        """Store a choice over the one before."""
        ...


class RuleStore(Protocol):
    """Mirror rules."""

    async def add(self, rule: MirrorRule) -> bool:
        """Store a rule; False when the channel has one already."""
        ...

    async def remove(self, guild_id: GuildId, channel_id: ChannelId) -> bool:
        """Remove a channel's rule; False when there was none."""
        ...

    async def pause(self, guild_id: GuildId, channel_id: ChannelId, *, paused: bool) -> bool:
        """Let a channel's rule rest or work again; False when there is none."""
        ...

    async def rest(self, guild_id: GuildId, channel_id: ChannelId, *, lacks: str) -> bool:
        """Let a channel's rule rest for want of a permission; False when none works there."""
        ...

    async def wake(self, rule: MirrorRule, *, remove: bool) -> bool:
        """Let a rule work again that rests for want of a permission, or remove it.

        Returns:
            False when it rests for that no more; then nothing was changed.
        """
        ...

    async def of_guild(self, guild_id: GuildId) -> tuple[MirrorRule, ...]:
        """Return the guild's rules, oldest first."""
        ...

    def known_of_guild(self, guild_id: GuildId) -> tuple[MirrorRule, ...] | None:
        """Return the guild's rules if they are in memory, else None."""
        ...

    async def all(self) -> tuple[MirrorRule, ...]:
        """Return every rule."""
        ...

    async def mark_seen(
        self, guild_id: GuildId, channel_id: ChannelId, message_id: MessageId
    ) -> None:
        """Move a channel's high-water mark forward, never back."""
        ...

    async def seen(self, guild_id: GuildId) -> Mapping[ChannelId, MessageId]:
        """Return the newest message looked at in each channel where one was."""
        ...


class MembershipStore(Protocol):
    """Which servers the bot is in."""

    async def known(self) -> Mapping[GuildId, datetime | None]:
        """Return every server that is known, and since when the bot is gone from it."""
        ...

    async def note_present(self, guild_ids: Collection[GuildId]) -> None:
        """Note that the bot is in these servers, whatever was noted before."""
        ...

    async def note_gone(self, guild_ids: Collection[GuildId], *, at: datetime) -> None:
        """Note that the bot is gone from these servers, unless that is noted already."""
        ...

    async def forget_gone(self, *, before: datetime) -> tuple[GuildId, ...]:
        """Erase everything about the servers that were left before a time, and return them."""
        ...


class PostStore(Protocol):
    """Posts and their uploads."""

    async def add(self, post: Post, items: Sequence[Item], left: Sequence[FailedItem] = ()) -> bool:
        """Store a post and one job for each item; the answer's job waits for them.

        What was left out is stored as failed from the start, so that the answer names it.

        Returns:
            False when the guild has a post of this message already; then nothing is stored.
        """
        ...

    async def extend(self, post: Post, items: Sequence[Item]) -> bool:
        """Add what a known message holds by now: a job for each file its post does not have.

        Its answer waits for them or, where it stands, is shown anew; then their links are sent.
        What failed from one place is tried again from another. Safe to repeat.

        Args:
            post: as for ``add``; what is stored of its message is found by it.
            items: all that the message holds now.

        Returns:
            False when there is nothing new, or the message was taken back.
        """
        ...

    async def add_uploaded(
        self, post: Post, *uploads: Upload, left: Sequence[FailedItem] = ()
    ) -> bool:
        """Store a post whose files are uploaded, and the jobs of what follows.

        Those are its direct message, unless it is a personal one, and a look for each upload that
        its host has to approve first.

        What was left out is stored as failed, so that the card names it as long as it stands. An
        answered post of the same message of which no copy is left gives way: it names it no more.

        Returns:
            False when the guild has another post of this message; then nothing is stored.
        """
        ...

    async def set_card(
        self, post_id: PostId, card: MessageLocation, *, look_at: datetime | None = None
    ) -> None:
        """Note where a post's new card stands; it has no thumbs of its own yet.

        Args:
            post_id: the post.
            card: the new card.
            look_at: when to look whether it shows its thumbs, stored as a job in the same
                transaction; None when it does.
        """
        ...

    async def note_thumbs_attached(self, post_id: PostId) -> None:
        """Note that the card is being given thumbs of its own; safe to repeat."""
        ...

    async def order_look(self, post: Post, *, at: datetime) -> None:
        """Store the job that looks whether a card shows its thumbs and no others; once a post."""
        ...

    async def get_post(self, post_id: PostId) -> Post:
        """Return a post; UploadNotFound when there is none."""
        ...

    async def get_card(self, post_id: PostId, *, now: datetime) -> Card:
        """Return everything a post's card shows; UploadNotFound when there is no such post."""
        ...

    async def get_upload(self, upload_id: UploadId) -> Upload:
        """Return one upload; UploadNotFound when there is none."""
        ...

    async def find_post(self, guild_id: GuildId, message_id: MessageId) -> Post | None:
        """Return the guild's post of a source message, None when there is none."""
        ...

    async def usage(self, guild_id: GuildId, *, user_id: UserId | None, since: datetime) -> Usage:
        """Return what was stored since then, by a person or by all, and what was let in."""
        ...

    async def admit(
        self, job_id: JobId, post: Post, *, since: datetime, check: Callable[[Usage, Usage], None]
    ) -> None:
        """Let an upload job in for as long as it is leased this time, unless ``check`` raises.

        No other job of the guild is let in meanwhile, by no process.

        Args:
            job_id: the job.
            post: what it uploads a part of.
            since: what was stored before is not counted.
            check: is given what the post's author and what the whole guild stored, and how many
                other jobs were let in; raises what is to be told.
        """
        ...

    async def note_sending(self, job_id: JobId) -> None:
        """Note that an upload job begins to send its file now; safe to repeat."""
        ...

    async def leave_copy(self, upload: Upload, *, by: UserId | None, at: datetime) -> bool:
        """Mark an upload deleted if another live one has the same copy, which gets its link.

        Returns:
            False when no other one has the copy; then nothing was changed.
        """
        ...

    async def find_copy(self, guild_id: GuildId, host_url: str, sha256: str) -> Upload | None:
        """Return a live upload of the same bytes in the same guild and host."""
        ...

    async def mark_deleted(self, upload_id: UploadId, *, by: UserId | None, at: datetime) -> None:
        """Note that the copy is gone; safe to repeat."""
        ...

    async def mark_published(self, upload_id: UploadId, stored: Stored) -> None:
        """Note that the host shows a copy by now, and where its files are; safe to repeat."""
        ...

    async def withdraw(self, message_ids: Sequence[MessageId], *, at: datetime) -> None:
        """Note that unanswered source messages were taken back by their authors."""
        ...

    async def note_dms(self, user_id: UserId, *, closed_until: datetime | None) -> None:
        """Remember until when this person is sent no direct messages; None: they are open."""
        ...


class BudgetStore(Protocol):
    """What each image host was sent."""

    async def take(
        self, host_url: str, budget: Budget, lane: Lane, *, now: datetime
    ) -> int | datetime:
        """Take a slot for one upload in every limit of the budget.

        Returns:
            The slot; or, where there is none for this lane, when there is one.
        """
        ...

    async def give_back(self, slot: int) -> None:
        """Give back the slot of an upload that came to nothing; safe to repeat."""
        ...

    async def used(self, host_url: str, budget: Budget, *, now: datetime) -> tuple[LimitUse, ...]:
        """Return how much of each limit is used up, in their order."""
        ...


class CopyStore(Protocol):
    """Copies by what they are of."""

    async def find(
        self, guild_id: GuildId, attachment_ids: Sequence[AttachmentId]
    ) -> tuple[Upload, ...]:
        """Return the guild's live uploads of these attachments, oldest first."""
        ...

    async def of_message(self, guild_id: GuildId, message_id: MessageId) -> tuple[Upload, ...]:
        """Return the guild's live uploads of what a message held, oldest first."""
        ...


class StatusStore(Protocol):
    """What a moderator may see of the work for one server."""

    async def queue(self, guild_id: GuildId) -> Queue:
        """Count the server's jobs, but for looks at cards and whether a host approved an upload.

        Nobody waits for the former; the latter wait for somebody at the host, maybe for weeks: that
        is no work left undone.
        """
        ...

    async def health(self, guild_id: GuildId) -> Health:
        """Return what the image host did last for the server."""
        ...

    async def dms_closed_until(self, user_id: UserId) -> datetime | None:
        """Return until when a person is sent no direct messages, None when they are."""
        ...

    async def work(self, post_id: PostId) -> Work:
        """Return what is left to do of a post, and what failed."""
        ...


class JobStore(Protocol):
    """The queue. A write under a lost lease raises StaleWrite and changes nothing."""

    async def claim(
        self,
        *,
        owner: str,
        now: datetime,
        lease: timedelta,
        limit: int,
        share: int,
        held: Sequence[Job],
    ) -> tuple[Job, ...]:
        """Lease jobs that are due or whose lease ran out, taking guilds in turn.

        One whose lease ran out more than once is put off instead, each time for longer.

        Args:
            owner: whose lease it becomes.
            now: the time of day.
            lease: how long it lasts.
            limit: how many jobs at most.
            share: how many jobs that ask one host the owner holds at most; one guild's are one
                less, which is left to another guild of the same host.
            held: what the owner works on; none of it is leased again.
        """
        ...

    async def extend(
        self, jobs: Sequence[Job], *, owner: str, now: datetime, lease: timedelta
    ) -> None:
        """Renew the leases of these jobs, as far as they are still this owner's."""
        ...

    async def finish_upload(
        self, job: Job, upload: Upload | None, failure: ImgoeError | None
    ) -> None:
        """Store an upload step's outcome; the post's last one releases its answer."""
        ...

    async def finish_announce(
        self,
        job: Job,
        card: MessageLocation | None,
        *,
        deliver: bool,
        failure: ImgoeError | None = None,
        retire_at: datetime | None = None,
        look_at: datetime | None = None,
    ) -> None:
        """Store where the answer stands and, in the same transaction, the next steps.

        One of them is a look for each upload that its host has to approve first: ordered any
        earlier, it could be done before the answer that it changes is known.

        Args:
            job: the step that is done.
            card: the answer, None where there is none.
            deliver: whether delete links are to be sent.
            failure: why there is no answer.
            retire_at: when to deal with a source message that was taken back while this step
                was under way; None leaves it alone.
            look_at: when to look whether the answer shows its thumbs; None when it does.
        """
        ...

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """Store the outcome of a step that nothing follows."""
        ...

    async def retry(
        self, job: Job, failure: ImgoeError | None, *, at: datetime, since: datetime | None = None
    ) -> None:
        """Put a job back until a later time; without a failure there is more to do then.

        Where that is long after an upload's first failure, its post is answered with the copies
        there are; what comes later is added to its card.

        Args:
            job: the step.
            failure: why it was not done.
            at: when to try again.
            since: when it first failed.
        """
        ...

    async def put_off(self, job: Job, *, at: datetime) -> None:
        """Put a job back until a later time as if it had not been begun."""
        ...

    async def release(self, owner: str) -> None:
        """Give back every lease of this owner, on a clean stop."""
        ...


class DirectMessageStore(Protocol):
    """Direct messages, for every process. A write under a lost lease raises StaleWrite."""

    async def posts_of(self, job: Job) -> tuple[PostId, ...]:
        """Return the posts whose links the leased job's direct message holds, its own first."""
        ...

    async def schedule(
        self, job: Job, to: UserId, *, window: timedelta, limits: RateLimits, now: datetime
    ) -> Verdict:
        """Decide what becomes of a job's direct message, and store it with that.

        After ``PutOff`` and ``JoinDigest`` the job is no longer leased, and the try does not count.
        After ``SendNow`` further ones to the person are collected for the window, and where direct
        messages had been stopped, no other one goes until this one has an end.
        """
        ...

    async def admit(self, to: UserId, *, limits: RateLimits, now: datetime) -> bool:
        """Take slots for a short note, if it may go at once; nothing is put off."""
        ...

    async def put_back(self, job: Job, *, at: datetime) -> None:
        """Put a direct message off; the try does not count, and its slots are given back."""
        ...

    async def finish_sent(self, job: Job, to: UserId, *, at: datetime) -> None:
        """Note that one was sent, end the jobs of all its posts, and let others go again."""
        ...

    async def finish_refused(self, job: Job) -> None:
        """End its jobs because its person takes none; others go again all the same."""
        ...

    async def finish(self, job: Job, failure: ImgoeError | None) -> None:
        """Store the outcome of one that was not sent, for the jobs of all its posts."""
        ...

    async def halt(self, breaker: Breaker) -> None:
        """Stop all direct messages."""
        ...

    async def breaker(self) -> Breaker:
        """Return whether Discord takes direct messages."""
        ...


class Messenger(Protocol):
    """Discord, as far as the job runner needs it."""

    async def find_source(self, post: Post, item: Item) -> Source:
        """Return a fresh link to an attachment.

        Raises:
            SourceGone: the message or the attachment was deleted, by Discord's own word.
            NotAllowed: the bot can't read the channel any more; that is proven.
            DiscordRefused: Discord does not show it, whatever the permissions.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def announce(
        self, card: Card, options: Options, *, nonce: str, repeated: bool
    ) -> PostedCard | None:
        """Answer the source message the way the options say; with the same nonce it posts once.

        Args:
            card: what to show.
            options: in force where the source message stands.
            nonce: the same for each try.
            repeated: an earlier try may have posted: look for its message first.

        Returns:
            Where the answer stands; None when it is a mere reaction, or nothing.

        Raises:
            SourceGone: the source message was deleted, by Discord's own word.
            NotAllowed: the bot can't write there; that is proven, so the whole place rests.
            DiscordRefused: Discord takes no answer to this one post, in no way.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def show_held(self, card: Card, options: Options, *, nonce: str) -> MessageLocation:
        """Show moderators that a post's copies wait for their decision; the card hides them.

        Args:
            card: the post, held already.
            options: in force where its source stood; a log channel is where moderators look.
            nonce: the same for each try.

        Returns:
            Where it is shown now.

        Raises:
            SourceGone, NotAllowed, DiscordRefused: it can't be shown there.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def remove_card(self, card: Card) -> None:
        """Take the card out of its channel; one that is gone is left alone."""
        ...

    async def refresh(self, card: Card) -> None:
        """Show the card as it is now; a card that is gone is left alone.

        Thumbs that are files of the card stay as long as their uploads have thumbs; others go.
        Discord fetches the rest anew.
        """
        ...

    async def lacks_thumbs(self, card: Card) -> bool:
        """Tell whether Discord has not loaded a picture of the card as it stands.

        Returns:
            False when they are all there, and when the card is gone or can't be read.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def attach_thumbs(self, card: Card, thumbs: Mapping[UploadId, Thumb]) -> None:
        """Show the card with these thumbs as files of its own; one that is gone is left alone.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def deliver(
        self, cards: Sequence[Card], *, near: Sequence[QuotaUse] = (), repeated: bool
    ) -> bool:
        """Send one person the delete links of their posts; the same copy's is sent once.

        Args:
            cards: one or more, all of the same author.
            near: the quotas that will soon bite, to be told along.
            repeated: an earlier try may have sent some: look for its messages first.

        Returns:
            False when their direct messages are closed.

        Raises:
            DirectMessagesHalted: Discord takes no direct messages of ours, whoever they are to.
            SourceUnreachable: Discord did not answer.
        """
        ...

    async def tell_paused(self, rules: Sequence[MirrorRule], *, locale: str) -> None:
        """Tell whoever made these rules that they rest, because permissions are missing."""
        ...

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell the author that nothing is kept of a message, or a file, that was deleted."""
        ...


class Notes(Protocol):
    """Short texts by name that outlive the process.

    A name that tells of a server holds its id: the note is forgotten together with the server.
    """

    async def find(self, name: str) -> str | None:
        """Return a note, None when there is none."""
        ...

    async def write(self, name: str, value: str) -> None:
        """Write a note over whatever it said."""
        ...

    async def write_once(self, name: str, value: str) -> bool:
        """Write a note; False when there is one of that name, which is left alone."""
        ...
