"""What people and servers may upload a day: held before an upload, told before it bites."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from imgoe_bot.domain.ids import GuildId, JobId, UserId
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.quota import WINDOW, QuotaSubject, QuotaUse, Usage, limits_of, quota_uses
from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import QuotaPending, QuotaReached
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.posts import PostStore
from imgoe_bot.services.settings.options import OptionService


@dataclass(frozen=True, slots=True, eq=False)
class AwaitedUploads:
    """Uploads that a person waits for, from before the first until their records are stored."""

    guild_id: GuildId
    user_id: UserId
    files: int


class QuotaService:
    """Counts what was uploaded in the last 24 hours against what the server allows.

    Jobs are let in one after the other by the store, over all processes. A guild's commands all
    come to one process, which knows of all that people there wait for.
    """

    def __init__(self, posts: PostStore, *, options: OptionService, clock: Clock) -> None:
        self._posts = posts
        self._options = options
        self._clock = clock
        self._awaited: list[AwaitedUploads] = []
        self._lock = asyncio.Lock()

    @contextmanager
    def awaiting(self, post: Post, *, files: int) -> Generator[AwaitedUploads]:
        """Count what a person waits for as under way until the end of the block."""
        awaited = AwaitedUploads(post.guild_id, post.author_id, files)
        self._awaited.append(awaited)
        try:
            yield awaited
        finally:
            self._awaited.remove(awaited)

    async def check(
        self, awaited: AwaitedUploads, options: Options, *, before: Sequence[Upload]
    ) -> None:
        """Check that one more upload that a person waits for is let in.

        Args:
            awaited: what they wait for; what others asked for earlier goes first.
            options: in force where they asked.
            before: what was uploaded for it and is not stored yet.

        Raises:
            QuotaReached: the person or the server has used up the day, or will have.
        """
        guild_id, user_id = awaited.guild_id, awaited.user_id
        async with self._lock:
            found = await self._spent(guild_id, user_id, options, until=awaited)
        for each in found:
            now = _with(each, before)
            if now.used + now.under_way >= now.limit:
                raise QuotaReached(whose=now.whose, limit=now.limit, unit=now.unit)

    async def admit(self, job_id: JobId, post: Post, options: Options) -> None:
        """Let a job upload.

        Raises:
            QuotaReached: the person or the server has used up the day.
            QuotaPending: uploads under way may use it up; ask again in a moment.
        """
        if not any(limits_of(whose, options) for whose in QuotaSubject):
            return
        since = self._clock.now() - WINDOW

        def check(of_author: Usage, of_guild: Usage) -> None:
            author = self._with_awaited(of_author, post.guild_id, post.author_id)
            guild = self._with_awaited(of_guild, post.guild_id, None)
            mine, ours = (
                quota_uses(QuotaSubject.PERSON, options, author),
                quota_uses(QuotaSubject.GUILD, options, guild),
            )
            for each in (*mine, *ours):
                if each.is_reached:
                    raise QuotaReached(whose=each.whose, limit=each.limit, unit=each.unit)
                if not each.is_open:
                    raise QuotaPending(whose=each.whose, limit=each.limit, unit=each.unit)

        async with self._lock:
            await self._posts.admit(job_id, post, since=since, check=check)

    async def standing(self, guild_id: GuildId, user_id: UserId) -> tuple[QuotaUse, ...]:
        """Return how far each quota is used up that concerns a person in a server."""
        return await self._spent(guild_id, user_id, await self._options.at(guild_id, ()))

    async def near(self, guild_id: GuildId, user_id: UserId) -> tuple[QuotaUse, ...]:
        """Return the quotas that will soon bite."""
        return tuple(each for each in await self.standing(guild_id, user_id) if each.is_near)

    async def _spent(
        self,
        guild_id: GuildId,
        user_id: UserId,
        options: Options,
        *,
        until: AwaitedUploads | None = None,
    ) -> tuple[QuotaUse, ...]:
        since, found = self._clock.now() - WINDOW, list[QuotaUse]()
        for whose, of_whom in ((QuotaSubject.PERSON, user_id), (QuotaSubject.GUILD, None)):
            if limits_of(whose, options):
                usage = await self._posts.usage(guild_id, user_id=of_whom, since=since)
                usage = self._with_awaited(usage, guild_id, of_whom, until=until)
                found += quota_uses(whose, options, usage)
        return tuple(found)

    def _with_awaited(
        self,
        usage: Usage,
        guild_id: GuildId,
        user_id: UserId | None,
        *,
        until: AwaitedUploads | None = None,
    ) -> Usage:
        """Count what people wait for, as far as they asked before ``until``."""
        line = self._awaited if until is None else self._awaited[: self._awaited.index(until)]
        ours = [one for one in line if one.guild_id == guild_id and user_id in (None, one.user_id)]
        return replace(usage, under_way=usage.under_way + sum(one.files for one in ours))


def _with(each: QuotaUse, before: Sequence[Upload]) -> QuotaUse:
    """Count what is not stored yet."""
    sizes = {"files": len(before), "bytes": sum(upload.stored.size_bytes for upload in before)}
    return replace(each, used=each.used + sizes[each.unit])
