"""Commands: stored with their jobs, and erased as they are done, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import SqlPersonStore
from imgoe_bot.domain.command import LINKS_KEPT_FOR, TOKEN_LIFE
from imgoe_bot.domain.ids import GuildId, PostId, UserId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.domain.post import Post
from imgoe_bot.domain.quota import WINDOW, Usage
from imgoe_bot.domain.upload_options import UploadOptions
from imgoe_bot.errors import SourceGone, StaleWrite
from imgoe_bot.services.ports.jobs import Lease, Offer
from tests.contracts.stores import (
    BEN,
    CARD,
    LEASE,
    NOW,
    Stores,
    command,
    item,
    post,
    slash_post,
    upload_of,
)


@dataclass(slots=True)
class Hand:
    """Begins what people wait for, and nothing else."""

    begun: list[Job] = field(default_factory=list[Job])

    def offer(self) -> Offer | None:
        return None

    def take_over(self, jobs: Sequence[Job] | None) -> None:
        return None

    def wake(self) -> None:
        return None

    def lease(self) -> Lease:
        return Lease("me", NOW + LEASE)

    def begin(self, jobs: Sequence[Job]) -> None:
        self.begun += jobs


async def _ask(stores: Stores, *, files: int = 1) -> tuple[Post, list[Job]]:
    """Have a command stored, and return the jobs that its worker was given."""
    hand, owner = Hand(), slash_post()
    stores.claims.attend(hand)
    items = [item(n) for n in range(files)]
    assert await stores.commands.add(owner, items, command(*range(files)))
    return owner, hand.begun


async def test_the_files_of_a_command_are_its_workers_from_birth(stores: Stores) -> None:
    _, jobs = await _ask(stores, files=2)

    assert [(job.step, job.owner, job.attempts, job.awaited) for job in jobs] == [
        (Step.UPLOAD, "me", 1, True)
    ] * 2
    assert await stores.claim() == ()


async def test_another_worker_goes_on_once_their_lease_is_over(stores: Stores) -> None:
    _, (job,) = await _ask(stores)

    (taken,) = await stores.claim("other", at=NOW + 2 * LEASE)

    assert (taken.id, taken.awaited, taken.attempts) == (job.id, True, 2)
    with pytest.raises(StaleWrite):
        await stores.jobs.finish_upload(job, None, SourceGone())


async def test_without_a_worker_a_command_is_whoever_comes_firsts(stores: Stores) -> None:
    assert await stores.commands.add(slash_post(), [item()], command(0))

    (job,) = await stores.claim()

    assert job.awaited


async def test_a_command_is_read_back_whole_and_lies_sealed(stores: Stores) -> None:
    requested = UploadOptions(title="a cat", tags=("x", "y"), expires_after=timedelta(hours=1))
    asked = command(0, 1, requested=requested, private=True)
    owner = slash_post()
    await stores.commands.add(owner, [item(0), item(1)], asked)

    assert await stores.commands.find(owner.id) == asked
    ((token,),) = await stores.rows("SELECT token_sealed FROM command")
    links = await stores.rows("SELECT url_sealed FROM command_file")
    at_rest = repr(token) + repr(links)
    assert asked.token not in at_rest
    assert "cdn.example" not in at_rest + repr(asked)


async def test_the_answer_to_a_command_is_released_by_its_last_file(stores: Stores) -> None:
    owner, jobs = await _ask(stores, files=2)

    assert await stores.jobs.finish_upload(jobs[0], None, SourceGone(), goes_on=True) is None
    answer = await stores.jobs.finish_upload(jobs[1], None, SourceGone(), goes_on=True)

    assert answer is not None
    assert (answer.step, answer.post_id, answer.awaited) == (Step.ANNOUNCE, owner.id, True)


async def test_links_to_what_was_kept_go_and_others_stay_for_another_try(stores: Stores) -> None:
    owner, (kept, lost) = await _ask(stores, files=2)
    assert kept.item is not None
    await stores.jobs.finish_upload(kept, upload_of(owner, kept.item), None)
    await stores.jobs.finish_upload(lost, None, SourceGone())

    await stores.commands.settle(owner.id)

    left = await stores.commands.find(owner.id)
    assert left is not None
    assert list(left.sources) == [1]
    week = NOW + TOKEN_LIFE + LINKS_KEPT_FOR
    await stores.commands.forget_old(now=week + timedelta(days=1))
    assert await stores.commands.find(owner.id) is not None  # its answer is still to come
    await stores.posts.set_card(owner.id, CARD)
    await stores.commands.forget_old(now=week)
    assert await stores.commands.find(owner.id) is not None
    await stores.commands.forget_old(now=week + timedelta(seconds=1))
    assert await stores.commands.find(owner.id) is None
    assert await stores.rows("SELECT count(*) FROM command_file") == [(0,)]


async def test_a_command_whose_files_are_all_kept_is_forgotten(stores: Stores) -> None:
    owner, (job,) = await _ask(stores)
    assert job.item is not None
    await stores.jobs.finish_upload(job, upload_of(owner, job.item), None)

    await stores.commands.settle(owner.id)

    assert await stores.commands.find(owner.id) is None


async def test_what_came_to_nothing_is_erased_by_its_worker_alone(stores: Stores) -> None:
    owner, (job,) = await _ask(stores)
    answer = await stores.jobs.finish_upload(job, None, SourceGone(), goes_on=True)
    assert answer is not None

    with pytest.raises(StaleWrite):
        await stores.commands.discard(replace(answer, owner="other"))
    await stores.commands.discard(answer)

    for table in ("post", "job", "command", "command_file"):
        assert await stores.rows(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608
    assert owner.id


async def test_what_people_wait_for_counts_as_under_way_and_whoever_asked_first_goes_first(
    stores: Stores,
) -> None:
    owner, (first, second) = await _ask(stores, files=2)
    told: list[Usage] = []

    def check(mine: Usage, _ours: Usage) -> None:
        told.append(mine)

    mirrored = post()
    stores.claims.attend(None)
    await stores.posts.add(mirrored, [item()])
    (third,) = await stores.claim()
    for job, of in ((first, owner), (second, owner), (third, mirrored)):
        await stores.posts.admit(job.id, of, since=NOW - WINDOW, check=check)

    assert [usage.under_way for usage in told] == [0, 1, 2]


def _by_menu(of: Post, **changes: object) -> Post:
    """Return the post of the same message that somebody asks for by the menu."""
    fresh = replace(slash_post(), message_id=of.message_id, guild_id=of.guild_id)
    return replace(fresh, **changes)  # type: ignore[arg-type]  # fields by name


async def _add(stores: Stores, asked: Post) -> bool:
    return await stores.commands.add(asked, [item()], command(0))


async def _keep(stores: Stores, asked: Post) -> PostId:
    """Have a menu's message kept, to its end, and return its copy."""
    assert await _add(stores, asked)
    (job,) = await stores.claim()
    assert job.item is not None
    upload = upload_of(asked, job.item)
    answer = await stores.jobs.finish_upload(job, upload, None, goes_on=True)
    assert answer is not None
    await stores.jobs.finish_announce(answer, None)
    return PostId(upload.id)


