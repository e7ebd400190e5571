"""``/setup`` over the wire: five clicks to a working server, and what may go wrong on the way."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio

from imgoe_bot.discordsim import DiscordSim, Message, Permission, Person, SimOptions
from imgoe_bot.hostserver import HostOptions, HostServer
from tests.flows.kit import Harness, eventually, picture

NOWHERE = "http://127.0.0.1:9"


@pytest_asyncio.fixture
async def office(harness: Harness) -> AsyncIterator[Harness]:
    """The bot runs; nothing is set."""
    async with harness.bot(park_for_s=0):
        yield harness


async def _open(harness: Harness, by: Person | None = None) -> Message:
    asked = await (by or harness.ada).slash(harness.photos, "setup")
    return await asked.wait_response()


async def _at(message: Message, step: int, says: str = "") -> None:
    """Wait until the wizard's message shows a step."""
    await eventually(lambda: f"step {step} of 6" in str(message.embeds))
    await eventually(lambda: says in str(message.embeds))


async def _enter_key(
    harness: Harness,
    wizard: Message,
    key: str,
    *,
    host: str | None = None,
    button: str = "Enter the key…",
) -> None:
    opened = await harness.ada.click(wizard, button)
    await harness.ada.fill_modal(opened, {"host": host or harness.host.url, "key": key})


async def _to_answers(harness: Harness, wizard: Message) -> str:
    """Walk to the step of choices; returns the key."""
    key = await harness.host.create_key("flow")
    await harness.ada.click(wizard, "Next")
    await _at(wizard, 2)
    await _enter_key(harness, wizard, key)
    await _at(wizard, 3)
    return key


def _menu(wizard: Message, start: str) -> str:
    """Return the custom id of a menu, as a client reads it off the message."""
    found = str(wizard.components).split("'custom_id': '")[1:]
    return next(part.split("'")[0] for part in found if part.startswith(start))


async def test_five_clicks_with_defaults_set_a_server_up(office: Harness) -> None:
    wizard = await _open(office)
    await _at(wizard, 1)

    await office.ada.click(wizard, "Next")
    await _at(wizard, 2)
    key = await office.host.create_key("flow")
    await _enter_key(office, wizard, key)
    await _at(wizard, 3, "accepts the key")
    assert key[-4:] in str(wizard.embeds)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 4)
    await office.ada.select(wizard, "imgoe:setup:channels", [office.photos])
    await _at(wizard, 5, "is mirrored now")
    await office.ada.click(wizard, "Test upload")
    await _at(wizard, 5, "It works")

    assert wizard.ephemeral
    assert key not in str((wizard.content, wizard.embeds, wizard.components))
    assert f"<#{office.photos.id}>" in str(wizard.embeds)
    source = await office.ben.say(office.photos, files=[picture()])
    assert (await office.card_for(source)).embeds[0]["title"] == "cat.png"


async def test_the_test_upload_leaves_nothing_on_the_host(office: Harness) -> None:
    wizard = await _open(office)
    key = await _to_answers(office, wizard)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 4)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 5)

    await office.ada.click(wizard, "Test upload")
    await _at(wizard, 5, "It works")

    kept = await office.http.get(f"{office.host.url}/api/1/uploads", headers={"X-API-Key": key})
    assert kept.status_code == 200
    assert "imgoe-test" not in kept.text
    assert "probe" not in kept.text


async def test_a_channel_that_is_chosen_is_told_that_it_is_kept(office: Harness) -> None:
    wizard = await _open(office)
    await _to_answers(office, wizard)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 4)

    await office.ada.select(wizard, "imgoe:setup:channels", [office.photos, office.lounge])
    await _at(wizard, 5)

    for channel in (office.photos, office.lounge):
        await office.ben.wait_for_message(channel, lambda m: "are copied to" in m.content)


