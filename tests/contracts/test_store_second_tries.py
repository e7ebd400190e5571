"""Files that were given up, or wait, are tried again because somebody asks for it."""

from dataclasses import replace
from datetime import timedelta

from imgoe_bot.adapters.store import SqlObstacleStore
from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, Actor, ApiKey, GuildSettings
from imgoe_bot.domain.ids import ChannelId, GuildId, UserId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.domain.parking import (
    Parking,
    Subject,
    SubjectKind,
    host_subject,
    key_subject,
    subject_of,
)
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import (
    EmptyMedia,
    HostBroken,
    ImgoeError,
    KeyMissing,
    KeyRejected,
    SourceGone,
)
from tests.contracts.stores import BEN, GUILD, HOST, NOW, Stores, item, post, rule

AWAY = HostBroken(host=HOST, status=503)
REFUSED = KeyRejected(host=HOST, code=100)
ELSEWHERE = GuildId(6)
SECOND = timedelta(seconds=1)


async def _given_up(stores: Stores, owner: Post, *errors: ImgoeError) -> Post:
    await stores.posts.add(owner, [item(n) for n in range(len(errors))])
    jobs = [job for job in await stores.claim(limit=50) if job.step is Step.UPLOAD]
    for job, error in zip(jobs, errors, strict=True):
        await stores.jobs.finish_upload(job, None, error)
    return owner


async def _parked(stores: Stores) -> Job:
    await stores.posts.add(post(), [item()])
    (job,) = [job for job in await stores.claim() if job.step is Step.UPLOAD]
    subject = subject_of(AWAY, job)
    assert subject is not None
    parking = Parking(subject, AWAY, NOW, NOW + 60 * SECOND)
    await stores.jobs.park(job, parking, until=NOW + timedelta(days=7))
    return job


async def test_a_server_tries_again_what_another_try_may_bring(stores: Stores) -> None:
    await _given_up(stores, post(), AWAY, EmptyMedia(filename="a"), SourceGone(), REFUSED)
    await _given_up(stores, post(guild_id=ELSEWHERE), AWAY)

    tried = [await stores.jobs.try_server_again(GUILD) for _ in range(2)]

    assert tried == [2, 0]


async def test_a_place_tries_again_what_was_posted_in_it(stores: Stores) -> None:
    thread = replace(post(), channel_id=ChannelId(5), parent_ids=(ChannelId(4), ChannelId(3)))
    await _given_up(stores, thread, AWAY)
    await _given_up(stores, post(), AWAY)

    places = [ChannelId(45), ChannelId(3), ChannelId(3)]
    tried = [await stores.jobs.try_server_again(GUILD, channel_id=each) for each in places]

    assert tried == [0, 1, 0]


async def test_a_new_key_tries_again_what_wanted_one(stores: Stores) -> None:
    await _given_up(stores, post(), AWAY, REFUSED, KeyMissing(host_url=HOST))

    assert await stores.jobs.try_server_again(GUILD, of_key=True) == 2


async def test_what_is_parked_is_asked_for_at_once_and_once(stores: Stores) -> None:
    job = await _parked(stores)
    assert await stores.claim(at=NOW + SECOND) == ()

    tried = [await stores.jobs.try_server_again(GUILD) for _ in range(2)]

    assert tried == [1, 0]
    (probe,) = await stores.claim(at=NOW + SECOND)
    assert probe.id == job.id
    assert probe.parked is not None
    assert await stores.jobs.try_again(job.post_id, files=()) == 0


async def test_a_server_is_told_what_it_waits_for_and_why_files_were_given_up(
    stores: Stores,
) -> None:
    await _given_up(stores, post(), AWAY, SourceGone(), REFUSED)
    await _parked(stores)
    obstacles = SqlObstacleStore(stores.database)

    found = await obstacles.of_server(GUILD, now=NOW)

    told = [(each.subject, type(each.error), each.files) for each in found]
    host = Subject(SubjectKind.HOST, "default")
    assert told[0] == (host, HostBroken, 1)
    assert sorted(told[1:], key=str) == [(None, HostBroken, 1), (None, KeyRejected, 1)]
    assert await obstacles.of_server(ELSEWHERE, now=NOW) == ()


async def test_whoever_set_the_key_is_told_else_whoever_made_the_rule(stores: Stores) -> None:
    obstacles, key = SqlObstacleStore(stores.database), key_subject(GUILD)
    nobody = await obstacles.whom_to_tell(key)
    await stores.rules.add(rule())
    maker = await obstacles.whom_to_tell(key)
    settings = GuildSettings(GUILD, HOST)
    await stores.guilds.save_key(settings, ApiKey("chv_1"), actor_id=UserId(5), now=NOW)
    setter = await obstacles.whom_to_tell(key)

    told = [[each.user_id for each in found] for found in (nobody, maker, setter)]

    assert told == [[], [BEN], [UserId(5)]]
    assert await obstacles.whom_to_tell(host_subject("default")) == ()


async def test_a_card_tells_what_waits_from_what_was_given_up(stores: Stores) -> None:
    owner = await _given_up(stores, post(), AWAY, EmptyMedia(filename="a"))
    job = await _parked(stores)

    card = await stores.posts.get_card(owner.id, now=NOW)
    waits = await stores.posts.get_card(job.post_id, now=NOW)

    assert [type(each.error) for each in card.failures] == [HostBroken, EmptyMedia]
    assert card.retriable == (card.failures[0].attachment_id,)
    assert card.waiting == ()
    assert [each.waits_since for each in waits.waiting] == [NOW]
    assert waits.retriable == ()
    assert waits.failures == ()


async def test_its_author_and_whoever_moderates_may_ask(stores: Stores) -> None:
    owner = await _given_up(stores, post(), AWAY)
    card = await stores.posts.get_card(owner.id, now=NOW)
    rights = [frozenset({MANAGE_MESSAGES}), frozenset({MANAGE_GUILD}), frozenset[str]()]

    strangers = [card.may_try_again(Actor(UserId(5), GUILD, held)) for held in rights]

    assert strangers == [True, True, False]
    assert card.may_try_again(Actor(BEN, GUILD))
    assert not card.may_try_again(Actor(UserId(5), ELSEWHERE, rights[0]))
    assert replace(card, post=replace(owner, withdrawn_at=NOW)).retriable == ()
