"""The demo run by itself: each step is checked from outside, as a person would see it."""

import re
import time
from collections.abc import Awaitable
from typing import TypeVar

import httpx
from rich.console import Console

from imgoe_bot.discordsim import Channel, Message, Person, Upload
from imgoe_bot.discordsim.untyped_json import mapping, text
from imgoe_bot.hostapi import open_http
from imgoe_bot.terminal.demo.sample_files import sample_picture

CARD_TIMEOUT_S = 20.0
_DELETE_LINK = re.compile(r"<(https?://[^\s<>]+/delete/[0-9a-f]+)>")

T = TypeVar("T")


class StepFailed(Exception):
    """A step did not do what it should.

    Attributes:
        step: its line.
        reason: what was seen instead.
    """

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)
        self.step = step
        self.reason = reason


class SelfCheck:
    """Posts a picture and follows it to its deletion; prints a line a step."""

    def __init__(self, console: Console, *, timeout_s: float = CARD_TIMEOUT_S) -> None:
        self._console = console
        self._timeout_s = timeout_s
        self._begun = time.monotonic()

    async def step(self, line: str, doing: Awaitable[T]) -> T:
        """Do one step and print its line.

        Raises:
            StepFailed: it failed or took too long.
        """
        try:
            result = await doing
        except (TimeoutError, LookupError, AssertionError, httpx.HTTPError) as error:
            raise StepFailed(line, str(error) or type(error).__name__) from error
        self._console.print(f"✓ {line} [dim]({self._age_s():.1f} s)[/dim]", soft_wrap=True)
        return result

    def _age_s(self) -> float:
        return time.monotonic() - self._begun

    async def run(self, person: Person, channel: Channel) -> None:
        """Go the whole way of one picture.

        Raises:
            StepFailed: naming the step.
        """
        picture = Upload("sunset.jpg", sample_picture(), "image/jpeg")
        posted = await self.step(
            f"{person.name} posted sunset.jpg in #{channel.name}",
            person.say(channel, "Last night", files=[picture]),
        )
        card = await self.step(
            "the bot answered with a card",
            person.wait_for_message(channel, lambda m: _answers(m, posted), self._timeout_s),
        )
        viewer_url = text(card.embeds[0], "url")
        thumb_url = text(mapping(card.embeds[0].get("thumbnail")), "url")
        async with open_http() as http:
            await self.step(f"the viewer page opens: {viewer_url}", _opens(http, viewer_url))
            await self.step(f"the thumb opens: {thumb_url}", _opens(http, thumb_url))
            note = await self.step(
                "a direct message brought the delete link",
                person.wait_for_message(person.dm, _has_delete_link, self._timeout_s),
            )
            await self.step("pressed Delete", _press(person, note, "Delete sunset.jpg"))
            await self.step(
                "the card says that the copy was deleted",
                person.wait_for_message(channel, _is_tombstone, self._timeout_s),
            )
            await self.step("the viewer page is gone", _is_gone(http, viewer_url))
            await self.step("the thumb is gone", _is_gone(http, thumb_url))


def _answers(message: Message, source: Message) -> bool:
    reference = message.reference
    return reference is not None and reference.message_id == source.id and bool(message.embeds)


def _has_delete_link(message: Message) -> bool:
    return _DELETE_LINK.search(message.content) is not None


def _is_tombstone(message: Message) -> bool:
    return any("deleted" in str(embed.get("description")) for embed in message.embeds)


async def _press(person: Person, message: Message, label: str) -> None:
    pressed = await person.click(message, label)
    await pressed.wait_acknowledged(CARD_TIMEOUT_S)
    if pressed.failed:
        raise AssertionError("the bot did not acknowledge the button")


async def _opens(http: httpx.AsyncClient, url: str) -> None:
    answer = await http.get(url)
    if answer.status_code != 200:
        raise AssertionError(f"HTTP {answer.status_code} instead of 200")


async def _is_gone(http: httpx.AsyncClient, url: str) -> None:
    answer = await http.get(url)
    if answer.status_code != 404:
        raise AssertionError(f"HTTP {answer.status_code} instead of 404")
