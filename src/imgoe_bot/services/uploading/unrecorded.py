"""Copies that nobody was told of and no record tells of."""

from collections.abc import Sequence

import structlog

from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import ImgoeError
from imgoe_bot.services.ports.image_host import ImageHost

log = structlog.stdlib.get_logger(__name__)


async def delete_unrecorded(uploads: Sequence[Upload], *, host: ImageHost) -> None:
    """Delete them at their host; one that can't be deleted is logged."""
    for upload in uploads:
        link = upload.stored.delete_link
        if link is None:  # somebody else's copy
            continue
        try:
            await host.delete(link, host_url=upload.host_url)
        except ImgoeError as error:
            log.warning("a second copy was left at its host", error=repr(error))
