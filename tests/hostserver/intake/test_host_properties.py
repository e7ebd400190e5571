"""What holds for any name, duration, tag and id."""

import re
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.hostserver.access.secrets import Signer
from imgoe_bot.hostserver.api.text_formats import format_age, format_duration, format_size
from imgoe_bot.hostserver.faults import Fault
from imgoe_bot.hostserver.formats import ALL, sniff
from imgoe_bot.hostserver.intake.form import LONGEST, SHORTEST, parse_expiry, parse_form, parse_tags
from imgoe_bot.hostserver.names import (
    clean_text,
    file_stem,
    is_id,
    new_id,
    sent_filename,
    slug,
    title_from,
    with_suffix,
)
from imgoe_bot.hostserver.scrubbing.images import scrub_bytes
from imgoe_bot.hostserver.scrubbing.mp4_boxes import location_boxes
from tests.hostserver.pictures import picture_with_location

ANY = st.text(max_size=400)


@given(ANY)
def test_a_stem_is_always_safe(filename: str) -> None:
    for stem in (file_stem(filename), with_suffix(file_stem(filename))):
        assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}", stem)
        assert ".." not in stem
        assert not stem.endswith((".th", ".md", ".fr", "."))


@given(ANY)
def test_a_stem_of_a_stem_is_itself(filename: str) -> None:
    stem = file_stem(filename)
    assert file_stem(f"{stem}.jpg") == stem


@given(ANY)
def test_titles_and_slugs_can_be_shown_and_linked(filename: str) -> None:
    title = title_from(sent_filename(filename))
    assert len(title) <= 100
    assert title == clean_text(title)
    title.encode()
    assert re.fullmatch(r"(?:[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)?", slug(filename))


@given(
    st.from_regex(
        r"P([0-9]{1,3}Y)?([0-9]{1,3}M)?([0-9]{1,3}W)?([0-9]{1,3}D)?(T[0-9]{1,3}H)?", fullmatch=True
    )
)
def test_an_interval_is_clamped_or_refused(text: str) -> None:
    if text == "P":
        with pytest.raises(Fault):
            parse_expiry(text)
    else:
        _check_expiry(text)


@given(ANY)
def test_any_other_expiration_is_refused_or_clamped(text: str) -> None:
    with suppress(Fault):
        _check_expiry(text)


def _check_expiry(text: str) -> None:
    stays = parse_expiry(text)
    assert (stays is None) == (re.search("[1-9]", text) is None)
    assert stays is None or SHORTEST <= stays <= LONGEST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT5M", timedelta(minutes=5)),
        ("P3D", timedelta(days=3)),
        ("P1W", timedelta(days=7)),
        ("P1M", timedelta(days=30)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("3600", timedelta(hours=1)),
        ("1", SHORTEST),
        ("P9Y", LONGEST),
        ("0", None),
        ("000", None),
        ("P0D", None),
        ("PT0S", None),
        ("P0Y0M0DT0H", None),
    ],
)
def test_intervals_mean_what_they_say(text: str, expected: timedelta | None) -> None:
    assert parse_expiry(text) == expected


@given(ANY)
def test_tags_are_few_short_and_different(text: str) -> None:
    tags = parse_tags(text)
    assert len(tags) <= 10
    assert len(set(tags)) == len(tags)
    assert all(0 < len(tag) <= 32 and tag == tag.strip() for tag in tags)


@given(st.dictionaries(st.sampled_from(["title", "tags", "width", "nsfw", "album_id"]), ANY))
def test_a_form_is_valid_or_refused(fields: dict[str, str]) -> None:
    with suppress(Fault):
        form = parse_form(fields)
        assert form.title is None or 0 < len(form.title) <= 100
        assert form.width_px is None or form.width_px > 0


def test_ids_differ_and_are_ids() -> None:
    ids = {new_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert all(map(is_id, ids))


@given(ANY, ANY)
def test_only_its_own_token_deletes(public_id: str, other: str) -> None:
    signer = Signer(b"secret")
    token = signer.delete_token(public_id)
    assert re.fullmatch(r"[0-9a-f]{48}", token)
    assert signer.is_delete_token(token, public_id=public_id)
    assert signer.is_delete_token(token, public_id=other) == (other == public_id)
    assert not signer.is_delete_token(other, public_id=public_id)


@given(st.binary(max_size=200))
def test_sniffing_never_fails(head: bytes) -> None:
    assert sniff(head) in (None, *ALL)


@given(st.binary(max_size=2_000))
def test_removing_a_location_keeps_the_length_of_anything(data: bytes) -> None:
    for found in ALL:
        changed = bytearray(data)
        scrub_bytes(changed, found)
        assert len(changed) == len(data)
    list(location_boxes(data, 0, len(data)))


PLACED = {kind: picture_with_location(kind) for kind in ("JPEG", "PNG", "WEBP")}


@given(st.sampled_from(sorted(PLACED)), st.integers(0, 3_000), st.binary(min_size=1, max_size=8))
def test_a_broken_file_with_a_location_breaks_nothing(kind: str, at: int, wrong: bytes) -> None:
    data = bytearray(PLACED[kind])
    data[at : at + len(wrong)] = wrong
    before = len(data)
    for found in ALL:
        scrub_bytes(data, found)
    assert len(data) == before


@pytest.mark.parametrize(
    ("size_bytes", "text"),
    [(0, "0 B"), (999, "999 B"), (1_000, "1 KB"), (19_804, "19.8 KB"), (3_011_299, "3 MB")],
)
def test_sizes_read_as_in_the_seed(size_bytes: int, text: str) -> None:
    assert format_size(size_bytes) == text


@pytest.mark.parametrize(("duration_s", "text"), [(73, "01:13"), (3_723, "1:02:03"), (0, "00:00")])
def test_durations_read_as_in_the_seed(duration_s: int, text: str) -> None:
    assert format_duration(duration_s) == text


@pytest.mark.parametrize(
    ("age_s", "text"),
    [
        (-1, "moments ago"),
        (59, "moments ago"),
        (60, "1 minute ago"),
        (3_599, "59 minutes ago"),
        (7_200, "2 hours ago"),
        (86_400, "1 day ago"),
        (8 * 86_400, "1 week ago"),
        (65 * 86_400, "2 months ago"),
        (3 * 365 * 86_400, "3 years ago"),
    ],
)
def test_ages_are_told_in_the_largest_unit_they_fill(age_s: float, text: str) -> None:
    assert format_age(age_s) == text
