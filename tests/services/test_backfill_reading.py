"""What the reader of backfills asks of the database, and whom it lets wait."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from imgoe_bot.adapters.store import SqlChoiceStore
from imgoe_bot.domain.backfill import Backfill, Tally
from imgoe_bot.domain.backfill_requests import BackfillRequest, checked
from imgoe_bot.domain.history import BackfillId, HistoryRange
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId, UserId, snowflake_at
from imgoe_bot.domain.options import Kind
from imgoe_bot.services.backfilling import reading as reading_module
from imgoe_bot.services.backfilling.gate import BackfillGate
from imgoe_bot.services.backfilling.reading import BackfillReading, Decided
from imgoe_bot.services.mirroring.authors import Authors
from imgoe_bot.services.mirroring.mirrors import MirrorService
from imgoe_bot.services.ports.backfill import FoundPost
from imgoe_bot.services.ports.history import NewPost, Shards
from tests.contracts.stores import BEN, GUILD, NOW, item, post, statements_asked
from tests.services.conftest import Office

ANYWHERE = Shards()
ELSEWHERE = GuildId(GUILD + 1)


class OneChannel:
    """A Discord where each place is one channel, and nobody has a role."""

    async def list_channels(self, backfill: Backfill) -> Sequence[ChannelId] | None:
        return (backfill.place_id,)

    async def role_ids(self, guild_id: GuildId, user_id: UserId) -> frozenset[int]:
        return frozenset()


@pytest.fixture
def reading(office: Office) -> BackfillReading:
    choices = SqlChoiceStore(office.stores.database, secret_key=b"0" * 32)
    mirrors = MirrorService(
        office.stores.rules,
        office.stores.posts,
        options=office.options,
        layouts=office.layouts,
        authors=Authors(choices, OneChannel(), office.clock),
        notes=office.stores.notes,
        catch_ups=office.catch_ups,
        clock=office.clock,
    )
    return BackfillReading(
        office.stores.backfills,
        places=OneChannel(),
        mirrors=mirrors,
        gate=BackfillGate(guilds=office.guilds, quotas=office.quotas(), budgets=office.budgets()),
        outage=office.outage,
        clock=office.clock,
    )


async def _begun(office: Office, guild_id: GuildId) -> Backfill:
    request = BackfillRequest(place_id=ChannelId(77), asked=MessageId(snowflake_at(NOW)))
    return await office.stores.backfills.add(
        guild_id,
        lambda others: checked(request, guild_id=guild_id, asked_by=BEN, now=NOW, others=others),
    )


async def test_where_none_is_under_way_the_database_is_only_asked(
    reading: BackfillReading,
) -> None:
    with statements_asked(Engine) as asked:
        assert await reading.claim(ANYWHERE) is None

    assert [each.split()[0] for each in asked if not each.startswith("SAVEPOINT")] == ["SELECT"]


async def test_nothing_more_is_claimed_before_the_end(
    office: Office, reading: BackfillReading
) -> None:
    await _begun(office, GUILD)

    reading.claim_no_more()

    assert await reading.claim(ANYWHERE) is None
    assert await office.stores.rows("SELECT owner FROM history_range") == []


async def test_one_whose_server_has_much_to_do_keeps_no_other_one_waiting(
    office: Office, reading: BackfillReading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_module, "PAGE_PATIENCE_S", 0.05)
    await office.stores.posts.add(post(), [item()])  # of now, and nobody comes to it
    busy, other = await _begun(office, GUILD), await _begun(office, ELSEWHERE)
    await reading.claim(ANYWHERE)

    served: list[BackfillId] = []
    for _ in range(2):
        office.clock.move(reading_module.LOOK_AGAIN)
        claimed = await reading.claim(ANYWHERE)
        assert claimed is not None
        range_, backfill = claimed
        await reading.keep(range_, backfill, [_decided(range_, backfill)], ended=False)
        served.append(backfill.id)

    assert served == [busy.id, other.id]


def _decided(range_: HistoryRange, backfill: Backfill) -> Decided:
    message_id = MessageId(range_.gap.after + 1)
    owner = replace(
        post(guild_id=backfill.guild_id), backfill_id=backfill.id, message_id=message_id
    )
    found = FoundPost(NewPost(owner, (item(),)), (Tally(BEN, Kind.IMAGE, 1, 100),))
    return Decided(message_id, found)
