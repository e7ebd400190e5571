"""Answers of ours that stand in Discord and that nothing is stored of: after a restored backup."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from imgoe_bot.domain.ids import AttachmentId, PostId, UploadId, new_id
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.options import Layout
from imgoe_bot.domain.post import MessageLocation, Post
from imgoe_bot.domain.upload import Stored, Upload


@dataclass(frozen=True, slots=True)
class ShownCopy:
    """A copy as a card shows it: without its delete link, and with its page as its address.

    Attributes:
        upload_id: None where the card doesn't say.
    """

    stored: Stored
    upload_id: UploadId | None = None


@dataclass(frozen=True, slots=True)
class EarlierAnswer:
    """What a message was answered with, as far as it can still be seen.

    Attributes:
        at: when it was given.
        post_id: whose buttons the card has; None where it has none.
        card: where it stands; None where the answer was a reaction.
        thumbs_attached: whether thumbs on the card are files of its own.
        copies: what the card shows of the message's files.
    """

    at: datetime
    post_id: PostId | None = None
    card: MessageLocation | None = None
    layout: Layout = Layout.EMBED
    thumbs_attached: bool = False
    copies: Mapping[AttachmentId, ShownCopy] = field(default_factory=dict[AttachmentId, ShownCopy])


def taken_over(
    post: Post, items: Sequence[Item], answer: EarlierAnswer
) -> tuple[Post, tuple[Upload, ...]]:
    """Return a post as it would be stored had its answer not been forgotten, and its uploads.

    Args:
        post: as its message asks for it now.
        items: the message's files.
        answer: what stands there.
    """
    known = replace(
        post,
        id=answer.post_id or post.id,
        created_at=answer.at,
        layout=answer.layout,
        thumbs_attached=answer.thumbs_attached,
        card=answer.card,
        answered=True,
    )
    shown = [(item, answer.copies.get(item.attachment_id)) for item in items]
    return known, tuple(_upload(known, item, copy) for item, copy in shown if copy is not None)


def _upload(post: Post, item: Item, copy: ShownCopy) -> Upload:
    page = urlsplit(copy.stored.viewer_url)
    return Upload(
        id=copy.upload_id or UploadId(new_id()),
        post_id=post.id,
        guild_id=post.guild_id,
        uploader_id=post.author_id,
        attachment_id=item.attachment_id,
        position=item.position,
        filename=item.filename,
        host_url=f"{page.scheme}://{page.netloc}",
        sha256="",
        stored=copy.stored,
        created_at=post.created_at,
        spoiler=item.spoiler,
    )
