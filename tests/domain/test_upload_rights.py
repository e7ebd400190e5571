"""Who may delete a copy and who may see its link; what a card says of itself."""

from dataclasses import replace

import pytest

from imgoe_bot.domain.card import PICTURES_MAX, Card, FailedItem
from imgoe_bot.domain.guild import MANAGE_GUILD, MANAGE_MESSAGES, Actor, ApiKey, check_may_manage
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.upload_rights import may_delete, may_see_link
from imgoe_bot.errors import HostBroken, ImgoeError, NotAllowed, SourceGone
from tests.contracts.stores import BEN, GUILD, HOST, NOW, item, post, upload_of

ADA, ELSEWHERE = UserId(5), GuildId(6)
UPLOAD = upload_of(post(), item())
MODERATES = frozenset({MANAGE_MESSAGES})


@pytest.mark.parametrize(
    ("actor", "deletes", "sees"),
    [
        (Actor(BEN, GUILD), True, True),
        (Actor(BEN, None), True, True),
        (Actor(BEN, ELSEWHERE), True, True),
        (Actor(ADA, GUILD), False, False),
        (Actor(ADA, GUILD, MODERATES), True, False),
        (Actor(ADA, ELSEWHERE, MODERATES), False, False),
        (Actor(ADA, None, MODERATES), False, False),
        (Actor(ADA, GUILD, frozenset({MANAGE_GUILD})), False, False),
    ],
)
def test_uploaders_and_moderators_delete_and_only_uploaders_see_links(
    actor: Actor, deletes: bool, sees: bool
) -> None:
    assert (may_delete(actor, UPLOAD), may_see_link(actor, UPLOAD)) == (deletes, sees)


@pytest.mark.parametrize(
    ("guild_id", "permissions"),
    [(None, {MANAGE_GUILD}), (GUILD, set[str]()), (GUILD, {MANAGE_MESSAGES})],
)
def test_settings_need_manage_server_in_a_server(
    guild_id: GuildId | None, permissions: set[str]
) -> None:
    with pytest.raises(NotAllowed) as refused:
        check_may_manage(Actor(ADA, guild_id, frozenset(permissions)))

    assert refused.value.needs == MANAGE_GUILD


def test_only_copies_that_exist_and_have_a_link_or_are_shared_can_be_deleted() -> None:
    gone = replace(UPLOAD, deleted_at=NOW, shared=True)
    linkless = upload_of(post(), item(), link=None)
    shared = replace(linkless, shared=True)

    card = Card(post=post(), uploads=(UPLOAD, gone, linkless, shared))

    assert card.deletable == (UPLOAD, shared)


def test_nobody_is_sent_the_links_of_what_a_bot_posted() -> None:
    card = Card(post=post(), uploads=(UPLOAD,))

    assert card.is_to_be_delivered
    assert not replace(card, post=replace(card.post, by_bot=True)).is_to_be_delivered
    assert not replace(card, uploads=()).is_to_be_delivered


@pytest.mark.parametrize(
    ("layout", "shown"),
    [(Layout.EMBED, {"cat.png"}), (Layout.GALLERY, {"cat.png", "secret.png"})],
)
def test_a_card_pictures_what_may_be_looked_at_and_embeds_no_spoiler(
    layout: Layout, shown: set[str]
) -> None:
    stored = UPLOAD.stored
    uploads = (
        UPLOAD,
        replace(UPLOAD, filename="secret.png", spoiler=True),
        replace(UPLOAD, filename="gone.png", deleted_at=NOW),
        replace(UPLOAD, filename="waits.png", stored=replace(stored, approved=False)),
        replace(UPLOAD, filename="bare.bin", stored=replace(stored, thumb_url=None)),
    )

    card = Card(post=replace(post(), layout=layout), uploads=uploads)

    assert {upload.filename for upload in card.pictured} == shown


def test_a_card_pictures_ten_files_at_most() -> None:
    assert len(Card(post=post(), uploads=(UPLOAD,) * 12).pictured) == PICTURES_MAX


@pytest.mark.parametrize(
    ("withdrawn", "errors", "uploaded", "gone"),
    [
        (False, [], False, False),
        (False, [SourceGone()], False, True),
        (False, [SourceGone(), SourceGone()], False, True),
        (False, [SourceGone(), HostBroken(host=HOST)], False, False),
        (False, [SourceGone()], True, False),
        (False, [SourceGone(site="cats.example")], False, False),
        (False, [SourceGone(), SourceGone(site="cats.example")], False, False),
        (True, [], True, True),
        (True, [HostBroken(host=HOST)], True, True),
    ],
)
def test_a_source_is_gone_when_withdrawn_or_when_nothing_of_it_was_found(
    withdrawn: bool, errors: list[ImgoeError], uploaded: bool, gone: bool
) -> None:
    card = Card(
        post=replace(post(), withdrawn_at=NOW if withdrawn else None),
        uploads=(UPLOAD,) if uploaded else (),
        failures=tuple(FailedItem(n, "cat.png", error) for n, error in enumerate(errors)),
    )

    assert card.source_is_gone is gone


@pytest.mark.parametrize(
    ("key", "shown"),
    [("chv_0123456789", "…6789"), ("0123456789ab", "…89ab"), ("0123456789a", "…"), ("", "…")],
)
def test_of_a_key_its_end_is_shown_and_of_a_short_one_nothing(key: str, shown: str) -> None:
    assert ApiKey(key).fingerprint == shown
    assert not key or key not in f"{ApiKey(key)} {ApiKey(key)!r}"
