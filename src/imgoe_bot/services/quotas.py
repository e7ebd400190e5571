"""What people and servers may upload a day: held before an upload, told before it bites."""

from collections.abc import Sequence
from dataclasses import replace

from imgoe_bot.domain.ids import GuildId, JobId, UserId
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.quota import WINDOW, Spent, Usage, Whose, limits_of, spent
from imgoe_bot.domain.upload import Post, Upload
from imgoe_bot.errors import QuotaPending, QuotaReached
from imgoe_bot.services.options import OptionService
from imgoe_bot.services.ports import Clock, PostStore


class QuotaService:
    """Counts what was uploaded in the last 24 hours against what the server allows."""

    def __init__(self, posts: PostStore, *, options: OptionService, clock: Clock) -> None:
        self._posts = posts
        self._options = options
        self._clock = clock

    async def check(
        self,
        post: Post,
        options: Options,
        *,
        before: Sequence[Upload] = (),
        job_id: JobId | None = None,
    ) -> None:
        """Check that one more upload is let in.

        Args:
            post: what is uploaded.
            options: in force where it was posted.
            before: what was uploaded for the same post and is not stored yet.
            job_id: the job that does it; of jobs under way those with a lower id go first.

        Raises:
            QuotaReached: the person or the server has used up the day.
            QuotaPending: uploads under way may use it up; ask again in a moment.
        """
        for each in await self._spent(post.guild_id, post.author_id, options, job_id=job_id):
            now = _with(each, before)
            if now.is_reached or (job_id is None and now.used + now.under_way >= now.limit):
                raise QuotaReached(whose=now.whose, limit=now.limit, unit=now.unit)
            if job_id is not None and not now.is_open:
                raise QuotaPending(whose=now.whose, limit=now.limit, unit=now.unit)

    async def standing(self, guild_id: GuildId, user_id: UserId) -> tuple[Spent, ...]:
        """Return how far each quota is used up that concerns a person in a server."""
        return await self._spent(guild_id, user_id, await self._options.at(guild_id, ()))

    async def near(self, guild_id: GuildId, user_id: UserId) -> tuple[Spent, ...]:
        """Return the quotas that will soon bite."""
        return tuple(each for each in await self.standing(guild_id, user_id) if each.is_near)

    async def _spent(
        self, guild_id: GuildId, user_id: UserId, options: Options, *, job_id: JobId | None = None
    ) -> tuple[Spent, ...]:
        found: list[Spent] = []
        for whose, of_whom in ((Whose.PERSON, user_id), (Whose.GUILD, None)):
            if limits_of(whose, options):
                usage = await self._usage(guild_id, of_whom, job_id)
                found += spent(whose, options, usage)
        return tuple(found)

    async def _usage(
        self, guild_id: GuildId, user_id: UserId | None, job_id: JobId | None
    ) -> Usage:
        since = self._clock.now() - WINDOW
        files, size_bytes = await self._posts.usage(guild_id, user_id=user_id, since=since)
        under_way = await self._posts.under_way(guild_id, user_id=user_id, before=job_id)
        return Usage(files, size_bytes, under_way)


def _with(each: Spent, before: Sequence[Upload]) -> Spent:
    """Count what is not stored yet."""
    sizes = {"files": len(before), "bytes": sum(upload.stored.size_bytes for upload in before)}
    return replace(each, used=each.used + sizes[each.unit])
