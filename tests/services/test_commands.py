"""What people ask for by commands, and how they are answered."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.command import LINKS_KEPT_FOR, TOKEN_LIFE, FileToUpload
from imgoe_bot.domain.command_lanes import Shares, Transfer
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import UserId
from imgoe_bot.domain.media import Source
from imgoe_bot.errors import (
    CutOff,
    HostUnreachable,
    ImgoeError,
    SourceGone,
    SourceUnreachable,
    UnsupportedMedia,
)
from imgoe_bot.services.uploading.lanes import CommandLanes
from tests.contracts.stores import BEN, GUILD, HOST, command, item, slash_post
from tests.flows.kit import eventually
from tests.services.conftest import Office
from tests.services.fakes import FakeAnswerer

ANN = UserId(BEN + 1)


def _file(n: int = 0, *, typed: bool = False) -> FileToUpload:
    return FileToUpload(Source(f"https://site.example/{n}", f"{n}.png", 100, typed=typed), item(n))


async def _has_ended(office: Office) -> bool:
    """Tell whether nothing of it is left to do."""
    return all(state in {"done", "dead"} for _, state, _, _ in await office.states())


async def _is_forgotten(office: Office) -> None:
    await eventually(lambda: bool(office.answerer.cards or office.answerer.refusals))
    await office.at_rest()
    assert await office.stores.rows("SELECT count(*) FROM command") == [(0,)]


async def test_slow_addresses_of_one_person_keep_nobody_elses_file_back(office: Office) -> None:
    gate = office.reader.typed_gate = asyncio.Event()
    other = replace(slash_post(), author_id=ANN)

    async with office.working():
        for n in range(8):
            await office.ask(_file(n, typed=True), owner=slash_post())
        await office.commands.ask(
            Actor(ANN, GUILD), [_file()], post=other, command=command(user_id=ANN)
        )
        await eventually(lambda: bool(office.answerer.cards))

        assert [card.post.id for card in office.answerer.cards] == [other.id]
        assert sum(source.typed for source in office.reader.opened) == 2
        gate.set()
        await eventually(lambda: len(office.answerer.cards) == 9)


async def test_a_file_whose_host_is_away_is_kept_once_it_is_back_and_its_person_is_told(
    office: Office,
) -> None:
    away = HostUnreachable(host=HOST)
    office.host.failures = [away]

    async with office.working() as runner:
        await office.ask(_file(), owner=slash_post())
        await eventually(lambda: bool(office.answerer.waits))
        await office.at_rest()
        office.clock.move(timedelta(seconds=10))
        runner.wake()
        await _is_forgotten(office)

    assert office.answerer.waits == [away]
    assert len(office.answerer.cards[0].uploads) == office.host.uploads == 1


async def test_of_a_file_that_can_not_be_kept_nothing_is_left_but_what_its_person_was_told(
    office: Office,
) -> None:
    office.host.failures = [UnsupportedMedia(filename="0.png")]

    async with office.working():
        await office.ask(_file(), owner=slash_post())
        await _is_forgotten(office)

    assert [type(error) for error in office.answerer.refusals] == [UnsupportedMedia]
    assert await office.stores.rows("SELECT count(*) FROM post") == [(0,)]


async def test_of_several_files_the_card_names_each_that_was_not_kept(office: Office) -> None:
    office.host.failures = [UnsupportedMedia(filename="0.png"), UnsupportedMedia(filename="1.png")]

    async with office.working():
        await office.ask(_file(0), _file(1), owner=slash_post())
        await eventually(lambda: bool(office.answerer.cards))

    assert len(office.answerer.cards[0].failures) == 2


@pytest.mark.parametrize(
    ("failure", "late", "told"),
    [
        (SourceGone(), True, CutOff),
        (SourceGone(), False, SourceGone),
        (SourceGone(site="site.example"), True, SourceGone),
        (SourceUnreachable(site="site.example"), False, SourceUnreachable),
        (RuntimeError("a bug"), False, ImgoeError),
    ],
)
async def test_what_can_not_be_read_is_told_and_not_waited_for(
    office: Office, failure: BaseException, late: bool, told: type[ImgoeError]
) -> None:
    office.host.failures = [failure]
    await office.ask(_file(), owner=slash_post())
    if late:
        office.clock.move(TOKEN_LIFE)

    async with office.working():
        await eventually(lambda: bool(office.answerer.refusals))

    assert isinstance(office.answerer.refusals[0], told)


async def test_a_private_answer_stays_private_however_long_the_bot_was_away(
    office: Office,
) -> None:
    owner = slash_post()
    asked = command(private=True)
    await office.commands.ask(Actor(BEN, GUILD), [_file()], post=owner, command=asked)
    office.host.failures = [SourceGone()]
    office.clock.move(TOKEN_LIFE + LINKS_KEPT_FOR + timedelta(days=1))
    await office.stores.commands.forget_old(now=office.clock.now())

    async with office.working():
        await _is_forgotten(office)

    assert not office.messenger.cards
    assert [type(error) for error in office.answerer.refusals] == [CutOff]


async def test_a_private_card_stays_private_when_a_file_of_it_is_tried_again_too_late(
    office: Office,
) -> None:
    owner, asked = slash_post(), command(private=True)
    office.host.failures = [UnsupportedMedia(filename="0.png")]

    async with office.working() as runner:
        me = Actor(BEN, GUILD)
        await office.commands.ask(me, [_file(0), _file(1)], post=owner, command=asked)
        await eventually(lambda: bool(office.answerer.cards))
        await office.at_rest()
        office.clock.move(TOKEN_LIFE + LINKS_KEPT_FOR + timedelta(days=1))
        await office.stores.commands.forget_old(now=office.clock.now())
        assert await office.stores.jobs.try_again(owner.id, files=())
        runner.wake()
        await eventually(lambda: _has_ended(office))

    assert not office.messenger.cards


@pytest.mark.parametrize("failures", [[], [HostUnreachable(host=HOST)]])
async def test_a_file_is_kept_though_its_person_can_not_be_told_what_is_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch, failures: list[BaseException]
) -> None:
    async def tell_waiting(*_: object) -> None:
        raise RuntimeError("Discord hung up")

    monkeypatch.setattr(FakeAnswerer, "tell_waiting", tell_waiting)
    monkeypatch.setattr(CommandLanes.__init__, "__kwdefaults__", {"told_after_s": 0})
    office.host.failures = failures
    office.shares = Shares(hands=1)
    gate = office.reader.typed_gate = asyncio.Event()

    async with office.working() as runner:
        await office.ask(_file(0, typed=True), owner=slash_post())
        await office.ask(_file(1), owner=slash_post())
        await asyncio.sleep(0.1)
        gate.set()
        await asyncio.sleep(0.1)
        await office.at_rest()
        assert not [row for row in await office.states() if row[3] == "InternalError"]
        office.clock.move(timedelta(seconds=10))
        runner.wake()
        await eventually(lambda: len(office.answerer.cards) == 2)

    assert not office.answerer.refusals


async def test_who_waits_long_for_a_turn_is_told_so_once() -> None:
    lanes = CommandLanes(Shares(hands=1, of_person=1), told_after_s=0)
    told: list[str] = []

    async def tell() -> None:
        told.append("others are first")

    ben, ann = (Transfer(person, GUILD, HOST, typed=False) for person in (BEN, ANN))
    done = asyncio.Event()

    async def transfer() -> None:
        async with lanes.turn(ann, tell=tell):
            done.set()

    async with lanes.turn(ben, tell=tell):
        waiting = asyncio.create_task(transfer())
        await eventually(lambda: bool(told))
        assert not done.is_set()
    await waiting

    assert told == ["others are first"]


async def test_who_gives_up_waiting_takes_nobodys_turn() -> None:
    lanes = CommandLanes(Shares(hands=1, of_person=1))
    ben = Transfer(BEN, GUILD, HOST, typed=False)

    async def tell() -> None:
        return None

    async def transfer() -> None:
        async with lanes.turn(ben, tell=tell):
            await asyncio.sleep(0)

    async with lanes.turn(ben, tell=tell):
        waiting = asyncio.create_task(transfer())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    await transfer()
