"""Use case: what a guild sets."""

import re
from dataclasses import replace

from imgoe_bot.domain.guild import Actor, ApiKey, GuildSettings, check_may_manage
from imgoe_bot.domain.ids import GuildId
from imgoe_bot.errors import KeyMissing, SettingsRejected, StaleWrite
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.guilds import GuildStore
from imgoe_bot.services.ports.jobs import JobStore

KEY_MAX_CHARS = 200

_HOST_URL = re.compile(
    r"https?://(\w[\w.-]*|\[[0-9a-f:]+\])(:(?P<port>[0-9]{1,5}))?(/[!-~]*)?", re.IGNORECASE
)
_NO_PART_OF_A_KEY = re.compile(r"[^!-~]|['\"`<>\\]")
_NO_PART_OF_A_BASE = re.compile(r"[?#@\\<>`]")

_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_AROUND = (
    " \t\r\n\v\f\u00a0\u202f\u3000'\"`<>,;\u00b4\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb"
)
_LABEL = re.compile(
    r"(?:-H|--header)\s*|['\"`]?(?:(?:x[-_ ])?api[-_ ]?key|key)['\"`]?\s*[:=]", re.IGNORECASE
)
"""What stands before a key in a header, a query, a command line or a file of settings."""


class GuildSettingsService:
    """Reads and changes a guild's settings."""

    def __init__(
        self, store: GuildStore, *, jobs: JobStore, default_host_url: str, clock: Clock
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._default_host_url = default_host_url
        self._clock = clock

    async def get(self, guild_id: GuildId) -> GuildSettings:
        """Return the guild's settings, defaults where it has set nothing."""
        found = await self._store.find_settings(guild_id)
        return found or GuildSettings(guild_id=guild_id, host_url=self._default_host_url)

    async def get_host(self, guild_id: GuildId) -> tuple[str, ApiKey]:
        """Return the guild's host and its key.

        Raises:
            KeyMissing: a moderator has to set one first.
        """
        settings = await self.get(guild_id)
        key = await self._store.find_key(guild_id)
        if key is None:
            raise KeyMissing(host_url=settings.host_url)
        return settings.host_url, key

    async def set_key(
        self, actor: Actor, *, host_url: str, key: str, expected: int
    ) -> GuildSettings:
        """Store the guild's host and key; what waited for one, or was given up so, is tried again.

        Args:
            actor: who sets it.
            host_url: the host's base address, as a person writes it.
            key: as a person pastes it.
            expected: the version of the settings that the actor looked at.

        Raises:
            NotAllowed: without the Manage Server permission.
            SettingsRejected: the address or the key can't be one.
            StaleWrite: somebody else changed the settings meanwhile.
        """
        guild_id = check_may_manage(actor)
        current = await self.get(guild_id)
        if expected != current.version:
            raise StaleWrite
        wanted = replace(current, host_url=check_host_url(host_url))
        saved = await self._store.save_key(
            wanted, check_key(key), actor_id=actor.user_id, now=self._clock.now()
        )
        await self._jobs.try_server_again(guild_id, of_key=True)
        return saved

    async def remove_key(self, actor: Actor) -> GuildSettings:
        """Forget the key, if there is one; the host stays as it is set.

        Raises:
            NotAllowed: without the Manage Server permission.
            StaleWrite: somebody else changed the settings meanwhile.
        """
        current = await self.get(check_may_manage(actor))
        if current.key_fingerprint is None:
            return current
        return await self._store.remove_key(current, actor_id=actor.user_id, now=self._clock.now())


def check_host_url(text: str) -> str:
    """Return the base address of an image host, without a trailing slash.

    Raises:
        SettingsRejected: it is no plain http(s) address.
    """
    url = _unwrapped(text).rstrip("/").removesuffix("/api/1/upload").rstrip("/")
    found = _HOST_URL.fullmatch(url)
    if found is None or _NO_PART_OF_A_BASE.search(url) or not 0 < int(found["port"] or 1) < 65_536:
        raise SettingsRejected(setting="host", problem="not-an-address")
    return url


def check_key(text: str) -> ApiKey:
    """Return an API key as it can stand in an HTTP header, without what was pasted along.

    Raises:
        SettingsRejected: it is empty, too long or has characters no key has.
    """
    key = _unwrapped(text)
    while label := _LABEL.match(key):
        key = _unwrapped(key[label.end() :])
    if not 0 < len(key) <= KEY_MAX_CHARS:
        raise SettingsRejected(setting="key", problem="empty" if not key else "too-long")
    if _NO_PART_OF_A_KEY.search(key):
        raise SettingsRejected(setting="key", problem="not-a-key")
    return ApiKey(key)


def _unwrapped(text: str) -> str:
    """Return what was pasted without blanks, quotes and brackets around it, and unseen marks.

    The end of a line within makes two things of it, and stays to be refused.
    """
    return _INVISIBLE.sub("", text).strip(_AROUND)
