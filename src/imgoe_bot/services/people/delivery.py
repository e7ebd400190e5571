"""The step that hands uploaders their delete links, and all else that is said to one person.

Discord stops bots that write to many people too fast. So what comes shortly after one is
collected into the next, rate limits hold over all processes, and where Discord says stop, nobody is
written to for a while: the cards lead to the links instead.
"""

import contextlib
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from imgoe_bot.domain.card import Card, PostedCard
from imgoe_bot.domain.direct_messages import (
    HALTED_FOR,
    AllHalted,
    Breaker,
    DeliveryRequest,
    HaltReason,
    RateLimits,
    RecipientClosed,
    SendNow,
    Verdict,
)
from imgoe_bot.domain.ids import JobId, UserId
from imgoe_bot.domain.job import Job
from imgoe_bot.domain.options import Delivery, Options
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.domain.status import Contact
from imgoe_bot.errors import (
    DirectMessagesHalted,
    ImgoeError,
    SourceUnreachable,
    UploadNotFound,
)
from imgoe_bot.services.ports.backfill import BackfillStore
from imgoe_bot.services.ports.direct_messages import DirectMessageStore
from imgoe_bot.services.ports.messenger import Messenger
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.uploading.quotas import QuotaService

DMS_CLOSED_FOR = timedelta(days=1)
"""How long a person whose direct messages are closed is not tried again."""

log = structlog.stdlib.get_logger(__name__)


