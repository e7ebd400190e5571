"""A guild in the hands of a test or a demo: adding channels, roles, members."""

from collections.abc import Iterable

from imgoe_bot.discordsim.entities import Channel, ChannelType, Guild, Member, Role
from imgoe_bot.discordsim.payloads import (
    channel_payload,
    guild_create_payload,
    member_payload,
    role_payload,
    user_payload,
)
from imgoe_bot.discordsim.permissions import Overwrite, Permission
from imgoe_bot.discordsim.person import Person
from imgoe_bot.discordsim.wire import Payload
from imgoe_bot.discordsim.world import Event, World, add_member, everyone_role


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

    def channel(self, name: str) -> Channel:
        """Return a channel by name; raises KeyError."""
        for channel in self.channels:
            if channel.name == name:
                return channel
        raise KeyError(name)

    def add_channel(
        self,
        name: str,
        *,
        type: ChannelType = ChannelType.TEXT,
        topic: str | None = None,
        nsfw: bool = False,
        parent: Channel | None = None,
    ) -> Channel:
        """Add a channel; everybody who may view it is told."""
        channel = Channel(
            self._world.ids.next(),
            type,
            name,
            self.id,
            topic=topic,
            nsfw=nsfw,
            position=len(self.state.channel_ids),
            parent_id=None if parent is None else parent.id,
            created_at=self._world.clock(),
        )
        self._world.channels[channel.id] = channel
        self.state.channel_ids.append(channel.id)
        self._emit("CHANNEL_CREATE", channel_payload(self._world, channel), channel)
        return channel

    def delete_channel(self, channel: Channel) -> None:
        """Remove a channel with its messages."""
        self._emit("CHANNEL_DELETE", channel_payload(self._world, channel), channel)
        self.state.channel_ids.remove(channel.id)
        del self._world.channels[channel.id]

    def add_role(self, name: str, *permissions: Permission, color: int = 0) -> Role:
        """Add a role that grants these permissions."""
        granted = Permission.NONE
        for permission in permissions:
            granted |= permission
        role = Role(self._world.ids.next(), name, granted, len(self.state.roles), color)
        self.state.roles[role.id] = role
        data: Payload = {"guild_id": str(self.id), "role": role_payload(role)}
        self._emit("GUILD_ROLE_CREATE", data)
        return role

    def join(
        self,
        person: Person,
        *,
        roles: Iterable[Role] = (),
        permissions: Permission = Permission.NONE,
        nick: str | None = None,
    ) -> Member:
        """Make a person a member.

        Args:
            person: who joins.
            roles: roles of this guild.
            permissions: granted on top, by a role of the person's own.
            nick: name in this guild.
        """
        given = list(roles)
        if permissions:
            given.append(self.add_role(f"{person.name}'s rights", permissions))
        known = person.id in self.state.members
        member = add_member(self._world, self.state, person.user, [role.id for role in given])
        member.nick = nick
        name = "GUILD_MEMBER_UPDATE" if known else "GUILD_MEMBER_ADD"
        self._emit(name, member_payload(member) | {"guild_id": str(self.id)})
        return member

    def leave(self, person: Person) -> None:
        """Take a person out of the guild."""
        member = self.state.members.pop(person.id)
        data: Payload = {"guild_id": str(self.id), "user": user_payload(member.user)}
        self._emit("GUILD_MEMBER_REMOVE", data)

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
        is_role = not isinstance(target, Person)
        channel.overwrites[target_id] = Overwrite(target_id, is_role, allow, deny)
        self._emit("CHANNEL_UPDATE", channel_payload(self._world, channel), channel)

    def add_bot(self) -> None:
        """Invite the bot."""
        self.state.has_bot = True
        add_member(self._world, self.state, self._world.bot)
        payload = guild_create_payload(self._world, self.state, all_members=False)
        del payload["unavailable"]  # present only when a known guild becomes available
        self._world.emit(
            Event("GUILD_CREATE", payload, self.id, only=frozenset({self._world.bot.id}))
        )

    def grant_bot(self, *permissions: Permission) -> Role:
        """Give the bot a role with these permissions, as an invite link would."""
        role = self.add_role(self._world.bot.name, *permissions)
        member = add_member(self._world, self.state, self._world.bot, [role.id])
        data = member_payload(member) | {"guild_id": str(self.id)}
        self._emit("GUILD_MEMBER_UPDATE", data)
        return role

    def remove_bot(self) -> None:
        """Kick the bot."""
        bot_id = self._world.bot.id
        data: Payload = {"id": str(self.id)}
        self._world.emit(Event("GUILD_DELETE", data, self.id, only=frozenset({bot_id})))
        self.state.has_bot = False
        self.state.members.pop(bot_id, None)

    def _emit(self, name: str, data: Payload, channel: Channel | None = None) -> None:
        channel_id = None if channel is None else channel.id
        self._world.emit(Event(name, data, self.id, channel_id))


def new_guild(world: World, name: str, owner: Person, *, bot: bool) -> GuildHandle:
    """Create a guild with its owner in it, and the bot when asked for."""
    state = Guild(world.ids.next(), name, owner.id, has_bot=bot)
    state.roles[state.id] = everyone_role(state.id)
    world.guilds[state.id] = state
    add_member(world, state, owner.user)
    handle = GuildHandle(world, state)
    if bot:
        handle.add_bot()
    return handle
