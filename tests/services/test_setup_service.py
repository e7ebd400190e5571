"""Setting up: a key is taken when it works, and a test upload leaves nothing."""

from dataclasses import dataclass, field

import pytest

from imgoe_bot.domain.guild import MANAGE_GUILD, Actor, ApiKey
from imgoe_bot.domain.ids import UserId
from imgoe_bot.errors import (
    HostBroken,
    HostError,
    HostUnreachable,
    KeyMissing,
    KeyRejected,
    NotAllowed,
    SettingsRejected,
    StaleWrite,
)
from imgoe_bot.services.settings.setup import PUBLIC_HOST, SetupService
from tests.contracts.stores import BEN, GUILD, HOST
from tests.services.conftest import Office

MODERATOR = Actor(UserId(7), GUILD, frozenset({MANAGE_GUILD}))
DEFAULT = "https://default.example"


@dataclass(slots=True)
class FakeChecker:
    """Takes every key until it is told what to raise."""

    refusal: HostError | None = None
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    async def check_key(self, *, host_url: str, key: ApiKey) -> None:
        self.asked.append((host_url, key.value))
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
def office(empty_office: Office) -> Office:
    """A server that has set nothing."""
    return empty_office


@pytest.fixture
def checker() -> FakeChecker:
    return FakeChecker()


@pytest.fixture
def setup(office: Office, checker: FakeChecker) -> SetupService:
    return SetupService(office.guilds, checker=checker, host=office.host, default_host_url=DEFAULT)


async def test_a_key_that_works_is_stored_with_its_host(
    office: Office, setup: SetupService, checker: FakeChecker
) -> None:
    saved = await setup.set_key(
        MODERATOR, host_url=f" {HOST}/ ", key=" chv_key_0001 ", checked=True, expected=0
    )

    assert checker.asked == [(HOST, "chv_key_0001")]
    assert saved.key_fingerprint == "…0001"
    assert await office.guilds.get_host(GUILD) == (HOST, ApiKey("chv_key_0001"))


@pytest.mark.parametrize("refusal", [KeyRejected(host=HOST), HostUnreachable(host=HOST)])
async def test_a_key_that_does_not_work_is_not_stored(
    office: Office, setup: SetupService, checker: FakeChecker, refusal: HostError
) -> None:
    checker.refusal = refusal

    with pytest.raises(type(refusal)):
        await setup.set_key(MODERATOR, host_url=HOST, key="chv_key", checked=True, expected=0)

    assert (await office.guilds.get(GUILD)).version == 0


async def test_a_key_may_be_stored_untried(setup: SetupService, checker: FakeChecker) -> None:
    checker.refusal = HostUnreachable(host=HOST)

    await setup.set_key(MODERATOR, host_url=HOST, key="chv_key", checked=False, expected=0)

    assert checker.asked == []


async def test_nothing_is_sent_anywhere_for_who_may_not_or_what_can_be_no_key(
    setup: SetupService, checker: FakeChecker
) -> None:
    with pytest.raises(NotAllowed):
        await setup.set_key(
            Actor(BEN, GUILD), host_url=HOST, key="chv_key", checked=True, expected=0
        )
    for host_url, key in (("host.example", "chv_key"), (HOST, "two words")):
        with pytest.raises(SettingsRejected):
            await setup.set_key(MODERATOR, host_url=host_url, key=key, checked=True, expected=0)

    assert checker.asked == []


async def test_a_key_is_not_stored_over_settings_nobody_looked_at(
    office: Office, setup: SetupService
) -> None:
    await office.set_key()

    with pytest.raises(StaleWrite):
        await setup.set_key(MODERATOR, host_url=HOST, key="chv_key", checked=True, expected=0)


async def test_a_test_upload_leaves_nothing_behind(office: Office, setup: SetupService) -> None:
    await office.set_key()

    trial = await setup.try_upload(MODERATOR)

    assert (trial.host_url, trial.left_behind) == (HOST, None)
    assert office.host.uploads == 1
    assert office.host.files == {}


async def test_a_test_upload_needs_a_key_and_the_permission(
    office: Office, setup: SetupService
) -> None:
    with pytest.raises(KeyMissing):
        await setup.try_upload(MODERATOR)
    with pytest.raises(NotAllowed):
        await setup.try_upload(Actor(BEN, GUILD))
    assert office.host.uploads == 0


async def test_a_failed_test_upload_says_what_the_host_said(
    office: Office, setup: SetupService
) -> None:
    await office.set_key()
    office.host.failures.append(HostBroken(host=HOST))

    with pytest.raises(HostBroken):
        await setup.try_upload(MODERATOR)


async def test_hosts_to_choose_from_are_named_once_the_one_in_use_first(
    office: Office, setup: SetupService
) -> None:
    fresh = setup.offered_hosts(await office.guilds.get(GUILD))
    await office.set_key()

    assert fresh == (DEFAULT, PUBLIC_HOST)
    assert setup.offered_hosts(await office.guilds.get(GUILD)) == (HOST, DEFAULT, PUBLIC_HOST)
