"""Threads and forum posts: opening, joining, archiving, deleting.

Source: https://discord.com/developers/docs/topics/threads
"""

from collections.abc import Sequence

from imgoe_bot.discordsim.actions.composing import Origin
from imgoe_bot.discordsim.actions.events import (
    emit_channel,
    emit_message,
    emit_to_viewers,
)
from imgoe_bot.discordsim.actions.messages import post_message
from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import invalid_form, problem
from imgoe_bot.discordsim.rules.drafts import Draft
from imgoe_bot.discordsim.rules.limits import CHANNEL_NAME_LENGTH
from imgoe_bot.discordsim.rules.messages import check_draft, file_limit
from imgoe_bot.discordsim.rules.values import check_length
from imgoe_bot.discordsim.state.channels import THREAD_ONLY, THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.messages import HAS_THREAD, Message, MessageType
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    as_int,
    flag,
    integer,
    sequence,
    text,
    timestamp,
)

_WITHOUT_THREADS = frozenset({ChannelType.CATEGORY, ChannelType.VOICE})


def open_thread(
    world: World,
    opener: User,
    channel: Channel,
    name: str,
    *,
    message: Message | None = None,
    private: bool = False,
) -> Channel:
    """Open a thread, on a message or on its own.

    Raises:
        ApiProblem: 50001, 50013, 50024 not a channel for threads, 160004 the message has one.
    """
    _check_may_open(world, opener, channel, private=private)
    thread = _new(world, opener, channel, name, private=private)
    if message is not None:
        if message.thread_id is not None:
            raise problem(160004)
        thread.id = message.thread_id = message.id
        message.flags |= HAS_THREAD
    _announce(world, thread)
    if message is not None:
        _put_starter(world, thread, message)
    return thread


def _check_may_open(world: World, opener: User, channel: Channel, *, private: bool) -> None:
    if channel.guild_id is None or channel.type in THREADS | THREAD_ONLY | _WITHOUT_THREADS:
        raise problem(50024)
    if private and channel.type is ChannelType.NEWS:
        raise problem(50024)
    kind = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    world.require(opener, channel, kind)


def _new(world: World, opener: User, channel: Channel, name: str, *, private: bool) -> Channel:
    check_length(name, "name", most=CHANNEL_NAME_LENGTH)
    return Channel(
        world.ids.next(),
        _kind_of_thread(channel, private=private),
        name,
        channel.guild_id,
        parent_id=channel.id,
        owner_id=opener.id,
        created_at=world.clock(),
        thread_member_ids=[opener.id],
    )


def _kind_of_thread(channel: Channel, *, private: bool) -> ChannelType:
    if private:
        return ChannelType.PRIVATE_THREAD
    news = channel.type is ChannelType.NEWS
    return ChannelType.NEWS_THREAD if news else ChannelType.PUBLIC_THREAD


def _announce(world: World, thread: Channel) -> None:
    world.channels[thread.id] = thread
    world.guild(thread.guild_id or 0).channel_ids.append(thread.id)
    emit_to_viewers(
        world, "THREAD_CREATE", thread, channel_payload(world, thread) | {"newly_created": True}
    )


def _put_starter(world: World, thread: Channel, message: Message) -> None:
    about: Payload = {"message_id": str(message.id), "channel_id": str(message.channel_id)}
    origin = Origin(type=MessageType.THREAD_STARTER, system=True)
    post_message(world, message.author, thread, Draft(reference=about), origin)
    emit_message(world, "MESSAGE_UPDATE", message)


def open_post(
    world: World,
    opener: User,
    forum: Channel,
    name: str,
    draft: Draft,
    *,
    tag_ids: Sequence[int] = (),
) -> tuple[Channel, Message]:
    """Open a forum post: a thread whose first message has the thread's own id.

    Raises:
        ApiProblem: 50001, 50013, 50024 not a forum, 50035 an unknown tag, 50006 an empty message.
    """
    if forum.type not in THREAD_ONLY:
        raise problem(50024)
    world.require(opener, forum, Permission.SEND_MESSAGES)
    check_draft(draft, limit_bytes=file_limit(world, forum))
    thread = _new(world, opener, forum, name, private=False)
    thread.applied_tags = _known_tags(forum, tag_ids)
    _announce(world, thread)
    origin = Origin(message_id=thread.id)
    return thread, post_message(world, opener, thread, draft, origin)


def _known_tags(forum: Channel, tag_ids: Sequence[int]) -> list[int]:
    known = {integer(tag, "id") for tag in forum.tags}
    if not known.issuperset(tag_ids):
        message = "Unknown tag."
        raise invalid_form("applied_tags", code="INVALID_FORUM_TAG", message=message)
    return list(tag_ids)


def add_to_thread(world: World, thread: Channel, user: User) -> None:
    """Make a user a member of a thread; again is no change."""
    if user.id in thread.thread_member_ids:
        return
    thread.thread_member_ids.append(user.id)
    _emit_members(world, thread, {"added_members": [thread_member_payload(thread, user.id)]})


def remove_from_thread(world: World, thread: Channel, user: User) -> None:
    """Take a user out of a thread; a stranger is no change."""
    if user.id in thread.thread_member_ids:
        _emit_members(world, thread, {"removed_member_ids": [str(user.id)]})
        thread.thread_member_ids.remove(user.id)


def _emit_members(world: World, thread: Channel, change: Payload) -> None:
    data: Payload = {
        "id": str(thread.id),
        "guild_id": str(thread.guild_id),
        "member_count": len(thread.thread_member_ids),
    }
    emit_to_viewers(world, "THREAD_MEMBERS_UPDATE", thread, data | change)


def thread_member_payload(thread: Channel, user_id: int) -> Payload:
    """Return a thread member object."""
    return {
        "id": str(thread.id),
        "user_id": str(user_id),
        "join_timestamp": timestamp(thread.created_at),
        "flags": 0,
    }


def edit_thread(world: World, thread: Channel, data: Json) -> None:
    """Change the given fields: name, archived, locked, applied tags, slowmode."""
    thread.name = text(data, "name", thread.name)
    thread.set_archived(flag(data, "archived", default=thread.archived), now=world.clock())
    thread.locked = flag(data, "locked", default=thread.locked)
    thread.slowmode_s = integer(data, "rate_limit_per_user", thread.slowmode_s)
    thread.auto_archive_minutes = integer(
        data, "auto_archive_duration", thread.auto_archive_minutes
    )
    if "applied_tags" in data:
        forum = world.channel(thread.parent_id or 0)
        tag_ids = [as_int(tag_id) for tag_id in sequence(data["applied_tags"])]
        thread.applied_tags = _known_tags(forum, tag_ids)
    emit_channel(world, "THREAD_UPDATE", thread)


def delete_thread(world: World, thread: Channel) -> None:
    """Remove a thread with its messages."""
    data: Payload = {
        "id": str(thread.id),
        "guild_id": str(thread.guild_id),
        "parent_id": str(thread.parent_id),
        "type": int(thread.type),
    }
    emit_to_viewers(world, "THREAD_DELETE", thread, data)
    world.guild(thread.guild_id or 0).channel_ids.remove(thread.id)
    del world.channels[thread.id]
