"""A server's files that were given up, or wait, are tried again because somebody asks for it."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, or_, select

from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.claiming.parked import ask_now
from imgoe_bot.adapters.store.posts.extending import try_files_again
from imgoe_bot.adapters.store.tables import FAILED_UPLOAD
from imgoe_bot.domain.ids import AttachmentId, ChannelId, GuildId, PostId
from imgoe_bot.domain.owners import FINAL, OF_THE_KEY, names_of

AT_ONCE = 200
"""How many files that were given up are tried again in one transaction."""
ROUNDS_MAX = 50
"""How many such transactions one request makes."""


def try_server_again(
    connection: Connection, guild_id: GuildId, channel_id: ChannelId | None, *, of_key: bool
) -> int:
    """Try again what was given up, ``AT_ONCE`` at most, the newest first; see the port.

    Returns:
        How many they are.
    """
    cured = t.job.c.error.in_(names_of(*OF_THE_KEY))
    given_up = (
        select(t.job.c.post_id, t.job.c.attachment_id)
        .join(t.post, t.post.c.id == t.job.c.post_id)
        .where(
            FAILED_UPLOAD,
            t.job.c.guild_id == guild_id,
            t.job.c.attachment_id > 0,
            cured if of_key else t.job.c.error.not_in(names_of(*FINAL)),
            t.post.c.message_id.is_not(None),
            t.post.c.withdrawn_at.is_(None),
            *_in_place(channel_id),
        )
        .order_by(t.job.c.run_at.desc())
        .limit(AT_ONCE)
    )
    files: dict[PostId, list[AttachmentId]] = {}
    for post_id, attachment_id in connection.execute(given_up).all():
        files.setdefault(post_id, []).append(attachment_id)
    return sum(try_files_again(connection, post_id, theirs) for post_id, theirs in files.items())


def ask_for_server(connection: Connection, guild_id: GuildId, channel_id: ChannelId | None) -> int:
    """Have the next probe go at once of whatever a server's jobs wait for; count those."""
    which: list[ColumnElement[bool]] = [t.job.c.guild_id == guild_id]
    if channel_id is not None:
        posts = select(t.post.c.id).where(t.post.c.guild_id == guild_id, *_in_place(channel_id))
        which.append(t.job.c.post_id.in_(posts))
    return ask_now(connection, *which)


def _in_place(channel_id: ChannelId | None) -> Sequence[ColumnElement[bool]]:
    """Say of a post that it was made in a place, or in what stands in it."""
    if channel_id is None:
        return ()
    parents = "," + t.post.c.parent_ids + ","
    return (or_(t.post.c.channel_id == channel_id, parents.contains(f",{channel_id},")),)
