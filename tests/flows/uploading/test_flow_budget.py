"""A host is sent no more than it takes, and who waits for an answer goes first."""

from imgoe_bot.discordsim.untyped_json import mappings, text
from tests.flows.kit import PATIENCE_S, Harness, eventually, picture


async def test_a_full_budget_lets_mirrors_wait_and_tells_people_when_to_come_back(
    harness: Harness,
) -> None:
    async with harness.bot(host_budget="5/1h"):
        await harness.set_key()
        await harness.mirror()
        colours = ("red", "green", "blue", "teal", "gold")
        files = [picture(f"{colour}.png", colour=colour) for colour in colours]
        await harness.ben.say(harness.photos, files=files)
        kept = "SELECT count(*) FROM upload"
        await eventually(lambda: harness.read_number(kept) == 4)  # a fifth is left for people

        asked = await harness.ben.slash(harness.lounge, "upload", file=picture(colour="pink"))
        assert (await asked.wait_response(PATIENCE_S)).embeds
        asked = await harness.ben.slash(harness.lounge, "upload", file=picture(colour="lime"))
        refused = await asked.wait_response(PATIENCE_S)
        assert "takes no more uploads for now. Try again <t:" in refused.content
        asked = await harness.ada.slash(harness.lounge, "status")
        (embed,) = (await asked.wait_response(PATIENCE_S)).embeds
        shown = {text(each, "name"): text(each, "value") for each in mappings(embed["fields"])}
        assert "0 / 5 (1h)" in shown["Image host"]

        waiting = "SELECT count(*) FROM job WHERE state = 'ready' AND step = 'upload'"
        await eventually(lambda: harness.read_number(waiting + " AND attempts = 0") == 1)
        assert harness.read_number(kept) == 5
