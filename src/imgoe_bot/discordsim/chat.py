"""Messages: posting, editing, deleting, reacting, pinning. What Discord enforces, in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

from imgoe_bot.discordsim import limits
from imgoe_bot.discordsim.drafts import (
    Draft,
    mentioned_roles,
    mentioned_users,
    mentions_everyone,
)
from imgoe_bot.discordsim.entities import (
    COMPONENTS_V2,
    EPHEMERAL,
    HAS_SNAPSHOT,
    LOADING,
    SPOILER_ATTACHMENT,
    SUPPRESS_EMBEDS,
    THREADS,
    WITHOUT_MESSAGES,
    Attachment,
    Channel,
    Message,
    MessageType,
    Reference,
    Upload,
    User,
)
from imgoe_bot.discordsim.media import content_type_of, picture_size
from imgoe_bot.discordsim.payloads import (
    emoji_payload,
    member_payload,
    message_payload,
)
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.snowflake import created_at
from imgoe_bot.discordsim.wire import Json, Payload, copied_mapping, integer, timestamp
from imgoe_bot.discordsim.world import Event, World

_BULK_AGE_S = 14 * 86_400
_SENDABLE_FLAGS = EPHEMERAL | SUPPRESS_EMBEDS | COMPONENTS_V2 | 1 << 12 | 1 << 13


@dataclass(frozen=True, slots=True)
class Origin:
    """How a message came about, where it was not simply sent.

    Attributes:
        ephemeral_for: the only person who sees it, None: everyone.
        interaction: Discord's ``interaction_metadata``.
        type: the message's type, None: by what it answers.
        flags: flags added to the sender's.
        webhook_id: whose webhook sent it, None for an ordinary message.
    """

    ephemeral_for: int | None = None
    interaction: Payload | None = None
    type: MessageType | None = None
    flags: int = 0
    webhook_id: int | None = None


def post(
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
    if not how.flags & LOADING:
        check_draft(draft)
    message = _kept(world, author, channel, draft, how)
    channel.messages[message.id] = message
    if draft.nonce and draft.enforce_nonce:
        world.nonces[author.id, channel.id, draft.nonce] = message.id
    emit_message(world, "MESSAGE_CREATE", message)
    return message


def send(world: World, author: User, channel: Channel, draft: Draft) -> Message:
    """Post in somebody's name, after checking that this somebody may.

    Raises:
        ApiProblem: 50001, 50007, 50008, 50013, 50083, 50278, and what ``post`` raises.
    """
    check_may_send(world, author, channel, draft)
    return post(world, author, channel, draft)


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


def check_draft(draft: Draft) -> None:
    """Refuse a draft that Discord would refuse for what is in it."""
    forward = draft.reference is not None and draft.reference.get("type") == 1
    if draft.empty and not forward:
        raise problem(50006)
    limits.check_content(draft.content)
    limits.check_layout_alone(content=draft.content, embeds=draft.embeds, flags=draft.flags)
    limits.check_embeds(draft.embeds)
    limits.check_files(draft.files)
    limits.check_components(draft.components, flags=draft.flags)


def _same_nonce(world: World, author: User, channel: Channel, draft: Draft) -> Message | None:
    if draft.nonce is None or not draft.enforce_nonce:
        return None
    known = world.nonces.get((author.id, channel.id, draft.nonce))
    return None if known is None else channel.messages.get(known)


def _kept(world: World, author: User, channel: Channel, draft: Draft, origin: Origin) -> Message:
    reference = _reference(world, author, channel, draft.reference)
    message = Message(
        world.ids.next(),
        channel.id,
        author,
        created_at=world.clock(),
        type=origin.type or (MessageType.REPLY if _answers(reference) else MessageType.DEFAULT),
        flags=(draft.flags & _SENDABLE_FLAGS) | origin.flags,
        nonce=draft.nonce,
        reference=reference,
        sticker_ids=list(draft.sticker_ids),
        interaction=origin.interaction,
        ephemeral_for=origin.ephemeral_for,
        webhook_id=origin.webhook_id,
        tts=draft.tts,
    )
    if author.bot:
        message.application_id = world.bot.id
    fill(world, channel, message, draft)
    _copy_forwarded(world, message)
    return message


def _answers(reference: Reference | None) -> bool:
    return reference is not None and reference.kind == 0


def fill(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    """Put a draft's content, pings, parts and files into a message."""
    message.content = draft.content
    message.embeds = [copied_mapping(embed) for embed in draft.embeds]
    message.components = numbered(draft.components)
    message.attachments += [keep_file(world, channel.id, item) for item in draft.files]
    message.mention_ids = [found for found in mentioned_users(draft) if found in world.users]
    message.mention_role_ids = mentioned_roles(draft)
    message.mention_everyone = mentions_everyone(draft)
    _mention_replied(world, message, draft)


