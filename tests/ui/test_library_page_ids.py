"""A page of the library travels in custom ids of 100 characters."""

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.domain.library import (
    LAST_PAGE,
    SEARCH_MAX_CHARS,
    TAG_MAX_CHARS,
    OwnerFilter,
    Query,
)
from imgoe_bot.ui.library.page_ids import PATTERN, PICK_ID, PagePosition, pack, unpack

CUSTOM_ID_MAX = 100

queries = st.builds(
    Query,
    whose=st.sampled_from(OwnerFilter),
    search=st.text(max_size=SEARCH_MAX_CHARS),
    tag=st.text(max_size=TAG_MAX_CHARS),
    channel_id=st.none() | st.integers(1, 2**63 - 1).map(ChannelId),
    since=st.none() | st.dates(),
)


@given(query=queries, page=st.integers(0, LAST_PAGE))
def test_what_is_packed_comes_back_and_fits(query: Query, page: int) -> None:
    packed = pack(PagePosition(query, page))

    assert len(PICK_ID + packed) <= CUSTOM_ID_MAX
    match = re.fullmatch(PATTERN, packed)
    assert match is not None
    assert unpack(match) == PagePosition(query, page)


def test_the_longest_query_just_fits() -> None:
    query = Query(
        whose=OwnerFilter.SERVER,
        search="s" * SEARCH_MAX_CHARS,
        tag="t" * TAG_MAX_CHARS,
        channel_id=ChannelId(2**63 - 1),
        since=date.max,
    )

    assert len(PICK_ID + pack(PagePosition(query, LAST_PAGE))) <= CUSTOM_ID_MAX


@pytest.mark.parametrize(
    "forged",
    ["", "x:0::0:0:", "m:-1:::0:", "m:99999:::0:", "m:0:A::0:", "m:0:::x:", "m:0:::0", "m:٣:::0:"],
)
def test_what_nothing_packed_is_not_ours(forged: str) -> None:
    assert re.fullmatch(PATTERN, forged) is None


@pytest.mark.parametrize("since", ["0", "zzzzz"])
def test_a_day_beyond_the_calendar_is_none(since: str) -> None:
    match = re.fullmatch(PATTERN, f"m:0::{since}:0:")
    assert match is not None
    assert unpack(match).query.since is None
