"""``decide``: every reason against a message, and against one attachment of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from imgoe_bot.domain.choices import PersonChoice
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    MessageId,
    RuleId,
    UserId,
    snowflake_at,
)
from imgoe_bot.domain.mirror import (
    AttachmentFacts,
    Circumstances,
    MessageFacts,
    SkipReason,
    decide,
    decide_asked,
    decide_on_request,
)
from imgoe_bot.domain.options import Consent, Kind, MessagePart, Options, Treatment
from imgoe_bot.domain.rules import MirrorRule, find_rule

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
GUILD, THREAD, CHANNEL, CATEGORY = GuildId(1), ChannelId(40), ChannelId(30), ChannelId(20)
PICTURE = AttachmentFacts(
    id=AttachmentId(7), position=0, filename="cat.png", size_bytes=1000, content_type="image/png"
)
FACTS = MessageFacts(
    guild_id=GUILD,
    channel_ids=(THREAD, CHANNEL, CATEGORY),
    message_id=MessageId(snowflake_at(NOW)),
    author_id=UserId(5),
    author_is_bot=False,
    author_is_us=False,
    nsfw=False,
    text="Look at my Cat",
    attachments=(PICTURE,),
)


def _rule(channel_id: int = CHANNEL, *, paused: bool = False) -> MirrorRule:
    return MirrorRule(
        id=RuleId(f"rule {channel_id}"),
        guild_id=GUILD,
        channel_id=ChannelId(channel_id),
        created_by=UserId(6),
        created_at=NOW,
        begins_at=MessageId(snowflake_at(NOW - timedelta(days=1))),
        paused=paused,
    )


def _circumstances(
    *, saved: bool = False, choice: PersonChoice | None = None, **options: object
) -> Circumstances:
    changed = replace(Options(), **options)  # type: ignore[arg-type]  # each test names real fields
    return Circumstances(options=changed, choice=choice, saved=saved)


def test_a_picture_in_a_mirrored_channel_is_kept() -> None:
    decision = decide(FACTS, [_rule()], Circumstances())

    assert decision.keep == (PICTURE,)
    assert decision.skip is None


@pytest.mark.parametrize(
    ("places", "nearest"),
    [
        ([GUILD, CATEGORY, CHANNEL, THREAD], THREAD),
        ([GUILD, CATEGORY, CHANNEL], CHANNEL),
        ([GUILD, CATEGORY], CATEGORY),
        ([GUILD], GUILD),
    ],
)
def test_the_nearest_rule_holds(places: list[int], nearest: int) -> None:
    rule = find_rule(FACTS.channel_ids, [_rule(place) for place in places], guild_id=FACTS.guild_id)

    assert rule is not None
    assert rule.channel_id == nearest


def test_a_rule_of_another_channel_is_none_for_this_one() -> None:
    assert find_rule(FACTS.channel_ids, [_rule(99)], guild_id=FACTS.guild_id) is None


@pytest.mark.parametrize(
    ("changes", "circumstances", "reason"),
    [
        ({"author_is_us": True}, {}, SkipReason.OWN),
        ({"is_mirror": True}, {"bots": True}, SkipReason.MIRROR),
        ({"author_is_bot": True}, {}, SkipReason.BOT),
        ({"author_role_ids": frozenset({78})}, {"role": 77}, SkipReason.ROLE),
        ({"author_is_bot": True, "author_role_ids": None}, {"role": 77}, SkipReason.BOT),
        ({}, {"only_users": frozenset({6, 7})}, SkipReason.ONLY_USERS),
        ({}, {"only_users": frozenset[int]()}, SkipReason.ONLY_USERS),
        ({}, {"not_users": frozenset({5, 6})}, SkipReason.NOT_USERS),
        ({}, {"not_users": frozenset({5}), "saved": True}, SkipReason.NOT_USERS),
        ({}, {"only_users": frozenset({5}), "not_users": frozenset({5})}, SkipReason.NOT_USERS),
        ({}, {"keyword": "dog"}, SkipReason.KEYWORD),
        ({"nsfw": True}, {"nsfw": Treatment.REFUSE}, SkipReason.NSFW),
        ({}, {"choice": PersonChoice.OUT}, SkipReason.OPTED_OUT),
        ({}, {"choice": PersonChoice.OUT, "saved": True}, SkipReason.OPTED_OUT),
        ({}, {"consent": Consent.OPT_IN}, SkipReason.NOT_OPTED_IN),
        ({}, {"consent": Consent.REACT}, SkipReason.NOT_SAVED),
        ({}, {"consent": Consent.REACT, "choice": PersonChoice.IN}, SkipReason.NOT_SAVED),
        ({}, {"consent": Consent.ASK}, SkipReason.NOT_ASKED),
        ({"attachments": ()}, {}, SkipReason.NO_MEDIA),
        ({"message_id": MessageId(snowflake_at(NOW - timedelta(days=2)))}, {}, SkipReason.OLD),
    ],
)
def test_each_reason_against_a_message_is_named(
    changes: dict[str, object], circumstances: dict[str, object], reason: SkipReason
) -> None:
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]  # the table names real fields

    decision = decide(facts, [_rule()], _circumstances(**circumstances))  # type: ignore[arg-type]  # likewise

    assert decision.skip is reason
    assert decision.keep == ()
    assert reason not in decision.passed


@pytest.mark.parametrize(
    ("changes", "circumstances"),
    [
        ({"author_is_bot": True}, {"bots": True}),
        ({"author_role_ids": frozenset({77})}, {"role": 77}),
        ({"author_role_ids": None}, {"role": 77, "saved": True}),
        ({}, {"only_users": frozenset({5, 6})}),
        ({}, {"only_users": frozenset({6}), "saved": True}),
        ({}, {"not_users": frozenset({6})}),
        ({}, {"not_users": frozenset[int]()}),
        ({}, {"keyword": "cat"}),
        ({"nsfw": True}, {}),
        ({}, {"consent": Consent.OPT_IN, "choice": PersonChoice.IN}),
        ({}, {"consent": Consent.ASK, "choice": PersonChoice.IN}),
        ({}, {"consent": Consent.REACT, "saved": True}),
        ({}, {"consent": Consent.ASK, "saved": True}),
    ],
)
def test_what_speaks_for_a_message_lets_it_pass(
    changes: dict[str, object], circumstances: dict[str, object]
) -> None:
    facts = replace(FACTS, **changes)  # type: ignore[arg-type]  # the table names real fields

    assert decide(facts, [_rule()], _circumstances(**circumstances)).keep  # type: ignore[arg-type]  # likewise


def test_roles_that_are_not_known_leave_everything_open_where_they_matter() -> None:
    decision = decide(FACTS, [_rule()], _circumstances(role=77))

    assert decision.lacks_roles
    assert decision.skip is None
    assert decision.keep == ()
    assert not decide(FACTS, [_rule()], _circumstances()).lacks_roles


@pytest.mark.parametrize("saved", [False, True])
def test_where_no_rule_works_nothing_is_kept_whoever_asks_for_it(saved: bool) -> None:
    circumstances = Circumstances(saved=saved)

    assert decide(FACTS, [], circumstances).skip is SkipReason.NO_RULE
    assert decide(FACTS, [_rule(paused=True)], circumstances).skip is SkipReason.PAUSED


@pytest.mark.parametrize(
    ("changes", "options", "reason"),
    [
        ({"source": MessagePart.EMBEDS}, {}, SkipReason.SOURCE),
        ({"source": MessagePart.LINKS}, {}, SkipReason.SOURCE),
        (
            {"source": MessagePart.COMPONENTS},
            {"sources": frozenset({MessagePart.ATTACHMENTS})},
            SkipReason.SOURCE,
        ),
        ({"forwarded": True}, {"sources": frozenset({MessagePart.ATTACHMENTS})}, SkipReason.SOURCE),
        ({"voice": True, "content_type": "audio/ogg"}, {}, SkipReason.VOICE),
        ({"animation": True, "content_type": None}, {}, SkipReason.ANIMATION),
        ({"filename": "notes.txt", "content_type": "text/plain"}, {}, SkipReason.KIND),
        (
            {"filename": "a.mp4", "content_type": "video/mp4"},
            {"kinds": frozenset({Kind.IMAGE})},
            SkipReason.KIND,
        ),
        ({}, {"max_size": 999}, SkipReason.SIZE),
        ({"spoiler": True}, {"spoilers": Treatment.REFUSE}, SkipReason.SPOILER),
    ],
)
def test_each_reason_against_one_thing_spares_the_others(
    changes: dict[str, object], options: dict[str, object], reason: SkipReason
) -> None:
    other = replace(PICTURE, id=AttachmentId(8), position=1, size_bytes=10)
    odd = replace(PICTURE, **changes)  # type: ignore[arg-type]  # the table names real fields

    decision = decide(
        replace(FACTS, attachments=(odd, other)),
        [_rule()],
        _circumstances(**options),  # type: ignore[arg-type]  # likewise
    )

    assert decision.keep == (other,)
    assert [(left.attachment, left.reason) for left in decision.skipped] == [(odd, reason)]


@pytest.mark.parametrize(
    ("sources", "kept"),
    [
        ({MessagePart.EMBEDS, MessagePart.LINKS}, MessagePart.EMBEDS),
        ({MessagePart.EMBEDS}, MessagePart.EMBEDS),
        ({MessagePart.LINKS}, MessagePart.LINKS),
    ],
)
def test_a_link_and_its_preview_are_one_thing(sources: set[MessagePart], kept: MessagePart) -> None:
    preview = replace(PICTURE, source=MessagePart.EMBEDS)
    link = replace(PICTURE, source=MessagePart.LINKS, position=1)
    facts = replace(FACTS, attachments=(preview, link))

    decision = decide(facts, [_rule()], _circumstances(sources=frozenset(sources)))

    assert [each.source for each in decision.keep] == [kept]
    assert decision.skipped == ()


def test_a_picked_message_is_kept_whoever_wrote_it_and_wherever_it_is() -> None:
    facts = replace(FACTS, author_is_us=True, author_is_bot=True, is_mirror=True)

    assert decide_on_request(facts).keep == (PICTURE,)


BACKFILLED = replace(FACTS, message_id=MessageId(1))


def test_a_backfill_needs_no_rule_and_asks_for_no_age() -> None:
    decision = decide_asked(BACKFILLED, _circumstances(), frozenset(Kind))

    assert decision.keep == (PICTURE,)


@pytest.mark.parametrize(
    ("circumstances", "reason"),
    [
        (_circumstances(choice=PersonChoice.OUT), SkipReason.OPTED_OUT),
        (_circumstances(consent=Consent.ASK), SkipReason.NOT_ASKED),
        (_circumstances(consent=Consent.OPT_IN), SkipReason.NOT_OPTED_IN),
        (_circumstances(keyword="dog"), SkipReason.KEYWORD),
        (_circumstances(max_size=1), SkipReason.NO_MEDIA),
    ],
)
def test_what_people_and_moderators_said_holds_in_a_backfill_too(
    circumstances: Circumstances, reason: SkipReason
) -> None:
    decision = decide_asked(BACKFILLED, circumstances, frozenset(Kind))

    assert (decision.keep, decision.skip) == ((), reason)


def test_a_backfill_keeps_only_the_kinds_that_were_asked_for() -> None:
    circumstances = _circumstances()

    assert decide_asked(BACKFILLED, circumstances, frozenset({Kind.VIDEO})).keep == ()
    assert decide_asked(BACKFILLED, circumstances, frozenset({Kind.IMAGE})).keep == (PICTURE,)
