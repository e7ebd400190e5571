"""Which files a card may hold: those that it shows, and nothing beside it."""

from dataclasses import replace

import discord
import pytest

from imgoe_bot.domain.card import PICTURES_MAX, Card
from imgoe_bot.domain.ids import UploadId
from imgoe_bot.domain.options import Layout
from imgoe_bot.services.ports.media import Thumb
from imgoe_bot.ui.cards import message_fields, pictures
from tests.contracts.stores import item, post, upload_of

THUMB = Thumb("image/webp", b"bytes")


def _card(layout: Layout, *, files: int, spoiler: bool = False) -> Card:
    owner = replace(post(), layout=layout)
    uploads = [upload_of(owner, item(n, spoiler=spoiler)) for n in range(files)]
    return Card(owner, tuple(uploads))


@pytest.mark.parametrize(
    ("layout", "files", "shown"),
    [
        (Layout.EMBED, 3, 3),
        (Layout.EMBED, PICTURES_MAX, PICTURES_MAX),
        (Layout.EMBED, PICTURES_MAX + 2, PICTURES_MAX - 1),
        (Layout.GALLERY, 3, 3),
        (Layout.GALLERY, PICTURES_MAX + 2, PICTURES_MAX),
    ],
)
def test_a_card_holds_no_file_that_it_has_no_room_to_show(
    layout: Layout, files: int, shown: int
) -> None:
    card = _card(layout, files=files)
    made: dict[UploadId, pictures.File] = {u.id: pictures.file_of(u, THUMB) for u in card.pictured}

    fields = message_fields.fields(card, thumbs=pictures.addresses(made))

    held = pictures.shown_by(fields, made)
    assert held == list(made.values())[:shown]


def test_a_file_is_named_for_its_upload_and_hides_a_spoiler_wherever_it_stands() -> None:
    (secret,) = _card(Layout.GALLERY, files=1, spoiler=True).uploads
    (plain,) = _card(Layout.GALLERY, files=1).uploads

    hidden, open_ = pictures.file_of(secret, THUMB), pictures.file_of(plain, THUMB)

    assert hidden.filename.startswith(f"SPOILER_{secret.id}.")
    assert open_.filename == f"{plain.id}.webp"
    assert isinstance(open_, discord.File)
    assert open_.description == plain.filename
