"""A host is sent no more than it takes, and who waits for an answer goes first."""

from imgoe_bot.discordsim.wire import mappings, text
from tests.flows.kit import PATIENCE_S, Town, eventually, picture


async def test_a_full_budget_lets_mirrors_wait_and_tells_people_when_to_come_back(
    town: Town,
) -> None:
    async with town.bot(host_budget="5/1h"):
        await town.set_key()
        await town.mirror()
        colours = ("red", "green", "blue", "teal", "gold")
        files = [picture(f"{colour}.png", colour=colour) for colour in colours]
        await town.ben.say(town.photos, files=files)
        kept = "SELECT count(*) FROM upload"
        await eventually(lambda: town.read_number(kept) == 4)  # a fifth is left for people

        asked = await town.ben.slash(town.lounge, "upload", file=picture(colour="pink"))
        assert (await asked.wait_response(PATIENCE_S)).embeds
        asked = await town.ben.slash(town.lounge, "upload", file=picture(colour="lime"))
        refused = await asked.wait_response(PATIENCE_S)
        assert "takes no more uploads for now. Try again <t:" in refused.content
        asked = await town.ada.slash(town.lounge, "status")
        (embed,) = (await asked.wait_response(PATIENCE_S)).embeds
        shown = {text(each, "name"): text(each, "value") for each in mappings(embed["fields"])}
        assert "0 / 5 (1h)" in shown["Image host"]

        waiting = "SELECT count(*) FROM job WHERE state = 'ready' AND step = 'upload'"
        await eventually(lambda: town.read_number(waiting + " AND attempts = 0") == 1)
        assert town.read_number(kept) == 5
