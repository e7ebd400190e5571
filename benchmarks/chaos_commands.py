"""People who ask for uploads themselves while the bot is killed again and again."""

import asyncio
import time
from dataclasses import dataclass, replace

from benchmarks.chaos_host_faults import late
from benchmarks.chaos_stage import Play, Stage
from benchmarks.chaos_verdict import Verdict
from imgoe_bot.discordsim import Channel, Message, Person
from imgoe_bot.discordsim.controls.interaction import Interaction

ANSWER_S = 0.3
"""How long the host takes, so that kills meet uploads."""
LIFE_S = (0.0, 1.0)
"""From the command to the kill."""
TOLD_S = 60.0
"""The longest wait for an answer once a bot lives on."""


@dataclass(frozen=True, slots=True)
class _Asked:
    interaction: Interaction
    person: Person
    channel: Channel
    filename: str

    @property
    def is_answered(self) -> bool:
        """Whether the person knows: by an answer, by Discord's own, or by a message about it."""
        asked = self.interaction
        return asked.failed or bool(asked.responses) or self._is_told()

    def _is_told(self) -> bool:
        places = (self.channel, self.person.dm)
        texts = (str((m.content, m.embeds, m.components)) for p in places for m in self._of_bot(p))
        return any(self.filename in text for text in texts)

    def _of_bot(self, place: Channel) -> list[Message]:
        return [
            each
            for each in self.person.messages(place)
            if each.author is not self.person.user and not each.loading
        ]


def killed(count: int) -> Play:
    """Return a play in which the bot is killed so often, each time while it deals with commands."""

    async def play(stage: Stage) -> Verdict:
        requests = stage.harness.guild.add_channel("requests")
        asked: list[_Asked] = []
        async with stage.proxy.answering(late(ANSWER_S)):
            for _ in range(count):
                async with stage.bot() as process:
                    asked += [await _ask(stage, requests, private=each) for each in (False, True)]
                    await asyncio.sleep(stage.chance.uniform(*LIFE_S))
                    await process.kill()
        async with stage.bot():
            began = time.monotonic()
            while not all(each.is_answered for each in asked):
                if time.monotonic() - began > TOLD_S:
                    break
                await asyncio.sleep(0.1)
            told_s = round(time.monotonic() - began, 1)
            verdict = await stage.judge()
        silent = sum(not each.is_answered for each in asked)
        return replace(verdict, messages=len(asked), without_card=silent, settle_s=told_s)

    return play


async def _ask(stage: Stage, channel: Channel, *, private: bool) -> _Asked:
    person, file = stage.chance.choice(stage.crowd.people), stage.crowd.picture()
    asked = await person.slash(channel, "upload", file=file, private=private)
    return _Asked(asked, person, channel, file.filename)
