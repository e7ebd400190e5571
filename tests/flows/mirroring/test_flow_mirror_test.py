"""``/mirror test``: what a moderator is told about a channel before anybody posts there."""

from imgoe_bot.discordsim import Channel, Permission
from tests.flows.kit import Harness, picture


async def _tested(harness: Harness, channel: Channel) -> list[str]:
    asked = await harness.ada.slash(harness.lounge, "mirror test", channel=channel)
    answer = await asked.wait_response(10)
    assert answer.ephemeral_for == harness.ada.id
    return answer.content.splitlines()


async def test_where_everything_works_every_check_holds(running: Harness) -> None:
    title, *checks = await _tested(running, running.photos)

    assert title == f"Mirroring in <#{running.photos.id}>:"
    assert {check[0] for check in checks} == {"✓"}
    assert "took a test upload, and deleted it again." in "\n".join(checks)
    assert running.cards(running.photos) == []
    files = [file for file in (running.folder / "host" / "images").rglob("*") if file.is_file()]
    assert files == []


async def test_what_fails_is_named_with_the_next_step(harness: Harness) -> None:
    async with harness.bot():
        harness.sim.faults.revoke(harness.photos, Permission.SEND_MESSAGES)

        checks = "\n".join(await _tested(harness, harness.photos))

        assert "✗ It is not mirrored. `/mirror add` names it." in checks
        assert "✗ I lack **Send Messages**, **Embed Links** in" in checks
        assert "✗ This server has no API key" in checks
        assert "`/settings key`" in checks


async def test_a_rule_further_out_a_pause_and_a_lost_log_channel_are_told(running: Harness) -> None:
    log = running.guild.add_channel("log")
    for name, value in (("answer", "log"), ("log_channel", f"<#{log.id}>")):
        await (
            await running.ada.slash(running.photos, "settings set", name=name, value=value)
        ).wait_response()
    assert f"✓ Answers: <#{log.id}>." in await _tested(running, running.photos)
    running.guild.delete_channel(log)
    paused = await running.ada.slash(running.photos, "mirror pause", channel=running.photos)
    await paused.wait_response()
    thread = await running.ben.open_thread(running.photos, "Dusk")

    checks = await _tested(running, thread)

    assert f"✓ It is mirrored, by the rule of <#{running.photos.id}>." in checks
    assert "✗ Mirroring is paused. `/mirror resume` goes on." in checks
    assert any(check.startswith("✗ Answers go to a log channel") for check in checks)


async def test_a_day_that_is_used_up_is_told(running: Harness) -> None:
    asked = await running.ada.slash(running.photos, "settings set", name="guild_files", value="1")
    await asked.wait_response()
    await running.card_for(await running.ben.say(running.photos, files=[picture()]))

    checks = await _tested(running, running.photos)

    assert any("used up its day: files: 1 / 1" in check for check in checks)


async def test_a_hidden_message_content_is_told(harness: Harness) -> None:
    harness.sim.faults.forbid_intents(1 << 15)
    async with harness.bot():
        checks = await _tested(harness, harness.photos)

    assert any(check.startswith("✗ Discord hides message content") for check in checks)
