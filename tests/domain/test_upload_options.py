"""What a person asks for beside the file: taken as it is meant, or refused with a reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from imgoe_bot.domain.card import Card
from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.options import Options
from imgoe_bot.domain.upload import Details, Upload
from imgoe_bot.domain.upload_options import (
    NO_UPLOAD_OPTIONS,
    Remark,
    UploadOptions,
    parse_upload_options,
    remarks_on,
)
from imgoe_bot.domain.upload_rights import check_may_upload
from imgoe_bot.errors import NotAllowed, SettingsRejected
from tests.contracts.stores import BEN, GUILD, item, post, upload_of

POST = post()
UPLOAD = upload_of(POST, item())


def _card(after: timedelta | None) -> Card:
    expires_at = None if after is None else UPLOAD.created_at + after
    kept: Upload = replace(UPLOAD, stored=replace(UPLOAD.stored, expires_at=expires_at))
    return Card(POST, uploads=(kept,))


def test_nothing_asked_leaves_what_holds_there() -> None:
    base = Details(title="t", tags=("a",), nsfw=True, expires_after=timedelta(days=1))

    assert parse_upload_options() == NO_UPLOAD_OPTIONS
    assert NO_UPLOAD_OPTIONS.applied_to(base) == base


def test_what_was_asked_for_goes_over_what_holds_there() -> None:
    requested = parse_upload_options(
        title=" Rome ", tags="cats, summer,cats,", album="Xy7", width=640, expires="PT30M"
    )

    assert requested.applied_to(Details(title="t", description="d", nsfw=True)) == Details(
        title="Rome",
        description="d",
        tags=("cats", "summer"),
        album_id="Xy7",
        width_px=640,
        expires_after=timedelta(minutes=30),
        nsfw=True,
    )


@pytest.mark.parametrize("written", ["5m", "365d", "12h", "P7D", "52w", "pt5m"])
def test_an_expiry_a_host_keeps_is_taken(written: str) -> None:
    assert parse_upload_options(expires=written).expires_after is not None


@pytest.mark.parametrize(
    ("values", "setting"),
    [
        ({"expires": "soon"}, "expires"),
        ({"expires": ""}, "expires"),
        ({"expires": "4m"}, "expires"),
        ({"expires": "366d"}, "expires"),
        ({"expires": "999999w"}, "expires"),
        ({"expires": "P1Y"}, "expires"),
        ({"expires": "-5m"}, "expires"),
        ({"tags": ",".join(map(str, range(11)))}, "tags"),
        ({"tags": "x" * 33}, "tags"),
        ({"album": "https://host.example/album/x"}, "album"),
        ({"album": "x" * 33}, "album"),
        ({"width": 15}, "width"),
        ({"width": 20_001}, "width"),
        ({"category": 0}, "category"),
        ({"category": 2**31}, "category"),
        ({"title": "x" * 101}, "title"),
        ({"description": "x" * 501}, "description"),
    ],
)
def test_what_a_host_would_misread_is_refused(values: dict[str, object], setting: str) -> None:
    with pytest.raises(SettingsRejected) as refused:
        parse_upload_options(**values)  # type: ignore[arg-type]  # a table of one argument each

    assert refused.value.setting == setting


@pytest.mark.parametrize(
    ("asked", "given", "said"),
    [
        (timedelta(hours=1), timedelta(hours=1, minutes=1), ()),
        (timedelta(hours=1), timedelta(minutes=5), (Remark.EXPIRY,)),
        (timedelta(hours=1), None, (Remark.EXPIRY,)),
        (None, timedelta(minutes=5), ()),
    ],
)
def test_an_expiry_that_the_host_did_not_keep_is_said(
    asked: timedelta | None, given: timedelta | None, said: tuple[Remark, ...]
) -> None:
    assert remarks_on(_card(given), UploadOptions(expires_after=asked)) == said


def test_an_album_is_said_to_be_beyond_checking() -> None:
    assert remarks_on(_card(None), UploadOptions(album_id="Xy7")) == (Remark.ALBUM,)
    assert remarks_on(Card(POST), UploadOptions(album_id="Xy7")) == ()


@pytest.mark.parametrize(
    ("actor", "may"),
    [
        (Actor(BEN, GUILD), False),
        (Actor(BEN, GUILD, role_ids=frozenset({8})), False),
        (Actor(BEN, GUILD, role_ids=frozenset({8, 7})), True),
        (Actor(BEN, GUILD, frozenset({MANAGE_GUILD})), True),
    ],
)
def test_only_the_uploaders_role_and_moderators_may_upload(actor: Actor, may: bool) -> None:
    check_may_upload(actor, Options())
    if may:
        return check_may_upload(actor, Options(uploaders=7))
    with pytest.raises(NotAllowed) as refused:
        check_may_upload(actor, Options(uploaders=7))
    assert refused.value.needs == "role:7"
    return None
