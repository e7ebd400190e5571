"""Use cases over a real SQLite file and an outside world in memory."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from imgoe_bot.adapters.store import (
    SqlBudgetStore,
    SqlObstacleStore,
    SqlPersonStore,
    SqlRetirementStore,
    SqlStatusStore,
    open_engine,
)
from imgoe_bot.domain.budget import Budget
from imgoe_bot.domain.card import Card
from imgoe_bot.domain.command import FileToUpload
from imgoe_bot.domain.command_lanes import Shares
from imgoe_bot.domain.direct_messages import SlotKind
from imgoe_bot.domain.guild import Actor, ApiKey, GuildSettings
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.cards.previews import Previews
from imgoe_bot.services.cards.reviews import Reviews
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.deleting.deletions import DeletionService
from imgoe_bot.services.deleting.erasure import Erasure
from imgoe_bot.services.deleting.retirements import RetirementService
from imgoe_bot.services.discord_time import DiscordTime
from imgoe_bot.services.jobs.command_steps import CommandSteps
from imgoe_bot.services.jobs.handlers import StepHandlers
from imgoe_bot.services.jobs.options import RunnerOptions
from imgoe_bot.services.jobs.parking import ParkingService
from imgoe_bot.services.jobs.runner import JobRunner
from imgoe_bot.services.jobs.steps import Steps
from imgoe_bot.services.mirroring.auto_pauses import AutoPauseService
from imgoe_bot.services.mirroring.history_queue import HistoryQueue
from imgoe_bot.services.people.delivery import DeliveryService
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.reports.status import MirrorSources, StatusService
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.settings.post_options import PostOptions
from imgoe_bot.services.store_outage import StoreOutage
from imgoe_bot.services.uploading.budgets import HostBudgets
from imgoe_bot.services.uploading.commands import CommandService
from imgoe_bot.services.uploading.lanes import CommandLanes
from imgoe_bot.services.uploading.limits import FileLimits, UploadLimits
from imgoe_bot.services.uploading.quotas import QuotaService
from imgoe_bot.services.uploading.safe_sending import SafeSending
from imgoe_bot.services.uploading.uploads import UploadService
from tests.contracts.stores import BEN, GUILD, HOST, NOW, Stores, command, item, post
from tests.flows.kit import eventually
from tests.services.fakes import (
    FakeAnswerer,
    FakeClock,
    FakeHost,
    FakeMessenger,
    FakeReader,
    FakeThumbs,
)

PATIENCE = timedelta(minutes=1)
POLL = timedelta(milliseconds=10)
NONE = timedelta(0)


def _generous() -> dict[SlotKind, RateLimit]:
    return {slot: RateLimit(1000, timedelta(seconds=1)) for slot in SlotKind}


@dataclass(slots=True)
class Office:
    """Every use case, and the world it works in."""

    stores: Stores
    clock: FakeClock = field(default_factory=FakeClock)
    host: FakeHost = field(default_factory=FakeHost)
    reader: FakeReader = field(default_factory=FakeReader)
    messenger: FakeMessenger = field(default_factory=FakeMessenger)
    answerer: FakeAnswerer = field(default_factory=FakeAnswerer)
    shares: Shares = field(default_factory=Shares)
    thumbs: FakeThumbs = field(default_factory=FakeThumbs)
    limits: dict[SlotKind, RateLimit] = field(default_factory=_generous)
    budget: Budget = ()
    outage: StoreOutage = field(default_factory=StoreOutage)
    catch_ups: CatchUpQueue = field(default_factory=CatchUpQueue)
    guilds: GuildSettingsService = field(init=False)
    options: OptionService = field(init=False)
    layouts: Layouts = field(init=False)
    uploads: UploadService = field(init=False)
    commands: CommandService = field(init=False)
    deletions: DeletionService = field(init=False)

    def __post_init__(self) -> None:
        self.guilds = GuildSettingsService(
            self.stores.guilds,
            jobs=self.stores.jobs,
            default_host_url="https://default.example",
            clock=self.clock,
        )
        self.options = OptionService(
            self.stores.options, guilds=self.guilds, catch_ups=self.catch_ups, clock=self.clock
        )
        self.layouts = Layouts(self.stores.notes, guilds=self.guilds, clock=self.clock)
        self.uploads = UploadService(
            self.reader,
            sending=SafeSending(
                self.stores.jobs, host=self.host, outage=self.outage, clock=self.clock
            ),
            guilds=self.guilds,
            options=self.options,
            access=self.access,
            limits=UploadLimits(FileLimits(max_bytes=1000), self.quotas(), self.budgets()),
            notes=self.stores.notes,
        )
        self.commands = CommandService(
            self.stores.commands,
            options=self.options,
            layouts=self.layouts,
            outage=self.outage,
            clock=self.clock,
        )
        self.deletions = DeletionService(self.access, host=self.host, messenger=self.messenger)

    @property
    def access(self) -> PostAccess:
        return PostAccess(self.stores.posts, self.outage, self.clock, DiscordTime(self.clock))

    def quotas(self) -> QuotaService:
        return QuotaService(self.stores.posts, options=self.options, clock=self.clock)

    def budgets(self) -> HostBudgets:
        store = SqlBudgetStore(self.stores.database)
        return HostBudgets(store, budget=self.budget, outage=self.outage, clock=self.clock)

    def status(self) -> StatusService:
        return StatusService(
            SqlStatusStore(self.stores.database),
            direct_messages=self.stores.direct_messages,
            access=self.access,
            guilds=self.guilds,
            options=self.options,
            budgets=self.budgets(),
            notes=self.stores.notes,
            mirrors=MirrorSources(
                self.auto_pauses(),
                HistoryQueue(self.stores.history, outage=self.outage, clock=self.clock),
                SqlObstacleStore(self.stores.database),
            ),
        )

    def delivery(self) -> DeliveryService:
        return DeliveryService(
            self.stores.direct_messages,
            access=self.access,
            options=self.options,
            messenger=self.messenger,
            quotas=self.quotas(),
            backfills=self.stores.backfills,
            limits=self.limits,
        )

    def reviews(self) -> Reviews:
        return Reviews(
            self.stores.jobs,
            access=self.access,
            host=self.host,
            messenger=self.messenger,
        )

    def auto_pauses(self) -> AutoPauseService:
        return AutoPauseService(
            self.stores.rules,
            jobs=self.stores.jobs,
            delivery=self.delivery(),
            catch_ups=self.catch_ups,
        )

    def retirements(self) -> RetirementService:
        return RetirementService(
            SqlRetirementStore(self.stores.database, claims=self.stores.claims),
            jobs=self.stores.jobs,
            access=self.access,
            deletions=self.deletions,
            options=self.options,
            messenger=self.messenger,
        )

    def runner(
        self, *, patience: timedelta = PATIENCE, at_once: int = 6, poll: timedelta = POLL
    ) -> JobRunner:
        delivery = self.delivery()
        parking = ParkingService(
            self.stores.jobs,
            auto_pauses=self.auto_pauses(),
            obstacles=SqlObstacleStore(self.stores.database),
            delivery=self.delivery(),
            outage=self.outage,
            clock=self.clock,
            park_for=patience,
        )
        steps = Steps(
            self.stores.jobs,
            access=self.access,
            uploads=self.uploads,
            deletions=self.deletions,
            options=PostOptions(self.options, backfills=self.stores.backfills),
            messenger=self.messenger,
            delivery=delivery,
            parking=parking,
        )
        previews = Previews(
            self.stores.jobs,
            access=self.access,
            messenger=self.messenger,
            thumbs=self.thumbs,
            layouts=self.layouts,
            at_once=1,
        )
        erasure = Erasure(
            SqlPersonStore(
                self.stores.database, vault=self.stores.vault, claims=self.stores.claims
            ),
            jobs=self.stores.jobs,
            access=self.access,
            deletions=self.deletions,
            delivery=delivery,
            messenger=self.messenger,
        )
        return JobRunner(
            self.stores.jobs,
            handlers=StepHandlers(
                steps=steps,
                commands=CommandSteps(
                    steps,
                    commands=self.stores.commands,
                    answerer=self.answerer,
                    lanes=CommandLanes(self.shares),
                    access=self.access,
                    options=self.options,
                    quotas=self.quotas(),
                    deletions=self.deletions,
                ),
                delivery=delivery,
                retirements=self.retirements(),
                previews=previews,
                reviews=self.reviews(),
                erasure=erasure,
            ),
            parking=parking,
            outage=self.outage,
            clock=self.clock,
            options=RunnerOptions(
                lease=timedelta(seconds=60),
                poll=poll,
                park_for=patience,
                at_once=at_once,
            ),
        )

    @asynccontextmanager
    async def working(
        self, *, patience: timedelta = PATIENCE, at_once: int = 6, poll: timedelta = POLL
    ) -> AsyncGenerator[JobRunner]:
        """Let a worker work for as long as the block runs."""
        runner = self.runner(patience=patience, at_once=at_once, poll=poll)
        task = asyncio.create_task(runner.run())
        try:
            yield runner
        finally:
            task.cancel()
            await asyncio.wait({task})
        assert task.cancelled(), task.exception()

    async def set_key(self) -> None:
        unset = GuildSettings(guild_id=GUILD, host_url=HOST)
        key = ApiKey("chv_key_of_the_office")
        await self.stores.guilds.save_key(unset, key, actor_id=BEN, now=NOW)

    async def ask(self, *files: FileToUpload, owner: Post) -> None:
        """Have somebody ask for files by a command; a worker answers it."""
        me = Actor(BEN, GUILD)
        await self.commands.ask(me, files, post=owner, command=command())

    async def upload(self, *files: FileToUpload, owner: Post) -> Card:
        """Have somebody keep files by a command, and return its card."""
        answered = len(self.answerer.cards)
        await self.ask(*files, owner=owner)
        async with self.working():
            await eventually(lambda: len(self.answerer.cards) > answered)
            await self.at_rest()
        return await self.stores.posts.get_card(owner.id, now=self.clock.now())

    async def mirror(self, *, files: int = 1) -> Post:
        """Store a message's post and its jobs."""
        owner = post()
        await self.stores.posts.add(owner, [item(n, filename=f"{n}.png") for n in range(files)])
        return owner

    async def states(self) -> list[tuple[object, ...]]:
        return await self.stores.rows("SELECT step, state, attempts, error FROM job ORDER BY id")

    async def at_rest(self) -> None:
        """Wait until no job is being worked on: time that passes meanwhile would end its lease."""

        async def holds() -> bool:
            return all(state != "leased" for _, state, _, _ in await self.states())

        await eventually(holds)


@pytest_asyncio.fixture
async def empty_office(migrated_file: Path, tmp_path: Path) -> AsyncIterator[Office]:
    """A guild that has set nothing."""
    shutil.copy(migrated_file, tmp_path / "bot.sqlite3")
    engine = open_engine(f"sqlite+aiosqlite:///{tmp_path / 'bot.sqlite3'}")
    made = Office(Stores(engine))
    yield made
    await made.stores.database.close()


@pytest_asyncio.fixture
async def office(empty_office: Office) -> Office:
    """A guild that has set its key."""
    await empty_office.set_key()
    return empty_office
