"""Who may send what where, and what Discord refuses in a message whoever sends it."""

from imgoe_bot.discordsim import limits
from imgoe_bot.discordsim.drafts import (
    Draft,
)
from imgoe_bot.discordsim.entities import (
    THREADS,
    WITHOUT_MESSAGES,
    Channel,
    User,
)
from imgoe_bot.discordsim.layouts import check_components, check_references
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.world import World


def check_may_send(world: World, author: User, channel: Channel, draft: Draft) -> None:
    """Refuse where the author lacks a right or the channel takes no messages."""
    if channel.guild_id is None:
        _check_direct(world, author, channel)
        return
    in_thread = channel.type in THREADS
    speak = Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
    world.require(author, channel, speak)
    if channel.type in WITHOUT_MESSAGES:
        raise problem(50008)
    if draft.files:
        world.require(author, channel, Permission.ATTACH_FILES)
    if draft.embeds:
        world.require(author, channel, Permission.EMBED_LINKS)
    if draft.reference is not None:
        world.require(author, channel, Permission.READ_MESSAGE_HISTORY)
    if channel.locked and not world.permissions(channel, author.id) & Permission.MANAGE_THREADS:
        raise problem(50083)


def _check_direct(world: World, author: User, channel: Channel) -> None:
    if author.id not in channel.recipient_ids:
        raise problem(50001)
    for user_id in set(channel.recipient_ids) - {author.id}:
        if world.users[user_id].dms_closed:
            raise problem(50007)
        if author.bot and not world.share_guild(author.id, user_id):
            raise problem(50278)


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
    limits.check_content(draft.content)
    limits.check_layout_alone(content=draft.content, embeds=draft.embeds, flags=draft.flags)
    limits.check_embeds(draft.embeds)
    limits.check_files(draft.files, limit_bytes=limit_bytes)
    check_components(draft.components, flags=draft.flags)
    check_references(draft.components, draft.named)
