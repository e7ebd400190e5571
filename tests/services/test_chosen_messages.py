"""A message that several ask for at once is kept once."""

import asyncio
from dataclasses import replace

import pytest

from imgoe_bot.adapters.store import SqlChoiceStore, SqlCopyStore
from imgoe_bot.domain.card import Card
from imgoe_bot.domain.command import FileToUpload
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import UnderWay
from imgoe_bot.services.uploading.chosen_messages import ChosenMessageService
from imgoe_bot.services.uploading.second_tries import RetryService
from tests.contracts.stores import BEN, GUILD, command, item, post, slash_post
from tests.flows.kit import eventually
from tests.services.conftest import Office

ME = Actor(BEN, GUILD)


def _service(office: Office) -> ChosenMessageService:
    database = office.stores.database
    return ChosenMessageService(
        office.commands,
        retries=RetryService(office.stores.jobs, access=office.access),
        posts=office.stores.posts,
        choices=SqlChoiceStore(database, secret_key=bytes(32)),
        copies=SqlCopyStore(database, vault=office.stores.vault),
        clock=office.clock,
    )


def _about(mirrored: Post) -> Post:
    return replace(slash_post(), message_id=mirrored.message_id)


async def _keep(office: Office, mirrored: Post) -> Card | None:
    file = FileToUpload(Source("https://cdn.example/1", "cat.png", None), item())
    asked = _about(mirrored)
    return await _service(office).keep(ME, [file], post=asked, command=command(), author_id=BEN)


async def test_a_message_that_is_being_mirrored_is_not_uploaded_once_more(office: Office) -> None:
    mirrored = await office.mirror()

    with pytest.raises(UnderWay):
        await _keep(office, mirrored)

    assert office.host.uploads == 0


async def test_of_two_who_ask_at_once_one_has_it_kept_and_the_other_is_told_so(
    office: Office,
) -> None:
    mirrored = post()

    asked = await asyncio.gather(
        *(_keep(office, mirrored) for _ in range(2)), return_exceptions=True
    )

    assert {type(each) for each in asked} == {type(None), UnderWay}
    async with office.working():
        await eventually(lambda: bool(office.answerer.cards))
    assert len(office.host.files) == 1


async def test_who_asks_for_a_message_that_was_kept_is_shown_its_card(office: Office) -> None:
    mirrored = post()
    async with office.working():
        await _keep(office, mirrored)
        await eventually(lambda: bool(office.answerer.cards))
        await office.at_rest()

    shown = await _keep(office, mirrored)

    assert shown is not None
    assert shown.uploads == office.answerer.cards[0].uploads
