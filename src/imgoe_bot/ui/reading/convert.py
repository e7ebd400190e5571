"""Discord's objects become ours: plain facts, nothing that can wait or fail."""

from collections.abc import Iterable
from datetime import datetime
from urllib.parse import unquote

import discord
from discord.app_commands import AppCommandThread

from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    GuildId,
    MessageId,
    PostId,
    UserId,
    new_id,
)
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.mirror import MessageFacts
from imgoe_bot.domain.post import MessageLocation, Origin, Post
from imgoe_bot.errors import SettingsRejected
from imgoe_bot.services.uploading.uploads import FileToUpload
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.reading.sources import name_of, things_in
from imgoe_bot.ui.wording import is_link


def guild_of(interaction: AnyInteraction) -> GuildId | None:
    """Return the server whose bot this is; None where a person has brought it along, or in DMs.

    Source: Discord's developer documentation, "authorizing_integration_owners".
    """
    if interaction.guild_id is None or not interaction.is_guild_integration():
        return None
    return GuildId(interaction.guild_id)


def space_of(interaction: AnyInteraction) -> GuildId:
    """Return whose host, key and options hold: the server's, else the person's own.

    A person's own space has their id, which is no server's: snowflakes are given once.
    """
    return guild_of(interaction) or own_space(UserId(interaction.user.id))


def own_space(user_id: UserId) -> GuildId:
    """Return where a person's own host and key are kept."""
    return GuildId(user_id)


def owner_of_space(interaction: AnyInteraction) -> Actor:
    """Return who asks as the one who decides in their own space."""
    user_id = UserId(interaction.user.id)
    return Actor(user_id, own_space(user_id), frozenset({MANAGE_GUILD}))


def actor_of(interaction: AnyInteraction) -> Actor:
    """Return who asks, with the permissions Discord resolved for the channel they ask in."""
    return Actor(
        user_id=UserId(interaction.user.id),
        guild_id=guild_of(interaction),
        permissions=permission_names(interaction.permissions),
        role_ids=_role_ids(interaction.user),
    )


def permission_names(permissions: discord.Permissions) -> frozenset[str]:
    """Return the names of the permissions held; an administrator holds all."""
    held = discord.Permissions.all() if permissions.administrator else permissions
    return frozenset(name for name, value in held if value)


def facts_of(
    message: discord.Message, *, us: int, space: GuildId | None = None
) -> MessageFacts | None:
    """Return what ``decide`` needs of a message, None for one outside a guild.

    Args:
        message: as the gateway, a fetch or an interaction brought it.
        us: the bot's own user id.
        space: what it counts for where that is no guild of the bot.
    """
    guild_id = space or (GuildId(message.guild.id) if message.guild else None)
    if guild_id is None:
        return None
    return MessageFacts(
        guild_id=guild_id,
        channel_ids=channel_line(message.channel),
        message_id=MessageId(message.id),
        author_id=UserId(message.author.id),
        author_is_bot=message.author.bot or message.webhook_id is not None,
        author_is_us=message.author.id == us,
        nsfw=is_nsfw(message.channel),
        locale=str(message.guild.preferred_locale if message.guild else discord.Locale("en-US")),
        text=message.content,
        author_role_ids=_role_ids(message.author),
        is_mirror=_is_card(message) or any(map(_is_card, message.message_snapshots)),
        attachments=tuple(thing.facts for thing in things_in(message)),
    )


def _role_ids(author: discord.User | discord.Member) -> frozenset[int]:
    roles = author.roles if isinstance(author, discord.Member) else []
    return frozenset(role.id for role in roles)


def _is_card(part: discord.Message | discord.MessageSnapshot) -> bool:
    """Tell the answer of an imgoe_bot, also of another one, so that two never copy each other."""
    return _has_our_buttons(part.components)


def _has_our_buttons(components: Iterable[object]) -> bool:
    for component in components:
        if str(getattr(component, "custom_id", "")).startswith("imgoe:"):
            return True
        if _has_our_buttons(getattr(component, "children", ())):
            return True
    return False


def channel_line(channel: object) -> tuple[ChannelId, ...]:
    """Return the ids of a channel and its parents: thread, channel, category, as far as known."""
    ids = (
        getattr(channel, "id", None),
        getattr(channel, "parent_id", None),
        getattr(_holder_of(channel), "category_id", None),
    )
    return tuple(ChannelId(id_) for id_ in ids if id_ is not None)


def _holder_of(channel: object) -> object:
    """Return what stands in a category: a thread's channel, None where that is not known.

    A thread's own ``category_id`` raises where its channel is not in discord.py's memory.
    """
    if isinstance(channel, discord.Thread | AppCommandThread):
        return channel.parent
    return channel


def is_nsfw(channel: object) -> bool:
    """Tell whether a channel is age-restricted; one that is not known is none."""
    is_nsfw = getattr(channel, "is_nsfw", None)
    return bool(is_nsfw()) if is_nsfw else False


def source_of(attachment: discord.Attachment) -> Source:
    """Return where an attachment's bytes are now."""
    return Source(url=attachment.url, filename=name_of(attachment), size_bytes=attachment.size)


def handed_of(file: discord.Attachment | None, url: str | None) -> FileToUpload:
    """Return the one thing handed over: a file or an address.

    Raises:
        SettingsRejected: neither or both, or no address of the web.
    """
    if (file is None) == (url is None):
        raise SettingsRejected(setting="file", problem="file-or-url")
    if file is not None:
        return FileToUpload(source_of(file), item_of(file))
    source = typed_source(url or "")
    return FileToUpload(source, typed_item(source))


def typed_source(url: str) -> Source:
    """Return the source that a typed address is; its last part names the file.

    Raises:
        SettingsRejected: it is no address of the web.
    """
    url = url.strip().strip("<>")
    if not is_link(url):
        raise SettingsRejected(setting="url", problem="bad-url")
    name = unquote(url.partition("?")[0].partition("#")[0].rpartition("/")[2])
    return Source(url=url, filename=name[-100:] or "file", size_bytes=None, typed=True)


def typed_item(source: Source) -> Item:
    """Return what we keep of a typed address: nothing but its file's name.

    Discord names files behind a spoiler so, and its links keep that name.
    Source: DISCORD.md section 1, "Attachments".
    """
    spoiler = source.filename.startswith("SPOILER_")
    return Item(AttachmentId(0), position=0, filename=source.filename, spoiler=spoiler)


def item_of(attachment: discord.Attachment, *, position: int = 0) -> Item:
    """Return what we keep of an attachment that came with a command."""
    return Item(
        attachment_id=AttachmentId(attachment.id),
        position=position,
        filename=name_of(attachment),
        spoiler=attachment.is_spoiler(),
    )


def post_of(interaction: AnyInteraction, *, now: datetime) -> Post:
    """Return the post that a slash command is."""
    line = channel_line(interaction.channel)
    return Post(
        id=PostId(new_id()),
        origin=Origin.SLASH,
        guild_id=space_of(interaction),
        channel_id=ChannelId(interaction.channel_id or 0),
        parent_ids=line[1:],
        author_id=UserId(interaction.user.id),
        created_at=now,
        nsfw=is_nsfw(interaction.channel),
        locale=str(interaction.guild_locale or interaction.locale),
    )


def place_of(message: discord.Message) -> MessageLocation:
    """Return where a message stands."""
    return MessageLocation(ChannelId(message.channel.id), MessageId(message.id))
