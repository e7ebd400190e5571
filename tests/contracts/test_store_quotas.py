"""Which uploads are let in within a quota, on SQLite and on PostgreSQL."""

import asyncio
from datetime import timedelta

import pytest

from imgoe_bot.domain.job import Item, Job
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.quota import WINDOW, Usage
from imgoe_bot.errors import QuotaPending
from tests.contracts.stores import LEASE, NOW, Stores, item, post, upload_of

SIZE = 5_000_000_000  # of every upload of these tests
SINCE = NOW - WINDOW


async def _stored_post(stores: Stores, *, files: int) -> Post:
    owner = post()
    assert await stores.posts.add(owner, [item(n) for n in range(files)])
    return owner


async def _admit(stores: Stores, job: Job, owner: Post) -> tuple[Usage, Usage]:
    """Let a job in, whatever there is; returns what its check was told."""
    told: list[tuple[Usage, Usage]] = []

    def check(mine: Usage, ours: Usage) -> None:
        told.append((mine, ours))

    await stores.posts.admit(job.id, owner, since=SINCE, check=check)
    return told[0]


async def test_what_was_let_in_counts_for_all_that_ask_later_whoever_was_there_first(
    stores: Stores,
) -> None:
    owner = await _stored_post(stores, files=3)
    first, second, third = await stores.claim()

    assert await _admit(stores, third, owner) == (Usage(), Usage())
    one = Usage(under_way=1)
    assert await _admit(stores, first, owner) == (one, one)
    two = Usage(under_way=2)
    assert await _admit(stores, second, owner) == (two, two)


async def test_what_was_let_in_and_stored_counts_once(stores: Stores) -> None:
    owner = await _stored_post(stores, files=2)
    first, second = await stores.claim()
    await _admit(stores, first, owner)
    assert isinstance(first.item, Item)
    await stores.jobs.finish_upload(first, upload_of(owner, first.item), None)

    stored = Usage(files=1, size_bytes=SIZE)
    assert await _admit(stores, second, owner) == (stored, stored)


async def test_a_check_that_raises_lets_nothing_in(stores: Stores) -> None:
    owner = await _stored_post(stores, files=2)
    first, second = await stores.claim()

    def refuse(_mine: Usage, _ours: Usage) -> None:
        raise QuotaPending(whose="person", limit=1, unit="files")

    with pytest.raises(QuotaPending):
        await stores.posts.admit(first.id, owner, since=SINCE, check=refuse)

    assert await _admit(stores, second, owner) == (Usage(), Usage())


@pytest.mark.parametrize("ends", ["put off", "taken over"])
async def test_being_let_in_lasts_as_long_as_the_job_is_held(stores: Stores, ends: str) -> None:
    owner = await _stored_post(stores, files=2)
    first, second = await stores.claim()
    await _admit(stores, first, owner)

    if ends == "put off":
        await stores.jobs.put_off(first, at=NOW + timedelta(days=1))
    else:
        await stores.jobs.extend([second], owner="worker", now=NOW, lease=LEASE * 3)
        (again,) = await stores.claim("heir", at=NOW + LEASE)
        assert again.id == first.id

    assert await _admit(stores, second, owner) == (Usage(), Usage())


async def test_of_many_that_ask_at_once_no_more_are_let_in_than_there_is_room(
    stores: Stores, other: Stores
) -> None:
    owner = await _stored_post(stores, files=8)
    jobs = await stores.claim()

    def only_three(_mine: Usage, ours: Usage) -> None:
        if ours.under_way >= 3:
            raise QuotaPending(whose="guild", limit=3, unit="files")

    async def ask(process: Stores, job: Job) -> bool:
        try:
            await process.posts.admit(job.id, owner, since=SINCE, check=only_three)
        except QuotaPending:
            return False
        return True

    asked = [ask((stores, other)[n % 2], job) for n, job in enumerate(jobs)]

    assert sum(await asyncio.gather(*asked)) == 3
