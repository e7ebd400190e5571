"""Use case: what a person may know, decide and have erased."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from imgoe_bot.domain.choices import EVERYWHERE, PersonChoice, choice_in
from imgoe_bot.domain.guild import Actor
from imgoe_bot.domain.ids import GuildId, UserId
from imgoe_bot.domain.library import Entry
from imgoe_bot.domain.library_export import record_of
from imgoe_bot.domain.privacy import Holdings, Overview
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.uploading.quotas import QuotaService

EXPORT_FORMAT = "imgoe person 1"


class PersonStore(Protocol):
    """Everything that is stored about one person."""

    async def holdings(self, user_id: UserId) -> Holdings:
        """Return how much there is."""
        ...

    async def entries(self, user_id: UserId) -> tuple[Entry, ...]:
        """Return every record of an upload, of deleted ones too, oldest first."""
        ...

    async def traces(self, user_id: UserId) -> Mapping[str, Sequence[Mapping[str, object]]]:
        """Return what else names the person, by what it is: rows of plain values and times."""
        ...

    async def order_erasure(self, user_id: UserId, *, at: datetime) -> int:
        """Store a job that erases each of the person's posts, and drop all other work on them.

        What names the person elsewhere is forgotten at once. Safe to repeat.

        Returns:
            How many posts are being erased now.
        """
        ...


class Choices(Protocol):
    """What people said about being mirrored."""

    async def of_person(self, user_id: UserId) -> Mapping[GuildId, PersonChoice]:
        """Return all that a person said, by server."""
        ...

    async def choose(
        self, user_id: UserId, guild_id: GuildId, choice: PersonChoice, *, at: datetime
    ) -> None:
        """Store a choice; one for everywhere goes over all that was said before."""
        ...


class PrivacyService:
    """A person's rights over what is kept of them; each concerns who asks, nobody else."""

    def __init__(
        self,
        people: PersonStore,
        *,
        choices: Choices,
        guilds: GuildSettingsService,
        quotas: QuotaService,
        clock: Clock,
    ) -> None:
        self._people = people
        self._choices = choices
        self._guilds = guilds
        self._quotas = quotas
        self._clock = clock

    async def show(self, actor: Actor) -> Overview:
        """Return what is kept of the actor, and what they said about it."""
        guild_id = actor.guild_id
        choices = await self._choices.of_person(actor.user_id)
        return Overview(
            holdings=await self._people.holdings(actor.user_id),
            host_url=(await self._guilds.get(guild_id)).host_url if guild_id else None,
            choice=choice_in(guild_id or EVERYWHERE, choices),
            spent=await self._quotas.standing(guild_id, actor.user_id) if guild_id else (),
        )

    async def choose(self, actor: Actor, choice: PersonChoice) -> None:
        """Store the actor's choice for the server they ask in; in direct messages, for all.

        It holds from the next message on.
        """
        where = actor.guild_id or EVERYWHERE
        await self._choices.choose(actor.user_id, where, choice, at=self._clock.now())

    async def export(self, actor: Actor) -> str:
        """Return all that is stored about the actor, as JSON.

        Delete links are left out: they are secrets, and their owner was handed them already.
        """
        choices = await self._choices.of_person(actor.user_id)
        traces = await self._people.traces(actor.user_id)
        data = {
            "format": EXPORT_FORMAT,
            "user_id": str(actor.user_id),
            "choices": {_place(guild_id): choice.value for guild_id, choice in choices.items()},
            **{name: [_plainly(row) for row in rows] for name, rows in traces.items()},
            "uploads": [_told(entry) for entry in await self._people.entries(actor.user_id)],
        }
        return json.dumps(data, indent=2, ensure_ascii=False)

    async def forget(self, actor: Actor) -> int:
        """Have everything about the actor erased, in every server; safe to repeat.

        What stays is the mark that they want no part in it, under a keyed hash.

        Returns:
            How many posts there are to erase; the worker does it.
        """
        now = self._clock.now()
        await self._choices.choose(actor.user_id, EVERYWHERE, PersonChoice.OUT, at=now)
        return await self._people.order_erasure(actor.user_id, at=now)


def _place(guild_id: GuildId) -> str:
    return "everywhere" if guild_id == EVERYWHERE else str(guild_id)


def _plainly(row: Mapping[str, object]) -> dict[str, object]:
    """Return a row as JSON holds it: times in ISO 8601, ids as text, which no reader rounds."""

    def plain(value: object) -> object:
        if isinstance(value, datetime):
            return value.isoformat()
        return str(value) if isinstance(value, int) else value

    return {name: plain(value) for name, value in row.items()}


def _told(entry: Entry) -> dict[str, object]:
    deleted_at = entry.upload.deleted_at
    return record_of(entry) | {"deleted_at": deleted_at.isoformat() if deleted_at else None}