def _mention_replied(world: World, message: Message, draft: Draft) -> None:
    pings = draft.allowed_mentions is None or draft.allowed_mentions.get("replied_user") is True
    if message.reference is None or message.reference.kind == 1 or not pings:
        return
    channel = world.channels.get(message.reference.channel_id)
    replied = channel.messages.get(message.reference.message_id) if channel else None
    if replied is not None and replied.author.id not in message.mention_ids:
        message.mention_ids.append(replied.author.id)


def numbered(components: Sequence[Json]) -> list[Payload]:
    """Return components with the ids Discord gives where the sender gave none."""
    fresh = [copied_mapping(component) for component in components]
    for number, part in enumerate(limits.walk(fresh), start=1):
        if isinstance(part, dict):
            part.setdefault("id", number)
    return fresh


def keep_file(world: World, channel_id: int, item: Upload) -> Attachment:
    """Return the attachment that Discord makes of a file; the file's bytes are shared."""
    size = picture_size(item.data)
    spoiler = item.spoiler or item.filename.startswith("SPOILER_")
    return Attachment(
        world.ids.next(),
        channel_id,
        item.filename,
        item.data,
        item.content_type or content_type_of(item.filename),
        width_px=size[0] if size else None,
        height_px=size[1] if size else None,
        description=item.description,
        flags=SPOILER_ATTACHMENT if spoiler else 0,
    )


def _reference(
    world: World, author: User, channel: Channel, given: Json | None
) -> Reference | None:
    if given is None:
        return None
    kind = integer(given, "type")
    origin = world.channel(integer(given, "channel_id", channel.id))
    message_id = integer(given, "message_id")
    if kind == 1:
        world.require(author, origin, Permission.READ_MESSAGE_HISTORY)
    if given.get("fail_if_not_exists", True) or kind == 1:
        world.message(origin, message_id)
    return Reference(message_id, origin.id, origin.guild_id, kind)


def _copy_forwarded(world: World, message: Message) -> None:
    if message.reference is None or message.reference.kind != 1:
        return
    channel = world.channel(message.reference.channel_id)
    original = world.message(channel, message.reference.message_id)
    shown = message_payload(world, original)
    keys = ("type", "content", "timestamp", "edited_timestamp", "flags", "mentions", "embeds")
    snapshot = {key: shown[key] for key in keys} | {"components": shown["components"]}
    message.snapshots = [snapshot | {"sticker_items": shown.get("sticker_items", [])}]
    message.forwarded = list(original.attachments)
    message.flags |= HAS_SNAPSHOT


def edit(world: World, channel: Channel, message: Message, draft: Draft) -> Message:
    """Change the fields a draft names and tell everybody.

    Raises:
        ApiProblem: 50006 when nothing would be left, 50035, 40005.
    """
    flags = draft.flags | message.flags
    limits.check_content(draft.content)
    limits.check_layout_alone(content=draft.content, embeds=draft.embeds, flags=flags)
    limits.check_embeds(draft.embeds)
    limits.check_files(draft.files)
    limits.check_components(draft.components, flags=flags)
    _apply(world, channel, message, draft)
    message.edited_at = world.clock()
    emit_message(world, "MESSAGE_UPDATE", message)
    return message


def _apply(world: World, channel: Channel, message: Message, draft: Draft) -> None:
    if "content" in draft.given:
        message.content = draft.content
        message.mention_ids = [found for found in mentioned_users(draft) if found in world.users]
    if "embeds" in draft.given:
        message.embeds = [copied_mapping(embed) for embed in draft.embeds]
    if "components" in draft.given:
        message.components = numbered(draft.components)
    if "flags" in draft.given:
        changeable = SUPPRESS_EMBEDS | COMPONENTS_V2
        message.flags = (message.flags & ~SUPPRESS_EMBEDS) | (draft.flags & changeable)
    if draft.kept is not None:
        message.attachments = [item for item in message.attachments if item.id in draft.kept]
    message.attachments += [keep_file(world, channel.id, item) for item in draft.files]
    if not (message.content or message.embeds or message.attachments or message.components):
        raise problem(50006)


def delete(world: World, channel: Channel, message: Message) -> None:
    """Remove a message; the event carries ids only, as Discord's does."""
    channel.messages.pop(message.id, None)
    message.deleted = True
    emit(world, "MESSAGE_DELETE", channel, {"id": str(message.id)}, message=message)


