"""Who may send what where, who outranks whom, and who may grant what."""

from imgoe_bot.discordsim.permissions import Permission
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.rules import limits
from imgoe_bot.discordsim.rules.drafts import Draft
from imgoe_bot.discordsim.rules.values import check_length
from imgoe_bot.discordsim.state.channels import THREADS, WITHOUT_MESSAGES, Channel
from imgoe_bot.discordsim.state.guilds import Guild, Role
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World


def check_may_send(world: World, author: User, channel: Channel, draft: Draft) -> None:
    """Refuse where the author lacks a right, or the channel takes no messages or stickers."""
    if channel.guild_id is None:
        _check_direct(world, author, channel)
    else:
        _check_in_guild(world, author, channel, draft)
    _check_stickers(world, channel, draft)


def check_may_write(world: World, author: User, channel: Channel) -> None:
    """Refuse who can't see a channel (50001) or may not write in it (50013)."""
    in_thread = channel.type in THREADS
    speak = Permission.SEND_MESSAGES_IN_THREADS if in_thread else Permission.SEND_MESSAGES
    world.require(author, channel, speak)


def _check_in_guild(world: World, author: User, channel: Channel, draft: Draft) -> None:
    check_may_write(world, author, channel)
    if channel.type in WITHOUT_MESSAGES:
        raise problem(50008)
    if draft.files:
        world.require(author, channel, Permission.ATTACH_FILES)
    if draft.embeds:
        world.require(author, channel, Permission.EMBED_LINKS)
    if draft.reference is not None:
        _check_may_answer(world, author, channel)
    if channel.locked and not world.permissions(channel, author.id) & Permission.MANAGE_THREADS:
        raise problem(50083)


def _check_may_answer(world: World, author: User, channel: Channel) -> None:
    """Refuse an answer to a message that its author could not read (160002)."""
    if not world.permissions(channel, author.id) & Permission.READ_MESSAGE_HISTORY:
        raise problem(160002)


def check_automod(world: World, author: User, channel: Channel, draft: Draft) -> None:
    """Refuse words that a server's automatic moderation blocks (200000); managers are exempt.

    Source: https://discord.com/developers/docs/resources/auto-moderation
    """
    guild = world.guilds.get(channel.guild_id or 0)
    if guild is None or world.guild_permissions(guild, author.id) & Permission.MANAGE_GUILD:
        return
    said = f"{draft.content} {draft.embeds} {draft.components}".casefold()
    if any(word.casefold() in said for word in guild.blocked_words):
        raise problem(200000)


def _check_stickers(world: World, channel: Channel, draft: Draft) -> None:
    """Refuse more than three stickers, or one that is not the server's own."""
    check_length(draft.sticker_ids, "sticker_ids", least=0, most=limits.STICKERS)
    guild = world.guilds.get(channel.guild_id or 0)
    known = {} if guild is None else guild.stickers
    if not known.keys() >= set(draft.sticker_ids):
        raise problem(50081)


def _check_direct(world: World, author: User, channel: Channel) -> None:
    if author.id not in channel.recipient_ids:
        raise problem(50001)
    for user_id in set(channel.recipient_ids) - {author.id}:
        user = world.users[user_id]
        if user.dms_closed or (user.blocks_bot and author is world.bot):
            raise problem(50007)
        if author.bot and not world.share_guild(author.id, user_id):
            raise problem(50278)


def check_outranks(user: User, guild: Guild, role: Role) -> None:
    """Refuse who stands no higher than a role (50013); a guild's owner stands above all.

    Source: https://discord.com/developers/docs/topics/permissions#permission-hierarchy
    """
    held = [guild.roles[role_id].position for role_id in guild.members[user.id].role_ids]
    if guild.owner_id != user.id and role.position >= max(held, default=0):
        raise problem(50013)


def check_may_grant(world: World, user: User, guild: Guild, granted: Permission) -> None:
    """Refuse who grants a role what they don't hold themselves (50013)."""
    if granted & ~world.guild_permissions(guild, user.id):
        raise problem(50013)
