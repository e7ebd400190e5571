"""``/backfill``: asked for, estimated, shown, paused, cancelled; and what is asked for in vain."""

import pytest

from imgoe_bot.discordsim import Channel, ChannelType, Message, Permission, Person
from imgoe_bot.discordsim.untyped_json import Payload, mappings
from tests.flows.kit import Harness, eventually, picture


async def _asked(harness: Harness, command: str, **options: object) -> Message:
    asked = await harness.ada.slash(harness.lounge, f"backfill {command}", **options)
    return await asked.wait_response(30)


async def _post_pictures(harness: Harness, channel: Channel, count: int) -> list[Message]:
    posted = [
        await harness.ben.say(channel, f"no. {number}", files=[picture(f"p{number}.png")])
        for number in range(count)
    ]
    return posted


async def _offered(harness: Harness, person: Person) -> list[Payload]:
    typed = await person.autocomplete(harness.lounge, "backfill pause", "number", number="")
    await typed.wait_acknowledged()
    return typed.choices or []


def _hold(harness: Harness) -> None:
    """Let no backfill come to its end: nothing of a history is answered."""
    harness.sim.faults.delay("GET /channels/*/messages", 300)


def _text(message: Message) -> str:
    embeds = [f"{each.get('title')}\n{each.get('description')}" for each in message.embeds]
    return "\n".join([message.content, *embeds])


def _labels(message: Message) -> list[str]:
    rows = [mappings(row.get("components")) for row in message.components]
    return [str(button.get("label")) for row in rows for button in row]


def _progress(harness: Harness, channel: Channel | None = None) -> Message:
    (shown,) = harness.cards(channel or harness.lounge)
    return shown


async def test_it_answers_with_the_estimate_and_shows_where_it_was_asked_how_far_it_is(
    harness: Harness,
) -> None:
    await _post_pictures(harness, harness.photos, 3)
    await harness.ben.say(harness.photos, "words")
    _hold(harness)
    async with harness.bot():
        await harness.set_key()

        answer = await _asked(harness, "start", channel=harness.photos, **{"dry-run": True})

        shown = _progress(harness)
        assert answer.ephemeral_for == harness.ada.id
        place = f"<#{harness.photos.id}>"
        size = sum(len(picture(f"p{n}.png").data) for n in range(3))
        assert answer.content.splitlines() == [
            f"Backfill #1 of {place} has begun.",
            f"Messages to look at: about 4. Files in them: about 3 ({size} bytes).",
            f"How far it is: https://discord.com/channels/{harness.guild.id}"
            f"/{harness.lounge.id}/{shown.id}",
        ]
        assert _text(shown).startswith(f"\nBackfill #1 · dry run\n{place} · images, videos · <t:")


async def test_it_is_paused_resumed_and_cancelled_by_its_buttons(harness: Harness) -> None:
    _hold(harness)
    async with harness.bot():
        await harness.set_key()
        await _asked(harness, "start", channel=harness.photos)
        shown = _progress(harness)
        assert _labels(shown) == ["Pause", "Cancel"]

        await harness.ada.click(shown, "Pause")
        await eventually(lambda: "Paused." in _text(shown))
        assert _labels(shown) == ["Resume", "Cancel"]
        await harness.ada.click(shown, "Resume")
        await eventually(lambda: _labels(shown) == ["Pause", "Cancel"])
        await harness.ada.click(shown, "Cancel")
        await eventually(lambda: "What was kept stays." in _text(shown))

        assert _labels(shown) == []


async def test_it_is_paused_resumed_and_cancelled_by_commands(harness: Harness) -> None:
    _hold(harness)
    async with harness.bot():
        await harness.set_key()
        await _asked(harness, "start", channel=harness.photos)
        offered = await _offered(harness, harness.ada)

        answers = [(await _asked(harness, act, number=1)).content for act in ("pause", "resume")]
        answers.append((await _asked(harness, "cancel", number=1)).content)

        assert [(each["name"], each["value"]) for each in offered] == [("#1 · photos · 0%", 1)]
        place = f"Backfill #1 of <#{harness.photos.id}>"
        assert answers[0] == f"{place} is paused. `/backfill resume` goes on with it."
        assert answers[1] == f"{place} goes on."
        assert answers[2].startswith(f"{place} is cancelled. What was kept stays")


async def test_one_that_has_ended_can_neither_be_resumed_nor_cancelled(harness: Harness) -> None:
    _hold(harness)
    async with harness.bot():
        await harness.set_key()
        await _asked(harness, "start", channel=harness.photos)
        await _asked(harness, "cancel", number=1)

        answers = [(await _asked(harness, act, number=1)).content for act in ("resume", "cancel")]
        unknown = await _asked(harness, "pause", number=7)

        assert (
            answers
            == ["Backfill #1 was cancelled. Begin a new one: what was kept is not kept twice."] * 2
        )
        assert unknown.content.startswith("This server has no backfill #7.")


