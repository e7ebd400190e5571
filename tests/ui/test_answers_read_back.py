"""Cards are read back from Discord as they were sent: what they are about, and what was kept."""

from dataclasses import replace
from typing import Any

import discord
import pytest

from imgoe_bot.domain.card import Card, FailedItem
from imgoe_bot.domain.earlier_answers import EarlierAnswer
from imgoe_bot.domain.ids import AttachmentId, MessageId
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.domain.options import Layout
from imgoe_bot.errors import HostRefused
from imgoe_bot.ui.cards import buttons, message_fields
from imgoe_bot.ui.cards.held_buttons import hold_buttons
from imgoe_bot.ui.message_parts import ASKING
from imgoe_bot.ui.reading.answers import CARD_FILE, earlier_answer, read_answer
from imgoe_bot.ui.translate import words_for_locale
from tests.contracts.stores import GUILD, HOST, fresh_number, item, post, upload_of

NAMES = ["cat.png", "a_*b*[c](d).png", "@everyone.png", "cat.png", "x" * 150 + ".png", "猫.png"]
US = 1_500_000_000_000_000_001


def _card(layout: Layout, names: list[str] = NAMES) -> Card:
    owner = replace(post(), layout=layout, message_id=MessageId(fresh_number()), guild_id=GUILD)
    uploads = [upload_of(owner, item(n, filename=name)) for n, name in enumerate(names)]
    paged = [
        replace(
            each,
            stored=replace(
                each.stored,
                viewer_url=f"{HOST}/image/{each.position}",
                thumb_url=f"{HOST}/images/{each.position}.th.png",
            ),
        )
        for each in uploads
    ]
    return Card(owner, tuple(paged))


def _facts(card: Card) -> list[AttachmentFacts]:
    return [
        AttachmentFacts(each.attachment_id, each.position, each.filename, 7, "image/png")
        for each in card.uploads
    ]


def _sent(fields: dict[str, Any], **extra: Any) -> discord.Message:
    """Return a message as Discord would show what was sent with these."""
    state: Any = discord.Client(intents=discord.Intents.none())._connection  # pyright: ignore[reportPrivateUsage]
    channel: Any = discord.PartialMessageable(state, 77, guild_id=GUILD)
    view = fields.get("view")
    data: Any = {
        "id": str(fresh_number()),
        "channel_id": "77",
        "type": 0,
        "content": fields.get("content") or "",
        "author": {"id": str(US), "username": "us", "discriminator": "0", "avatar": None},
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "attachments": [],
        "embeds": [embed.to_dict() for embed in fields.get("embeds", ())],
        "components": _numbered(view.to_components()) if view else [],
        "flags": 1 << 15 if isinstance(view, discord.ui.LayoutView) else 0,
        "edited_timestamp": None,
        "pinned": False,
        "tts": False,
        **extra,
    }
    return discord.Message(state=state, channel=channel, data=data)


def _numbered(parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give components what Discord adds to them."""
    for part in parts:
        if "media" in part:
            part["media"] |= {"proxy_url": part["media"]["url"], "width": 1, "height": 1}
        for key in ("components", "items"):
            _numbered(part.get(key, []))
    return parts


def _reply(card: Card) -> dict[str, object]:
    return {
        "message_reference": {"message_id": str(card.post.message_id), "channel_id": "77"},
        "type": 19,
    }


def _read(message: discord.Message, card: Card) -> EarlierAnswer:
    answer = read_answer(message)
    assert answer is not None
    assert answer.source_id == card.post.message_id
    return earlier_answer(answer, _facts(card))


@pytest.mark.parametrize("layout", [Layout.EMBED, Layout.GALLERY])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_card_tells_its_post_its_message_and_each_file_with_page_and_thumb(
    layout: Layout, elsewhere: bool
) -> None:
    card = _card(layout)
    fields = message_fields.fields(card, elsewhere=elsewhere)

    found = _read(_sent(fields, **({} if elsewhere else _reply(card))), card)

    assert found.post_id == card.post.id
    assert found.layout is layout
    shown = {each: copy.stored for each, copy in found.copies.items()}
    kept = {each.attachment_id: each.stored for each in card.uploads}
    assert {each: stored.viewer_url for each, stored in shown.items()} == {
        each: stored.viewer_url for each, stored in kept.items()
    }
    assert {each: stored.thumb_url for each, stored in shown.items()} == {
        each: stored.thumb_url for each, stored in kept.items()
    }
    assert all(stored.delete_link is None for stored in shown.values())


@pytest.mark.parametrize("layout", [Layout.EMBED, Layout.GALLERY])
def test_files_beyond_what_has_room_of_its_own_are_found_in_the_list(layout: Layout) -> None:
    card = _card(layout, [f"{number}.png" for number in range(14)])

    found = _read(_sent(message_fields.fields(card), **_reply(card)), card)

    assert set(found.copies) == {each.attachment_id for each in card.uploads}


def test_thumbs_that_are_files_of_the_card_tell_which_uploads_it_shows() -> None:
    card = _card(Layout.EMBED, ["cat.png"])
    (upload,) = card.uploads
    address = f"https://cdn.example/attachments/77/{fresh_number()}/{upload.id}.webp?ex=1"
    fields = message_fields.fields(card, thumbs={upload.id: address})

    found = _read(_sent(fields, **_reply(card)), card)

    assert found.thumbs_attached
    assert found.copies[upload.attachment_id].upload_id == upload.id


@pytest.mark.parametrize("layout", [Layout.EMBED, Layout.GALLERY])
@pytest.mark.parametrize("elsewhere", [False, True])
def test_a_card_of_which_nothing_was_kept_is_an_answer_too(layout: Layout, elsewhere: bool) -> None:
    error = HostRefused(host=HOST, host_message="no")
    card = replace(_card(layout, []), failures=(FailedItem(0, "cat.png", error),))
    fields = message_fields.fields(card, elsewhere=elsewhere)

    found = _read(_sent(fields, **({} if elsewhere else _reply(card))), card)

    assert found.post_id is None
    assert found.copies == {}
    assert buttons.is_card_of(_sent(fields, **_reply(card)), card.post)


def test_a_held_card_tells_its_post() -> None:
    card = _card(Layout.EMBED)
    view = discord.ui.View(timeout=None)
    for button in hold_buttons(card, words_for_locale("en")):
        view.add_item(button)

    answer = read_answer(_sent({"content": "held", "view": view}))

    assert answer is not None
    assert answer.post_id == card.post.id


def test_a_question_a_notice_and_plain_words_are_no_answers() -> None:
    card = _card(Layout.EMBED)
    asking = discord.ui.View(timeout=None)
    asking.add_item(discord.ui.Button(label="Keep", custom_id=f"{ASKING}keep:{fresh_number()}"))

    assert read_answer(_sent({"content": "Keep it?", "view": asking}, **_reply(card))) is None
    assert read_answer(_sent({"content": "From now on …"})) is None
    assert read_answer(_sent({"content": "a reply"}, **_reply(card))) is None


def test_a_file_the_card_does_not_name_is_not_made_up() -> None:
    card = _card(Layout.EMBED, ["cat.png"])
    other = AttachmentFacts(AttachmentId(fresh_number()), 1, "dog.png", 7, "image/png")
    answer = read_answer(_sent(message_fields.fields(card), **_reply(card)))
    assert answer is not None

    found = earlier_answer(answer, [*_facts(card), other])

    assert set(found.copies) == {card.uploads[0].attachment_id}
    assert CARD_FILE.fullmatch("https://cdn.example/attachments/1/2/cat.png") is None
