"""What can't be done now waits for its host or its key, and uses up no tries."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection

from imgoe_bot.adapters.store.claiming.parked import park, unpark
from imgoe_bot.adapters.store.leases import write_under_lease
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId
from imgoe_bot.domain.job import CARD_WAITS, Job, Sending, Step
from imgoe_bot.domain.orphans import likely_orphan
from imgoe_bot.domain.parking import Parking, Subject, next_probe, place_subject, subject_of
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import (
    HostBroken,
    HostRefused,
    ImgoeError,
    KeyRejected,
    NotAllowed,
    SourceGone,
)
from tests.contracts.stores import BEN, HOST, LEASE, NOW, Stores, item, post, upload_of

SECOND = timedelta(seconds=1)
WEEK = timedelta(days=7)
AWAY = HostBroken(host=HOST, status=503)
REFUSED = KeyRejected(host=HOST, code=100)


async def _post(stores: Stores, guild: int = 1, *, files: int = 1) -> Post:
    owner = post(guild_id=GuildId(guild))
    await stores.posts.add(owner, [item(n) for n in range(files)])
    return owner


async def _park(stores: Stores, job: Job, error: ImgoeError = AWAY, *, after: int = 0) -> bool:
    now = NOW + after * SECOND
    subject = subject_of(error, job)
    assert subject is not None
    at = next_probe(error, subject, probes=0, now=now)
    return await stores.jobs.park(job, Parking(subject, error, now, at), until=now + WEEK)


async def _away(stores: Stores, *, files: int = 3) -> tuple[Post, Job]:
    """Let the host of a post of several files be away; return the probe."""
    owner = await _post(stores, files=files)
    (job,) = await stores.claim(limit=1)
    await _park(stores, job)
    assert await stores.claim(at=NOW + SECOND) == ()
    (probe,) = await stores.claim(at=NOW + 2 * SECOND)
    return owner, probe


async def _keep(stores: Stores, owner: Post, job: Job) -> None:
    assert job.item is not None
    await stores.jobs.finish_upload(job, upload_of(owner, job.item), None)


async def test_one_job_asks_for_all_whether_the_host_is_back(stores: Stores) -> None:
    _, probe = await _away(stores)

    assert probe.parked is not None
    assert await stores.claim(at=NOW + 30 * SECOND) == ()


async def test_a_probe_that_gets_through_lets_all_others_go(stores: Stores) -> None:
    owner, probe = await _away(stores)

    await _keep(stores, owner, probe)

    others = await stores.claim(at=NOW + 3 * SECOND)
    assert len(others) == 2
    assert {(job.attempts > 0, job.failures, job.parked) for job in others} == {(True, 0, None)}


async def test_what_the_host_has_against_one_file_shows_that_it_is_back(stores: Stores) -> None:
    _, probe = await _away(stores)

    await stores.jobs.finish_upload(probe, None, HostRefused(host=HOST))

    assert len(await stores.claim(at=NOW + 3 * SECOND)) == 2


async def test_a_probe_that_fails_alike_waits_twice_as_long_and_another_is_sent(
    stores: Stores,
) -> None:
    _, probe = await _away(stores)

    await _park(stores, probe, after=2)

    assert await stores.claim(at=NOW + 5 * SECOND) == ()
    (other,) = await stores.claim(at=NOW + 6 * SECOND)
    assert other.id != probe.id


async def test_a_probe_whose_process_is_killed_is_sent_again(stores: Stores) -> None:
    _, probe = await _away(stores)

    (again,) = await stores.claim(at=NOW + 3 * SECOND + LEASE)

    assert again.id == probe.id
    assert again.parked is not None


async def test_what_comes_while_the_host_is_away_waits_without_a_try(stores: Stores) -> None:
    await _away(stores)

    await _post(stores, guild=2)

    assert await stores.claim(at=NOW + 4 * SECOND) == ()


async def test_other_hosts_are_not_waited_for(stores: Stores) -> None:
    other = GuildSettings(guild_id=GuildId(2), host_url="https://other.example")
    await stores.guilds.save_key(other, ApiKey("chv_key"), actor_id=BEN, now=NOW)
    await _away(stores)

    await _post(stores, guild=2)

    (job,) = await stores.claim(at=NOW + 4 * SECOND)
    assert job.guild_id == 2


async def test_a_new_key_lets_its_server_go_at_once(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim(limit=1)
    await _park(stores, job, REFUSED)

    settings = GuildSettings(guild_id=GuildId(1), host_url=HOST)
    await stores.guilds.save_key(settings, ApiKey("chv_new"), actor_id=BEN, now=NOW)

    (again,) = await stores.claim()
    assert (again.id, again.parked) == (job.id, None)


async def test_a_host_that_is_changed_meanwhile_is_waited_for_no_more(stores: Stores) -> None:
    owner, probe = await _away(stores)
    await _park(stores, probe, after=2)
    settings = GuildSettings(guild_id=GuildId(1), host_url="https://moved.example")

    await stores.guilds.save_key(settings, ApiKey("chv_new"), actor_id=BEN, now=NOW)

    (first, *rest) = await stores.claim(at=NOW + 3 * SECOND)
    assert (first.host_url, len(rest)) == ("https://moved.example", 2)
    await _keep(stores, owner, first)


async def test_a_job_is_handed_out_as_parked_once_its_time_is_up(stores: Stores) -> None:
    owner, probe = await _away(stores, files=2)
    await _park(stores, probe, after=2)

    late = await stores.claim(at=NOW + WEEK + 10 * SECOND)

    assert {job.post_id for job in late} == {owner.id}
    assert all(job.parked and job.parked.until <= NOW + WEEK + 10 * SECOND for job in late)
    assert all(job.parked and repr(job.parked.error) == repr(AWAY) for job in late)


async def test_a_trouble_that_lasts_is_told_once(stores: Stores) -> None:
    _, probe = await _away(stores)

    assert not await _park(stores, probe, after=2)
    told: list[bool] = []
    for after in (400, 800):
        (probe,) = await stores.claim(at=NOW + after * SECOND)
        told.append(await _park(stores, probe, after=after))

    assert told == [True, False]


async def test_a_card_does_not_wait_long_for_files_that_wait_for_their_host(
    stores: Stores,
) -> None:
    owner = await _post(stores, files=2)
    good, bad = await stores.claim()
    await _keep(stores, owner, good)
    await _park(stores, bad)

    late = int(CARD_WAITS.total_seconds()) + 1
    (bad,) = await stores.claim(at=NOW + late * SECOND)
    await _park(stores, bad, after=late)

    (answer,) = await stores.claim(at=NOW + late * SECOND)
    assert answer.step is Step.ANNOUNCE


async def test_one_that_vanishes_leaves_nobody_waiting_for_ever(stores: Stores) -> None:
    await _away(stores)
    await stores.run("UPDATE job SET state = 'done', parked_on = '' WHERE state = 'leased'")

    (next_,) = await stores.claim(at=NOW + timedelta(minutes=11))

    assert next_.parked is not None


async def test_what_is_on_its_way_is_known_to_whoever_goes_on(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim()
    sending = Sending("key-1", HOST, "abcd", "a.png", 10, NOW)

    await stores.jobs.note_sending(job, sending)
    (heir,) = await stores.claim("heir", at=NOW + LEASE)

    assert heir.sending == sending
    await stores.jobs.note_sending(heir, None)
    await stores.jobs.retry(heir, AWAY, at=NOW, since=NOW)
    (again,) = await stores.claim(at=NOW + LEASE)
    assert again.sending is None


async def test_what_is_given_up_while_nobody_knows_whether_it_arrived_is_an_orphan(
    stores: Stores,
) -> None:
    await _post(stores)
    (job,) = await stores.claim()
    await stores.jobs.note_sending(job, Sending("key-1", HOST, "abcd", "a b.JPEG", 10, NOW))

    await stores.jobs.finish_upload(job, None, AWAY)

    (row,) = await stores.rows("SELECT host_url, filename, probable_url FROM orphan")
    assert row == (HOST, "a b.JPEG", f"{HOST}/images/{NOW:%Y/%m/%d}/a-b.jpg")


async def test_an_orphan_is_stored_with_the_try_that_takes_its_place(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim()
    lost = Sending("key-1", HOST, "abcd", "a.png", 10, NOW)
    orphan = likely_orphan(job, lost)

    await stores.jobs.note_sending(job, replace(lost, key="key-2"), orphan=orphan)
    (other,) = (await _post(stores, guild=2),)
    (other_job,) = [each for each in await stores.claim() if each.post_id == other.id]

    assert await stores.jobs.has_lost_answers(other_job, host_url=HOST, since=NOW)
    assert (
        not await stores.jobs.has_lost_answers(
            other_job, host_url="https://other.example", since=NOW
        )
        or job.host_url == other_job.host_url
    )


async def test_of_two_who_ask_at_once_one_has_files_tried_again(stores: Stores) -> None:
    owner = await _post(stores, files=2)
    for job in await stores.claim():
        await stores.jobs.finish_upload(job, None, AWAY)
    (answer,) = await stores.claim()
    await stores.jobs.finish_announce(answer, None)

    tried = [await stores.jobs.try_again(owner.id, files=()) for _ in range(2)]

    assert tried == [2, 0]
    again = await stores.claim()
    for job in again:
        await _keep(stores, owner, job)
    (shown,) = await stores.claim()
    assert shown.step is Step.ANNOUNCE


async def test_one_file_alone_is_tried_again(stores: Stores) -> None:
    owner = await _post(stores, files=2)
    jobs = await stores.claim()
    for job in jobs:
        await stores.jobs.finish_upload(job, None, AWAY)
    assert jobs[1].item is not None

    assert await stores.jobs.try_again(owner.id, files=[jobs[1].item.attachment_id]) == 1

    uploads = [job for job in await stores.claim() if job.step is Step.UPLOAD]
    assert [job.id for job in uploads] == [jobs[1].id]


@pytest.mark.parametrize("files", [(), (AttachmentId(999),)])
async def test_nothing_is_tried_again_that_was_not_given_up(
    stores: Stores, files: tuple[AttachmentId, ...]
) -> None:
    owner = await _post(stores)

    assert await stores.jobs.try_again(owner.id, files=files) == 0


def test_a_subject_reads_as_it_was_written() -> None:
    assert Subject.read("host https://a b") == Subject.read(str(Subject.read("host https://a b")))


async def test_what_comes_as_its_host_is_found_well_is_not_left_parked(stores: Stores) -> None:
    _, probe = await _away(stores)
    assert probe.parked is not None
    found_well = probe.parked.subject
    new = await _post(stores, guild=2)

    async with stores.engine.begin() as other:
        await other.run_sync(lambda connection: unpark(connection, found_well))
        claiming = asyncio.create_task(stores.claim(at=NOW + 3 * SECOND))
        await asyncio.sleep(0.2)

    claimed = (*await claiming, *await stores.claim("other", at=NOW + 9 * SECOND))
    assert new.id in {job.post_id for job in claimed}


async def test_what_fails_as_its_host_is_found_well_is_not_left_parked(stores: Stores) -> None:
    await _post(stores, files=2)
    first, second = await stores.claim()
    await _park(stores, first)
    subject = subject_of(AWAY, second)
    assert subject is not None
    parking = Parking(subject, AWAY, NOW, next_probe(AWAY, subject, probes=0, now=NOW))

    def failing(connection: Connection) -> None:
        values, _ = park(connection, second, parking, until=NOW + WEEK)
        write_under_lease(connection, second, values)

    async with stores.engine.begin() as other:
        await other.run_sync(failing)
        finding_well = asyncio.create_task(stores.jobs.unpark(subject))
        await asyncio.sleep(0.2)
    await finding_well

    late = await stores.claim(at=NOW + timedelta(hours=1))
    assert {job.id for job in late} == {first.id, second.id}


async def test_a_host_that_rejects_a_servers_key_is_waited_for_no_more_by_others(
    stores: Stores,
) -> None:
    _, probe = await _away(stores)
    other = await _post(stores, guild=2)
    assert await stores.claim(at=NOW + 2 * SECOND) == ()

    await _park(stores, probe, REFUSED, after=3)

    (job,) = await stores.claim(at=NOW + 4 * SECOND)
    assert job.post_id == other.id


async def test_a_probe_that_never_came_to_ask_its_host_is_followed_by_another(
    stores: Stores,
) -> None:
    owner, probe = await _away(stores)
    assert probe.parked is not None

    await stores.jobs.finish_upload(probe, None, SourceGone())

    (other,) = await stores.claim(at=NOW + 4 * SECOND)
    assert other.parked is not None
    error = NotAllowed(needs="read_message_history")
    place = Parking(place_subject(owner.guild_id, ChannelId(77)), error, NOW, NOW + 9 * SECOND)
    await stores.jobs.park(other, place, until=NOW + WEEK)

    (last,) = await stores.claim(at=NOW + 5 * SECOND)
    assert last.parked is not None
    assert last.parked.subject == probe.parked.subject


async def test_an_answer_that_gets_through_lets_the_others_of_its_place_go(stores: Stores) -> None:
    owners = {owner.id: owner for owner in [await _post(stores) for _ in range(3)]}
    for job in await stores.claim():
        await _keep(stores, owners[job.post_id], job)
    answers = await stores.claim()
    error = NotAllowed(needs="send_messages")
    place = Parking(place_subject(GuildId(1), ChannelId(77)), error, NOW, NOW + SECOND)
    for answer in answers:
        await stores.jobs.park(answer, place, until=NOW + WEEK)

    (probe,) = await stores.claim(at=NOW + SECOND)
    await stores.jobs.finish_announce(probe, None)

    assert len(await stores.claim(at=NOW + 2 * SECOND)) == 2


async def test_a_probe_that_is_put_off_for_itself_is_followed_by_another(stores: Stores) -> None:
    owner, probe = await _away(stores)

    await stores.jobs.put_off(probe, at=NOW + timedelta(hours=6))

    (other,) = await stores.claim(at=NOW + 3 * SECOND)
    assert other.id != probe.id
    await _keep(stores, owner, other)
    assert len(await stores.claim(at=NOW + 4 * SECOND)) == 2