async def test_a_missing_permission_is_named_with_its_channel(office: Harness) -> None:
    office.sim.faults.revoke(office.photos, Permission.EMBED_LINKS)
    wizard = await _open(office)
    await _to_answers(office, wizard)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 4)

    await office.ada.select(wizard, "imgoe:setup:channels", [office.photos])

    await _at(wizard, 5, "Embed Links")


async def test_a_wrong_key_is_told_at_once_and_not_saved(office: Harness) -> None:
    wizard = await _open(office)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 2)

    await _enter_key(office, wizard, "chv_wrong_key_0001")
    await _at(wizard, 2, "does not accept")

    assert "The key was not saved." in str(wizard.embeds)
    assert "Save without trying" not in str(wizard.components)
    assert "0001" not in str((wizard.embeds, wizard.components))
    shown = await (await office.ada.slash(office.photos, "settings show")).wait_response()
    assert "none yet" in str(shown.embeds)


async def test_a_key_for_a_host_that_is_away_may_be_saved_untried(office: Harness) -> None:
    wizard = await _open(office)
    menu = _menu(wizard, "imgoe:setup:host")
    opened = await office.ada.select(wizard, menu, ["other"])
    await office.ada.fill_modal(opened, {"host": NOWHERE, "key": "chv_some_key_4242"})
    await _at(wizard, 2, "be reached")

    await _enter_key(
        office, wizard, "chv_some_key_4242", host=NOWHERE, button="Save without trying…"
    )
    await _at(wizard, 3, "untried")

    assert "4242" in str(wizard.embeds)
    assert "chv_some" not in str((wizard.embeds, wizard.components))


async def test_changing_the_host_asks_for_the_key_again(office: Harness) -> None:
    await office.set_key()
    wizard = await _open(office)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 2, "The key in use ends in")
    assert "'label': 'Next'" in str(wizard.components)
    await office.ada.click(wizard, "Back")
    await _at(wizard, 1)

    menu = _menu(wizard, "imgoe:setup:host")
    await office.ada.select(wizard, menu, ["https://imgoe.download"])
    await _at(wizard, 2, "imgoe.download")

    assert "The key in use" not in str(wizard.embeds)
    assert "'label': 'Next'" not in str(wizard.components)


async def test_what_is_no_address_is_refused_and_the_wizard_stays(office: Harness) -> None:
    wizard = await _open(office)
    opened = await office.ada.select(wizard, _menu(wizard, "imgoe:setup:host"), ["other"])

    await office.ada.fill_modal(opened, {"host": "imgoe.download", "key": "chv_some_key_4242"})

    await _at(wizard, 2, "Give the host")


async def test_a_choice_holds_for_the_server_and_stands_preselected(office: Harness) -> None:
    wizard = await _open(office)
    await _to_answers(office, wizard)

    await office.ada.select(wizard, _menu(wizard, "imgoe:setup:set:answer"), ["thread"])
    await eventually(lambda: "**a thread on the message**" in str(wizard.embeds))
    await office.ada.select(wizard, _menu(wizard, "imgoe:setup:set:kinds"), ["image"])
    await eventually(lambda: "**images**" in str(wizard.embeds))

    shown = await (await office.ada.slash(office.photos, "settings show")).wait_response()
    assert "`thread` · set here" in str(shown.embeds)


async def test_answers_to_a_log_channel_ask_for_its_name(office: Harness) -> None:
    wizard = await _open(office)
    await _to_answers(office, wizard)

    await office.ada.select(wizard, _menu(wizard, "imgoe:setup:set:answer"), ["log"])

    await _at(wizard, 3, "as `log_channel`")


async def test_of_two_moderators_the_second_is_told_to_look_again(office: Harness) -> None:
    cleo = office.sim.add_person("cleo")
    office.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    first = await _open(office)
    await _to_answers(office, first)
    second = await _open(office, cleo)
    await cleo.click(second, "Next")
    await _at(second, 2)
    await cleo.click(second, "Next")
    await _at(second, 3)
    before = _menu(second, "imgoe:setup:set:answer")

    await office.ada.select(first, _menu(first, "imgoe:setup:set:answer"), ["thread"])
    await eventually(lambda: "**a thread on the message**" in str(first.embeds))
    await cleo.select(second, before, ["silent"])
    await _at(second, 3, "Somebody else changed this meanwhile")

    assert "**a thread on the message**" in str(second.embeds)
    await cleo.select(second, _menu(second, "imgoe:setup:set:answer"), ["silent"])
    await eventually(lambda: "**nothing at all**" in str(second.embeds))


