"""How a draft becomes a message: its parts, pings, files, what it answers or forwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from imgoe_bot.discordsim.actions.file_types import content_type_of, picture_size, stored_name
from imgoe_bot.discordsim.payloads.messages import message_payload
from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import invalid_form
from imgoe_bot.discordsim.rules.drafts import (
    Draft,
    mentioned_roles,
    mentioned_users,
    mentions_everyone,
)
from imgoe_bot.discordsim.rules.layouts import walk
from imgoe_bot.discordsim.state.channels import Channel
from imgoe_bot.discordsim.state.messages import (
    COMPONENTS_V2,
    HAS_SNAPSHOT,
    SPOILER_ATTACHMENT,
    SUPPRESS_EMBEDS,
    VOICE_MESSAGE,
    Attachment,
    Message,
    MessageType,
    Reference,
    Upload,
)
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    copied_mapping,
    integer,
    is_mapping,
    is_sequence,
)

REFERENCE = "attachment://"
_SENDABLE_FLAGS = SUPPRESS_EMBEDS | COMPONENTS_V2 | 1 << 12 | 1 << 13


@dataclass(frozen=True, slots=True)
class Origin:
    """How a message came about, where it was not simply sent.

    Attributes:
        ephemeral_for: the only person who sees it, None: everyone.
        interaction: Discord's ``interaction_metadata``.
        type: the message's type, None: by what it answers.
        flags: flags added to the sender's.
        webhook_id: whose webhook sent it, None for an ordinary message.
        message_id: the id it must have, None for a fresh one.
        system: whether Discord itself wrote it, so that it may be empty.
    """

    ephemeral_for: int | None = None
    interaction: Payload | None = None
    type: MessageType | None = None
    flags: int = 0
    webhook_id: int | None = None
    message_id: int | None = None
    system: bool = False


def compose(world: World, author: User, channel: Channel, draft: Draft, origin: Origin) -> Message:
    """Return the message a draft becomes, in no channel yet.

    Raises:
        ApiProblem: what it answers or forwards is not there, or not for the author to read.
    """
    reference = _reference(world, author, channel, draft.reference)
    message = Message(
        origin.message_id or world.ids.next(),
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
    if any(item.waveform for item in draft.files):
        message.flags |= VOICE_MESSAGE
    if author is world.bot:
        message.application_id = world.bot.id
    fill(world, message, draft)
    _copy_forwarded(world, message)
    return message


def _answers(reference: Reference | None) -> bool:
    return reference is not None and reference.kind == 0


def fill(world: World, message: Message, draft: Draft) -> None:
    """Put a draft's content, pings, parts and files into a message."""
    message.content = draft.content
    names = keep_files(world, message, draft.files)
    message.embeds = [renamed(embed, names) for embed in draft.embeds]
    message.components = [renamed(part, names) for part in numbered(draft.components)]
    message.mention_ids = [found for found in mentioned_users(draft) if found in world.users]
    message.mention_role_ids = mentioned_roles(draft)
    message.mention_everyone = mentions_everyone(draft)
    _mention_replied(world, message, draft)


def _mention_replied(world: World, message: Message, draft: Draft) -> None:
    pings = draft.allowed_mentions is None or draft.allowed_mentions.get("replied_user") is True
    if message.reference is None or message.reference.kind == 1 or not pings:
        return
    if message.interaction is not None:
        return  # an answer to a click pings nobody
    channel = world.channels.get(message.reference.channel_id)
    replied = channel.messages.get(message.reference.message_id) if channel else None
    if replied is not None and replied.author.id not in message.mention_ids:
        message.mention_ids.append(replied.author.id)


def numbered(components: Sequence[Json]) -> list[Payload]:
    """Return components with the ids Discord gives where the sender gave none."""
    fresh = [copied_mapping(component) for component in components]
    for number, part in enumerate(walk(fresh), start=1):
        if isinstance(part, dict):
            part.setdefault("id", number)
    return fresh


def keep_files(world: World, message: Message, files: Sequence[Upload]) -> dict[str, str]:
    """Attach files to a message; returns the names they are kept under by those they came with."""
    kept = [keep_file(world, message.channel_id, item) for item in files]
    message.attachments += kept
    return {item.filename: made.filename for item, made in zip(files, kept, strict=True)}


def renamed(part: Json, names: Mapping[str, str]) -> Payload:
    """Return a copy of an embed or component that calls files by the names they are kept under."""
    return {key: _renamed(value, names) for key, value in part.items()}


def _renamed(value: object, names: Mapping[str, str]) -> object:
    if isinstance(value, str):
        name = value.removeprefix(REFERENCE)
        if name == value:
            return value
        return f"{REFERENCE}{names.get(name) or stored_name(name)[0]}"
    if is_mapping(value):
        return renamed(value, names)
    if is_sequence(value):
        return [_renamed(item, names) for item in value]
    return value


def keep_file(world: World, channel_id: int, item: Upload) -> Attachment:
    """Return the attachment that Discord makes of a file; the file's bytes are shared."""
    size = picture_size(item.data)
    spoiler = item.spoiler or item.filename.startswith("SPOILER_")
    filename, title = stored_name(item.filename)
    return Attachment(
        world.ids.next(),
        channel_id,
        filename,
        item.data,
        item.content_type or content_type_of(item.filename),
        width_px=size[0] if size else None,
        height_px=size[1] if size else None,
        description=item.description,
        flags=SPOILER_ATTACHMENT if spoiler else 0,
        title=title,
        duration_s=item.duration_s,
        waveform=item.waveform,
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
    if message_id in origin.messages:
        return Reference(message_id, origin.id, origin.guild_id, kind)
    if given.get("fail_if_not_exists") is False and kind == 0:
        return None  # then it is sent as no reply
    raise invalid_form(
        "message_reference", code="MESSAGE_REFERENCE_UNKNOWN_MESSAGE", message="Unknown message"
    )


def _copy_forwarded(world: World, message: Message) -> None:
    if message.reference is None or message.reference.kind != 1:
        return
    channel = world.channel(message.reference.channel_id)
    original = world.message(channel, message.reference.message_id)
    shown = message_payload(world, original)
    keys = ("type", "content", "timestamp", "edited_timestamp", "flags", "mentions")
    parts = {"embeds": original.embeds, "components": original.components}
    snapshot = {key: shown[key] for key in keys} | copied_mapping(parts)
    message.snapshots = [snapshot | {"sticker_items": shown.get("sticker_items", [])}]
    message.forwarded = list(original.attachments)
    message.flags |= HAS_SNAPSHOT