def delete_many(world: World, channel: Channel, message_ids: Sequence[int]) -> None:
    """Remove 2 to 100 messages younger than two weeks; unknown ids are passed over."""
    if not 2 <= len(message_ids) <= 100:
        raise problem(50016)
    oldest = world.clock() - _BULK_AGE_S
    if any(created_at(message_id) < oldest for message_id in message_ids):
        raise problem(50034)
    for message_id in message_ids:
        message = channel.messages.pop(message_id, None)
        if message is not None:
            message.deleted = True
    emit(world, "MESSAGE_DELETE_BULK", channel, {"ids": [str(item) for item in message_ids]})


def react(world: World, channel: Channel, message: Message, user: User, emoji: str) -> None:
    """Add a reaction; the same again is no change."""
    world.require(user, channel, Permission.READ_MESSAGE_HISTORY)
    if emoji not in message.reactions:
        world.require(user, channel, Permission.ADD_REACTIONS)
    user_ids = message.reactions.setdefault(emoji, [])
    if user.id not in user_ids:
        user_ids.append(user.id)
        _emit_reaction(world, "MESSAGE_REACTION_ADD", message, user, emoji)


def unreact(world: World, channel: Channel, message: Message, user: User, emoji: str) -> None:
    """Take a reaction back; none there is no change."""
    user_ids = message.reactions.get(emoji, [])
    if user.id not in user_ids:
        return
    user_ids.remove(user.id)
    if not user_ids:
        del message.reactions[emoji]
    _emit_reaction(world, "MESSAGE_REACTION_REMOVE", message, user, emoji)


def _emit_reaction(world: World, name: str, message: Message, user: User, emoji: str) -> None:
    channel = world.channel(message.channel_id)
    data: Payload = {
        "user_id": str(user.id),
        "message_id": str(message.id),
        "message_author_id": str(message.author.id),
        "emoji": emoji_payload(emoji),
        "type": 0,
        "burst": False,
    }
    if channel.guild_id is not None and name == "MESSAGE_REACTION_ADD":
        data["member"] = member_payload(world.member(channel.guild_id, user.id))
    emit(world, name, channel, data, message=message)


def typing(world: World, channel: Channel, user: User) -> None:
    """Tell everybody that a user writes."""
    data: Payload = {"user_id": str(user.id), "timestamp": int(world.clock())}
    emit(world, "TYPING_START", channel, data)


def emit_message(world: World, name: str, message: Message) -> None:
    """Tell who may see a message that it is there or has changed."""
    channel = world.channel(message.channel_id)
    data = message_payload(world, message)
    if channel.guild_id is not None and message.webhook_id is None:
        member = world.guild(channel.guild_id).members.get(message.author.id)
        data |= {} if member is None else {"member": member_payload(member, with_user=False)}
    emit(world, name, channel, data, message=message)


def emit(
    world: World, name: str, channel: Channel, data: Payload, *, message: Message | None = None
) -> None:
    """Tell who may see a channel of an event in it; of an ephemeral message, its one reader."""
    placed = {**data, "channel_id": str(channel.id)}
    if channel.guild_id is not None:
        placed["guild_id"] = str(channel.guild_id)
    only = None if message is None or not message.ephemeral else message.ephemeral_for
    audience = None if only is None else frozenset({only})
    world.emit(Event(name, placed, channel.guild_id, channel.id, audience))


def clear_reactions(world: World, channel: Channel, message: Message, emoji: str | None) -> None:
    """Take all reactions away, or all with one emoji."""
    about: Payload = {"message_id": str(message.id)}
    if emoji is None:
        message.reactions.clear()
        emit(world, "MESSAGE_REACTION_REMOVE_ALL", channel, about, message=message)
        return
    message.reactions.pop(emoji, None)
    about["emoji"] = emoji_payload(emoji)
    emit(world, "MESSAGE_REACTION_REMOVE_EMOJI", channel, about, message=message)


def pin(world: World, channel: Channel, message: Message) -> None:
    """Pin a message; again is no change."""
    if message.pinned_at is None:
        message.pinned_at = world.clock()
        _emit_pins(world, channel, message)


def unpin(world: World, channel: Channel, message: Message) -> None:
    """Take a pin away; none there is no change."""
    if message.pinned_at is not None:
        message.pinned_at = None
        _emit_pins(world, channel, message)


def _emit_pins(world: World, channel: Channel, message: Message) -> None:
    emit(world, "CHANNEL_PINS_UPDATE", channel, {"last_pin_timestamp": timestamp(world.clock())})
    emit_message(world, "MESSAGE_UPDATE", message)
