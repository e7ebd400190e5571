"""Pure rules: permissions, picture headers, ids, links, JSON readers."""

import re
import struct

import pytest

from imgoe_bot.discordsim import ApiProblem, Permission
from imgoe_bot.discordsim.actions.file_types import content_type_of, picture_size, stored_name
from imgoe_bot.discordsim.permissions import ALL, Overwrite, in_channel
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rules.drafts import Draft, draft_from, mentioned_users, mentions_everyone
from imgoe_bot.discordsim.rules.limits import check_embeds
from imgoe_bot.discordsim.rules.messages import check_draft
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2
from imgoe_bot.discordsim.state.signed_links import LinkSigner
from imgoe_bot.discordsim.state.snowflake import Snowflakes, created_at
from imgoe_bot.discordsim.untyped_json import Payload, as_int, copied_mapping, mappings

EVERYONE, ARTISTS, ALICE = 1, 2, 3
SEE = Permission.VIEW_CHANNEL
SAY = Permission.SEND_MESSAGES
NONE = Permission.NONE
NOTHING: Payload = {}
TEXT: Payload = {"type": 10, "content": "words"}


def rule(target: int, *, allow: Permission = NONE, deny: Permission = NONE) -> Overwrite:
    return Overwrite(target, target != ALICE, allow, deny)


@pytest.mark.parametrize(
    ("base", "overwrites", "allowed"),
    [
        (SEE | SAY, [], SEE | SAY),
        (SEE | SAY, [rule(EVERYONE, deny=SAY)], SEE),
        (SEE, [rule(EVERYONE, deny=SAY), rule(ARTISTS, allow=SAY)], SEE | SAY),
        (SEE | SAY, [rule(ARTISTS, deny=SAY), rule(ALICE, allow=SAY)], SEE | SAY),
        (SEE | SAY, [rule(ARTISTS, allow=SAY), rule(ALICE, deny=SAY)], SEE),
        (SEE | SAY, [rule(EVERYONE, deny=SEE)], NONE),
        (Permission.ADMINISTRATOR, [rule(EVERYONE, deny=SEE)], ALL),
    ],
)
def test_overwrites_apply_in_discords_order(
    base: Permission, overwrites: list[Overwrite], allowed: Permission
) -> None:
    found = in_channel(
        base,
        overwrites={item.target_id: item for item in overwrites},
        everyone_id=EVERYONE,
        role_ids=[ARTISTS],
        user_id=ALICE,
    )
    assert found == allowed


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 640, 480), (640, 480)),
        (b"GIF89a" + struct.pack("<HH", 12, 34), (12, 34)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x0b\x08\x00\x07\x00\x09\x01", (9, 7)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x0f\0\0\x07\0\0", (16, 8)),
        (b"RIFF\0\0\0\0WEBPVP8L" + b"\0" * 4 + b"\x2f" + struct.pack("<I", 4 | 2 << 14), (5, 3)),
        (b"RIFF\0\0\0\0WEBPVP8 " + b"\0" * 10 + struct.pack("<HH", 20, 10), (20, 10)),
        (b"\x89PNG\r\n\x1a\n", None),
        (b"\xff\xd8", None),
        (b"RIFF\0\0\0\0WEBPVP8?" + b"\0" * 20, None),
        (b"text", None),
        (b"", None),
    ],
)
def test_picture_sizes_are_read_off_the_header(data: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(data) == size


@pytest.mark.parametrize(
    ("name", "kind"),
    [("a.WEBP", "image/webp"), ("a.png", "image/png"), ("a.mp4", "video/mp4"), ("a", None)],
)
def test_types_are_guessed_by_name(name: str, kind: str | None) -> None:
    assert content_type_of(name) == kind


@pytest.mark.parametrize(
    ("sent", "kept", "title"),
    [
        ("cat.png", "cat.png", None),
        ("SPOILER_cat.png", "SPOILER_cat.png", None),
        ("my cat (1).png", "my_cat_1.png", "my cat (1)"),
        ("a/b.png", "a_b.png", "a/b"),
        ("..\\..\\etc.png", "etc.png", "..\\..\\etc"),
        ("_x_.png", "x.png", "_x_"),
        ("Müller.tar.gz", "Muller.tar.gz", "Müller.tar"),
        ("notes", "notes", None),
    ],
)
def test_file_names_are_kept_as_discord_writes_them(
    sent: str, kept: str, title: str | None
) -> None:
    assert stored_name(sent) == (kept, title)


@pytest.mark.parametrize(
    ("sent", "suffix"), [("猫.png", ".png"), ("..", ""), (".png", ""), ("", "")]
)
def test_a_name_of_which_nothing_is_left_is_a_random_one(sent: str, suffix: str) -> None:
    kept, title = stored_name(sent)
    assert re.fullmatch(rf"[0-9a-f]{{16}}{re.escape(suffix)}|png", kept)
    assert title is not None


def test_ids_rise_even_when_the_clock_stands_still() -> None:
    ids = Snowflakes(lambda: 1_700_000_000.0)
    first, second = ids.next(), ids.next()
    assert first < second
    assert created_at(first) == 1_700_000_000.0


def test_a_link_ends_with_its_time() -> None:
    now = [1000.0]
    signer = LinkSigner(lambda: now[0], life_s=60)
    signer.base_url = "http://cdn"
    query = dict(pair.split("=") for pair in signer.sign("a/b").split("?")[1].split("&") if pair)

    assert signer.valid("a/b", query)
    assert not signer.valid("a/c", query)
    assert not signer.valid("a/b", {**query, "ex": "zz"})
    now[0] += 61
    assert not signer.valid("a/b", query)


@pytest.mark.parametrize(
    ("allowed", "pinged"),
    [
        (None, [7, 8]),
        ({"parse": []}, []),
        ({"parse": ["users"]}, [7, 8]),
        ({"parse": [], "users": ["8"]}, [8]),
    ],
)
def test_only_allowed_mentions_ping(allowed: Payload | None, pinged: list[int]) -> None:
    draft = Draft(content="<@7> <@!8> <@7>", allowed_mentions=allowed)
    assert mentioned_users(draft) == pinged


def test_everyone_is_pinged_only_when_allowed() -> None:
    assert mentions_everyone(Draft(content="@everyone"))
    assert not mentions_everyone(Draft(content="@here", allowed_mentions={"parse": ["users"]}))


@pytest.mark.parametrize(
    ("embeds", "code"),
    [
        ([NOTHING] * 11, "BASE_TYPE_BAD_LENGTH"),
        ([{"description": "x" * 4097}], "BASE_TYPE_MAX_LENGTH"),
        ([{"footer": {"text": "x" * 2049}}], "BASE_TYPE_MAX_LENGTH"),
        ([{"fields": [{"name": "a", "value": "b"}] * 26}], "BASE_TYPE_BAD_LENGTH"),
        ([{"fields": [{"name": "", "value": "b"}]}], "BASE_TYPE_REQUIRED"),
        ([{"fields": [{"name": "a", "value": "x" * 1025}]}], "BASE_TYPE_MAX_LENGTH"),
        ([{"description": "x" * 3001}] * 2, "MAX_EMBED_SIZE_EXCEEDED"),
        ([{"image": {"url": "file:///etc/passwd"}}], "URL_TYPE_INVALID_SCHEME"),
        ([{"title": "x", "footer": {"icon_url": "ftp://host"}}], "URL_TYPE_INVALID_SCHEME"),
        ([{"author": {"name": "x", "icon_url": "data:x"}}], "URL_TYPE_INVALID_SCHEME"),
        ([{"title": "x", "url": "attachment://a.png"}], "URL_TYPE_INVALID_SCHEME"),
        ([{"title": "x", "url": "https://"}], "URL_TYPE_INVALID_URL"),
        ([{"title": "x", "url": "https://[half"}], "URL_TYPE_INVALID_URL"),
        ([{"title": "x", "url": "https://host/" + "x" * 2048}], "BASE_TYPE_MAX_LENGTH"),
        ([{"title": "x", "color": 0x1000000}], "NUMBER_TYPE_MAX"),
        ([{"title": "x", "color": -1}], "NUMBER_TYPE_MIN"),
        ([{"title": "x", "timestamp": "yesterday"}], "DATE_TIME_TYPE_PARSE"),
        ([NOTHING], "BASE_TYPE_REQUIRED"),
        ([{"color": 1, "url": "https://host"}], "BASE_TYPE_REQUIRED"),
    ],
)
def test_embeds_beyond_a_limit_are_refused(embeds: list[Payload], code: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_embeds(embeds)
    assert code in str(refused.value.payload())


@pytest.mark.parametrize(
    "embed",
    [
        {"timestamp": "2026-02-03T04:05:06.789Z"},
        {"image": {"url": "attachment://a.png"}},
        {"footer": {"text": "x", "icon_url": "HTTPS://host/a.png"}},
        {"fields": [{"name": "a", "value": "b"}], "color": 0xFFFFFF},
    ],
)
def test_any_part_makes_an_embed(embed: Payload) -> None:
    check_embeds([embed])


@pytest.mark.parametrize(
    ("draft", "code", "word"),
    [
        ({"content": " \n\t"}, 50006, "empty"),
        ({"content": "x", "nonce": "x" * 26}, 50035, "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x" * 2001}, 50035, "BASE_TYPE_MAX_LENGTH"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            50035,
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"content": "x", "allowed_mentions": {"parse": ["bots"]}}, 50035, "BASE_TYPE_CHOICES"),
        (
            {"content": "x", "allowed_mentions": {"roles": ["1"] * 101}},
            50035,
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"flags": COMPONENTS_V2, "components": [TEXT], "sticker_ids": ["1"]},
            50035,
            "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
        ),
    ],
)
def test_a_message_that_breaks_a_rule_is_refused(draft: Payload, code: int, word: str) -> None:
    with pytest.raises(ApiProblem) as refused:
        check_draft(draft_from(draft), limit_bytes=1)
    assert refused.value.code == code
    assert word in str(refused.value.payload())


