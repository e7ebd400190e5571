"""Channels that rest: one message to each who mirrors them, and a look whether they have to."""

from dataclasses import replace

from imgoe_bot.domain.ids import ChannelId, GuildId, UserId
from imgoe_bot.services.mirroring.auto_pauses import InaccessibleChannel
from tests.contracts.stores import BEN, GUILD, rule
from tests.services.conftest import Office

ADA = UserId(5)


async def test_who_made_the_rules_is_told_once_of_all_of_them(office: Office) -> None:
    for channel_id in (30, 31):
        await office.stores.rules.add(rule(channel_id=channel_id))
    await office.stores.rules.add(replace(rule(channel_id=20), created_by=ADA))
    lost = [
        InaccessibleChannel((ChannelId(30),), "view_channel"),
        InaccessibleChannel((ChannelId(31),), "read_message_history"),
        InaccessibleChannel((ChannelId(32), ChannelId(20)), "view_channel"),
        InaccessibleChannel((ChannelId(99),), "view_channel"),
    ]

    for _ in range(2):
        await office.auto_pauses().pause(GUILD, lost, locale="en-US")

    told = {rules[0].created_by: rules for rules in office.messenger.paused}
    assert len(office.messenger.paused) == 2
    assert [(each.channel_id, each.lacks) for each in told[BEN]] == [
        (30, "view_channel"),
        (31, "read_message_history"),
    ]
    assert [each.channel_id for each in told[ADA]] == [32]
    rules = {each.channel_id: each.paused for each in await office.stores.rules.of_guild(GUILD)}
    assert rules == {30: True, 31: True, 20: False, 32: True}


async def test_a_server_is_looked_at_once_more_when_its_rule_has_come_to_rest(
    office: Office,
) -> None:
    await office.stores.rules.add(rule(channel_id=30))
    lost = [InaccessibleChannel((ChannelId(30),), "view_channel")]

    await office.auto_pauses().pause(GUILD, lost, locale="en-US")

    assert await office.catch_ups.take() == GUILD
    office.catch_ups.done(GUILD, complete=True)
    await office.auto_pauses().pause(GUILD, lost, locale="en-US")  # it rests already
    await office.catch_ups.settled()


async def test_only_servers_in_which_something_rests_are_looked_at_now_and_then(
    office: Office,
) -> None:
    other, third = GuildId(GUILD + 1), GuildId(GUILD + 2)
    await office.stores.rules.add(rule(channel_id=30))
    await office.stores.rules.add(replace(rule(channel_id=31), guild_id=other, paused=True))
    resting = replace(rule(channel_id=32), guild_id=third, paused=True, lacks="view_channel")
    await office.stores.rules.add(resting)

    await office.auto_pauses().look()

    assert await office.catch_ups.take() == third
    office.catch_ups.done(third, complete=True)
    await office.catch_ups.settled()
