"""A message that somebody chooses to have it kept: its media, and the post that it becomes."""

from dataclasses import replace
from datetime import UTC, datetime

import discord

from imgoe_bot.domain.command import FileToUpload
from imgoe_bot.domain.ids import MessageId, UserId
from imgoe_bot.domain.mirror import decide_on_request
from imgoe_bot.domain.post import Post
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.reading.actors import space_of
from imgoe_bot.ui.reading.message_facts import facts_of
from imgoe_bot.ui.reading.message_media import item_of, media_in
from imgoe_bot.ui.reading.uploads import post_of


def chosen_files(interaction: AnyInteraction, target: discord.Message) -> list[FileToUpload]:
    """Return the media of a message as its interaction brought it; works without the intent."""
    facts = facts_of(target, us=0, space=space_of(interaction))
    if facts is None:
        return []
    references = {each.facts.position: each for each in media_in(target)}
    kept = [references[each.position] for each in decide_on_request(facts).keep]
    return [FileToUpload(each.source, item_of(each.facts)) for each in kept]


def post_about(interaction: AnyInteraction, target: discord.Message) -> Post:
    """Return the post that a chosen message is.

    Its copies are its author's; those of a bot's message, and those made with somebody's own key,
    are theirs who chose it.
    """
    post = post_of(interaction, now=datetime.now(UTC))
    foreign = target.author.bot or target.webhook_id is not None or post.is_personal
    author_id = post.author_id if foreign else UserId(target.author.id)
    return replace(post, message_id=MessageId(target.id), author_id=author_id)
