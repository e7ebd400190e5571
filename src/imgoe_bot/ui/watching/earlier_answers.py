"""Whether what is about to be kept was answered already: a restored backup knows nothing of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

import discord

from imgoe_bot.domain.earlier_answers import EarlierAnswer
from imgoe_bot.domain.ids import MessageId
from imgoe_bot.domain.mirror import AttachmentFacts
from imgoe_bot.domain.options import Answer
from imgoe_bot.services.ports.history import NewPost
from imgoe_bot.ui.container import AnyBot, Services
from imgoe_bot.ui.message_parts import FAILED_MARK, KEPT_MARK
from imgoe_bot.ui.reading.answers import earlier_answer, read_answer
from imgoe_bot.ui.reading.message_media import media_in

SEARCHED = 50
"""Messages after a message that are looked at for its answer, and in a thread below it."""
LOG_SEARCHED = 500
"""Messages of a log channel that are looked at for a page: five requests."""


@dataclass(frozen=True, slots=True)
class ToKeep:
    """A message that is to be kept, and what is to be stored of it."""

    message: discord.Message
    new: NewPost

    @property
    def files(self) -> list[AttachmentFacts]:
        """What Discord says of what is to be kept."""
        wanted = {item.attachment_id for item in self.new.items}
        found = {each.facts.id: each.facts for each in media_in(self.message)}
        return [facts for id_, facts in found.items() if id_ in wanted]


@dataclass(frozen=True, slots=True)
class Page:
    """Messages of one channel, oldest first, as its history has them one after the other.

    Attributes:
        is_end: whether nothing comes after them.
    """

    messages: Sequence[discord.Message]
    is_end: bool


@dataclass(slots=True)
class _Search:
    """What is still looked for, and what was found."""

    us: int
    left: dict[int, ToKeep]
    found: dict[MessageId, EarlierAnswer] = field(default_factory=dict[MessageId, EarlierAnswer])

    def look_at(self, messages: Iterable[discord.Message]) -> None:
        for message in messages:
            answer = read_answer(message) if message.author.id == self.us else None
            if answer is not None and answer.source_id in self.left:
                files = self.left[answer.source_id].files
                self._note(answer.source_id, earlier_answer(answer, files))

    def look_at_reactions(self) -> None:
        for each in list(self.left.values()):
            if _is_marked(each.message):
                self._note(each.message.id, EarlierAnswer(at=each.message.created_at))

    def _note(self, message_id: int, answer: EarlierAnswer) -> None:
        del self.left[message_id]
        self.found[MessageId(message_id)] = answer


async def with_earlier_answers(
    bot: AnyBot, services: Services, wanted: Sequence[ToKeep], page: Page
) -> list[NewPost]:
    """Return what is to be stored of a page's messages, with the answers that stand.

    Raises:
        StoreError: one that no wait cures.
        HTTPException, OSError: Discord does not say.
    """
    if not wanted:
        return []
    guild_id, line = wanted[0].new.post.guild_id, wanted[0].new.post.channel_ids
    ids = [MessageId(each.message.id) for each in wanted]
    outlast = partial(services.outage.outlast, at_any_rate=True)
    known = await outlast(lambda: services.mirrors.known(guild_id, ids))
    options = await outlast(lambda: services.options.at(guild_id, line))
    unknown = [each for each in wanted if each.message.id not in known]
    log_channel_id = options.log_channel if options.answer is Answer.LOG else None
    found = await find_earlier_answers(bot, unknown, page, log_channel_id=log_channel_id)
    return [replace(each.new, answer=found.get(MessageId(each.message.id))) for each in wanted]


async def find_earlier_answers(
    bot: AnyBot, wanted: Sequence[ToKeep], page: Page, *, log_channel_id: int | None
) -> Mapping[MessageId, EarlierAnswer]:
    """Return the answers of ours that stand, by the message they are to.

    Most are in hand: on the page, or as a reaction. Else it takes a request for a page, one for a
    thread of ours below a message, and a few for a log channel.

    Args:
        bot: who answered.
        wanted: messages of the page.
        page: what was read.
        log_channel_id: where answers go instead of the channel; None where they don't.

    Raises:
        HTTPException, OSError: Discord does not say.
    """
    search = _Search(bot.user.id if bot.user else 0, {each.message.id: each for each in wanted})
    if not wanted:
        return search.found
    search.look_at(page.messages)
    search.look_at_reactions()
    for each in list(search.left.values()):
        thread = each.message.thread
        if thread is not None and thread.owner_id == search.us:
            search.look_at(await _read(thread, after=each.message.id, limit=SEARCHED))
    await _look_after(page, search)
    if log_channel_id is not None and search.left:
        log_channel = bot.get_partial_messageable(log_channel_id)
        oldest = min(search.left)
        search.look_at(await _read(log_channel, after=oldest, limit=LOG_SEARCHED))
    return search.found


async def _look_after(page: Page, search: _Search) -> None:
    """Look at what comes after a page, for those of its last messages."""
    last = page.messages[-SEARCHED:]
    if page.is_end or not any(message.id in search.left for message in last):
        return
    search.look_at(await _read(last[-1].channel, after=last[-1].id, limit=SEARCHED))


async def _read(
    channel: discord.abc.Messageable, *, after: int, limit: int
) -> list[discord.Message]:
    """Read a channel on; one that is gone, or closed to us, holds nothing."""
    try:
        history = channel.history(after=discord.Object(after), limit=limit, oldest_first=True)
        return [message async for message in history]
    except (discord.Forbidden, discord.NotFound) as error:
        if not error.code:  # a proxy's page, and not Discord's own word
            raise
        return []


def _is_marked(message: discord.Message) -> bool:
    """Tell whether a message was answered by a reaction."""
    return any(
        each.me and str(each.emoji) in (KEPT_MARK, FAILED_MARK) for each in message.reactions
    )
