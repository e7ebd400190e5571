"""What is stored of a message that is to be kept: its post, its files, what is left out of it."""

from datetime import datetime

from imgoe_bot.domain.card import FailedItem
from imgoe_bot.domain.ids import PostId, new_id
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.mirror import AttachmentFacts, MessageFacts, SkippedAttachment, SkipReason
from imgoe_bot.domain.post import Origin, Post
from imgoe_bot.domain.rules import MirrorRule
from imgoe_bot.errors import ImgoeError, MediaSkipped, MediaTooLarge


def post_of(facts: MessageFacts, rule: MirrorRule | None, *, at: datetime) -> Post:
    """Return a message's post, as it is stored at this time."""
    return Post(
        id=PostId(new_id()),
        origin=Origin.MIRROR,
        guild_id=facts.guild_id,
        channel_id=facts.channel_ids[0],
        author_id=facts.author_id,
        created_at=at,
        message_id=facts.message_id,
        rule_id=rule.id if rule else None,
        nsfw=facts.nsfw,
        locale=facts.locale,
        parent_ids=facts.channel_ids[1:],
        by_bot=facts.author_is_bot,
    )


def item_of(attachment: AttachmentFacts) -> Item:
    """Return what is to be uploaded of an attachment."""
    return Item(
        attachment_id=attachment.id,
        position=attachment.position,
        filename=attachment.filename,
        spoiler=attachment.spoiler,
        source=attachment.source,
    )


def failure_of(skipped: SkippedAttachment) -> FailedItem:
    """Return what a card says of an attachment that is left out."""
    attachment = skipped.attachment
    return FailedItem(attachment.position, attachment.filename, _error_of(skipped))


def _error_of(skipped: SkippedAttachment) -> ImgoeError:
    attachment = skipped.attachment
    if skipped.reason is SkipReason.SIZE:
        return MediaTooLarge(filename=attachment.filename, size_bytes=attachment.size_bytes)
    return MediaSkipped(filename=attachment.filename, reason=skipped.reason.value)
