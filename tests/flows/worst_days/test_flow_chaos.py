"""A short campaign of ``make chaos``."""

from pathlib import Path

import pytest

from benchmarks.chaos import campaign


@pytest.mark.timeout(400)
async def test_a_bot_that_is_killed_while_people_post_loses_no_message(tmp_path: Path) -> None:
    result = await campaign(tmp_path, kills=3, seed=7)

    assert result.messages > 0
    assert (result.without_row, result.without_card, result.second_cards) == (0, 0, 0)
