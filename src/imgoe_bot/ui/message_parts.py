"""What messages of every kind share: types of their items, colours, marks, files, lengths."""

import io
import re
from typing import Any

import discord

Match = re.Match[str]
"""A custom id that was recognised."""

AnyItem = discord.ui.Item[Any]

NO_PINGS = discord.AllowedMentions.none()

COLOUR = discord.Colour(0x3D7DD8)
COLOUR_FAILED = discord.Colour(0xC8553D)
COLOUR_GONE = discord.Colour(0x80848E)

HOLDS, FAILS = "✓", "✗"
"""Before what was checked."""

MESSAGE_MAX = 2000
"""Characters of a message's text."""

CARD_TITLE_MAX = 200
CARD_LINE_NAME_MAX = 100
"""Characters of a file's name on a card: where it has an embed, and where it has a line."""

ASKING = "imgoe:ask:"
"""How the custom ids begin of the buttons that ask a message's author."""

KEPT_MARK = "✅"
FAILED_MARK = "⚠️"
"""The reactions that answer a message in a card's place."""


def text_file(text: str, name: str) -> discord.File:
    """Return a text as an attachment."""
    return discord.File(io.BytesIO(text.encode()), name)
