"""A guild in the hands of a test or a demo: channels, roles, members, stickers."""

from collections.abc import Iterable, Sequence

from imgoe_bot.discordsim.actions.channels import (
    add_channel,
    delete_channel,
    edit_channel,
    set_overwrite,
)
from imgoe_bot.discordsim.actions.guilds import (
    add_bot,
    add_sticker,
    remove_bot,
    rename_guild,
    set_system_channel,
)
from imgoe_bot.discordsim.actions.members import (
    emit_member,
    join_guild,
    leave_guild,
    set_member_roles,
)
from imgoe_bot.discordsim.actions.roles import add_role, delete_role
from imgoe_bot.discordsim.controls.person import Person
from imgoe_bot.discordsim.controls.webhook import Webhook
from imgoe_bot.discordsim.permissions import Overwrite, Permission, union
from imgoe_bot.discordsim.state.channels import Channel, ChannelType
from imgoe_bot.discordsim.state.guilds import Guild, Member, Role, Sticker
from imgoe_bot.discordsim.state.users import User
from imgoe_bot.discordsim.state.world import World
from imgoe_bot.discordsim.untyped_json import Payload


class GuildHandle:
    """One guild and what its owner may do with it.

    Attributes:
        state: the guild's own state.
    """

    def __init__(self, world: World, state: Guild) -> None:
        self._world = world
        self.state = state

    @property
    def id(self) -> int:
        """The guild's id."""
        return self.state.id

    @property
    def name(self) -> str:
        """The guild's name."""
        return self.state.name

    @property
    def channels(self) -> list[Channel]:
        """The guild's channels in their order, threads left out."""
        return list(self._world.guild_channels(self.state))

    @property
    def threads(self) -> list[Channel]:
        """The guild's threads and forum posts that are not archived."""
        return list(self._world.threads(self.state))

    def channel(self, name: str) -> Channel:
        """Return a channel by name; raises KeyError."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        raise KeyError(name)

    def rename(self, name: str) -> None:
        """Change the guild's name."""
        rename_guild(self._world, self.state, name)

    def set_system_channel(self, channel: Channel | None) -> None:
        """Choose where Discord greets who joins; None: nowhere."""
        set_system_channel(self._world, self.state, channel)

    def block_words(self, *words: str) -> None:
        """Let automatic moderation refuse messages with these words; none: it refuses nothing."""
        self.state.blocked_words = list(words)

    def add_channel(
        self,
        name: str,
        *,
        type: ChannelType = ChannelType.TEXT,
        topic: str | None = None,
        nsfw: bool = False,
        parent: Channel | None = None,
        tags: Sequence[str] = (),
    ) -> Channel:
        """Add a channel.

        Args:
            name: its name.
            type: text by default; category, forum, media, news or voice.
            topic: its description.
            nsfw: whether it is age-restricted.
            parent: its category.
            tags: names of a forum's tags.
        """
        channel = Channel(
            self._world.ids.next(),
            type,
            name,
            self.id,
            topic=topic,
            nsfw=nsfw,
            parent_id=None if parent is None else parent.id,
            created_at=self._world.clock(),
            tags=[self._tag(tag) for tag in tags],
        )
        return add_channel(self._world, self.state, channel)

    def _tag(self, name: str) -> Payload:
        tag_id = str(self._world.ids.next())
        return {
            "id": tag_id,
            "name": name,
            "moderated": False,
            "emoji_id": None,
            "emoji_name": None,
        }

    def edit_channel(self, channel: Channel, **changes: object) -> None:
        """Change a channel: name, topic, nsfw, parent_id, rate_limit_per_user."""
        edit_channel(self._world, channel, changes)

    def delete_channel(self, channel: Channel) -> None:
        """Remove a channel with its messages and threads."""
        delete_channel(self._world, channel)

    def add_role(self, name: str, *permissions: Permission) -> Role:
        """Add a role that grants these permissions."""
        return add_role(self._world, self.state, name, union(permissions))

    def delete_role(self, role: Role) -> None:
        """Remove a role, also from its members."""
        delete_role(self._world, self.state, role)

    def join(
        self,
        person: Person,
        *,
        roles: Iterable[Role] = (),
        permissions: Permission = Permission.NONE,
        nick: str | None = None,
    ) -> Member:
        """Make a person a member, or give a member more.

        Args:
            person: who joins.
            roles: roles of this guild.
            permissions: granted on top, by a role of the person's own.
            nick: name in this guild, None to leave it.
        """
        given = list(roles)
        if permissions:
            given.append(self.add_role(f"{person.name}'s rights", permissions))
        member = join_guild(self._world, self.state, person.user, given)
        if nick is not None:
            member.nick = nick
            emit_member(self._world, "GUILD_MEMBER_UPDATE", self.state, member)
        return member

    def set_roles(self, person: Person, roles: Iterable[Role]) -> None:
        """Replace a member's roles."""
        member = self._world.member(self.id, person.id)
        set_member_roles(self._world, self.state, member, [role.id for role in roles])

    def leave(self, person: Person) -> None:
        """Take a person out of the guild."""
        leave_guild(self._world, self.state, person.user)

    def overwrite(
        self,
        channel: Channel,
        target: Role | Person | None = None,
        *,
        allow: Permission = Permission.NONE,
        deny: Permission = Permission.NONE,
    ) -> None:
        """Set what a channel allows and denies a role, a person or (None) everybody."""
        target_id = self.id if target is None else target.id
        overwrite = Overwrite(target_id, not isinstance(target, Person), allow, deny)
        set_overwrite(self._world, channel, overwrite, of=target_id)

    def override_command(
        self, name: str, target: Role | Person | Channel | None = None, *, allowed: bool
    ) -> None:
        """Allow or deny a command here, as an administrator does under Integrations.

        Args:
            name: the command's name.
            target: a role, a person, a channel, or None for everybody.
            allowed: whether it may be used; goes before the command's own default.
        """
        target_id = self.id if target is None else target.id
        self.state.command_overrides[name, target_id] = allowed

    def boost(self, level: int) -> None:
        """Set the boost level: 0 and 1 allow files of 10 MiB, 2 of 50, 3 of 100."""
        self.state.boost_level = level
        rename_guild(self._world, self.state, self.state.name)

    def add_bot(self) -> None:
        """Invite the bot."""
        add_bot(self._world, self.state)

    def add_commands(self) -> None:
        """Authorise the app's commands alone: people have them, the bot is no member."""
        self.state.has_commands = True

    def remove_bot(self) -> None:
        """Kick the bot."""
        remove_bot(self._world, self.state)

    def grant_bot(self, *permissions: Permission) -> Role:
        """Give the bot a role with these permissions, as an invite link would."""
        role = self.add_role(self._world.bot.name, *permissions)
        join_guild(self._world, self.state, self._world.bot, [role])
        return role

    def add_webhook(self, channel: Channel, name: str) -> Webhook:
        """Add a webhook that can post to a channel."""
        user = User(self._world.ids.next(), name, name, bot=True)
        return Webhook(self._world, channel, user)

    def add_sticker(self, name: str, data: bytes, *, format: int = 1) -> Sticker:
        """Add a sticker.

        Args:
            name: its name.
            data: its file.
            format: 1 PNG, 2 APNG, 3 Lottie, 4 GIF.
        """
        sticker = Sticker(self._world.ids.next(), name, format, data, guild_id=self.id)
        add_sticker(self._world, self.state, sticker)
        return sticker
