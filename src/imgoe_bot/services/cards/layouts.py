"""How a card is laid out where its server leaves that to the case."""

from datetime import datetime, timedelta
from hashlib import sha256

from imgoe_bot.domain.ids import GuildId
from imgoe_bot.domain.options import Layout, Options, layout_for
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.notes import Notes
from imgoe_bot.services.settings.guild_settings import GuildSettingsService

UNREACHABLE_FOR = timedelta(days=1)
"""How long a host is remembered whose pictures Discord could not load."""


class Layouts:
    """Chooses embeds or a gallery, by what is shown and by whether it could be shown lately."""

    def __init__(self, notes: Notes, *, guilds: GuildSettingsService, clock: Clock) -> None:
        self._notes = notes
        self._guilds = guilds
        self._clock = clock

    async def choose(self, options: Options, guild_id: GuildId, *, files: int) -> Layout:
        """Return how a card is made: EMBED or GALLERY.

        Args:
            options: in force where the card will stand.
            guild_id: whose host the files are on.
            files: how many files the card is about.
        """
        reachable = True
        if options.layout is Layout.AUTO and files > 1:
            reachable = await self._is_reachable((await self._guilds.get(guild_id)).host_url)
        return layout_for(options.layout, files=files, reachable=reachable)

    async def note_unreachable(self, host_url: str) -> None:
        """Remember for a day that Discord can't load a host's pictures."""
        await self._notes.write(_note(host_url), self._clock.now().isoformat())

    async def _is_reachable(self, host_url: str) -> bool:
        said_at = await self._notes.find(_note(host_url))
        if said_at is None:
            return True
        return datetime.fromisoformat(said_at) + UNREACHABLE_FOR <= self._clock.now()


def _note(host_url: str) -> str:
    """Return the note's name; an address may be longer than a name can be."""
    return f"previews {sha256(host_url.encode()).hexdigest()[:32]}"
