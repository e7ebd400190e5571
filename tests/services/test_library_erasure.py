"""What a worker does to forget a post, and when it lets go."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.adapters.store import SqlChoiceStore, SqlPersonStore
from imgoe_bot.domain.choices import EVERYWHERE, PersonChoice
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.job import Job, Step
from imgoe_bot.domain.upload import DeleteLink
from imgoe_bot.errors import HostBroken, HostRefused
from imgoe_bot.services.deleting.erasure import PATIENCE, PAUSE, Erasure
from imgoe_bot.services.people.privacy import PrivacyService
from tests.contracts.stores import BEN, CARD, GUILD, HOST, NOW, add_uploaded, item, post, upload_of
from tests.flows.kit import eventually
from tests.services.conftest import NONE, Office

ME = Actor(BEN, GUILD)
ADA = UserId(9)
BROKEN = HostBroken(host=HOST)


@pytest.fixture
def people(office: Office) -> SqlPersonStore:
    return SqlPersonStore(
        office.stores.database, vault=office.stores.vault, claims=office.stores.claims
    )


@pytest.fixture
def choices(office: Office) -> SqlChoiceStore:
    return SqlChoiceStore(office.stores.database, secret_key=bytes(32))


@pytest.fixture
def privacy(office: Office, people: SqlPersonStore, choices: SqlChoiceStore) -> PrivacyService:
    return PrivacyService(
        people,
        choices=choices,
        guilds=office.guilds,
        quotas=office.quotas(),
        clock=office.clock,
    )


@pytest.fixture
def erasure(office: Office, people: SqlPersonStore) -> Erasure:
    return Erasure(
        people,
        jobs=office.stores.jobs,
        access=office.access,
        deletions=office.deletions,
        delivery=office.delivery(),
        messenger=office.messenger,
    )


async def _keep(office: Office) -> str:
    """Store an upload that the host has, and return its delete link."""
    owner = replace(post(), card=CARD)
    upload = upload_of(owner, item())
    link = f"{HOST}/image/{upload.id}/delete/{'5e' * 24}"
    office.host.files[link] = b"bytes"
    upload = replace(upload, stored=replace(upload.stored, delete_link=DeleteLink(link)))
    upload = replace(upload, stored=replace(upload.stored, viewer_url=f"{HOST}/{upload.id}"))
    await add_uploaded(office.stores, owner, upload)
    return link


async def _claimed(office: Office) -> Job:
    (job,) = await office.stores.claim()
    assert job.step is Step.ERASE
    return job


async def _rows(office: Office) -> list[tuple[object, ...]]:
    return await office.stores.rows("SELECT author_id FROM post")


async def test_forgetting_opts_out_everywhere_and_orders_the_work(
    office: Office, privacy: PrivacyService, choices: SqlChoiceStore
) -> None:
    await _keep(office)
    await privacy.choose(ME, PersonChoice.IN)

    assert await privacy.forget(ME) == 1

    assert await choices.of_person(BEN) == {EVERYWHERE: PersonChoice.OUT}
    assert (await privacy.show(ME)).holdings.erasing == 1


async def test_a_choice_is_made_for_the_server_one_asks_in_or_for_all(
    privacy: PrivacyService, choices: SqlChoiceStore
) -> None:
    await privacy.choose(ME, PersonChoice.OUT)
    assert await choices.of_person(BEN) == {GUILD: PersonChoice.OUT}

    await privacy.choose(Actor(BEN, None), PersonChoice.IN)

    assert await choices.of_person(BEN) == {EVERYWHERE: PersonChoice.IN}
    assert (await privacy.show(ME)).choice is PersonChoice.IN
    assert (await privacy.show(Actor(ADA, GUILD))).choice is None


async def test_one_is_shown_the_host_of_the_server_one_asks_in(privacy: PrivacyService) -> None:
    assert (await privacy.show(ME)).host_url == HOST
    assert (await privacy.show(Actor(BEN, None))).host_url is None


async def test_a_worker_erases_copy_card_and_rows(office: Office, privacy: PrivacyService) -> None:
    await _keep(office)
    await privacy.forget(ME)

    async def nothing_left() -> bool:
        return await _rows(office) == []

    async with office.working():
        await eventually(nothing_left)

    assert office.host.files == {}
    assert [card.post.card for card in office.messenger.removed] == [CARD]
    assert await office.states() == []


async def test_a_copy_the_host_does_not_delete_keeps_its_rows_and_its_job(
    office: Office, privacy: PrivacyService, erasure: Erasure
) -> None:
    await _keep(office)
    await privacy.forget(ME)
    office.host.failures.append(BROKEN)

    with pytest.raises(HostBroken):
        await erasure.erase(await _claimed(office))

    assert await _rows(office) == [(BEN,)]


async def test_a_host_may_be_away_longer_than_any_other_job_is_tried(
    office: Office, privacy: PrivacyService
) -> None:
    await _keep(office)
    await privacy.forget(ME)
    office.host.failures = [BROKEN] * 20

    async with office.working(patience=NONE) as runner:

        async def nothing_left() -> bool:
            if "leased" not in [state for _, state, _, _ in await office.states()]:
                office.clock.move(timedelta(minutes=30))
                runner.wake()
            return await _rows(office) == []

        await eventually(nothing_left)

    assert office.host.files == {}
    assert office.messenger.notes == {}


def test_a_host_is_tried_for_a_week() -> None:
    assert timedelta(days=7) == PATIENCE


async def test_a_host_that_refuses_leaves_the_links_to_their_owner(
    office: Office, privacy: PrivacyService
) -> None:
    link = await _keep(office)
    await privacy.forget(ME)
    office.host.failures = [HostRefused(host=HOST)]

    async def nothing_left() -> bool:
        return await _rows(office) == []

    async with office.working():
        await eventually(nothing_left)

    (note,) = office.messenger.notes.values()
    assert [u.stored.delete_link for u in note.uploads] == [DeleteLink(link)]
    assert [card.post.card for card in office.messenger.removed] == [CARD]


async def test_an_erasure_looks_again_soon_while_another_worker_has_the_post(
    office: Office, privacy: PrivacyService, erasure: Erasure
) -> None:
    await office.mirror()
    await office.stores.claim("another")
    await privacy.forget(ME)

    await erasure.erase(await _claimed(office))

    assert await _rows(office) == [(BEN,)]
    assert office.messenger.removed == []
    assert len(await office.stores.claim(at=NOW + PAUSE)) == 1
