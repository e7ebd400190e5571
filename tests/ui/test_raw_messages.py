"""A message passes for one without media only where nothing of it would be found."""

from typing import Any

import discord
import pytest

from benchmarks.gateway_payloads import message_create
from imgoe_bot.ui.reading.message_media import media_in
from imgoe_bot.ui.reading.raw_messages import may_hold_media

FILE = {
    "id": "1234567890123456789",
    "filename": "cat.png",
    "size": 5,
    "url": "https://cdn.discordapp.com/attachments/1/2/cat.png",
    "proxy_url": "https://media.discordapp.net/attachments/1/2/cat.png",
    "content_type": "image/png",
}
STICKER = {"id": "1234567890123456789", "name": "wave", "format_type": 1}
PICTURE = {"url": "https://a.example/a.png", "proxy_url": "https://images-ext-1.discordapp.net/a"}
EMBED = {"type": "image", "url": "https://a.example/a.png", "thumbnail": PICTURE}
GALLERY = {"type": 12, "id": 1, "items": [{"media": PICTURE, "description": None}]}
PLAIN: dict[str, Any] = {
    "type": 0,
    "content": "",
    "timestamp": "2026-01-01T00:00:00+00:00",
    "edited_timestamp": None,
    "flags": 0,
    **{name: [] for name in ("mentions", "mention_roles", "components")},
    **{name: [] for name in ("attachments", "embeds", "sticker_items")},
}

HOLDING: dict[str, dict[str, Any]] = {
    "a file": {"attachments": [FILE]},
    "a sticker": {"sticker_items": [STICKER]},
    "a preview": {"embeds": [EMBED]},
    "a gallery": {"components": [GALLERY], "flags": 1 << 15},
    "a link to a picture": {"content": "look: https://a.example/cat.png"},
    "a hidden link to a film": {"content": "||http://a.example/cat.mp4||"},
    "a forwarded file": {"message_snapshots": [{"message": PLAIN | {"attachments": [FILE]}}]},
    "a forwarded link": {
        "message_snapshots": [{"message": PLAIN | {"content": "https://a.example/a.gif"}}]
    },
}
HOLDING_NONE: dict[str, dict[str, Any]] = {
    "nothing": {"content": ""},
    "a text": {"content": "cat.png is a fine name, and http is a protocol"},
    "a link to a page": {"content": "https://a.example/page"},
    "a link in code": {"content": "`https://a.example/cat.png`"},
    "a poll": {
        "poll": {
            "question": {"text": "Which?"},
            "answers": [{"answer_id": 1, "poll_media": {"text": "This"}}],
            "allow_multiselect": False,
            "expiry": "2027-01-01T00:00:00+00:00",
            "layout_type": 1,
        }
    },
    "a reply": {
        "message_reference": {"type": 0, "message_id": "5", "channel_id": "6"},
        "referenced_message": None,
    },
}


def _message(parts: dict[str, Any]) -> tuple[dict[str, Any], discord.Message]:
    client = discord.Client(intents=discord.Intents.none())
    data = message_create(0, 0, picture=False) | parts
    state: Any = client._connection  # pyright: ignore[reportPrivateUsage]  # what builds messages
    payload: Any = data
    place = client.get_partial_messageable(int(data["channel_id"]))
    return data, discord.Message(state=state, channel=place, data=payload)


@pytest.mark.parametrize("kind", HOLDING)
async def test_what_holds_media_is_looked_at(kind: str) -> None:
    data, message = _message(HOLDING[kind])

    assert media_in(message)
    assert may_hold_media(data)


@pytest.mark.parametrize("kind", HOLDING_NONE)
async def test_what_holds_none_is_passed_over(kind: str) -> None:
    data, message = _message(HOLDING_NONE[kind])

    assert not media_in(message)
    assert not may_hold_media(data)


def test_a_message_without_a_text_of_its_own_is_no_error() -> None:
    assert not may_hold_media({"id": "1"})