class DeliveryService:
    """Writes to people, as often as Discord bears it."""

    def __init__(
        self,
        direct_messages: DirectMessageStore,
        *,
        access: PostAccess,
        options: OptionService,
        messenger: Messenger,
        quotas: QuotaService,
        backfills: BackfillStore,
        limits: RateLimits,
    ) -> None:
        self._direct_messages = direct_messages
        self._posts = access.posts
        self._options = options
        self._messenger = messenger
        self._quotas = quotas
        self._backfills = backfills
        self._limits = limits
        self._announced: dict[JobId, Card] = {}
        self._outage = access.outage
        self._clock = access.clock

    def expect(self, job: Job, card: Card) -> None:
        """Take the card that was posted a moment ago, by the worker that delivers its links next.

        It is not read again then.
        """
        if job.is_scheduled:
            self._announced[job.id] = card

    async def deliver(self, job: Job) -> None:
        """Send an uploader the delete links of the job's posts; or the cards lead to them."""
        cards = await self._wanted(job)
        if not cards:
            return await self._direct_messages.finish(job, None)
        match await self._verdict(job, cards[0]):
            case SendNow():
                await self._send(job, cards)
            case AllHalted(until):
                await self._stand_in(job, cards, until=until)
            case RecipientClosed(late):
                await self._lead_to_links(cards if late else ())
                await self._outage.keep(lambda: self._direct_messages.finish(job, None))
            case _:  # the store has put it off already
                return

    async def _verdict(self, job: Job, card: Card) -> Verdict:
        if job.is_scheduled:
            return SendNow()
        window = (await self._options_of(card)).dm_digest
        return await self._direct_messages.schedule(job, self._request(card, window))

    def request_for(
        self, card: Card, posted: PostedCard | None, options: Options
    ) -> DeliveryRequest | None:
        """Return what lets the direct message about a card go; None where none goes by itself."""
        by_dm = posted is None or options.delivery is Delivery.DM
        return self._request(card, options.dm_digest) if by_dm else None

    def _request(self, card: Card, window: timedelta) -> DeliveryRequest:
        return DeliveryRequest(card.post.author_id, self._limits, self._clock.now(), window)

    async def give_up(self, job: Job, error: ImgoeError) -> None:
        """Store that a direct message can't be sent."""
        await self._direct_messages.finish(job, error)

    async def send_last_links(self, card: Card) -> None:
        """Send links for the last time, because everything else about them is erased.

        Raises:
            DirectMessagesHalted: nobody is written to now.
            SourceUnreachable: Discord did not answer.
        """
        breaker = await self._direct_messages.breaker()
        if breaker.reason is not None and breaker.is_open(self._clock.now()):
            raise DirectMessagesHalted(reason=breaker.reason)
        try:
            await self._messenger.deliver([card], repeated=False)
        except DirectMessagesHalted as error:
            await self._halt(error)
            raise

    async def tell_paused(self, rules: Sequence[MirrorRule], *, locale: str) -> None:
        """Tell whoever made these rules that they rest, if that can be told now."""
        maker = rules[0].created_by
        if maker and await self._may_tell(maker):  # 0: has been forgotten
            try:
                await self._tell(self._messenger.tell_paused(rules, locale=locale))
            except SourceUnreachable as error:  # /mirror list and /status tell it too
                log.warning("nobody was told that a rule rests", error=repr(error))

    async def tell_waiting(self, contact: Contact, error: ImgoeError) -> None:
        """Tell whoever can mend it what a server's files wait for, if that can be told now.

        Raises:
            SourceUnreachable: Discord did not answer.
        """
        if await self._may_tell(contact.user_id):
            await self._tell(self._messenger.tell_waiting(contact, error))

    async def tell_withdrawn(self, card: Card, *, nonce: str) -> None:
        """Tell an author that the copy went with the message, if that can be told now."""
        if await self._may_tell(card.post.author_id):
            await self._tell(self._messenger.tell_withdrawn(card, nonce=nonce))

    async def _may_tell(self, user_id: UserId) -> bool:
        request = DeliveryRequest(user_id, self._limits, self._clock.now())
        return await self._direct_messages.admit(request)

    async def _tell(self, telling: Awaitable[None]) -> None:
        try:
            await telling
        except DirectMessagesHalted as error:
            await self._halt(error)

    async def _wanted(self, job: Job) -> list[Card]:
        """Return the cards of the direct message whose links are still to be sent."""
        announced = self._announced.pop(job.id, None)
        if announced is not None and job.is_scheduled:
            return [announced]
        wanted: list[Card] = []
        for post_id in await self._direct_messages.posts_of(job):
            with contextlib.suppress(UploadNotFound):  # it was erased meanwhile
                card = await self._posts.get_card(post_id, now=self._clock.now())
                if await self._is_wanted(card):
                    wanted.append(card)
        return wanted

    async def _is_wanted(self, card: Card) -> bool:
        """Tell whether there is something to say: delete links, or what a backfill has kept."""
        if card.post.backfill_id is not None:
            return card.has_copies
        return bool(card.deletable) and await self._goes_by_dm(card)

    async def _goes_by_dm(self, card: Card) -> bool:
        return card.post.card is None or (await self._options_of(card)).delivery is Delivery.DM

    async def _options_of(self, card: Card) -> Options:
        return await self._options.at(card.post.guild_id, card.post.channel_ids)

    async def _send(self, job: Job, cards: Sequence[Card]) -> None:
        author_id = cards[0].post.author_id
        try:
            reached = await self._hand_over(job, cards)
        except DirectMessagesHalted as error:
            return await self._stand_in(job, cards, until=await self._halt(error))
        now = self._clock.now()
        if reached:
            return await self._outage.keep(
                lambda: self._direct_messages.finish_sent(job, author_id, at=now)
            )
        until = now + DMS_CLOSED_FOR
        await self._outage.keep(lambda: self._posts.note_dms(author_id, closed_until=until))
        await self._lead_to_links(cards)
        await self._outage.keep(lambda: self._direct_messages.finish_refused(job))

    async def _hand_over(self, job: Job, cards: Sequence[Card]) -> bool:
        """Send delete links and, of a backfill's posts, how much it has kept; False if refused."""
        reached, repeated = True, job.is_repeated
        links = [card for card in cards if card.post.backfill_id is None]
        if links:
            near = await self._quotas.near(links[-1].post.guild_id, links[-1].post.author_id)
            reached = await self._messenger.deliver(links, near=near, repeated=repeated)
        for card in cards:
            kept = 0
            if card.post.backfill_id is not None:
                kept = await self._backfills.kept_of(card.post.backfill_id, card.post.author_id)
            if kept and reached:
                reached = await self._messenger.tell_backfilled(
                    card.post, kept, nonce=job.nonce, repeated=repeated
                )
        return reached

    async def _halt(self, error: DirectMessagesHalted) -> datetime:
        """Stop writing to anybody, and return until when."""
        reason = HaltReason(error.reason)
        until = self._clock.now() + HALTED_FOR[reason]
        await self._outage.keep(lambda: self._direct_messages.halt(Breaker(reason, until)))
        log.error(
            "Discord has stopped our direct messages: cards lead to the delete links instead",
            reason=reason.value,
            until=until.isoformat(timespec="seconds"),
        )
        return until

    async def _stand_in(self, job: Job, cards: Sequence[Card], *, until: datetime) -> None:
        """Let the cards lead to the links; a direct message about a post without one waits."""
        if any(card.post.card is None for card in cards):
            return await self._direct_messages.put_back(job, at=until)
        await self._lead_to_links(cards)
        await self._outage.keep(lambda: self._direct_messages.finish(job, None))

    async def _lead_to_links(self, cards: Sequence[Card]) -> None:
        for card in cards:
            await self._messenger.refresh(replace(card, dms_closed=True))
