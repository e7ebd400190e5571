"""What people and servers may upload a day: held before an upload, told before it bites."""

from imgoe_bot.domain.ids import GuildId, JobId, UserId
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.quota import WINDOW, QuotaSubject, QuotaUse, Usage, limits_of, quota_uses
from imgoe_bot.errors import QuotaPending, QuotaReached
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.posts import PostStore
from imgoe_bot.services.settings.options import OptionService


class QuotaService:
    """Counts what was uploaded in the last 24 hours against what the server allows.

    Jobs are let in one after the other by the store, over all processes; what people wait for
    counts from the moment they asked for it.
    """

    def __init__(self, posts: PostStore, *, options: OptionService, clock: Clock) -> None:
        self._posts = posts
        self._options = options
        self._clock = clock

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
            mine = quota_uses(QuotaSubject.PERSON, options, of_author)
            ours = quota_uses(QuotaSubject.GUILD, options, of_guild)
            for each in (*mine, *ours):
                if each.is_reached:
                    raise QuotaReached(whose=each.whose, limit=each.limit, unit=each.unit)
                if not each.is_open:
                    raise QuotaPending(whose=each.whose, limit=each.limit, unit=each.unit)

        await self._posts.admit(job_id, post, since=since, check=check)

    async def standing(self, guild_id: GuildId, user_id: UserId) -> tuple[QuotaUse, ...]:
        """Return how far each quota is used up that concerns a person in a server."""
        return await self._spent(guild_id, user_id, await self._options.at(guild_id, ()))

    async def near(self, guild_id: GuildId, user_id: UserId) -> tuple[QuotaUse, ...]:
        """Return the quotas that will soon bite."""
        return tuple(each for each in await self.standing(guild_id, user_id) if each.is_near)

    async def _spent(
        self, guild_id: GuildId, user_id: UserId, options: Options
    ) -> tuple[QuotaUse, ...]:
        since, found = self._clock.now() - WINDOW, list[QuotaUse]()
        for whose, of_whom in ((QuotaSubject.PERSON, user_id), (QuotaSubject.GUILD, None)):
            if limits_of(whose, options):
                usage = await self._posts.usage(guild_id, user_id=of_whom, since=since)
                found += quota_uses(whose, options, usage)
        return tuple(found)
