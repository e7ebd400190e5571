"""What a mirrored picture costs the database on its whole way, from message to delete link."""

import re
from collections import Counter

from sqlalchemy import Engine

from tests.contracts.stores import statements_asked
from tests.flows.kit import Harness

PICTURES = 10
STATEMENTS_A_PICTURE = 28
TRANSACTIONS_A_PICTURE = 5
OF_THE_HOST = re.compile(r"\b(uploads|users|file_names|api_keys)\b")
"""The embedded host runs in this process, too."""
LOOKS = re.compile(r"\bFROM (backfill|history_range)\b")
"""Whoever reads histories looks every second or two whether there is one, whatever is posted."""


async def test_a_picture_takes_few_statements_and_fewer_transactions(harness: Harness) -> None:
    async with harness.bot(host_budget="none"):
        await harness.set_key()
        await harness.set_option("dm_digest", "0s")
        await harness.mirror()
        await harness.keep_picture("warm.png")
        with statements_asked(Engine) as asked:
            for number in range(PICTURES):
                await harness.keep_picture(f"{number}.png")

    ours = [each for each in asked if not OF_THE_HOST.search(each) and not LOOKS.search(each)]
    transactions = [each for each in ours if each.startswith("BEGIN")]
    statements = [each for each in ours if not each.startswith(("BEGIN", "PRAGMA"))]
    told = Counter(" ".join(each.split())[:60] for each in statements)
    assert len(transactions) < PICTURES * (TRANSACTIONS_A_PICTURE + 1), told
    assert len(statements) < PICTURES * (STATEMENTS_A_PICTURE + 1), told
