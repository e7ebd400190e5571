"""What people read of the bot while a scenario lasts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from imgoe_bot.discordsim import Message

LONGEST = 90
"""Of a text so many characters are shown."""
_VARYING = re.compile(r"`?\*{0,2}[\w-]*p\d+\.png\*{0,2}`?|<t:\d+(:\w)?>|https?://\S+")
"""Names of files, times and addresses."""


@dataclass(slots=True)
class Seen:
    """Every text about something else than a copy, once."""

    _texts: dict[str, None] = field(default_factory=dict[str, None])

    def add_card(self, card: Message) -> None:
        """Read a card."""
        for embed in card.embeds:
            if not embed.get("url"):
                self._add(f"{embed.get('title', '')}: {embed.get('description', '')}")
        for text in _contents(card.components):
            if "http" not in text:
                self._add(text)

    def add_note(self, note: Message) -> None:
        """Read what a moderator was told."""
        if "http" not in note.content:
            self._add(f"moderator: {note.content}")

    def _add(self, text: str) -> None:
        plain = " ".join(_VARYING.sub("…", text).replace("|", "/").split())
        self._texts[plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"] = None

    def __str__(self) -> str:
        return "; ".join(self._texts) or "copies only"


def _contents(part: Any) -> Iterator[str]:  # JSON: components hold components
    if isinstance(part, dict):
        content = part.get("content")
        if isinstance(content, str):
            yield content
        part = part.get("components", [])
    if isinstance(part, list):
        for each in part:
            yield from _contents(each)
