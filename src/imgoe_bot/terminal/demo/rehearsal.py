"""The demo played by itself: each step is checked from outside, as a person would see it."""

import io
import re
import time
from collections.abc import Awaitable
from typing import TypeVar

import httpx
from PIL import Image, ImageDraw, ImageOps
from rich.console import Console

from imgoe_bot.discordsim import Channel, Message, Person, Upload
from imgoe_bot.discordsim.wire import mapping, text
from imgoe_bot.hostapi import open_http

CARD_TIMEOUT_S = 20.0
SIZE_PX = (1280, 800)
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


def sample_picture() -> bytes:
    """Return a JPEG of a sun over the sea, 1280 by 800 pixels."""
    width, height = SIZE_PX
    gradient = Image.linear_gradient("L").transform(
        SIZE_PX, Image.Transform.EXTENT, (0, 0, 256, 256)
    )
    sky = ImageOps.colorize(gradient, black=(70, 60, 140), white=(255, 187, 55))
    draw = ImageDraw.Draw(sky)
    draw.ellipse((width * 0.42, height * 0.38, width * 0.58, height * 0.64), fill=(255, 226, 138))
    draw.rectangle((0, height * 0.62, width, height), fill=(24, 62, 98))
    for row in range(12):
        y = height * (0.64 + row * 0.03)
        half = width * (0.09 - row * 0.006)
        draw.line((width / 2 - half, y, width / 2 + half, y), fill=(244, 196, 120), width=5)
    file = io.BytesIO()
    sky.save(file, "JPEG", quality=88)
    return file.getvalue()


class Rehearsal:
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
        """Play the whole way of one picture.

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
