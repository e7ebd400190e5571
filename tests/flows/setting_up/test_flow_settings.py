"""Host and key: who may set them, what is shown of them, how they rest."""

import pytest

from imgoe_bot.discordsim import Permission
from tests.flows.bot_process import bot_process
from tests.flows.kit import DELETE_LINK, UNREACHABLE_URL, Harness, picture


async def test_a_key_is_shown_only_by_its_last_characters(harness: Harness) -> None:
    key = await harness.host.create_key("flow")
    async with harness.bot():
        answer = await harness.set_key(key)

        shown = await harness.ada.slash(harness.photos, "settings show")
        settings = await shown.wait_response()

    assert answer.ephemeral
    assert key[-4:] in answer.content
    assert key not in answer.content
    assert key[-4:] in str(settings.embeds)
    assert key not in str(settings.embeds)


async def test_keys_and_delete_links_rest_encrypted_and_stay_out_of_the_log(
    harness: Harness,
) -> None:
    key = await harness.host.create_key("flow")
    async with bot_process(harness, IMGOE_LOG_LEVEL="DEBUG") as log:
        await harness.sim.bot_ready(commands=True, timeout_s=60)
        await harness.set_key(key)
        await harness.mirror()
        await harness.ben.say(harness.photos, files=[picture()])
        note = await harness.direct_message_for(harness.ben)
    link = DELETE_LINK.search(note.content)
    assert link is not None

    rest = b"".join(file.read_bytes() for file in (harness.folder / "bot").iterdir())
    logged = log.read_text()

    assert "commands synced" in logged
    for secret in (key, link[1], link[1].rpartition("/")[2], harness.sim.bot_token):
        assert secret.encode() not in rest
        assert secret not in logged


async def test_a_member_without_manage_server_sees_no_settings_commands(running: Harness) -> None:
    assert "settings" in running.ada.command_names(running.photos)
    assert "settings" not in running.ben.command_names(running.photos)


async def test_who_lost_the_permission_meanwhile_can_no_longer_save(running: Harness) -> None:
    """Discord's own check was passed when the modal opened; the service checks again."""
    cleo = running.sim.add_person("cleo")
    member = running.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    opened = await cleo.slash(running.photos, "settings key")
    await opened.wait_modal()
    member.role_ids.clear()

    sent = await cleo.fill_modal(opened, {"host": running.host.url, "key": "chv_other"})

    assert "Manage Server" in (await sent.wait_response()).content


@pytest.mark.parametrize(
    ("host", "key", "says"),
    [
        ("imgoe.download", "chv_key", "address"),
        ("https://user@imgoe.download", "chv_key", "address"),
        ("https://imgoe.download", "two words", "characters that no key has"),
        ("https://imgoe.download", "schlüssel", "characters that no key has"),
    ],
)
async def test_what_can_be_no_host_or_key_is_refused_and_changes_nothing(
    harness: Harness, host: str, key: str, says: str
) -> None:
    async with harness.bot():
        answer = await harness.set_key(key, host=host)

        shown = await (await harness.ada.slash(harness.photos, "settings show")).wait_response()

    assert says in answer.content
    assert key not in answer.content
    assert "none yet" in str(shown.embeds)


async def test_mirror_add_names_the_permissions_the_bot_lacks(harness: Harness) -> None:
    harness.sim.faults.revoke(harness.photos, Permission.EMBED_LINKS)
    async with harness.bot():
        added = await harness.ada.slash(harness.lounge, "mirror add", channel=harness.photos)

        assert "Embed Links" in (await added.wait_response()).content


async def test_of_two_forms_open_at_once_the_second_overwrites_nothing(running: Harness) -> None:
    cleo = running.sim.add_person("cleo")
    running.guild.join(cleo, permissions=Permission.MANAGE_GUILD)
    first = await running.ada.slash(running.photos, "settings key")
    await first.wait_modal()
    second = await cleo.slash(running.photos, "settings key")
    await second.wait_modal()

    told: list[str] = []
    keys = [await running.host.create_key(name) for name in ("first", "second")]
    for by, opened, key in ((running.ada, first, keys[0]), (cleo, second, keys[1])):
        given = {"host": running.host.url, "key": key}
        saved = await by.fill_modal(opened, given)
        told.append((await saved.wait_response()).content)

    assert f"…{keys[0][-4:]}" in told[0]
    assert "Somebody else changed this meanwhile" in told[1]
    shown = await (await running.ada.slash(running.photos, "settings show")).wait_response()
    assert f"…{keys[0][-4:]}" in str(shown.embeds)


async def test_the_history_tells_who_mirrored_what(running: Harness) -> None:
    for act in ("pause", "remove"):
        asked = await running.ada.slash(running.photos, f"mirror {act}", channel=running.photos)
        await asked.wait_response()

    history = await running.ada.slash(running.photos, "settings history")

    lines = str((await history.wait_response()).embeds)
    assert lines.count("mirroring") == 3
    assert lines.count(f"<@{running.ada.id}>") >= 3
    assert "paused" in lines


async def test_a_key_is_tried_before_it_is_stored_and_the_hosts_word_is_told(
    harness: Harness,
) -> None:
    async with harness.bot():
        refused = await harness.set_key("chv_wrong_wrong_wrong")
        shown = await (await harness.ada.slash(harness.photos, "settings show")).wait_response()
        taken = await harness.set_key()

    assert "does not accept" in refused.content
    assert "The key was not saved." in refused.content
    assert refused.components == []
    assert "none yet" in str(shown.embeds)
    assert f"**{harness.host.url.partition('://')[2]}** accepts the key" in taken.content


async def test_a_refused_key_leaves_the_one_in_use_alone(running: Harness) -> None:
    await running.set_key("chv_wrong_wrong_wrong")

    posted = await running.ben.say(running.photos, files=[picture()])

    assert (await running.card_for(posted)).embeds[0]["title"] == "cat.png"


async def test_a_key_whose_host_is_away_is_stored_untried_only_when_asked_twice(
    harness: Harness,
) -> None:
    async with harness.bot():
        away = await harness.set_key("chv_some_key_1234", host=UNREACHABLE_URL)
        shown = await (await harness.ada.slash(harness.photos, "settings show")).wait_response()
        kept = await harness.set_untried_key("chv_some_key_1234", host=UNREACHABLE_URL)

    assert "can't be reached" in away.content
    assert "The key was not saved." in away.content
    assert "none yet" in str(shown.embeds)
    assert "is saved, untried" in kept.content
    assert "1234" in kept.content


@pytest.mark.parametrize(
    "pasted",
    [" {key}\n", "`{key}`", "'X-API-Key: {key}'", "\ufeff{key}\u200b", "key={key}", "<{key}>"],
)
async def test_a_key_is_taken_as_people_paste_it(harness: Harness, pasted: str) -> None:
    key = await harness.host.create_key("flow")
    async with harness.bot():
        answer = await harness.set_key(pasted.format(key=key), host=f"<{harness.host.url}>")

    assert f"ending in `…{key[-4:]}`" in answer.content
