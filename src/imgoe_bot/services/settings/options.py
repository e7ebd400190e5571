"""Use case: what holds where, and changing it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from imgoe_bot.domain.guild import SERVER, Actor, Change, GuildSettings, check_may_manage
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.option_kinds import NONE, ValueType
from imgoe_bot.domain.option_layers import OptionInForce, explain
from imgoe_bot.domain.options import (
    OPTIONS,
    Options,
    check_meant,
    get_option,
    resolve,
)
from imgoe_bot.errors import SettingsRejected, StaleWrite
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.guilds import OptionStore
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.option_export import checked_value, read_export, write_export

HISTORY_LINES = 15


@dataclass(frozen=True, slots=True)
class Resettable:
    """What a place sets itself, as somebody looks at it.

    Attributes:
        version: of the server's settings.
        own: stored texts by option name, in the order people see them.
    """

    version: int
    own: Mapping[str, str]


class OptionService:
    """Reads and changes a guild's options, place by place."""

    def __init__(
        self,
        store: OptionStore,
        *,
        guilds: GuildSettingsService,
        catch_ups: CatchUpQueue,
        clock: Clock,
    ) -> None:
        self._store = store
        self._guilds = guilds
        self._catch_ups = catch_ups
        self._clock = clock

    async def at(self, guild_id: GuildId, channel_ids: Sequence[int]) -> Options:
        """Return the values in force in a channel.

        Args:
            guild_id: the server.
            channel_ids: the innermost place first: thread, channel, category; empty for what
                holds for the server.
        """
        layers = await self._store.layers(guild_id)
        line = (SERVER, *reversed(channel_ids))
        return resolve(layers.get(scope_id, {}) for scope_id in line)

    async def explain(
        self, guild_id: GuildId, channel_ids: Sequence[int]
    ) -> tuple[OptionInForce, ...]:
        """Return each value in force in a channel, and which place sets it.

        Args:
            guild_id: the server.
            channel_ids: as for ``at``.
        """
        layers = await self._store.layers(guild_id)
        line = (SERVER, *reversed(channel_ids))
        return explain([(scope_id, layers.get(scope_id, {})) for scope_id in line])

    async def layers(self, guild_id: GuildId) -> Mapping[int, Mapping[str, str]]:
        """Return what each place sets itself, as texts; the server's scope is 0."""
        return await self._store.layers(guild_id)

    async def layer(self, guild_id: GuildId, scope_id: int) -> Mapping[str, str]:
        """Return what one place sets itself, as texts."""
        return (await self._store.layers(guild_id)).get(scope_id, {})

    async def set(
        self,
        actor: Actor,
        scope_id: int,
        name: str,
        text: str,
        *,
        expected: int | None = None,
        known_ids: Collection[int] | None = None,
    ) -> str:
        """Set one option at one place and return it as stored.

        Args:
            actor: who changes it.
            scope_id: the place; 0 for the server.
            name: the option's.
            text: its value, as a person writes it.
            expected: the version of the settings that the actor looked at; None for whichever
                there is.
            known_ids: the server's own channels and roles, beyond which no value may point; None
                where the option takes neither.

        Raises:
            NotAllowed: without the Manage Server permission.
            SettingsRejected: no such option, not a value of it, hardly what was meant, or it holds
                server-wide only.
            StaleWrite: somebody else changed the settings meanwhile.
        """
        guild_id = check_may_manage(actor)
        check_meant(name, text)
        stored = checked_value(scope_id, name, text)
        _check_known(name, stored, known_ids)
        settings = await self._guilds.get(guild_id)
        if expected is not None and expected != settings.version:
            raise StaleWrite
        await self._change(actor, settings, [(scope_id, name, stored)])
        return stored

    async def to_reset(self, actor: Actor, scope_id: int, name: str | None) -> Resettable:
        """Return what ``reset`` would take from a place.

        Raises:
            NotAllowed, SettingsRejected: as for ``set``.
        """
        guild_id = check_may_manage(actor)
        names = OPTIONS if name is None else (get_option(name).name,)
        settings = await self._guilds.get(guild_id)
        own = await self.layer(guild_id, scope_id)
        return Resettable(settings.version, {each: own[each] for each in names if each in own})

    async def reset(
        self, actor: Actor, scope_id: int, name: str | None, *, expected: int | None = None
    ) -> int:
        """Let a place inherit one option again, or all; returns how many it had set.

        Raises:
            NotAllowed, SettingsRejected, StaleWrite: as for ``set``.
        """
        guild_id = check_may_manage(actor)
        settings = await self._guilds.get(guild_id)
        if expected is not None and expected != settings.version:
            raise StaleWrite
        own = await self.layer(guild_id, scope_id)
        names = list(own) if name is None else [get_option(name).name]
        held = [each for each in names if each in own]
        if held:
            await self._change(actor, settings, [(scope_id, each, None) for each in held])
        return len(held)

    async def note(
        self, actor: Actor, scope_id: int, name: str, *, old: str | None, new: str | None
    ) -> None:
        """Add a line to the history about something that is no option.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        change = Change(actor.user_id, self._clock.now(), scope_id, name, old, new)
        await self._store.note(check_may_manage(actor), change)

    async def history(self, actor: Actor) -> tuple[Change, ...]:
        """Return the last changes, newest first.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        return await self._store.history(check_may_manage(actor), limit=HISTORY_LINES)

    async def export(self, actor: Actor) -> str:
        """Return every stored text as JSON; keys and other secrets are not among them.

        Raises:
            NotAllowed: without the Manage Server permission.
        """
        layers = await self._store.layers(check_may_manage(actor))
        return write_export(layers)

    async def import_(
        self, actor: Actor, text: str, *, known_ids: Collection[int] | None = None
    ) -> int:
        """Make a server's options those of an export, all or none; returns how many were set.

        Args:
            actor: who imports.
            text: what ``export`` returned, here or elsewhere.
            known_ids: as for ``set``.

        Raises:
            NotAllowed, StaleWrite: as for ``set``.
            SettingsRejected: not an export, or a value in it is none of its option's.
        """
        guild_id = check_may_manage(actor)
        wanted = read_export(text)
        for (_, name), value in wanted.items():
            _check_known(name, value, known_ids)
        settings = await self._guilds.get(guild_id)
        layers = await self._store.layers(guild_id)
        dropped = [
            (scope_id, name, None)
            for scope_id, layer in layers.items()
            for name in layer
            if (scope_id, name) not in wanted
        ]
        given = [(scope_id, name, value) for (scope_id, name), value in wanted.items()]
        await self._change(actor, settings, [*dropped, *given])
        return len(given)

    async def _change(
        self, actor: Actor, settings: GuildSettings, changes: Sequence[tuple[int, str, str | None]]
    ) -> None:
        await self._store.change(settings, changes, actor_id=actor.user_id, now=self._clock.now())
        self._catch_ups.ask_now(settings.guild_id)  # what a rule rests for may be needed no more


def _check_known(name: str, stored: str, known_ids: Collection[int] | None) -> None:
    """Let no option point at another server's channel, where the bot may be able to write too."""
    option = get_option(name)
    if (
        known_ids is None
        or stored == NONE
        or option.value_type not in (ValueType.CHANNEL, ValueType.ROLE)
    ):
        return
    if int(stored) not in known_ids:
        raise SettingsRejected(setting=name, problem="not-here")
