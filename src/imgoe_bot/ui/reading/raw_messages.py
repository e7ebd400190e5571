"""Messages as the gateway writes them, looked at before discord.py builds anything of them."""

from collections.abc import Mapping
from typing import Any

from imgoe_bot.domain.links import find_links, media_links

RawMessage = Mapping[str, Any]  # an edge: Discord's own JSON

_HOLDING_MEDIA = ("attachments", "sticker_items", "components", "embeds", "message_snapshots")


def may_hold_media(data: RawMessage) -> bool:
    """Tell whether ``media_in`` may find something in a message; True where it does, always.

    Source: discord.py 2.7.1 ``message.py``, the keys from which comes what ``media_in`` reads.
    """
    if any(data.get(part) for part in _HOLDING_MEDIA):
        return True
    text = data.get("content") or ""
    return "://" in text and any(media_links(find_links(text)))
