"""A message that several ask for at once is kept once."""

import asyncio
from dataclasses import replace

import pytest

from imgoe_bot.adapters.store import SqlChoiceStore, SqlCopyStore
from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import Post
from imgoe_bot.errors import UnderWay
from imgoe_bot.services.uploading.chosen_messages import ChosenMessageService
from imgoe_bot.services.uploading.second_tries import RetryService
from imgoe_bot.services.uploading.uploads import FileToUpload
from tests.contracts.stores import BEN, GUILD, item, post, slash_post
from tests.flows.kit import eventually
from tests.services.conftest import Office

ME = Actor(BEN, GUILD)


def _service(office: Office) -> ChosenMessageService:
    database = office.stores.database
    return ChosenMessageService(
        office.uploads,
        retries=RetryService(office.stores.jobs, access=office.access),
        posts=office.stores.posts,
        choices=SqlChoiceStore(database, secret_key=bytes(32)),
        copies=SqlCopyStore(database, vault=office.stores.vault),
        clock=office.clock,
    )


def _about(mirrored: Post) -> Post:
    return replace(slash_post(), message_id=mirrored.message_id)


async def _keep(office: Office, mirrored: Post) -> Card:
    file = FileToUpload(Source("https://cdn.example/1", "cat.png", None), item())
    asked = _about(mirrored)
    return await _service(office).keep(ME, [file], post=asked, author_id=BEN)


async def test_a_message_that_is_being_mirrored_is_not_uploaded_once_more(office: Office) -> None:
    mirrored = await office.mirror()

    with pytest.raises(UnderWay):
        await _keep(office, mirrored)

    assert office.host.uploads == 0


async def test_a_message_that_is_mirrored_meanwhile_leaves_no_second_copy(office: Office) -> None:
    office.host.gate = asyncio.Event()
    mirrored = post()
    asked = asyncio.create_task(_keep(office, mirrored))
    await eventually(lambda: office.host.at_once == 1)

    await office.stores.posts.add(mirrored, [item()])
    office.host.gate.set()

    with pytest.raises(UnderWay):
        await asked
    assert office.host.uploads == 1
    assert office.host.files == {}


async def test_of_two_who_ask_at_once_both_are_shown_the_one_card(office: Office) -> None:
    office.host.gate = asyncio.Event()
    mirrored = post()
    asked = [asyncio.create_task(_keep(office, mirrored)) for _ in range(2)]
    await eventually(lambda: office.host.at_once == 2)

    office.host.gate.set()
    cards = await asyncio.gather(*asked)

    assert cards[0] == cards[1]
    assert len(office.host.files) == 1
