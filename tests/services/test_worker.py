"""The worker and its steps, on a clock that is moved."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.guild import MANAGE_GUILD, SERVER, Actor, ApiKey, GuildSettings
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.job import Sending, Step
from imgoe_bot.domain.rate_limit import RateLimit
from imgoe_bot.errors import (
    DuplicateMedia,
    HostBroken,
    HostBusy,
    HostRefused,
    HostUnreachable,
    NotAllowed,
    SourceGone,
    SourceUnreachable,
)
from tests.contracts.stores import BEN, GUILD, HOST, NOW, item, post
from tests.flows.kit import eventually
from tests.services.conftest import NONE, Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_GUILD}))
FAST = "https://fast.example"
RETRIED_AFTER = timedelta(seconds=2)


async def _until(office: Office, *wanted: tuple[object, ...]) -> None:
    async def holds() -> bool:
        return await office.states() == list(wanted)

    await eventually(holds)


async def _until_in_any_order(office: Office, *wanted: tuple[object, ...]) -> None:
    """Wait until the jobs stand so; which of a post's files goes first is nobody's business."""

    async def holds() -> bool:
        return Counter(await office.states()) == Counter(wanted)

    await eventually(holds)


async def _all_done(office: Office, *, posts: int) -> None:
    """Wait until every post was uploaded, announced and delivered."""

    async def holds() -> bool:
        return [state for _, state, _, _ in await office.states()] == ["done"] * 3 * posts

    await eventually(holds)


async def test_for_a_post_that_a_backup_may_have_brought_back_an_answer_is_looked_for_first(
    office: Office,
) -> None:
    await office.mirror()
    office.clock.move(timedelta(minutes=6))

    async with office.working():
        await _all_done(office, posts=1)

    assert office.messenger.repeated == [True]


async def test_a_post_goes_all_the_way_once(office: Office) -> None:
    owner = await office.mirror(files=3)

    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))

    (card,) = office.messenger.cards.values()
    (note,) = office.messenger.notes.values()
    assert [upload.filename for upload in card.uploads] == ["0.png", "1.png", "2.png"]
    assert note.post.id == card.post.id == owner.id
    assert office.host.uploads == 3


async def test_no_more_jobs_run_at_once_than_allowed(office: Office) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror(files=6)

    async with office.working(at_once=6):
        await eventually(lambda: office.host.at_once == 2)
        office.host.gate.set()
        await eventually(lambda: bool(office.messenger.notes))

    assert office.host.most_at_once == 2


async def test_a_passing_fault_is_tried_again_after_its_wait_and_not_before(
    office: Office,
) -> None:
    office.host.failures = [HostBroken(host=HOST, status=503)]
    await office.mirror()

    async with office.working() as runner:
        await _until(
            office, ("upload", "parked", 1, "HostBroken"), ("announce", "waiting", 0, None)
        )
        office.clock.move(RETRIED_AFTER - timedelta(milliseconds=1))
        runner.wake()
        assert office.host.uploads == 0
        office.clock.move(timedelta(milliseconds=1))
        runner.wake()
        await eventually(lambda: bool(office.messenger.notes))

    assert office.host.uploads == 1


async def test_a_busy_host_is_given_the_wait_it_asks_for(office: Office) -> None:
    office.host.failures = [HostBusy(host=HOST, retry_after_s=600)]
    await office.mirror()

    async with office.working():
        await _until(office, ("upload", "parked", 1, "HostBusy"), ("announce", "waiting", 0, None))

    ((run_at,),) = await office.stores.rows("SELECT probe_at FROM parking")
    assert isinstance(run_at, int)
    assert run_at == (NOW + timedelta(seconds=600)).timestamp() * 1_000_000


@pytest.mark.parametrize(
    "failures",
    [
        [HostRefused(host=HOST, code=120)],
        [HostBroken(host=HOST), HostBroken(host=HOST), HostBroken(host=HOST)],
    ],
)
async def test_what_no_try_cures_is_announced_as_failed(
    office: Office, failures: list[BaseException]
) -> None:
    office.host.failures = failures
    await office.mirror()

    async with office.working(patience=timedelta(seconds=10)) as runner:

        async def announced() -> bool:
            if "leased" not in [state for _, state, _, _ in await office.states()]:
                office.clock.move(timedelta(seconds=10))
                runner.wake()
            return bool(office.messenger.cards)

        await eventually(announced)

    (card,) = office.messenger.cards.values()
    assert card.uploads == ()
    assert [failed.filename for failed in card.failures] == ["0.png"]
    assert office.messenger.notes == {}


async def test_a_bug_in_one_job_is_kept_as_such_and_stops_no_other(office: Office) -> None:
    office.host.failures = [ZeroDivisionError("a bug")]
    await office.mirror()
    await office.mirror()

    async with office.working(patience=NONE, at_once=1):
        await eventually(lambda: len(office.messenger.cards) == 2)

    failed = [each for card in office.messenger.cards.values() for each in card.failures]
    assert [each.error.facts for each in failed] == [{"kind": "ZeroDivisionError"}]


async def test_an_absurd_wait_does_not_stop_the_worker(office: Office) -> None:
    office.host.failures = [HostBusy(host=HOST, retry_after_s=1e300)]
    await office.mirror()

    async with office.working(patience=timedelta(days=7)) as runner:
        await _until(office, ("upload", "parked", 1, "HostBusy"), ("announce", "waiting", 0, None))
        office.clock.move(timedelta(days=1))
        runner.wake()
        await eventually(lambda: bool(office.messenger.cards))


async def test_a_worker_that_is_stopped_gives_its_jobs_back(office: Office) -> None:
    office.host.gate = asyncio.Event()
    await office.mirror(files=2)

    async with office.working():
        await eventually(lambda: office.host.at_once == 2)

    states = await office.states()
    assert [state for _, state, _, _ in states] == ["ready", "ready", "waiting"]
    (owners,) = zip(*await office.stores.rows("SELECT owner FROM job"), strict=True)
    assert set(owners) == {None}


async def test_a_job_that_another_worker_took_over_leaves_no_second_copy(office: Office) -> None:
    office.host.gate = asyncio.Event()
    owner = await office.mirror()

    async with office.working(at_once=1):
        await eventually(lambda: office.host.at_once == 1)
        (taken,) = await office.stores.claim("heir", at=NOW + timedelta(seconds=61))
        office.host.gate.set()
        await eventually(lambda: office.host.uploads == 1 and not office.host.files)

    assert taken.step is Step.UPLOAD
    assert (await office.stores.posts.get_card(owner.id, now=NOW)).uploads == ()


async def test_a_job_whose_outcome_could_not_be_stored_falls_due_again(office: Office) -> None:
    """The lease is not renewed for ever: the database was away when the outcome was known."""
    office.host.gate = asyncio.Event()
    office.host.failures = [HostBroken(host=HOST)]
    await office.mirror()

    async with office.working(patience=timedelta(days=7), at_once=1) as runner:
        await eventually(lambda: office.host.at_once == 1)
        await office.stores.run(
            "CREATE TRIGGER away BEFORE UPDATE ON job WHEN new.state = 'parked' "
            "BEGIN SELECT raise(ABORT, 'the database is away'); END"
        )
        office.host.gate.set()
        await eventually(lambda: office.host.at_once == 0)
        await office.stores.run("DROP TRIGGER away")
        office.clock.move(timedelta(seconds=61))
        runner.wake()
        await eventually(lambda: bool(office.messenger.cards))

    (card,) = office.messenger.cards.values()
    assert len(card.uploads) == 1


async def test_an_answer_that_may_have_been_posted_is_looked_for_first(office: Office) -> None:
    office.messenger.announce_failures = [SourceUnreachable(status=502)]
    await office.mirror()

    async with office.working() as runner:
        await eventually(lambda: office.messenger.repeated == [False])
        await _until(
            office,
            ("upload", "done", 1, None),
            ("announce", "ready", 1, "SourceUnreachable"),
        )
        office.clock.move(RETRIED_AFTER)
        runner.wake()
        await eventually(lambda: bool(office.messenger.notes))

    assert office.messenger.repeated == [False, True]
    assert office.host.uploads == 1


async def test_what_an_edit_adds_is_shown_on_the_card_that_stands_and_delivered_by_itself(
    office: Office,
) -> None:
    owner = await office.mirror()

    async with office.working() as runner:
        await _all_done(office, posts=1)
        await office.stores.posts.extend(owner, [item(1, filename="later.png")])
        runner.wake()
        await eventually(lambda: bool(office.messenger.refreshed))
        await office.at_rest()
        office.clock.move(timedelta(minutes=1))
        runner.wake()
        await eventually(lambda: len(office.messenger.direct_messages) == 2)

    (shown,) = office.messenger.refreshed
    assert [upload.filename for upload in shown.uploads] == ["0.png", "later.png"]
    assert len(office.messenger.cards) == 1
    assert office.messenger.letters_repeated == [False, True], "what was sent is looked for"


async def test_a_message_taken_back_before_its_upload_is_not_uploaded(office: Office) -> None:
    owner = await office.mirror()
    assert owner.message_id is not None
    await office.stores.posts.withdraw([owner.message_id], at=NOW)

    async with office.working():
        await eventually(lambda: bool(office.messenger.withdrawn))

    assert office.host.uploads == 0
    assert office.messenger.cards == {}


@pytest.mark.parametrize("noticed", ["by event", "by the answer"])
async def test_a_message_taken_back_before_its_answer_takes_its_copies_back(
    office: Office, noticed: str
) -> None:
    office.host.gate = asyncio.Event()
    if noticed == "by the answer":
        office.messenger.announce_failures = [SourceGone()]
    owner = await office.mirror(files=2)
    assert owner.message_id is not None

    async with office.working():
        await eventually(lambda: office.host.at_once == 2)
        if noticed == "by event":
            await office.stores.posts.withdraw([owner.message_id], at=NOW)
        office.host.gate.set()
        await eventually(lambda: bool(office.messenger.withdrawn))

    assert office.host.uploads == 2
    assert office.host.files == {}
    assert office.messenger.cards == office.messenger.notes == {}


async def test_a_message_taken_back_while_its_answer_is_on_its_way_is_dealt_with_after_it(
    office: Office,
) -> None:
    office.messenger.gate = asyncio.Event()
    await office.options.set(MODERATOR, SERVER, "on_delete", "delete")
    owner = await office.mirror()
    assert owner.message_id is not None

    async with office.working():
        await eventually(lambda: bool(office.messenger.cards))
        await office.stores.posts.withdraw([owner.message_id], at=NOW)
        office.messenger.gate.set()
        await eventually(lambda: bool(office.messenger.refreshed))

    assert office.host.files == {}


async def test_a_channel_that_may_not_be_written_to_still_gets_the_links_delivered(
    office: Office,
) -> None:
    office.messenger.announce_failures = [NotAllowed(needs="send_messages")]
    await office.mirror()

    async with office.working():
        await eventually(lambda: bool(office.messenger.notes))

    assert office.messenger.cards == {}


async def test_closed_direct_messages_are_said_on_the_card_and_not_tried_again_that_day(
    office: Office,
) -> None:
    office.messenger.dms_open = False
    await office.mirror()

    async with office.working() as runner:
        await eventually(lambda: bool(office.messenger.refreshed))
        office.messenger.dms_open = True
        await office.mirror()
        runner.wake()
        await _all_done(office, posts=2)
        office.clock.move(timedelta(days=1))
        await office.mirror()
        runner.wake()
        await _all_done(office, posts=3)

    assert [card.dms_closed for card in office.messenger.refreshed] == [True]
    assert [card.dms_closed for card in office.messenger.cards.values()] == [False, True, False]
    assert len(office.messenger.notes) == 1
    assert await office.stores.rows("SELECT dms_closed_until FROM person") == [(None,)]
    assert {card.post.author_id for card in office.messenger.notes.values()} == {BEN}


async def test_what_finds_no_room_at_the_host_waits_and_that_is_no_try(
    office: Office,
) -> None:
    office = replace(office, budget=(RateLimit(2, timedelta(minutes=1)),))
    await office.mirror(files=3)  # mirrors may use one of the two

    async with office.working():
        await eventually(lambda: office.host.uploads == 1)
        await _until_in_any_order(
            office,
            ("upload", "done", 1, None),
            ("upload", "ready", 0, None),
            ("upload", "ready", 0, None),
            ("announce", "waiting", 0, None),
        )
        office.clock.move(timedelta(minutes=1))
        await eventually(lambda: office.host.uploads == 2)


async def test_one_guilds_slow_uploads_keep_no_other_from_its_card(office: Office) -> None:
    """It waits for its own host, and so do its other posts; the rest of the hands are free."""
    office.host.gate = asyncio.Event()
    for _ in range(6):
        await office.mirror()
    other = post(guild_id=GuildId(GUILD + 1))
    unset = GuildSettings(guild_id=other.guild_id, host_url=FAST)
    await office.stores.guilds.save_key(unset, ApiKey("chv_key"), actor_id=BEN, now=NOW)

    async with office.working(at_once=6) as runner:
        await eventually(lambda: office.host.at_once == 2)
        office.host.gates[FAST] = asyncio.Event()
        office.host.gates[FAST].set()
        await office.stores.posts.add(other, [item()])
        runner.wake()
        await eventually(lambda: bool(office.messenger.cards))

        (card,) = office.messenger.cards.values()
        assert card.post.id == other.id
        assert office.host.at_once == 2


@pytest.mark.parametrize("lost", ["its answer", "its process"])
async def test_a_file_that_an_own_earlier_try_left_at_the_host_is_told_as_such(
    office: Office, lost: str
) -> None:
    duplicate = DuplicateMedia(host=HOST, code=101)
    await office.mirror()
    if lost == "its answer":
        office.host.failures = [HostUnreachable(host=HOST, may_be_stored=True), duplicate]
    else:
        (job,) = await office.stores.claim("killed")
        await office.stores.jobs.note_sending(job, Sending("key", HOST, "", "0.png", 1, NOW))
        office.host.failures = [duplicate]
        office.clock.move(timedelta(seconds=60))

    async with office.working() as runner:
        if lost == "its answer":
            await _until(
                office,
                ("upload", "parked", 1, "HostUnreachable"),
                ("announce", "waiting", 0, None),
            )
            office.clock.move(RETRIED_AFTER)
            runner.wake()
        await eventually(lambda: bool(office.messenger.cards))

    (card,) = office.messenger.cards.values()
    assert [each.error.facts for each in card.failures] == [duplicate.facts | {"answer_lost": True}]


async def test_a_file_that_somebody_else_left_at_the_host_is_no_own_try(office: Office) -> None:
    office.host.failures = [HostUnreachable(host=HOST), DuplicateMedia(host=HOST)]
    await office.mirror()

    async with office.working() as runner:
        await _until(
            office,
            ("upload", "parked", 1, "HostUnreachable"),
            ("announce", "waiting", 0, None),
        )
        office.clock.move(RETRIED_AFTER)
        runner.wake()
        await eventually(lambda: bool(office.messenger.cards))

    (card,) = office.messenger.cards.values()
    assert [each.error.facts for each in card.failures] == [{"host": HOST}]


async def test_a_host_that_is_away_for_hours_loses_nothing(office: Office) -> None:
    office.host.failures = [HostUnreachable(host=HOST)] * 20
    await office.mirror()

    async with office.working(patience=timedelta(days=1)) as runner:

        async def announced() -> bool:
            if "leased" not in [state for _, state, _, _ in await office.states()]:
                office.clock.move(timedelta(minutes=30))
                runner.wake()
            return bool(office.messenger.cards)

        await eventually(announced)

    (card,) = office.messenger.cards.values()
    assert len(card.uploads) == 1


async def test_a_failed_upload_gives_its_place_at_the_host_back(office: Office) -> None:
    office = replace(office, budget=(RateLimit(1, timedelta(minutes=1)),))
    office.host.failures = [HostRefused(host=HOST)]
    await office.mirror(files=2)

    async with office.working(at_once=1):
        await eventually(lambda: office.host.uploads == 1)


@pytest.mark.parametrize("expires", ["none", "1d"])
async def test_a_host_that_ignores_the_expiry_is_told_to_moderators(
    office: Office, expires: str
) -> None:
    await office.options.set(MODERATOR, SERVER, "expires", expires)
    await office.mirror()

    async with office.working():
        await _all_done(office, posts=1)

    report = await office.status().report(MODERATOR)
    assert report.expiry_off is (expires != "none")


async def test_a_copy_keeps_its_record_though_the_remark_on_its_expiry_can_not_be_written(
    office: Office,
) -> None:
    await office.options.set(MODERATOR, SERVER, "expires", "1d")
    await office.stores.run("DROP TABLE note")
    await office.mirror()

    async with office.working():
        await _all_done(office, posts=1)

    assert office.host.uploads == 1
    assert len(await office.stores.rows("SELECT * FROM upload")) == 1
