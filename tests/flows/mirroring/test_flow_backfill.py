"""What was posted before is kept when a moderator asks for it; nobody has to wait for it."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable

import pytest
import pytest_asyncio

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission
from imgoe_bot.domain.backfill import FILES_AT_ONCE, Backfill, BackfillState, Cards, WaitReason
from imgoe_bot.domain.options import Kind
from tests.flows.backfilling import Desk, open_desk
from tests.flows.bot_process import bot_process
from tests.flows.kit import DELETE_LINK, Harness, eventually, picture

NO_BUDGET = "none"


@pytest_asyncio.fixture
async def desk(harness: Harness) -> AsyncIterator[Desk]:
    """Where backfills are asked for; the server has a key, the bot is away, nothing is mirrored."""
    async with harness.bot():
        await harness.set_key()
    async with open_desk(harness) as opened:
        yield opened


async def _post(
    harness: Harness, names: Iterable[object], channel: Channel | None = None
) -> list[Message]:
    place = channel or harness.photos
    return [
        await harness.ben.say(place, files=[picture(f"{name}.png", colour=_colour(number))])
        for number, name in enumerate(names)
    ]


def _colour(number: int) -> str:
    """Return a colour that no other number below 2**24 has: no two files are the same."""
    return f"#{number:06x}"


def _at_host(harness: Harness) -> int:
    """Count the pictures that the host has, without their renditions."""
    files = (harness.folder / "host" / "images").rglob("*.png")
    return len([file for file in files if ".th." not in file.name and ".md." not in file.name])


def _kept(harness: Harness) -> list[str]:
    """Return the names of the files that were kept, in order."""
    names = harness.read_texts("SELECT filename FROM upload ORDER BY filename")
    return [name.removesuffix(".png") for name in names]


async def test_older_pictures_are_kept_without_a_card_or_a_direct_message(
    harness: Harness, desk: Desk
) -> None:
    await _post(harness, "abc")
    await harness.ben.say(harness.photos, "only words")

    async with harness.bot():
        backfill = await desk.done(await desk.begin(harness.photos.id))

    assert _kept(harness) == ["a", "b", "c"]
    assert (backfill.counts.messages, backfill.counts.found) == (4, 3)
    assert (backfill.counts.kept, backfill.counts.failed) == (3, 0)
    assert harness.cards(harness.photos) == []
    assert harness.ben.dm.messages == {}
    assert _at_host(harness) == 3


async def test_a_second_one_over_the_same_messages_doubles_nothing(
    harness: Harness, desk: Desk
) -> None:
    await _post(harness, "ab")

    async with harness.bot():
        await desk.done(await desk.begin(harness.photos.id))
        again = await desk.done(await desk.begin(harness.photos.id))

    assert _kept(harness) == ["a", "b"]
    assert again.counts.found == 0


async def test_a_dry_run_counts_by_person_and_keeps_nothing(harness: Harness, desk: Desk) -> None:
    await _post(harness, "ab")
    await harness.ada.say(harness.photos, files=[picture("c.png")])

    async with harness.bot():
        backfill = await desk.done(await desk.begin(harness.photos.id, dry_run=True))

    tallies = await desk.service.tallies(backfill.id)
    assert [(each.user_id, each.kind, each.files) for each in tallies] == [
        (harness.ben.user.id, Kind.IMAGE, 2),
        (harness.ada.user.id, Kind.IMAGE, 1),
    ]
    assert backfill.counts.size_bytes == sum(each.size_bytes for each in tallies) > 0
    assert _kept(harness) == []


async def test_threads_and_forum_posts_are_read_too_also_archived_ones(
    harness: Harness, desk: Desk
) -> None:
    forum = harness.guild.add_channel("gallery", type=ChannelType.FORUM)
    started = await harness.ben.say(harness.photos, "a thread")
    thread = await harness.ben.open_thread(started, "talk")
    await _post(harness, ["in a thread"], thread)
    files = [picture("starter.png", colour="red")]
    shown, _ = await harness.ben.open_post(forum, "show", files=files)
    shown.set_archived(True, now=harness.sim.world.clock())

    async with harness.bot():
        await desk.done(await desk.begin(harness.guild.id))

    assert _kept(harness) == ["in a thread", "starter"]


async def test_who_has_opted_out_is_left_alone(harness: Harness, desk: Desk) -> None:
    await _post(harness, "a")
    await harness.ada.say(harness.photos, files=[picture("b.png", colour="red")])

    async with harness.bot():
        sent = await harness.ben.slash(harness.photos, "privacy opt-out")
        await sent.wait_response()
        await desk.done(await desk.begin(harness.photos.id))

    assert _kept(harness) == ["b"]


async def test_each_person_is_written_to_once_at_the_end(harness: Harness, desk: Desk) -> None:
    await _post(harness, "abc")

    async with harness.bot():
        await desk.done(await desk.begin(harness.photos.id, summary=True))
        said = await harness.ben.wait_for_message(harness.ben.dm, lambda _: True)
        delivered = "SELECT count(*) FROM job WHERE step = 'deliver' AND state = 'done'"
        await eventually(lambda: harness.read_number(delivered) == 1)

    assert "3 files" in said.content
    assert "/library" in said.content
    assert DELETE_LINK.search(said.content) is None
    assert len(harness.ben.dm.messages) == 1


async def test_cards_come_where_they_are_asked_for(harness: Harness, desk: Desk) -> None:
    posted = await _post(harness, "ab")

    async with harness.bot():
        await desk.begin(harness.photos.id, cards=Cards.ANSWER)
        for message in posted:
            await harness.card_for(message)

    assert len(harness.cards(harness.photos)) == 2
    assert harness.ben.dm.messages == {}


async def test_a_message_with_many_files_is_kept_whole(harness: Harness, desk: Desk) -> None:
    files = [picture(f"{number}.png", colour=_colour(number)) for number in range(7)]
    await harness.ben.say(harness.photos, files=files)

    async with harness.bot():
        await desk.done(await desk.begin(harness.photos.id, cards=Cards.ANSWER))

    assert _kept(harness) == [str(number) for number in range(7)]
    assert len(harness.cards(harness.photos)) == 1


async def test_one_is_paused_resumed_and_cancelled(harness: Harness, desk: Desk) -> None:
    await _post(harness, range(6))
    backfill = await desk.begin(harness.photos.id)
    await desk.service.pause(desk.actor, backfill.id)

    async with harness.bot():
        await _post(harness, ["live"], harness.lounge)
        await asyncio.sleep(0)
        assert (await desk.get(backfill)).state is BackfillState.LISTING
        await desk.service.resume(desk.actor, backfill.id)
        await eventually(lambda: bool(_kept(harness)))
        await desk.service.cancel(desk.actor, backfill.id)
        opened = "SELECT count(*) FROM job WHERE state IN ('ready', 'leased', 'waiting')"
        await eventually(lambda: harness.read_number(opened) == 0)

    assert (await desk.get(backfill)).state is BackfillState.CANCELLED
    assert harness.read_number("SELECT count(*) FROM history_range") == 0
    assert 0 < len(_kept(harness)) == (await desk.get(backfill)).counts.kept


async def test_a_used_up_day_lets_it_wait_and_fails_no_file(harness: Harness, desk: Desk) -> None:
    await _post(harness, "abcd")

    async with harness.bot():
        await harness.set_option("guild_files", "2")
        backfill = await desk.waits(await desk.begin(harness.photos.id), WaitReason.QUOTA)

    assert _kept(harness) == ["a", "b"]
    assert (backfill.counts.kept, backfill.counts.failed) == (2, 0)
    assert backfill.state is BackfillState.READING


async def test_half_a_hosts_budget_is_left_to_others(harness: Harness, desk: Desk) -> None:
    await _post(harness, "abcd")

    async with harness.bot(host_budget="4/1h"):
        await desk.waits(await desk.begin(harness.photos.id), WaitReason.BUSY)
        await eventually(lambda: len(_kept(harness)) >= 2)  # the last may be under way still

    assert _kept(harness) == ["a", "b"]


async def test_one_without_a_key_waits_for_it(harness: Harness, desk: Desk) -> None:
    await _post(harness, "a")
    backfill = await desk.begin(harness.photos.id)
    await harness.write("UPDATE guild SET key_sealed = NULL, key_fingerprint = NULL")

    async with harness.bot():
        await desk.waits(backfill, WaitReason.KEY)

    assert harness.read_number("SELECT count(*) FROM job") == 0


async def test_one_of_a_channel_that_is_gone_is_done(harness: Harness, desk: Desk) -> None:
    async with harness.bot():
        harness.guild.delete_channel(harness.lounge)
        gone = await desk.done(await desk.begin(harness.lounge.id))

    assert (gone.channels, gone.counts.messages) == (0, 0)


async def test_a_channel_that_was_closed_is_waited_for(harness: Harness, desk: Desk) -> None:
    await _post(harness, "a")
    harness.sim.faults.delay(f"GET /channels/{harness.photos.id}/messages", 1)

    async with harness.bot():
        backfill = await desk.begin(harness.photos.id)
        await _is_listed(desk, backfill)
        harness.sim.faults.revoke(harness.photos, Permission.VIEW_CHANNEL)
        waiting = await desk.waits(backfill, WaitReason.ACCESS)

    assert waiting.state is BackfillState.READING
    assert _kept(harness) == []


async def _is_listed(desk: Desk, backfill: Backfill) -> None:
    async def is_listed() -> bool:
        return (await desk.get(backfill)).channels is not None

    await eventually(is_listed)


async def test_an_author_is_asked_for_their_roles_and_a_reaction_saves_an_older_message_too(
    harness: Harness, desk: Desk
) -> None:
    role = harness.guild.add_role("keeper")
    harness.guild.set_roles(harness.ben, [role])
    await harness.ada.say(harness.photos, files=[picture("ada.png", colour="red")])
    saved, _ = await _post(harness, ["saved", "left alone"])
    await harness.ben.react(saved, "💾")

    async with harness.bot():
        await harness.set_option("role", f"<@&{role.id}>")
        await harness.set_option("consent", "react")
        await desk.done(await desk.begin(harness.photos.id))
        assert _kept(harness) == ["saved"]
        await harness.set_option("consent", "announce")
        await desk.done(await desk.begin(harness.photos.id))

    assert _kept(harness) == ["left alone", "saved"]


async def test_what_was_answered_before_the_database_was_lost_gets_no_second_card(
    harness: Harness, desk: Desk
) -> None:
    async with harness.bot():
        await harness.mirror()
        posted = await harness.ben.say(harness.photos, files=[picture("a.png")])
        await harness.card_for(posted)
        await harness.direct_message_for(harness.ben)
    for table in ("job", "upload", "post", "mirror_rule", "seen"):
        await harness.write(f"DELETE FROM {table}")  # noqa: S608  # names of our own
    older = harness.cards(harness.photos)

    async with harness.bot():
        backfill = await desk.done(await desk.begin(harness.photos.id, cards=Cards.ANSWER))

    assert _kept(harness) == ["a"]
    assert backfill.counts.found == 0
    assert harness.cards(harness.photos) == older
    assert _at_host(harness) == 1


@pytest.mark.timeout(300)
@pytest.mark.campaign  # 37 s; test_flow_chaos kills a bot in each run
async def test_a_bot_killed_again_and_again_keeps_each_picture_once(
    harness: Harness, desk: Desk
) -> None:
    await _post(harness, range(60))
    backfill = await desk.begin(harness.photos.id)

    for kept in (10, 30):
        async with bot_process(harness, IMGOE_HOST_BUDGET=NO_BUDGET) as process:
            await _has_kept(harness, kept)
            await process.kill()
    async with bot_process(harness, IMGOE_HOST_BUDGET=NO_BUDGET):
        done = await desk.done(backfill, patience_s=90)

    assert len(_kept(harness)) == 60 == done.counts.kept
    assert 60 <= _at_host(harness) <= 60 + 2 * FILES_AT_ONCE  # what a killed one had just sent
    assert done.counts.messages == 60


async def _has_kept(harness: Harness, files: int) -> None:
    await eventually(lambda: len(_kept(harness)) >= files, patience_s=60)


@pytest.mark.timeout(300)
async def test_a_live_picture_does_not_wait_for_a_backfill(harness: Harness, desk: Desk) -> None:
    await _post(harness, range(100))

    async with harness.bot(host_budget=NO_BUDGET):
        await harness.mirror(harness.lounge)
        alone = [await _time_to_card(harness, f"alone {number}") for number in range(3)]
        backfill = await desk.begin(harness.photos.id)
        await eventually(lambda: len(_kept(harness)) > 10)
        beside = [await _time_to_card(harness, f"beside {number}") for number in range(3)]
        assert (await desk.get(backfill)).state is BackfillState.READING
        await desk.service.cancel(desk.actor, backfill.id)

    assert sorted(beside)[1] < sorted(alone)[1] * 3 + 0.5


async def _time_to_card(harness: Harness, name: str) -> float:
    began = time.monotonic()
    colour = f"#{abs(hash(name)) % 0xFFFFFF:06x}"
    posted = await harness.ben.say(harness.lounge, files=[picture(f"{name}.png", colour=colour)])
    await harness.card_for(posted)
    return time.monotonic() - began
