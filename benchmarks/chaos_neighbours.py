"""Two servers, one of whose hosts never answers: what the other one's people notice of it."""

import asyncio
import statistics
import time
from dataclasses import replace

from benchmarks.chaos_host_faults import hang
from benchmarks.chaos_stage import READY_S, Stage
from benchmarks.chaos_verdict import Verdict
from imgoe_bot.discordsim import Channel, Message
from imgoe_bot.hostserver import HostOptions, HostServer

MEASURED = 7
"""Cards whose median is taken."""
WAITING = 6
"""Messages a place of the server with the hanging host: more than there are hands."""
BEGUN_S = 1.0


async def one_hangs(stage: Stage) -> Verdict:
    """Measure a card's time before and while the other server's host takes all and says nothing."""
    options = HostOptions(data_dir=stage.harness.folder / "healthy")
    async with HostServer(options) as healthy, stage.bot():
        games = stage.other.add_channel("blitz")
        await _set_up(stage, games, healthy)
        usual_s = await _card_s(stage, games)
        async with stage.proxy.answering(hang):
            for place in stage.crowd.places.open:
                for _ in range(WAITING):
                    await stage.crowd.say(place)
            await asyncio.sleep(BEGUN_S)
            beside_s = await _card_s(stage, games)
        verdict = await stage.judge()
        return replace(verdict, neighbour=round(beside_s / usual_s, 1))


async def _set_up(stage: Stage, channel: Channel, host: HostServer) -> None:
    ada = stage.harness.ada
    opened = await ada.slash(channel, "settings key")
    key = await host.create_key("chess")
    await (await ada.fill_modal(opened, {"host": host.url, "key": key})).wait_response(READY_S)
    await (await ada.slash(channel, "mirror add", channel=channel)).wait_response(READY_S)


async def _card_s(stage: Stage, channel: Channel) -> float:
    """Return the median of the seconds from a message to its card."""
    return statistics.median([await _one_card_s(stage, channel) for _ in range(MEASURED)])


async def _one_card_s(stage: Stage, channel: Channel) -> float:
    ada = stage.harness.ada
    posted = await ada.say(channel, files=[stage.crowd.picture()])
    began = time.monotonic()

    def answers(message: Message) -> bool:
        return message.reference is not None and message.reference.message_id == posted.id

    await ada.wait_for_message(channel, answers, READY_S)
    return time.monotonic() - began