async def test_a_key_entered_on_old_settings_is_not_stored_over_newer_ones(office: Harness) -> None:
    wizard = await _open(office)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 2)
    opened = await office.ada.click(wizard, "Enter the key…")
    await opened.wait_modal()
    newer = await office.host.create_key("newer")
    await office.set_key(newer)

    older = await office.host.create_key("older")
    await office.ada.fill_modal(opened, {"host": office.host.url, "key": older})

    await _at(wizard, 2, "Somebody else changed this meanwhile")
    assert newer[-4:] in str(wizard.embeds)


async def test_the_wizard_goes_on_after_a_restart(harness: Harness) -> None:
    async with harness.bot():
        wizard = await _open(harness)
        await _to_answers(harness, wizard)
    async with harness.bot():
        await harness.ada.select(wizard, _menu(wizard, "imgoe:setup:set:delivery"), ["button"])
        await eventually(lambda: "**by a button on the answer**" in str(wizard.embeds))
        await harness.ada.click(wizard, "Next")
        await _at(wizard, 4)
        await harness.ada.select(wizard, "imgoe:setup:channels", [harness.lounge])
        await _at(wizard, 5)
        await harness.ada.click(wizard, "Test upload")
        await _at(wizard, 5, "It works")


async def test_a_failed_test_upload_says_why(office: Harness) -> None:
    wizard = await _open(office)
    await _to_answers(office, wizard)
    await office.set_untried_key("chv_broken_key_0000")
    await office.ada.click(wizard, "Next")
    await _at(wizard, 4)
    await office.ada.click(wizard, "Next")
    await _at(wizard, 5)

    await office.ada.click(wizard, "Test upload")

    await _at(wizard, 5, "The test upload failed")
    await _at(wizard, 5, "does not accept")


async def test_a_member_is_refused_even_where_discord_shows_the_command(office: Harness) -> None:
    office.guild.override_command("setup", office.ben, allowed=True)

    refused = await _open(office, office.ben)

    assert refused.ephemeral
    assert "Manage Server" in refused.content


async def test_who_lost_the_right_can_press_nothing_any_more(office: Harness) -> None:
    cleo = office.sim.add_person("cleo")
    member = office.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    wizard = await _open(office, cleo)
    member.role_ids.clear()

    pressed = await cleo.click(wizard, "Next")
    chosen = await cleo.select(wizard, _menu(wizard, "imgoe:setup:host"), ["other"])

    assert "Manage Server" in (await pressed.wait_response()).content
    assert "Manage Server" in (await chosen.wait_response()).content
    assert chosen.modal is None


async def test_the_wizard_speaks_the_moderators_language(tmp_path: Path) -> None:
    async with (
        HostServer(HostOptions(data_dir=tmp_path / "host")) as host,
        DiscordSim(SimOptions()) as sim,
        httpx.AsyncClient() as http,
    ):
        ada = sim.add_person("ada", locale="de")
        guild = sim.add_guild("Club", owner=ada)
        photos = guild.add_channel("fotos")
        harness = Harness(sim, host, guild, photos, photos, ada, ada, tmp_path, http)
        async with harness.bot():
            wizard = await _open(harness)
            offered = await ada.autocomplete(
                photos, "settings set", "value", name="consent", value="zugestimmt"
            )
            await offered.wait_acknowledged()

        assert "Schritt 1 von 6" in str(wizard.embeds)
        assert offered.choices is not None
        assert [choice["value"] for choice in offered.choices] == ["opt-in"]
