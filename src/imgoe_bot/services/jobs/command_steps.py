"""The steps of what a person asked for by a command, and waits for: they are told how it stands."""

import asyncio
from typing import TypeGuard

import structlog

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.command import Command
from imgoe_bot.domain.command_lanes import Transfer
from imgoe_bot.domain.ids import PostId
from imgoe_bot.domain.job import Job
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.upload_options import remarks_on
from imgoe_bot.errors import (
    AwaitsApproval,
    BudgetSpent,
    CutOff,
    DiscordRefused,
    HostError,
    ImgoeError,
    InternalError,
    KeyMissing,
    QuotaPending,
    SourceGone,
    SourceUnreachable,
    StoreError,
)
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.ports.commands import CommandAnswerer, CommandStore
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.uploading.lanes import CommandLanes
from imgoe_bot.services.uploading.quotas import QuotaService

SOURCE_WAITS_S = (1.0, 2.0, 4.0)
"""Before each new try to read a file that Discord does not hand over, while its person waits."""

log = structlog.stdlib.get_logger(__name__)


class CommandSteps:
    """What a worker does for the jobs of commands; each step may be repeated."""

    def __init__(
        self,
        steps: Steps,
        *,
        commands: CommandStore,
        answerer: CommandAnswerer,
        lanes: CommandLanes,
        access: PostAccess,
        options: OptionService,
        quotas: QuotaService,
        deletions: DeletionService,
    ) -> None:
        self._steps = steps
        self._commands = commands
        self._answerer = answerer
        self._lanes = lanes
        self._posts = access.posts
        self._options = options
        self._quotas = quotas
        self._deletions = deletions
        self._outage = access.outage
        self._clock = access.clock
        self._failed: dict[PostId, ImgoeError] = {}

    async def upload(self, job: Job) -> Job | None:
        """Copy one file to the host in its turn; what no short wait mends is told at once.

        Where the host is away, or its answer was lost, the person is told that it goes on: the job
        then waits like any other.
        """
        command = await self._commands.find(job.post_id)
        if command is None:  # erased, or its week is over
            return await self._steps.give_up(job, CutOff())
        try:
            return await self._transfer(job, command)
        except (StoreError, QuotaPending):
            raise
        except ImgoeError as error:
            if _is_host_passing(error):
                if job.failing_since is None:
                    await self._tell(job, command, error)
                raise
            error = self._explained(command, error)
            self._failed[job.post_id] = error  # with its host's wait; what is stored has none
            return await self._give_up(job, error)
        except Exception as error:  # a bug must not let anybody wait for ever; it is logged
            log.exception("a command broke", job=job.id)
            return await self._give_up(job, InternalError(kind=type(error).__name__))

    async def _give_up(self, job: Job, error: ImgoeError) -> Job | None:
        log.info("a command failed", job=job.id, error=repr(error))
        return await self._outage.keep(lambda: self._steps.give_up(job, error))

    async def _transfer(self, job: Job, command: Command) -> Job | None:
        """Copy the file in its turn, again after each wait while Discord does not hand it over.

        Raises:
            SourceUnreachable: the last try failed of it too, or somebody's own site may well stay
                away.
        """
        for wait_s in SOURCE_WAITS_S:
            try:
                return await self._transfer_once(job, command)
            except SourceUnreachable as error:
                if error.site is not None:
                    raise
            await asyncio.sleep(wait_s)
        return await self._transfer_once(job, command)

    async def _transfer_once(self, job: Job, command: Command) -> Job | None:
        turn = self._lanes.turn(
            _transfer(job, command), tell=lambda: self._tell(job, command, None)
        )
        async with turn:
            return await self._steps.upload(job, command)

    def _explained(self, command: Command, error: ImgoeError) -> ImgoeError:
        """Say of a file that is gone because we were that it was cut off."""
        is_ours = isinstance(error, SourceGone) and error.site is None
        return CutOff() if is_ours and self._clock.now() >= command.expires_at else error

    async def _tell(self, job: Job, command: Command, error: HostError | None) -> None:
        """Say what is waited for; that it can't be said is no reason to keep the file any less."""
        try:
            post = await self._posts.get_post(job.post_id)
            if not post.answered:
                await self._answerer.tell_waiting(command, post, error)
        except Exception as refused:
            log.warning("nobody was told what is waited for", job=job.id, error=repr(refused))

    async def announce(self, job: Job) -> Job | None:
        """Answer a command by its card, or say in private why nothing was kept."""
        command = await self._commands.find(job.post_id)
        card = await self._posts.get_card(job.post_id, now=self._clock.now())
        fresh = self._failed.pop(job.post_id, None)
        if command is None and _has_no_place(card.post):
            options = await self._options.at(card.post.guild_id, card.post.channel_ids)
            following = await self._steps.announced(job, card, None, options)
        elif command is None or card.post.card is not None:
            following = await self._steps.announce(job)
        elif (error := _failure_of(card)) is not None:
            told = fresh if fresh is not None and type(fresh) is type(error) else error
            await self._refuse(job, command, card, told)
            return None
        else:
            following = await self._answer(job, command, card)
        await self._outage.keep(lambda: self._commands.settle(job.post_id))
        return following

    async def _refuse(self, job: Job, command: Command, card: Card, error: ImgoeError) -> None:
        """Tell the person why nothing is kept, and forget that it was asked for."""
        await self._deletions.discard(card.uploads)
        await self._answerer.refuse(command, card.post, error)
        await self._outage.keep(lambda: self._commands.discard(job))

    async def _answer(self, job: Job, command: Command, card: Card) -> Job | None:
        options = await self._options.at(card.post.guild_id, card.post.channel_ids)
        try:
            posted = await self._answerer.answer(
                command, card, nonce=job.nonce, repeated=job.is_repeated
            )
        except DiscordRefused as error:  # the direct message leads to what was kept
            await self._answerer.refuse(command, card.post, error)
            posted = None
        following = await self._steps.announced(job, card, posted, options)
        near = await self._quotas.near(card.post.guild_id, command.user_id)
        remarks = remarks_on(card, command.requested)
        await self._answerer.remark(command, card, remarks=remarks, near=near)
        return following


def _transfer(job: Job, command: Command) -> Transfer:
    source = command.sources.get(job.item.position) if job.item else None
    is_typed = source is not None and source.typed
    return Transfer(command.user_id, job.guild_id, job.host_url, is_typed)


def _has_no_place(post: Post) -> bool:
    """Tell whether an answer has no place of its own in a channel: it may have been private."""
    return post.card is None and (post.message_id is None or post.is_personal)


def _is_host_passing(error: ImgoeError) -> TypeGuard[HostError]:
    """Tell whether the host may take the file later, or has it and did not say so."""
    is_answered = isinstance(error, BudgetSpent | AwaitsApproval)
    return isinstance(error, HostError) and error.retryable and not is_answered


def _failure_of(card: Card) -> ImgoeError | None:
    """Return why nothing at all was kept; None: the card shows what was, or why each was not."""
    if card.post.withdrawn_at is not None:
        return SourceGone()
    if card.uploads:
        return None
    errors = [failed.error for failed in card.failures]
    alike = len(errors) == 1 or all(isinstance(error, KeyMissing) for error in errors)
    return errors[0] if errors and alike else None
