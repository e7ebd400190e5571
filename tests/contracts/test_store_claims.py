"""Which jobs a worker is given next: shares, jobs that end their process, early answers."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from imgoe_bot.adapters.store import SqlStatusStore
from imgoe_bot.domain.guild import ApiKey, GuildSettings
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.job import CARD_WAITS, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import (
    HostBroken,
    HostBusy,
    HostRefused,
    HostUnreachable,
)
from tests.contracts.stores import BEN, CARD, HOST, LEASE, NOW, Stores, item, post, upload_of

SECOND = timedelta(seconds=1)
SLOW, FAST = "https://slow.example", "https://fast.example"
LOST = HostUnreachable(host=HOST, may_be_stored=True)


async def _post(stores: Stores, guild: int = 1, *, files: int = 1, age: int = 0) -> Post:
    owner = post(guild_id=GuildId(guild), age=age * SECOND)
    await stores.posts.add(owner, [item(n) for n in range(files)])
    return owner


async def _set_host(stores: Stores, guild: int, url: str) -> None:
    unset = GuildSettings(guild_id=GuildId(guild), host_url=url)
    await stores.guilds.save_key(unset, ApiKey("chv_key"), actor_id=BEN, now=NOW)


async def test_a_guild_gets_no_more_than_its_share_though_nobody_else_waits(
    stores: Stores,
) -> None:
    await _post(stores, files=5)

    held = await stores.claim(limit=6, share=3)

    assert len(held) == 2
    assert await stores.claim(limit=4, share=3, held=held) == ()


async def test_a_newcomer_finds_a_hand_free_beside_a_guild_that_holds_its_share(
    stores: Stores,
) -> None:
    await _post(stores, guild=1, files=5, age=100)
    held = await stores.claim(limit=6, share=3)
    await _post(stores, guild=2)

    (claimed,) = await stores.claim(limit=4, share=3, held=held)

    assert claimed.guild_id == 2


async def test_whoever_holds_nothing_goes_before_who_waits_longer(stores: Stores) -> None:
    await _post(stores, guild=1, files=5, age=100)
    held = await stores.claim(limit=1, share=4)
    await _post(stores, guild=2)

    (claimed,) = await stores.claim(limit=1, share=4, held=held)

    assert claimed.guild_id == 2


async def test_guilds_of_one_host_leave_the_other_half_to_those_of_others(
    stores: Stores,
) -> None:
    for guild in (1, 2, 3, 4):
        await _set_host(stores, guild, SLOW)
        await _post(stores, guild, age=100)
    await _set_host(stores, 5, FAST)
    await _post(stores, 5)

    held = await stores.claim(limit=4, share=2)

    assert Counter(job.host_url for job in held) == {SLOW: 2, FAST: 1}
    assert await stores.claim(limit=1, share=2, held=held) == ()


async def test_guilds_that_set_no_host_share_that_of_the_process(stores: Stores) -> None:
    for guild in (1, 2, 3):
        await _post(stores, guild)

    assert len(await stores.claim(limit=4, share=2)) == 2


async def test_what_asks_no_host_does_not_wait_for_one(stores: Stores) -> None:
    for guild in (1, 2, 3):
        await _post(stores, guild, files=0)  # a card that only says what was left out
    held = await stores.claim(limit=2, share=2)

    assert {job.step for job in held} == {Step.ANNOUNCE}
    assert len(await stores.claim(limit=2, share=2, held=held)) == 1


async def test_what_a_worker_holds_is_not_given_to_it_again(stores: Stores) -> None:
    await _post(stores)
    held = await stores.claim()

    assert await stores.claim(at=NOW + 2 * LEASE, held=held) == ()


async def _killed(stores: Stores, times: int) -> None:
    """Let a job's process end so often while it works on it."""
    for n in range(times):
        (job,) = await stores.claim(f"killed {n}", at=NOW + n * LEASE)
        assert job.failing_since is None


