"""What SQLite does for the queue's statements: an index is sought for each, no table is scanned."""

import shutil
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import Connection, event

from imgoe_bot.adapters.store import SqlStatusStore, open_engine
from imgoe_bot.domain.direct_messages import DeliveryRequest, SlotKind
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import FollowUps, Step
from imgoe_bot.domain.rate_limit import RateLimit
from tests.contracts.stores import BEN, CARD, LEASE, NOW, Stores, item, post, upload_of

SMALL = ("ix_job_leased",)
"""Indexes of what is worked on right now: never more than hands."""


@dataclass(slots=True)
class Plans:
    """What was asked, and how SQLite went about it."""

    stores: Stores
    of: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def watch(self, connection: Connection) -> None:
        event.listen(connection, "before_cursor_execute", self._note)

    def _note(
        self, connection: Connection, _cursor: object, statement: str, given: Any, *_: object
    ) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            cursor = connection.connection.cursor()
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            self.of[statement] = [step for *_, step in cursor.fetchall()]

    def scans(self) -> list[str]:
        tables = ("SCAN job", "SCAN post", "SCAN upload")
        return [
            f"{step}: {statement}"
            for statement, plan in self.of.items()
            for step in plan
            if step.startswith(tables) and not step.endswith(SMALL)
        ]


@pytest_asyncio.fixture
async def plans(tmp_path: Path, migrated_file: Path) -> AsyncIterator[Plans]:
    """The plans of everything that is asked of a new database."""
    copy = tmp_path / "bot.sqlite3"
    shutil.copy(migrated_file, copy)
    engine = open_engine(f"sqlite+aiosqlite:///{copy}")
    plans = Plans(Stores(engine))
    run: list[Callable[..., Any]] = [plans.stores.database.write, *[plans.stores.database.read] * 2]
    for each in run:
        await each(plans.watch)
    yield plans
    await plans.stores.database.close()


async def test_no_step_of_a_jobs_life_scans_a_table(plans: Plans) -> None:
    stores = plans.stores
    owner = post(guild_id=GuildId(1))
    await stores.posts.add(owner, [item(0), item(1)])
    first, second = await stores.claim()
    await stores.jobs.put_off(first, at=NOW + LEASE)
    assert second.item is not None
    await stores.jobs.finish_upload(second, upload_of(owner, second.item), None)
    await stores.claim(at=NOW + LEASE)
    (again,) = await stores.claim(at=NOW + 3 * LEASE)
    assert again.item is not None
    await stores.jobs.extend([again], owner="worker", now=NOW + 3 * LEASE, lease=LEASE)
    await stores.jobs.finish_upload(again, upload_of(owner, again.item), None)
    (announce,) = await stores.claim(at=NOW + 3 * LEASE)
    assert announce.step is Step.ANNOUNCE
    await stores.jobs.finish_announce(
        announce, CARD, follow_ups=FollowUps(deliver=True, preview_at=NOW + LEASE)
    )
    (deliver,) = await stores.claim()
    limits = {kind: RateLimit(1, timedelta(minutes=1)) for kind in SlotKind}
    await stores.direct_messages.schedule(deliver, DeliveryRequest(BEN, limits, NOW))
    await stores.direct_messages.finish_sent(deliver, BEN, at=NOW)
    await stores.jobs.release("worker")

    assert any("ix_job_due" in step for plan in plans.of.values() for step in plan)
    assert plans.scans() == []


async def test_neither_does_what_a_moderator_asks_or_sets(plans: Plans) -> None:
    stores, status = plans.stores, SqlStatusStore(plans.stores.database)
    owner = post(guild_id=GuildId(1))
    await stores.posts.add(owner, [item()])
    await status.queue(GuildId(1))
    await status.health(GuildId(1))
    await status.jobs_of(owner.id)
    unset = GuildSettings(guild_id=GuildId(1), host_url="https://host.example")
    await stores.guilds.save_key(unset, ApiKey("chv_key"), actor_id=BEN, now=NOW)

    assert plans.scans() == []