def test_mentions_named_beside_an_empty_list_are_no_contradiction() -> None:
    mentions = {"parse": ["users"], "users": [], "replied_user": False}
    check_draft(draft_from({"content": "x", "allowed_mentions": mentions}), limit_bytes=1)


def test_an_edit_names_what_it_changes() -> None:
    draft = draft_from({"content": "x", "attachments": [{"id": "5"}], "nonce": 9})
    assert draft.given == {"content", "attachments", "nonce"}
    assert draft.kept == frozenset({5})
    assert draft.nonce == "9"


def test_json_readers_never_trust_a_shape() -> None:
    assert mappings([{"a": 1}, 2, None, "x"]) == [{"a": 1}]
    assert mappings({"a": 1}) == []
    values: list[object] = ["12", 3, None, "x", []]
    assert [as_int(item, -1) for item in values] == [12, 3, -1, -1, -1]
    given: Payload = {"a": [{"b": 1}]}
    copy = copied_mapping(given)
    assert copy == given
    assert copy["a"] is not given["a"]


@pytest.mark.parametrize(
    ("code", "status"),
    [(10008, 404), (50013, 403), (50007, 403), (40060, 400), (40005, 413), (20026, 403)],
)
def test_codes_come_with_discords_status(code: int, status: int) -> None:
    assert (problem(code).status, problem(code).code) == (status, code)
