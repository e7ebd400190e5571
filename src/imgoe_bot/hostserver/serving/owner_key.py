"""A new key for an owner who has none any more."""

import asyncio
import time
from contextlib import AsyncExitStack

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.serving.resources import database_url, open_index, prepare_folder


async def make_owner_key(options: HostOptions, label: str) -> str:
    """Return a new key of the owner, an admin, for who has none any more; the host may be running.

    It is stored as a hash and can't be shown again.
    """
    async with AsyncExitStack() as stack:
        signer = await asyncio.to_thread(prepare_folder, options)
        database = await open_index(database_url(options), stack)
        accounts = Accounts(
            database, signer=signer, clock=time.time, quota_bytes=options.user_quota_bytes
        )
        return await accounts.create_key(label)
