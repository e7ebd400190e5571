"""The last step of ``/setup``: older pictures where something is mirrored, kept too or left."""

from imgoe_bot.discordsim import ChannelType, Message
from tests.flows.kit import Harness, eventually, picture


async def _last_step(harness: Harness) -> Message:
    """Open the wizard, and go to its last step by its own buttons."""
    asked = await harness.ada.slash(harness.lounge, "setup")
    wizard = await asked.wait_response(30)
    for number in range(2, 7):
        await harness.ada.click(wizard, "Next")
        await _says(wizard, f"step {number} of 6")
    return wizard


async def _says(wizard: Message, text: str) -> None:
    await eventually(lambda: text in str(wizard.embeds))


async def test_older_pictures_are_kept_too_where_that_is_wished(harness: Harness) -> None:
    for number in range(3):
        await harness.ben.say(harness.photos, files=[picture(f"p{number}.png")])
    await harness.ben.say(harness.lounge, files=[picture("elsewhere.png")])
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()

        wizard = await _last_step(harness)
        await _says(wizard, "About 3 older pictures and videos")
        await harness.ada.click(wizard, "Keep them too")
        await _says(wizard, "Backfill #1 of")

        assert len(harness.cards(harness.lounge)) == 1
        await eventually(lambda: harness.read_number("SELECT count(*) FROM upload") == 3)
        assert wizard.components == []


async def test_they_are_left_where_that_is_wished_and_the_wizard_says_how_to_have_them_later(
    harness: Harness,
) -> None:
    await harness.ben.say(harness.photos, files=[picture()])
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()

        wizard = await _last_step(harness)
        await _says(wizard, "About 1 older file")
        await harness.ada.click(wizard, "Leave them")
        await _says(wizard, "`/backfill start` keeps them whenever you like")

        assert harness.read_number("SELECT count(*) FROM backfill") == 0


async def test_where_nothing_older_is_there_nothing_is_asked(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()

        wizard = await _last_step(harness)

        await _says(wizard, "Nothing older was found in what is mirrored.")
        assert "Keep them too" not in str(wizard.components)


async def test_a_place_within_another_one_is_not_counted_or_kept_twice(harness: Harness) -> None:
    category = harness.guild.add_channel("Pictures", type=ChannelType.CATEGORY)
    cats = harness.guild.add_channel("cats", parent=category)
    await harness.ben.say(cats, files=[picture("a.png")])
    await harness.ben.say(cats, files=[picture("b.png")])
    async with harness.bot():
        await harness.set_key()
        for place in (cats, category):
            await (
                await harness.ada.slash(harness.lounge, "mirror add", channel=place)
            ).wait_response()

        wizard = await _last_step(harness)
        await _says(wizard, "About 2 older pictures")
        await harness.ada.click(wizard, "Keep them too")
        await _says(wizard, "Backfill #1 of")

        await eventually(lambda: harness.read_number("SELECT count(*) FROM upload") == 2)
        assert harness.read_number("SELECT count(*) FROM backfill") == 1


async def test_a_discord_that_can_not_say_how_much_there_is_leads_to_the_command(
    harness: Harness,
) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        harness.sim.faults.next_statuses("GET */messages/search", [501])

        wizard = await _last_step(harness)

        await _says(wizard, "Discord could not say just now. `/backfill start`")


async def test_a_place_that_is_refused_keeps_no_other_one_out(harness: Harness) -> None:
    dark = harness.guild.add_channel("dark", nsfw=True)
    for place in (dark, harness.photos):
        await harness.ben.say(place, files=[picture()])
    async with harness.bot():
        await harness.set_key()
        for place in (dark, harness.photos):
            await harness.mirror(place)
        await harness.set_option("nsfw", "refuse")

        wizard = await _last_step(harness)
        await _says(wizard, "older pictures and videos")
        await harness.ada.click(wizard, "Keep them too")

        await _says(wizard, "That is all.")
        assert "That place is age-restricted" in str(wizard.embeds)
        assert harness.read_number("SELECT count(*) FROM backfill") == 1


async def test_what_is_said_of_many_places_fits_into_what_discord_takes(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        for number in range(24):
            place = harness.guild.add_channel(f"place-{number}")
            await harness.ben.say(place, files=[picture()])
            await harness.mirror(place)

        wizard = await _last_step(harness)
        await _says(wizard, "older pictures and videos")
        await harness.ada.click(wizard, "Keep them too")

        await _says(wizard, "That is all.")
        assert harness.read_number("SELECT count(*) FROM backfill") == 24
        assert max(len(str(each.get("description"))) for each in wizard.embeds) <= 4096
