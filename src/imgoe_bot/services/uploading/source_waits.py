"""Bad moments of Discord's CDN: a person's file is asked for again, as it has but one link."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from imgoe_bot.domain.upload import Upload
from imgoe_bot.errors import SourceUnreachable


async def wait_for_source(
    upload: Callable[[], Awaitable[Upload]], *, waits_s: Sequence[float]
) -> Upload:
    """Upload, again after each wait while Discord does not hand the file over.

    Raises:
        SourceUnreachable: the last try failed of it too, or somebody's own site may well stay away.
        ImgoeError: as ``upload`` does.
    """
    for wait_s in waits_s:
        try:
            return await upload()
        except SourceUnreachable as error:
            if error.site is not None:
                raise
        await asyncio.sleep(wait_s)
    return await upload()
