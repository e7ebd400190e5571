"""What Discord refuses in a message, whoever sends or edits it."""

from collections.abc import Collection, Sequence

from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rules import limits
from imgoe_bot.discordsim.rules.drafts import Draft
from imgoe_bot.discordsim.rules.layouts import check_components, check_references
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import Message
from imgoe_bot.discordsim.state.world import World


def file_limit(world: World, channel: Channel) -> int:
    """Return how many bytes a file may have in a channel."""
    return limits.FILE_BYTES_BY_BOOST[world.boost_level(channel)]


def check_draft(draft: Draft, *, limit_bytes: int) -> None:
    """Refuse a draft that Discord would refuse for what is in it.

    Args:
        draft: what is to be sent.
        limit_bytes: how large a file may be here.
    """
    forward = draft.reference is not None and draft.reference.get("type") == 1
    if draft.empty and not forward:
        raise problem(50006)
    limits.check_nonce(draft.nonce)
    _check_parts(
        draft,
        flags=draft.flags,
        names=draft.named,
        limit_bytes=limit_bytes,
        stickers=draft.sticker_ids,
    )


def check_edit(draft: Draft, message: Message, *, limit_bytes: int) -> None:
    """Refuse an edit of a message for what is in it.

    Args:
        draft: what is to be changed.
        message: as it is.
        limit_bytes: how large a file may be here.
    """
    there = () if draft.kept is not None else [item.filename for item in message.attachments]
    names = draft.named.union(there)
    flags = draft.flags | message.flags
    _check_parts(draft, flags=flags, names=names, limit_bytes=limit_bytes, stickers=())


def _check_parts(
    draft: Draft,
    *,
    flags: int,
    names: Collection[str],
    limit_bytes: int,
    stickers: Sequence[int],
) -> None:
    limits.check_mentions(draft.allowed_mentions)
    limits.check_content(draft.content)
    limits.check_layout_alone(
        content=draft.content, embeds=draft.embeds, flags=flags, stickers=stickers
    )
    limits.check_embeds(draft.embeds)
    limits.check_files(draft.files, limit_bytes=limit_bytes)
    check_components(draft.components, flags=flags)
    check_references(draft.components, names)
