"""Messages and files as Discord writes them, links signed anew each time.

Files that embeds or components show by ``attachment://`` stand there, with their sizes, and not
among the attachments.

Source: discord.py 2.7.1 ``types/message.py`` and ``message.py``; discord-api-docs, issues 1340 and
8277, pull requests 7611 and 8279
"""

from collections.abc import Iterable, Mapping

from imgoe_bot.discordsim.entities import (
    Attachment,
    Message,
    Reference,
)
from imgoe_bot.discordsim.layouts import walk
from imgoe_bot.discordsim.payloads import channel_payload, emoji_payload, optional_id, user_payload
from imgoe_bot.discordsim.wire import (
    Json,
    Payload,
    copied_mapping,
    is_mapping,
    is_sequence,
    mapping,
    text,
    timestamp,
)
from imgoe_bot.discordsim.world import World

LOADED, NOT_FOUND = 2, 3  # loading states of Components V2 media


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
        "attachments": [attachment_payload(world, item) for item in _listed(message)],
        "embeds": [_embed(world, message, embed) for embed in message.embeds],
        "components": [_component(world, message, part) for part in message.components],
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
    if message.reference.kind == 0:
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
    inner["attachments"] = [attachment_payload(world, item) for item in message.forwarded]
    return {"message": inner}


def _listed(message: Message) -> list[Attachment]:
    """Return the files that nothing else in the message shows."""
    shown = set(_references([*message.embeds, *message.components]))
    return [item for item in message.attachments if _reference_to(item) not in shown]


def _reference_to(attachment: Attachment) -> str:
    return f"attachment://{attachment.filename}"


def _references(value: object) -> Iterable[str]:
    """Yield every name of an attached file in a JSON value."""
    if isinstance(value, str):
        if value.startswith("attachment://"):
            yield value
    elif is_mapping(value):
        yield from _references(list(value.values()))
    elif is_sequence(value):
        for item in value:
            yield from _references(item)


def _embed(world: World, message: Message, embed: Payload) -> object:
    shown = copied_mapping(embed)
    for part in ("image", "thumbnail"):
        if world.troubles.blind_previews and _is_external(mapping(shown.get(part))):
            shown[part] = {**mapping(shown[part]), "width": 0, "height": 0}
    return _resolved(shown, _files(world, message))


def _component(world: World, message: Message, component: Json) -> object:
    shown = copied_mapping(component)
    by_name = {_reference_to(item): item for item in message.attachments}
    for part in walk([shown]):
        file = by_name.get(text(mapping(part.get("file")), "url"))
        if file is not None and isinstance(part, dict):
            part |= {"name": file.filename, "size": len(file.data)}
    files = _files(world, message)
    for name, facts in files.items():
        facts |= {"loading_state": LOADED, "attachment_id": str(by_name[name].id)}
    return _resolved(_blinded(shown) if world.troubles.blind_previews else shown, files)


def _blinded(value: object) -> object:
    """Return components with every picture from elsewhere not found."""
    if is_sequence(value):
        return [_blinded(item) for item in value]
    if not is_mapping(value):
        return value
    if _is_external(mapping(value.get("media"))):
        lost: Payload = {"width": 0, "height": 0, "loading_state": NOT_FOUND}
        return {**value, "media": {**mapping(value["media"]), **lost}}
    return {key: _blinded(item) for key, item in value.items()}


def _is_external(picture: Json) -> bool:
    return text(picture, "url").startswith(("http://", "https://"))


def _files(world: World, message: Message) -> dict[str, Payload]:
    """Return what stands in the place of each reference to a file of the message."""
    found: dict[str, Payload] = {}
    for item in message.attachments:
        url = world.links.sign(attachment_path(item))
        facts = {
            "width": item.width_px,
            "height": item.height_px,
            "content_type": item.content_type,
        }
        given: Payload = {key: value for key, value in facts.items() if value is not None}
        found[_reference_to(item)] = {"url": url, "proxy_url": url, **given}
    return found


def _resolved(value: object, files: Mapping[str, Payload]) -> object:
    if isinstance(value, str):
        return files[value]["url"] if value in files else value
    if is_mapping(value):
        facts = files.get(text(value, "url"), {})
        return {key: _resolved(item, files) for key, item in value.items()} | facts
    if is_sequence(value):
        return [_resolved(item, files) for item in value]
    return value