async def test_a_message_asked_for_by_menu_while_it_is_mirrored_is_one_post(
    stores: Stores,
) -> None:
    mirrored = post()
    await stores.posts.add(mirrored, [item()])

    assert not await _add(stores, _by_menu(mirrored))

    assert await stores.rows("SELECT id FROM post") == [(mirrored.id,)]
    assert await stores.rows("SELECT count(*) FROM command") == [(0,)]


async def test_a_message_kept_by_menu_is_not_mirrored_again_whichever_rule_asks(
    stores: Stores,
) -> None:
    mirrored = post()
    asked = _by_menu(mirrored)
    await _keep(stores, asked)

    assert not await stores.posts.add(mirrored, [item()])
    assert not await stores.posts.add(replace(mirrored, rule_id=None), [item()])

    assert mirrored.message_id is not None
    found = await stores.posts.find_post(mirrored.guild_id, mirrored.message_id)
    assert found is not None
    assert (found.id, found.answered) == (asked.id, True)


async def test_a_message_is_one_post_whatever_asks_for_it_at_once(
    stores: Stores, other: Stores
) -> None:
    mirrored = post()
    asked = [_by_menu(mirrored) for _ in range(4)]

    added = await asyncio.gather(
        *(_add(stores, each) for each in asked),
        *(other.posts.add(replace(mirrored, id=PostId(f"{n:016x}")), [item()]) for n in range(4)),
    )

    assert sum(added) == 1
    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]


async def test_a_message_may_be_kept_in_a_persons_own_space_too(stores: Stores) -> None:
    mirrored = post()
    await stores.posts.add(mirrored, [item()])

    assert await _add(stores, _by_menu(mirrored, guild_id=GuildId(BEN)))

    assert mirrored.message_id is not None
    assert await stores.posts.find_post(GuildId(6), mirrored.message_id) is None


async def test_a_post_gives_way_once_none_of_its_copies_is_left(stores: Stores) -> None:
    first = _by_menu(post())
    upload_id = await _keep(stores, first)
    again = _by_menu(first)
    assert not await _add(stores, again)
    await stores.run("UPDATE upload SET deleted_at = 1 WHERE id = :id", id=upload_id)

    assert await _add(stores, again)

    assert (await stores.posts.get_post(first.id)).message_id is None
    assert (await stores.posts.get_post(again.id)).message_id == first.message_id


async def test_a_command_whose_confirmation_was_lost_is_stored_once(stores: Stores) -> None:
    hand, owner, what = Hand(), slash_post(), [item()]
    stores.claims.attend(hand)

    for _ in range(2):
        assert await stores.commands.add(owner, what, command(0))

    assert len({job.id for job in hand.begun}) == 1
    assert await stores.rows("SELECT count(*) FROM post") == [(1,)]


async def test_who_asked_for_somebody_elses_files_is_told_of_it_and_forgotten(
    stores: Stores,
) -> None:
    people = SqlPersonStore(stores.database, vault=stores.vault, claims=stores.claims)
    asker = UserId(BEN + 1)
    owner = post()
    assert await stores.commands.add(owner, [item(0)], command(0, user_id=asker))

    (told,) = (await people.traces(asker))["commands"]
    await people.order_erasure(asker, at=NOW)

    assert (told["guild_id"], told["locale"], told["private"]) == (owner.guild_id, "en-US", False)
    assert await stores.commands.find(owner.id) is None
    assert await stores.posts.get_post(owner.id) == owner  # its author's