async def test_a_job_whose_process_ended_once_is_taken_over_at_once(stores: Stores) -> None:
    await _post(stores)
    await _killed(stores, 1)

    assert len(await stores.claim(at=NOW + LEASE)) == 1


async def test_a_job_whose_processes_ended_is_not_given_up_but_waits(stores: Stores) -> None:
    await _post(stores)
    await _killed(stores, 2)

    assert await stores.claim(at=NOW + 2 * LEASE) == ()
    (again,) = await stores.claim(at=NOW + 2 * LEASE + 3 * SECOND)

    assert (again.attempts, again.failing_since) == (3, None)


async def test_a_job_that_ends_its_process_each_time_leaves_time_to_others(
    stores: Stores,
) -> None:
    await _post(stores)
    await _killed(stores, 2)
    await stores.run("UPDATE job SET attempts = 40 WHERE step = 'upload'")
    at = NOW + 2 * LEASE

    assert await stores.claim(at=at) == ()
    await _post(stores)
    (other,) = await stores.claim(at=at + timedelta(seconds=59))

    assert other.attempts == 1


async def test_a_failure_tells_since_when_the_job_fails(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim()

    await stores.jobs.retry(job, HostBroken(host=HOST), at=NOW, since=NOW)
    (again,) = await stores.claim()

    assert again.failing_since == NOW


async def test_a_wait_that_was_asked_for_does_not_begin_anew_with_each_look(
    stores: Stores,
) -> None:
    owner = await _post(stores)
    (job,) = await stores.claim()

    await stores.jobs.retry(job, HostBusy(host=HOST, retry_after_s=3600), at=NOW, since=NOW)

    (failed,) = (await SqlStatusStore(stores.database).jobs_of(owner.id)).failures
    assert failed.error.facts == {"host": HOST}


async def test_a_card_does_not_wait_long_for_a_file_that_fails_and_shows_it_later(
    stores: Stores,
) -> None:
    owner = await _post(stores, files=2)
    good, bad = await stores.claim()
    assert good.item is not None
    await stores.jobs.finish_upload(good, upload_of(owner, good.item), None)

    await stores.jobs.retry(bad, HostBroken(host=HOST), at=NOW + SECOND, since=NOW)
    assert await stores.claim() == ()
    (bad,) = await stores.claim(at=NOW + SECOND)
    later = NOW + CARD_WAITS
    await stores.jobs.retry(bad, HostBroken(host=HOST), at=later, since=NOW)
    (early,) = await stores.claim()
    assert early.step is Step.ANNOUNCE
    await stores.jobs.finish_announce(early, CARD)
    (bad,) = await stores.claim(at=later)
    assert bad.item is not None
    await stores.jobs.finish_upload(bad, upload_of(owner, bad.item), None)
    (shown,) = await stores.claim(at=later)

    assert shown.step is Step.ANNOUNCE
    card = await stores.posts.get_card(owner.id, now=NOW)
    assert len(card.uploads) == 2
    assert card.post.card == CARD


async def test_a_post_of_which_nothing_is_kept_yet_waits_for_its_answer(stores: Stores) -> None:
    await _post(stores)
    (job,) = await stores.claim()

    await stores.jobs.retry(job, HostBroken(host=HOST), at=NOW + CARD_WAITS, since=NOW)

    assert await stores.claim() == ()


async def test_a_step_that_begins_afresh_has_no_past(stores: Stores) -> None:
    owner = await _post(stores)
    (job,) = await stores.claim()
    assert job.item is not None
    await stores.jobs.retry(job, LOST, at=NOW, since=NOW)
    (job,) = await stores.claim()
    await stores.jobs.finish_upload(job, None, HostRefused(host=HOST))

    elsewhere = replace(job.item or item(), source=type(item().source)("embeds"))
    await stores.posts.extend(owner, [elsewhere])
    (again,) = [each for each in await stores.claim() if each.step is Step.UPLOAD]

    assert (again.failing_since, again.failures) == (None, 0)
