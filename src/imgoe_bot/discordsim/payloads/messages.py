"""Messages and files as Discord writes them, links signed anew each time.

Source: discord.py 2.7.1 ``types/message.py`` and ``message.py``
"""

from collections.abc import Sequence

from imgoe_bot.discordsim.payloads.channels import channel_payload
from imgoe_bot.discordsim.payloads.media import MessageFiles, unshown_files, with_failed_pictures
from imgoe_bot.discordsim.payloads.users import user_payload
from imgoe_bot.discordsim.state.messages import Attachment, Message, MessageType, Reference
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import (
    Json,
    Payload,
    copied_mapping,
    mappings,
    optional_id,
    timestamp,
)

_WITH_REFERENCED = frozenset(
    {MessageType.REPLY, MessageType.THREAD_STARTER, MessageType.CONTEXT_MENU_COMMAND}
)
"""Types of messages that carry the message they are about.

Source: https://discord.com/developers/docs/resources/message#message-object
"""


def attachment_path(attachment: Attachment) -> str:
    """Return a file's path on the CDN, unsigned."""
    return f"attachments/{attachment.channel_id}/{attachment.id}/{attachment.filename}"


def attachment_payload(world: World, attachment: Attachment) -> Payload:
    """Return an attachment with a freshly signed link."""
    url = world.links.sign(attachment_path(attachment))
    optional: Payload = {
        "content_type": attachment.content_type,
        "width": attachment.width_px,
        "height": attachment.height_px,
        "description": attachment.description,
        "title": attachment.title,
        "duration_secs": attachment.duration_s,
        "waveform": attachment.waveform,
        "flags": attachment.flags or None,
    }
    return {
        "id": str(attachment.id),
        "filename": attachment.filename,
        "size": len(attachment.data),
        "url": url,
        "proxy_url": url,
        **{key: value for key, value in optional.items() if value is not None},
    }


def message_payload(world: World, message: Message, *, viewer_id: int | None = None) -> Payload:
    """Return a message object with freshly signed links.

    Args:
        world: where the message is.
        message: the message.
        viewer_id: whose own reactions are marked; None: the bot's.
    """
    viewer = world.bot.id if viewer_id is None else viewer_id
    return {
        "id": str(message.id),
        "channel_id": str(message.channel_id),
        "type": int(message.type),
        "content": message.content,
        "author": user_payload(message.author),
        "timestamp": timestamp(message.created_at),
        "edited_timestamp": None if message.edited_at is None else timestamp(message.edited_at),
        "tts": message.tts,
        "pinned": message.pinned_at is not None,
        "flags": message.flags,
        "mention_everyone": message.mention_everyone,
        "mentions": [user_payload(world.users[user_id]) for user_id in message.mention_ids],
        "mention_roles": [str(role_id) for role_id in message.mention_role_ids],
        **_parts(
            world,
            {"embeds": message.embeds, "components": message.components},
            message.attachments,
        ),
        **_message_extras(world, message, viewer),
    }


def _message_extras(world: World, message: Message, viewer_id: int) -> Payload:
    extras: Payload = {
        "nonce": message.nonce,
        "interaction_metadata": message.interaction,
        "application_id": optional_id(message.application_id),
        "webhook_id": optional_id(message.webhook_id),
        "reactions": _reactions(message, viewer_id),
        "sticker_items": _sticker_items(world, message),
        "message_snapshots": [_snapshot(world, message, item) for item in message.snapshots],
        "thread": _thread_of(world, message),
    }
    given = {key: value for key, value in extras.items() if value not in (None, [])}
    return given | _reference_fields(world, message)


def _reactions(message: Message, viewer_id: int) -> list[Payload]:
    return [
        {
            "emoji": emoji_payload(emoji),
            "count": len(user_ids),
            "count_details": {"normal": len(user_ids), "burst": 0},
            "me": viewer_id in user_ids,
            "me_burst": False,
            "burst_colors": [],
        }
        for emoji, user_ids in message.reactions.items()
    ]


def _sticker_items(world: World, message: Message) -> list[Payload]:
    if not message.sticker_ids:
        return []
    known = {s.id: s for guild in world.guilds.values() for s in guild.stickers.values()}
    return [
        {"id": str(item), "name": known[item].name, "format_type": known[item].format}
        for item in message.sticker_ids
        if item in known
    ]


def _thread_of(world: World, message: Message) -> Payload | None:
    thread = world.channels.get(message.thread_id or 0)
    return None if thread is None else channel_payload(world, thread)


def _reference_fields(world: World, message: Message) -> Payload:
    if message.reference is None:
        return {}
    fields: Payload = {"message_reference": _reference_payload(message.reference)}
    if message.type in _WITH_REFERENCED and message.reference.kind == 0:
        fields["referenced_message"] = _referenced(world, message.reference)
    return fields


def _reference_payload(reference: Reference) -> Payload:
    payload: Payload = {
        "type": reference.kind,
        "message_id": str(reference.message_id),
        "channel_id": str(reference.channel_id),
    }
    if reference.guild_id is not None:
        payload["guild_id"] = str(reference.guild_id)
    return payload


def _referenced(world: World, reference: Reference) -> Payload | None:
    channel = world.channels.get(reference.channel_id)
    found = None if channel is None else channel.messages.get(reference.message_id)
    if found is None:
        return None
    payload = message_payload(world, found)
    payload.pop("referenced_message", None)  # one level deep, as Discord gives it
    return payload


def _snapshot(world: World, message: Message, snapshot: Payload) -> Payload:
    inner = copied_mapping(snapshot)
    return {"message": inner | _parts(world, snapshot, message.forwarded)}


def _parts(world: World, parts: Json, files: Sequence[Attachment]) -> Payload:
    """Return embeds and components with their addresses, and the files that neither shows."""
    own_files = MessageFiles(world.links, files, attachment_path)
    embeds, components = mappings(parts.get("embeds")), mappings(parts.get("components"))
    listed = unshown_files(files, [*embeds, *components])
    return {
        "attachments": [attachment_payload(world, item) for item in listed],
        "embeds": [own_files.resolve(_as_fetched(world, embed)) for embed in embeds],
        "components": [
            own_files.resolve(_as_fetched(world, component)) for component in components
        ],
    }


def _as_fetched(world: World, part: Json) -> object:
    return with_failed_pictures(part) if world.active_faults.all_previews_fail else part


def emoji_payload(emoji: str) -> Payload:
    """Return a partial emoji from its REST form, ``👍`` or ``name:id``."""
    name, _, emoji_id = emoji.partition(":")
    return {"id": emoji_id or None, "name": name}
