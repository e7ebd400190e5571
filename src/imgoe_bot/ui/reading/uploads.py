"""What somebody uploads by a command: the post that it is, and the files that come with it."""

from datetime import datetime
from urllib.parse import unquote

import discord

from imgoe_bot.domain.command import TOKEN_LIFE, Command, FileToUpload
from imgoe_bot.domain.ids import (
    AttachmentId,
    ChannelId,
    PostId,
    UserId,
    new_id,
)
from imgoe_bot.domain.job import Item
from imgoe_bot.domain.media import Source
from imgoe_bot.domain.post import Origin, Post
from imgoe_bot.domain.upload_options import NO_UPLOAD_OPTIONS, UploadOptions
from imgoe_bot.errors import SettingsRejected
from imgoe_bot.ui.container import AnyInteraction
from imgoe_bot.ui.formatting import is_link
from imgoe_bot.ui.reading.actors import space_of
from imgoe_bot.ui.reading.message_media import name_of
from imgoe_bot.ui.reading.places import channel_line, is_nsfw


def attachment_source(attachment: discord.Attachment) -> Source:
    """Return where an attachment's bytes are now."""
    return Source(url=attachment.url, filename=name_of(attachment), size_bytes=attachment.size)


def file_or_url(file: discord.Attachment | None, url: str | None) -> FileToUpload:
    """Return what somebody uploads by ``/upload``: a file, or what lies at an address.

    Raises:
        SettingsRejected: neither or both, or no address of the web.
    """
    if (file is None) == (url is None):
        raise SettingsRejected(setting="file", problem="file-or-url")
    if file is not None:
        return FileToUpload(attachment_source(file), attachment_item(file))
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
    name = unquote(url.partition("?")[0].partition("#")[0].rpartition("/")[2]).replace("\0", "")
    return Source(url=url, filename=name[-100:] or "file", size_bytes=None, typed=True)


def typed_item(source: Source) -> Item:
    """Return what we keep of a typed address: nothing but its file's name.

    Discord names files behind a spoiler so, and its links keep that name.
    Source: DISCORD.md section 1, "Attachments".
    """
    spoiler = source.filename.startswith("SPOILER_")
    return Item(AttachmentId(0), position=0, filename=source.filename, spoiler=spoiler)


def attachment_item(attachment: discord.Attachment, *, position: int = 0) -> Item:
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


def command_of(
    interaction: AnyInteraction,
    *,
    requested: UploadOptions = NO_UPLOAD_OPTIONS,
    private: bool = False,
) -> Command:
    """Return how a deferred interaction is answered.

    Args:
        interaction: deferred.
        requested: what was asked for beside the files.
        private: whether it was deferred for its person alone.
    """
    return Command(
        application_id=interaction.application_id,
        token=interaction.token,
        expires_at=interaction.created_at + TOKEN_LIFE,
        user_id=UserId(interaction.user.id),
        locale=str(interaction.locale),
        requested=requested,
        private=private,
    )
