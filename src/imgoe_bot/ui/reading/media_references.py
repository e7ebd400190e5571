"""Media references: what a message holds that may be media, and where its bytes are."""

import re
from dataclasses import dataclass

from imgoe_bot.domain.ids import AttachmentId, address_id
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.ui import endpoints

UNKNOWN_IMAGE = "image/unknown"
"""The type of what Discord shows as a picture without saying of which type."""

_ATTACHMENT = re.compile(
    r"/(?:ephemeral-)?attachments/[0-9]{15,21}/(?P<id>[0-9]{15,21})/(?P<name>[^/]+)"
)


@dataclass(frozen=True, slots=True)
class MediaReference:
    """Something in a message that may be media, and where its bytes are right now.

    Attributes:
        typed: whether its author wrote the address, which may then lead anywhere.
    """

    facts: AttachmentFacts
    url: str
    typed: bool = False

    @property
    def source(self) -> Source:
        """Where to read it."""
        return Source(
            url=self.url,
            filename=self.facts.filename,
            size_bytes=self.facts.size_bytes,
            typed=self.typed,
        )


def id_of(url: str) -> AttachmentId:
    """Return the id of what lies at an address; of a file at Discord, the attachment's own."""
    path = endpoints.path_at_discord(url)
    if path is None:
        return address_id(url)
    return attachment_at(url) or address_id(path)


def attachment_at(url: str) -> AttachmentId | None:
    """Return which attachment an address of Discord's leads to, None where it leads elsewhere."""
    found = _ATTACHMENT.fullmatch(endpoints.path_at_discord(url) or "")
    return AttachmentId(int(found["id"])) if found else None
