"""The state of a Discord and who may see and do what in it; no socket, no clock of its own.

REST, gateway and persons all act on one ``World``. Whatever changes is emitted as an ``Event``;
listeners (gateway sessions, pages, waiting tests) decide by ``may_see`` whether it is for them.
"""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from imgoe_bot.discordsim.permissions import ALL, DIRECT, MEMBER, Permission, in_channel
from imgoe_bot.discordsim.problems import problem
from imgoe_bot.discordsim.state.active_faults import ActiveFaults
from imgoe_bot.discordsim.state.channels import THREADS, Channel, ChannelType
from imgoe_bot.discordsim.state.commands import Command
from imgoe_bot.discordsim.state.events import MESSAGE_EVENTS, Event, Listener
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role
from imgoe_bot.discordsim.state.messages import Attachment, Message
from imgoe_bot.discordsim.state.signed_links import LinkSigner
from imgoe_bot.discordsim.state.snowflake import Snowflakes
from imgoe_bot.discordsim.state.users import User

PRIVILEGED_INTENTS = (1 << 1) | (1 << 8) | (1 << 15)
"""Members, presences and message content."""
# A bot is told of every channel of its guilds, also of those it can't view.
_KNOWN_TO_BOTS = frozenset({"CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"})


@dataclass(slots=True, eq=False)
class World:
    """Everything one simulated Discord knows.

    Attributes:
        clock: the present, in Unix seconds.
        bot: the bot's account; its id is the application's id too.
        bot_token: what the bot must present.
        privileged_intents: the privileged intents the portal grants (bits).
        directs: the channel of each pair of users that has one.
        commands: the bot's commands by id.
        active_faults: faults that show in what Discord says.
        interaction_files: files of command options and modals, which belong to no message.
    """

    clock: Callable[[], float]
    links: LinkSigner
    ids: Snowflakes
    bot: User
    owner: User
    bot_token: str = field(repr=False)
    privileged_intents: int = PRIVILEGED_INTENTS
    users: dict[int, User] = field(default_factory=dict[int, User])
    guilds: dict[int, Guild] = field(default_factory=dict[int, Guild])
    channels: dict[int, Channel] = field(default_factory=dict[int, Channel])
    directs: dict[tuple[int, ...], int] = field(default_factory=dict[tuple[int, ...], int])
    commands: dict[int, Command] = field(default_factory=dict[int, Command])
    interaction_files: dict[int, Attachment] = field(default_factory=dict[int, Attachment])
    listeners: list[Listener] = field(default_factory=list[Listener])
    active_faults: ActiveFaults = field(default_factory=ActiveFaults)
    nonces: dict[tuple[int, int, str], int] = field(default_factory=dict[tuple[int, int, str], int])

    def emit(self, event: Event) -> None:
        """Tell every listener, in the order of their subscription."""
        for listener in tuple(self.listeners):
            listener(event)

    @property
    def application_flags(self) -> int:
        """The application's flags: the privileged intents the portal grants (below 100 guilds)."""
        flags = {1 << 1: 1 << 15, 1 << 8: 1 << 13, 1 << 15: 1 << 19}
        return sum(flag for intent, flag in flags.items() if self.privileged_intents & intent)

    def user(self, user_id: int) -> User:
        """Return a user; raises 10013."""
        if user_id not in self.users:
            raise problem(10013)
        return self.users[user_id]

    def guild(self, guild_id: int) -> Guild:
        """Return a guild; raises 10004."""
        if guild_id not in self.guilds:
            raise problem(10004)
        return self.guilds[guild_id]

    def member(self, guild_id: int, user_id: int) -> Member:
        """Return a guild's member; raises 10004, 10007."""
        member = self.guild(guild_id).members.get(user_id)
        if member is None:
            raise problem(10007)
        return member

    def channel(self, channel_id: int) -> Channel:
        """Return a channel, thread or direct conversation; raises 10003."""
        if channel_id not in self.channels:
            raise problem(10003)
        return self.channels[channel_id]

    def message(self, channel: Channel, message_id: int) -> Message:
        """Return a message of a channel; raises 10008."""
        if message_id not in channel.messages:
            raise problem(10008)
        return channel.messages[message_id]

    def message_of(self, event: Event) -> Message | None:
        """Return the message an event tells of, None for other events or where it is gone."""
        channel = self.channels.get(event.channel_id or 0)
        if event.name not in MESSAGE_EVENTS or channel is None:
            return None
        return channel.messages.get(int(str(event.data["id"])))

    def guild_channels(self, guild: Guild) -> Iterable[Channel]:
        """Yield a guild's channels without threads, in their order."""
        for channel in self._channels_of(guild):
            if channel.type not in THREADS:
                yield channel

    def threads(self, guild: Guild) -> Iterable[Channel]:
        """Yield a guild's threads that are not archived."""
        for channel in self._channels_of(guild):
            if channel.type in THREADS and not channel.archived:
                yield channel

    def _channels_of(self, guild: Guild) -> list[Channel]:
        return [self.channels[channel_id] for channel_id in guild.channel_ids]

    def direct_channel(self, first: User, second: User) -> Channel:
        """Return the conversation of two users, opening it at first need."""
        pair = tuple(sorted((first.id, second.id)))
        if pair in self.directs:
            return self.channels[self.directs[pair]]
        opened = Channel(self.ids.next(), ChannelType.DM, "", None, recipient_ids=pair)
        self.channels[opened.id] = opened
        self.directs[pair] = opened.id
        return opened

    def boost_level(self, channel: Channel) -> int:
        """Return the boost level of a channel's guild, 0 outside of guilds."""
        guild = self.guilds.get(channel.guild_id or 0)
        return 0 if guild is None else guild.boost_level

    def share_guild(self, first: int, second: int) -> bool:
        """Tell whether two users are members of one guild."""
        return any(first in g.members and second in g.members for g in self.guilds.values())

    def guild_permissions(self, guild: Guild, user_id: int) -> Permission:
        """Return what a member may do in a guild by roles alone; nothing for a stranger."""
        member = guild.members.get(user_id)
        if member is None:
            return Permission.NONE
        if guild.owner_id == user_id:
            return ALL
        allowed = guild.roles[guild.id].permissions
        for role_id in member.role_ids:
            allowed |= guild.roles[role_id].permissions
        return ALL if allowed & Permission.ADMINISTRATOR else allowed

    def permissions(self, channel: Channel, user_id: int) -> Permission:
        """Return what a user may do in a channel; nothing where it has no access."""
        if channel.guild_id is None:
            return DIRECT if user_id in channel.recipient_ids else Permission.NONE
        guild = self.guild(channel.guild_id)
        if self._closed_to(channel, guild, user_id):
            return Permission.NONE
        base = self.guild_permissions(guild, user_id)
        if user_id not in guild.members or guild.owner_id == user_id:
            return base
        return in_channel(
            base,
            overwrites=self._ruling_channel(channel).overwrites,
            everyone_id=guild.id,
            role_ids=guild.members[user_id].role_ids,
            user_id=user_id,
        )

    def may_view(self, channel: Channel, user_id: int) -> bool:
        """Tell whether a user sees a channel."""
        return bool(self.permissions(channel, user_id) & Permission.VIEW_CHANNEL)

    def is_nsfw(self, channel: Channel) -> bool:
        """Tell whether a channel, or the one that a thread is in, is age-restricted."""
        return self._ruling_channel(channel).nsfw

    def _closed_to(self, channel: Channel, guild: Guild, user_id: int) -> bool:
        if channel.type is not ChannelType.PRIVATE_THREAD or user_id in channel.thread_member_ids:
            return False
        return not self.guild_permissions(guild, user_id) & Permission.MANAGE_THREADS

    def _ruling_channel(self, channel: Channel) -> Channel:
        if channel.type in THREADS and channel.parent_id in self.channels:
            return self.channels[channel.parent_id]
        return channel

    def require(self, user: User, channel: Channel, *needed: Permission) -> None:
        """Refuse unless the user may view the channel (50001) and has all needed (50013)."""
        held = self.permissions(channel, user.id)
        if not held & Permission.VIEW_CHANNEL:
            raise problem(50001)
        if any(not held & permission for permission in needed):
            raise problem(50013)

    def require_in_guild(self, user: User, guild: Guild, needed: Permission) -> None:
        """Refuse unless the user is a member (50001) and its roles grant it (50013)."""
        if user.id not in guild.members:
            raise problem(50001)
        if not self.guild_permissions(guild, user.id) & needed:
            raise problem(50013)

    def may_see(self, event: Event, user_id: int) -> bool:
        """Tell whether an event is for this user's eyes."""
        if event.only is not None:
            return user_id in event.only
        if event.name in _KNOWN_TO_BOTS and user_id == self.bot.id:
            return self.guilds[event.guild_id or 0].has_bot
        if event.channel_id is not None and event.channel_id in self.channels:
            return self.may_view(self.channels[event.channel_id], user_id)
        if event.guild_id is None:
            return False
        return event.guild_id in self.guilds and user_id in self.guilds[event.guild_id].members


def new_world(
    *, clock: Callable[[], float], links: LinkSigner, bot_name: str, bot_token: str | None = None
) -> World:
    """Return a Discord with nobody in it but the bot and the account that owns it."""
    ids = Snowflakes(clock)
    owner = User(ids.next(), "operator", "Operator")
    bot = User(ids.next(), bot_name, bot_name, bot=True)
    token = bot_token or f"sim.{bot.id}.{secrets.token_urlsafe(24)}"
    users = {owner.id: owner, bot.id: bot}
    return World(clock, links, ids, bot, owner, token, users=users)


def add_member(world: World, guild: Guild, user: User, role_ids: Iterable[int] = ()) -> Member:
    """Make a user a member of a guild without telling anybody; again is no change."""
    known = guild.members.get(user.id)
    member = known or Member(user, joined_at=world.clock())
    member.role_ids.extend(set(role_ids) - set(member.role_ids))
    guild.members[user.id] = member
    return member


def everyone_role(guild_id: int) -> Role:
    """Return a guild's @everyone role as Discord creates it."""
    return Role(guild_id, "@everyone", MEMBER)
