"""Messages: posting, editing, deleting, and showing somebody as typing."""

from collections.abc import Sequence

from imgoe_bot.discordsim.actions.composing import Origin, compose, keep_files, numbered, renamed
from imgoe_bot.discordsim.actions.events import (
    emit_channel,
    emit_in_channel,
    emit_message,
    emit_to_viewers,
)
from imgoe_bot.discordsim.problems import invalid_form, problem
from imgoe_bot.discordsim.rules.drafts import Draft, mentioned_users
from imgoe_bot.discordsim.rules.messages import check_draft, check_edit, file_limit
from imgoe_bot.discordsim.rules.permission_checks import check_automod, check_may_send
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import COMPONENTS_V2, LOADING, SUPPRESS_EMBEDS, Message
from imgoe_bot.discordsim.state.snowflake import created_at
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Json, Payload, copied_mapping

AUTHORS_ONLY = frozenset({"content", "embeds", "components", "attachments"})
_BULK_AGE_S = 14 * 86_400


def post_message(
    world: World, author: User, channel: Channel, draft: Draft, origin: Origin | None = None
) -> Message:
    """Keep a message and tell everybody who may see it; no right is checked here.

    Raises:
        ApiProblem: 50006 empty, 50035 beyond a limit, 40005 a file too large.
    """
    known = _same_nonce(world, author, channel, draft)
    if known is not None:
        return known
    how = origin or Origin()
    if not (how.system or how.flags & LOADING):
        check_draft(draft, limit_bytes=file_limit(world, channel))
    message = compose(world, author, channel, draft, how)
    channel.messages[message.id] = message
    if draft.nonce and draft.enforce_nonce:
        world.nonces[author.id, channel.id, draft.nonce] = message.id
    emit_message(world, "MESSAGE_CREATE", message)
    return message


def send_message(world: World, author: User, channel: Channel, draft: Draft) -> Message:
    """Post in somebody's name, after checking that this somebody may.

    Raises:
        ApiProblem: 50001, 50007, 50008, 50013, 50083, 50278, 160002, 200000, and what
            ``post_message`` raises.
    """
    check_may_send(world, author, channel, draft)
    check_automod(world, author, channel, draft)
    message = post_message(world, author, channel, draft)
    if channel.archived:
        _unarchive(world, channel)
    return message


def _unarchive(world: World, thread: Channel) -> None:
    thread.set_archived(False, now=world.clock())
    emit_channel(world, "THREAD_UPDATE", thread)


def _same_nonce(world: World, author: User, channel: Channel, draft: Draft) -> Message | None:
    if draft.nonce is None or not draft.enforce_nonce:
        return None
    known = world.nonces.get((author.id, channel.id, draft.nonce))
    return None if known is None else channel.messages.get(known)


def edit_message(world: World, channel: Channel, message: Message, draft: Draft) -> Message:
    """Change the fields a draft names and tell everybody.

    Raises:
        ApiProblem: 50006 when nothing would be left, 50035, 40005, 50083 in an archived thread,
            200000.
    """
    if channel.archived:
        raise problem(50083)
    check_automod(world, message.author, channel, draft)
    check_edit(draft, message, limit_bytes=file_limit(world, channel))
    _apply(world, message, draft)
    if draft.given & AUTHORS_ONLY or draft.files:
        message.edited_at = world.clock()
    emit_message(world, "MESSAGE_UPDATE", message)
    return message


def _apply(world: World, message: Message, draft: Draft) -> None:
    if draft.kept is not None:
        message.attachments = [item for item in message.attachments if item.id in draft.kept]
    names = keep_files(world, message, draft.files)
    if "content" in draft.given:
        message.content = draft.content
        message.mention_ids = [found for found in mentioned_users(draft) if found in world.users]
    if "embeds" in draft.given:
        message.embeds = [renamed(embed, names) for embed in draft.embeds]
    if "components" in draft.given:
        message.components = [renamed(part, names) for part in numbered(draft.components)]
    if "flags" in draft.given:
        changeable = SUPPRESS_EMBEDS | COMPONENTS_V2
        message.flags = (message.flags & ~SUPPRESS_EMBEDS) | (draft.flags & changeable)
    if not (message.content.strip() or message.embeds or message.attachments or message.components):
        raise problem(50006)


def delete_message(world: World, channel: Channel, message: Message) -> None:
    """Remove a message; the event carries ids only, as Discord's does."""
    channel.messages.pop(message.id, None)
    message.deleted = True
    emit_in_channel(world, "MESSAGE_DELETE", channel, {"id": str(message.id)}, message=message)


def dismiss_message(world: World, channel: Channel, message: Message) -> None:
    """Take an ephemeral message from its reader's sight; for the bot it is still there."""
    message.dismissed = True
    only = frozenset({message.ephemeral_for or 0})
    data: Payload = {"id": str(message.id), "channel_id": str(channel.id)}
    emit_to_viewers(world, "MESSAGE_DELETE", channel, data, only=only)


def delete_messages(world: World, channel: Channel, message_ids: Sequence[int]) -> None:
    """Remove 2 to 100 messages younger than two weeks; unknown ids count and are passed over."""
    if not 2 <= len(message_ids) <= 100:
        raise problem(50016)
    if len(set(message_ids)) < len(message_ids):
        message = "The set already contains this value"
        raise invalid_form("messages", code="SET_TYPE_ALREADY_CONTAINS_VALUE", message=message)
    oldest = world.clock() - _BULK_AGE_S
    if any(created_at(message_id) < oldest for message_id in message_ids):
        raise problem(50034)
    found = [item for item in message_ids if item in channel.messages]
    for message_id in found:
        channel.messages.pop(message_id).deleted = True
    if found:
        emit_in_channel(
            world, "MESSAGE_DELETE_BULK", channel, {"ids": [str(item) for item in found]}
        )


def unfurl(world: World, message: Message, embeds: Sequence[Json]) -> None:
    """Add what Discord found behind a message's links: an update without an edit."""
    message.embeds += [copied_mapping(embed) for embed in embeds]
    emit_message(world, "MESSAGE_UPDATE", message)


def show_typing(world: World, channel: Channel, user: User) -> None:
    """Tell everybody that a user writes."""
    data: Payload = {"user_id": str(user.id), "timestamp": int(world.clock())}
    emit_in_channel(world, "TYPING_START", channel, data)
