"""A bucket on this machine, and what lies in it."""

import aiohttp

from imgoe_bot.hostserver import S3Bucket

SECRETS = {"access_key_id": "testing", "secret_access_key": "testing"}


async def count_objects(bucket: S3Bucket, session: aiohttp.ClientSession) -> int:
    """How many objects there are."""
    async with session.get(f"{bucket.endpoint}/{bucket.bucket}") as response:
        return (await response.text()).count("<Key>")
