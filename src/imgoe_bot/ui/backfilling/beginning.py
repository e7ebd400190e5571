"""How a backfill begins: its place is listed, it is stored, shown, and estimated meanwhile."""

from collections.abc import Iterator

import discord
from discord.app_commands import AppCommandThread
from discord.utils import format_dt, snowflake_time

from imgoe_bot.domain.backfill import MESSAGES_AT_ONCE, Backfill
from imgoe_bot.domain.backfill_requests import BackfillRequest
from imgoe_bot.domain.estimate import Estimate
from imgoe_bot.domain.guild import check_may_manage
from imgoe_bot.domain.ids import ChannelId, GuildId, MessageId
from imgoe_bot.domain.moments import parse_span
from imgoe_bot.domain.options import Treatment
from imgoe_bot.errors import BackfillRejected, NotAllowed, SourceUnreachable
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.access.permissions import NEEDED_TO_READ, missing_in
from imgoe_bot.ui.backfilling.estimates import estimate
from imgoe_bot.ui.backfilling.messages import post_progress
from imgoe_bot.ui.backfilling.places import FoundChannels, find_channels
from imgoe_bot.ui.backfilling.progress import place_name
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.places import Place, channel_line, is_nsfw
from imgoe_bot.ui.texts.rule_texts import place_list
from imgoe_bot.ui.translate import Words, words_for_locale


def request_for(
    interaction: AnyInteraction, place: Place, *, begin: str | None = None, end: str | None = None
) -> BackfillRequest:
    """Return what is asked for of a place, its ends as somebody typed them.

    Raises:
        SettingsRejected: an end is no day, moment or message.
    """
    guild_id, now = interaction.guild_id or 0, interaction.created_at
    first = parse_span(begin, setting="from", now=now, guild_id=guild_id) if begin else None
    last = parse_span(end, setting="to", now=now, guild_id=guild_id) if end else None
    parents = () if isinstance(place, discord.Guild) else channel_line(place)[1:]
    return BackfillRequest(
        place_id=ChannelId(place.id),
        parent_ids=parents,
        asked=MessageId(interaction.id),
        after=MessageId(max(0, first.first - 1)) if first else None,
        before=MessageId(last.end) if last else None,
        locale=str(interaction.guild_locale or "en-US"),
    )


async def begin(interaction: AnyInteraction, place: Place, request: BackfillRequest) -> str:
    """Begin a backfill, show its progress where it was asked for, and return what to say.

    Raises:
        NotAllowed: without the Manage Server permission, or the bot can read nothing of the place.
        BackfillRejected, BackfillOverlaps, KeyMissing: as the service says.
        SourceUnreachable: Discord did not answer.
    """
    services, words = services_of(interaction.client), words_for_locale(interaction.locale)
    actor = actor_of(interaction)
    await _check_not_refused(interaction, place, check_may_manage(actor))
    found = await find_channels(place, after=request.after or 0)
    _check_readable(place, found)
    backfill = await services.backfills.begin(actor, request)
    shown = await post_progress(interaction.channel, backfill, services)
    about = await _estimated(interaction, backfill, found)
    return "\n".join(
        [
            words("backfill.begun", number=backfill.id, place=place_name(backfill, words)),
            *_notes(interaction, request, found, words),
            *estimate_lines(about, words, rests=not backfill.dry_run),
            words("backfill.shown", link=shown.jump_url) if shown else words("backfill.not_shown"),
        ]
    )


async def _check_not_refused(interaction: AnyInteraction, place: Place, guild_id: GuildId) -> None:
    """Refuse a place of which the server's options keep nothing."""
    if isinstance(place, discord.Guild) or not is_nsfw(place):
        return
    options = await services_of(interaction.client).options.at(guild_id, channel_line(place))
    if options.nsfw is Treatment.REFUSE:
        raise BackfillRejected(problem="age-restricted")


def _check_readable(place: Place, found: FoundChannels) -> None:
    """Refuse a place of which nothing can be read; one that is merely empty is begun."""
    if found.readable or not found.closed:
        return
    first = found.closed[0]
    if isinstance(first, AppCommandThread):
        raise NotAllowed(needs=f"view_channel:{place.id}")
    missing = missing_in(first, NEEDED_TO_READ) or NEEDED_TO_READ
    raise NotAllowed(needs=f"{missing[0]}:{first.id}")


async def _estimated(
    interaction: AnyInteraction, backfill: Backfill, found: FoundChannels
) -> Estimate | None:
    """Return about how much there is to do, noted with the backfill; None: Discord can't say."""
    try:
        about = await estimate(
            interaction.client,
            found,
            guild_id=backfill.guild_id,
            whole_server=backfill.is_server_wide,
            after=backfill.after,
            before=backfill.before,
            kinds=backfill.kinds,
        )
    except SourceUnreachable:
        return None
    await services_of(interaction.client).backfills.expect(backfill.id, about.files)
    return about


def estimate_lines(about: Estimate | None, words: Words, *, rests: bool) -> Iterator[str]:
    """Yield what an estimate says, if there is one; ``rests``: whether it waits when it is long."""
    if about is None:
        yield words("backfill.no_estimate")
        return
    yield words(
        "backfill.estimate",
        messages=fmt.number(about.messages, words),
        files=fmt.number(about.files, words),
        size=fmt.size(about.size_bytes, words),
    )
    if rests and about.messages > MESSAGES_AT_ONCE:
        yield words("backfill.large", limit=fmt.number(MESSAGES_AT_ONCE, words))


def _notes(
    interaction: AnyInteraction, request: BackfillRequest, found: FoundChannels, words: Words
) -> Iterator[str]:
    """Yield what differs from what was asked for."""
    guild_id = interaction.guild_id or 0
    if request.after is not None and request.after < guild_id - 1:
        yield words("backfill.clamped", when=format_dt(snowflake_time(guild_id), "D"))
    if found.closed:
        names = [each.mention for each in found.closed]
        yield words("backfill.closed", places=place_list(names, words))
    if not interaction.client.intents.message_content:
        yield words("mirror.content_hidden")
