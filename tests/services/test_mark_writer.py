"""Marks are written together, a while after they moved, and none is forgotten."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Engine

from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.errors import StoreError
from imgoe_bot.services.mirroring.mark_writer import MarkWriter
from imgoe_bot.services.ports.mirroring import Mark
from imgoe_bot.services.store_outage import StoreOutage
from tests.contracts.stores import GUILD, statements_asked
from tests.flows.kit import eventually
from tests.services.conftest import Office

CHANNELS = 50


@pytest.fixture
def writer(office: Office) -> MarkWriter:
    return MarkWriter(office.stores.rules, outage=StoreOutage())


def _note_many(writer: MarkWriter, *, up_to: int) -> None:
    for channel in range(CHANNELS):
        for message in range(1, up_to + 1):
            writer.note(Mark(GUILD, ChannelId(1 + channel), MessageId(message)))


@asynccontextmanager
async def _at_work(writer: MarkWriter) -> AsyncGenerator[asyncio.Task[None]]:
    task = asyncio.create_task(writer.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_all_that_moved_is_written_by_one_statement(
    office: Office, writer: MarkWriter
) -> None:
    _note_many(writer, up_to=5)

    with statements_asked(Engine) as asked:
        await writer.write()
        await writer.write()

    assert len([each for each in asked if each.startswith("INSERT")]) == 1
    assert await office.stores.rules.seen(GUILD) == {
        ChannelId(1 + channel): MessageId(5) for channel in range(CHANNELS)
    }


async def test_what_is_not_written_is_known_until_it_is(writer: MarkWriter) -> None:
    writer.note(Mark(GUILD, ChannelId(1), MessageId(5)))

    assert writer.unwritten(GUILD) == {1: 5}
    assert writer.unwritten(GuildId(GUILD + 1)) == {}
    await writer.write()
    assert writer.unwritten(GUILD) == {}


async def test_marks_are_written_while_it_runs_and_once_more_at_its_end(
    office: Office, writer: MarkWriter
) -> None:
    async def seen() -> bool:
        return await office.stores.rules.seen(GUILD) == {1: 5}

    async with _at_work(writer):
        writer.note(Mark(GUILD, ChannelId(1), MessageId(5)))
        await eventually(seen)
        writer.note(Mark(GUILD, ChannelId(1), MessageId(6)))

    assert await office.stores.rules.seen(GUILD) == {1: 6}


async def test_a_write_that_fails_for_good_forgets_no_mark(
    office: Office, writer: MarkWriter
) -> None:
    writer.note(Mark(GUILD, ChannelId(1), MessageId(5)))
    await office.stores.database.close()

    with pytest.raises(StoreError):
        await writer.write()

    assert writer.unwritten(GUILD) == {1: 5}
