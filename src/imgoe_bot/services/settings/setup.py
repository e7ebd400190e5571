"""Use case: a server is set up, and tried before anybody relies on it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

from imgoe_bot.domain.guild import Actor, ApiKey, GuildSettings, check_may_manage
from imgoe_bot.domain.ids import new_id
from imgoe_bot.domain.tiny_png import tiny_png
from imgoe_bot.domain.upload import Details, Stored
from imgoe_bot.errors import HostError, SourceBlocked
from imgoe_bot.services.ports.image_host import ImageHost, KeyChecker
from imgoe_bot.services.ports.media import MediaFile
from imgoe_bot.services.settings.guild_settings import (
    GuildSettingsService,
    check_host_url,
    check_key,
)

PUBLIC_HOST = "https://imgoe.download"


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a test upload.

    Attributes:
        left_behind: the page of the picture where it could not be deleted again, else None.
    """

    host_url: str
    left_behind: str | None = None


class SetupService:
    """Takes a key only when it works, and proves that uploads do."""

    def __init__(
        self,
        guilds: GuildSettingsService,
        *,
        checker: KeyChecker,
        host: ImageHost,
        default_host_url: str,
    ) -> None:
        self._guilds = guilds
        self._checker = checker
        self._host = host
        self._default_host_url = default_host_url

    def offered_hosts(self, settings: GuildSettings) -> tuple[str, ...]:
        """Return the hosts to choose from, the one in use first, none twice."""
        known = (settings.host_url, self._default_host_url, PUBLIC_HOST)
        return tuple(dict.fromkeys(known))

    async def set_key(
        self, actor: Actor, *, host_url: str, key: str, checked: bool, expected: int
    ) -> GuildSettings:
        """Store host and key if the host takes the key; otherwise nothing changes.

        Args:
            actor: who sets it.
            host_url: the host's base address, as a person writes it.
            key: as a person pastes it.
            checked: False stores the key unasked, for a host that can't be reached now.
            expected: the version of the settings that the actor looked at.

        Raises:
            NotAllowed: without the Manage Server permission.
            SettingsRejected: the address or the key can't be one.
            KeyRejected: the host does not accept the key.
            HostError: the host could not be asked.
            StaleWrite: somebody else changed the settings meanwhile.
        """
        check_may_manage(actor)
        base, wanted = check_host_url(host_url), check_key(key)
        if checked:
            await self._checker.check_key(host_url=base, key=wanted)
        return await self._guilds.set_key(actor, host_url=base, key=wanted.value, expected=expected)

    async def try_upload(self, actor: Actor) -> Trial:
        """Upload a tiny picture to the server's host with its key, and delete it again.

        Raises:
            NotAllowed: without the Manage Server permission.
            KeyMissing: the server has set no key.
            HostError, MediaRejected: whatever the host had against it.
        """
        host_url, key = await self._guilds.get_host(check_may_manage(actor))
        stored = await self._upload(host_url, key)
        deleted = await self._delete(stored, host_url=host_url)
        return Trial(host_url, None if deleted else stored.viewer_url)

    async def _upload(self, host_url: str, key: ApiKey) -> Stored:
        data = tiny_png(new_id())
        media = MediaFile("imgoe-test.png", "image/png", len(data), _once(data))
        return await self._host.upload(media, host_url=host_url, key=key, details=Details())

    async def _delete(self, stored: Stored, *, host_url: str) -> bool:
        if stored.delete_link is None:
            return False
        try:
            await self._host.delete(stored.delete_link, host_url=host_url)
        except (HostError, SourceBlocked):
            return False
        return True


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
