"""What nobody asked to be kept costs the database nothing."""

import re

from sqlalchemy import Engine, event

from tests.contracts.stores import statements_asked
from tests.flows.kit import Harness, picture

WORDS = 100
BY_THE_CLOCK = re.compile(r"^BEGIN|SAVEPOINT|\b(job|note)\b")
"""What the worker and the health file ask for, whatever is said."""


async def _talk(harness: Harness) -> None:
    elsewhere = harness.sim.add_guild("Chat club", owner=harness.ada)
    elsewhere.join(harness.ben)
    chat = elsewhere.add_channel("chat")
    for place in (harness.lounge, chat):
        await harness.ben.say(place, "a first word")
        await harness.ben.say(place, files=[picture("nobody keeps this.png")])
        said = [await harness.ben.say(place, f"word {number}") for number in range(WORDS)]
        await harness.ben.edit(said[0], "another word")
        await harness.ben.delete(said[1])


async def test_talk_in_channels_that_are_not_mirrored_starts_no_transaction(
    running: Harness,
) -> None:
    await running.keep_picture("warm.png")
    with statements_asked(Engine) as alone:
        await running.keep_picture("alone.png")
    with statements_asked(Engine) as amid_talk:
        await _talk(running)
        await running.keep_picture("amid talk.png")

    assert _but_looks_at_the_queue(amid_talk) - _but_looks_at_the_queue(alone) < WORDS / 2


def _but_looks_at_the_queue(asked: list[str]) -> int:
    """Count what was asked but for the worker's looks, which come by the clock."""
    looks = ("UPDATE job", "SELECT job", "BEGIN")
    return sum(not statement.startswith(looks) for statement in asked)


async def test_talk_costs_no_statement_but_one_a_second_for_all_marks(harness: Harness) -> None:
    elsewhere = harness.sim.add_guild("Chat club", owner=harness.ada)
    elsewhere.join(harness.ben)
    chat = elsewhere.add_channel("chat")
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.keep_picture("warm.png")
        with statements_asked(Engine) as asked:
            for number in range(WORDS):
                await harness.ben.say(chat, f"in a server without rules {number}")
                await harness.ben.say(harness.lounge, files=[picture("nobody keeps this.png")])
                await harness.ben.say(harness.photos, f"in a mirrored channel {number}")
            await harness.observed(await harness.ben.say(harness.photos, "a last word"))

    once_a_message = WORDS / 4
    marks = [each for each in asked if each.startswith("INSERT INTO seen")]
    others = [each for each in asked if each not in marks and not BY_THE_CLOCK.search(each)]
    assert len(marks) < once_a_message
    assert len(others) < once_a_message, others


async def test_a_start_after_which_nothing_was_missed_writes_no_mark_anew(harness: Harness) -> None:
    async with harness.bot():
        await harness.set_key()
        await harness.mirror()
        await harness.keep_picture("before.png")
    marked: list[int] = []

    def note(_c: object, _u: object, statement: str, given: tuple[int, ...], *_: object) -> None:
        if statement.startswith("INSERT INTO seen"):
            marked.append(given[0])

    event.listen(Engine, "before_cursor_execute", note)
    try:
        async with harness.bot():
            await harness.mirror(harness.lounge)
            await harness.observed(await harness.ben.say(harness.lounge, "after the start"))
    finally:
        event.remove(Engine, "before_cursor_execute", note)

    assert set(marked) == {harness.lounge.id}