async def test_only_who_manages_the_server_begins_changes_or_sees_one(harness: Harness) -> None:
    _hold(harness)
    async with harness.bot():
        await harness.set_key()
        harness.guild.override_command("backfill", allowed=True)
        await _asked(harness, "start", channel=harness.photos)
        shown = _progress(harness)
        pressed = await harness.ben.click(shown, "Cancel")
        answers = [await pressed.wait_response(10)]
        for command, options in (
            ("start", {"channel": harness.photos}),
            ("list", {}),
            ("pause", {"number": 1}),
        ):
            asked = await harness.ben.slash(harness.lounge, f"backfill {command}", **options)
            answers.append(await asked.wait_response(10))
        offered = await _offered(harness, harness.ben)

        assert {each.content for each in answers} == {
            "The permission **Manage Server** is missing for that."
        }
        assert {each.ephemeral_for for each in answers} == {harness.ben.id}
        assert offered == []
        assert _labels(shown) == ["Pause", "Cancel"]


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        (
            {"from": "last summer"},
            "That **from** can't be used. Write a day like `2024-05-31`, a month or a year, how "
            "long back like `90d`, or a message's link. Nothing was changed.",
        ),
        (
            {
                "to": "https://discord.com/channels/100000000000000000/1000000000000000/1000000000"
                "0000000"
            },
            "That **to** can't be used. Copy the link of a message of this server, like "
            "`https://discord.com/channels/1/2/3`. Nothing was changed.",
        ),
        (
            {"from": "2024-05-31", "to": "2024-05-30"},
            "Nothing lies between these dates: `from` has to be before `to`.",
        ),
        ({"from": "2200-01"}, "`from` lies in the future. Choose a date that has been."),
        (
            {"to": "2016"},
            "`to` is before this server existed, so nothing was posted until then. Choose a later "
            "date.",
        ),
    ],
)
async def test_ends_that_mean_nothing_are_answered_with_what_to_write(
    harness: Harness, options: dict[str, object], answer: str
) -> None:
    async with harness.bot():
        await harness.set_key()

        refused = await _asked(harness, "start", channel=harness.photos, **options)

        assert refused.content == answer
        assert harness.cards(harness.lounge) == []
        assert harness.read_number("SELECT count(*) FROM backfill") == 0


async def test_a_beginning_before_the_server_is_its_beginning(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()

        answer = await _asked(harness, "start", channel=harness.photos, **{"from": "2016"})

        assert "This server has existed since <t:" in answer.content
        assert harness.read_number("SELECT after FROM backfill") == harness.guild.id - 1


async def test_the_same_again_is_refused_and_what_has_a_place_of_its_own_is_not(
    harness: Harness,
) -> None:
    _hold(harness)
    async with harness.bot():
        await harness.set_key()
        await _asked(harness, "start", channel=harness.photos)
        await _asked(harness, "pause", number=1)

        again = await _asked(harness, "start", channel=harness.photos)
        wider = await _asked(harness, "start")
        beside = await _asked(harness, "start", channel=harness.lounge)

        assert again.content == wider.content
        assert again.content.startswith("Backfill #1 reads some of the same messages already.")
        assert beside.content.startswith("Backfill #2 of")


async def test_without_a_key_only_a_dry_run_is_begun(harness: Harness) -> None:
    async with harness.bot():
        refused = await _asked(harness, "start", channel=harness.photos)
        counted = await _asked(harness, "start", channel=harness.photos, **{"dry-run": True})

        assert "no API key" in refused.content
        assert counted.content.startswith("Backfill #1 of")


async def test_a_place_that_is_closed_is_refused_and_closed_ones_within_are_named(
    harness: Harness,
) -> None:
    category = harness.guild.add_channel("Pictures", type=ChannelType.CATEGORY)
    harness.guild.add_channel("cats", parent=category)
    secret = harness.guild.add_channel("secret", parent=category)
    async with harness.bot():
        await harness.set_key()
        harness.sim.faults.revoke(secret, Permission.VIEW_CHANNEL)

        closed = await _asked(harness, "start", channel=secret)
        partly = await _asked(harness, "start", channel=category)

        missing = f"The permission **View Channel** is missing in <#{secret.id}>."
        assert closed.content == missing
        assert f"I can't read <#{secret.id}>: what is in there is left out." in partly.content


async def test_an_age_restricted_place_is_refused_where_the_server_keeps_nothing_of_such(
    harness: Harness,
) -> None:
    late = harness.guild.add_channel("late", nsfw=True)
    async with harness.bot():
        await harness.set_key()
        await harness.set_option("nsfw", "refuse")

        refused = await _asked(harness, "start", channel=late)

        assert refused.content.startswith("That place is age-restricted")


async def test_where_the_bot_can_not_write_the_list_shows_the_same(harness: Harness) -> None:
    _hold(harness)
    async with harness.bot():
        await harness.set_key()
        harness.sim.faults.revoke(harness.lounge, Permission.SEND_MESSAGES)

        answer = await _asked(harness, "start", channel=harness.photos)
        listed = await _asked(harness, "list")

        assert "I can't write in this channel, so `/backfill list` shows" in answer.content
        assert harness.cards(harness.lounge) == []
        assert _text(listed).startswith("\nBackfill #1\n")


async def test_a_server_without_one_is_told_how_to_begin(harness: Harness) -> None:
    async with harness.bot():
        listed = await _asked(harness, "list")

        assert "There is no backfill in this server yet. `/backfill start`" in _text(listed)


async def test_without_the_content_intent_it_says_that_nothing_can_be_found(
    harness: Harness,
) -> None:
    harness.sim.faults.forbid_intents(1 << 15)
    async with harness.bot():
        await harness.set_key()

        answer = await _asked(harness, "start", channel=harness.photos)

        assert "Discord hides message content from me" in answer.content


async def test_a_discord_that_does_not_say_how_much_it_is_keeps_none_from_beginning(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        harness.sim.faults.next_statuses("GET */messages/search", [501])

        answer = await _asked(harness, "start", channel=harness.photos)

        assert "How much it will be, Discord could not say just now." in answer.content


async def test_one_whose_progress_can_not_be_posted_now_has_begun_all_the_same(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        harness.sim.faults.next_statuses("POST /channels/*/messages", [501])

        answer = await _asked(harness, "start", channel=harness.photos)

        assert "Backfill #1 of" in _text(answer)
        assert "`/backfill list` shows how far it is" in _text(answer)
