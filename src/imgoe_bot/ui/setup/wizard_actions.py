"""What the wizard's clicks do; each returns what there is to say about it."""

from collections.abc import Sequence

from discord.app_commands import AppCommandChannel, AppCommandThread

from imgoe_bot.domain.guild import SERVER
from imgoe_bot.domain.ids import ChannelId, MessageId
from imgoe_bot.errors import ImgoeError, StaleWrite
from imgoe_bot.ui import formatting as fmt
from imgoe_bot.ui.access.permissions import missing_to_mirror
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.privacy import notices
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.reading.places import Mirrorable, Place
from imgoe_bot.ui.texts.error_texts import error_text
from imgoe_bot.ui.texts.permission_texts import missing_lines
from imgoe_bot.ui.translate import Words, words_for_locale

AnyChannel = AppCommandChannel | AppCommandThread


async def set_option(
    interaction: AnyInteraction, name: str, value: str, *, version: int
) -> str | None:
    """Set an option for the server unless somebody else was faster."""
    actor = actor_of(interaction)
    options = services_of(interaction.client).options
    try:
        await options.set(actor, SERVER, name, value, expected=version)
    except StaleWrite as stale:
        return error_text(stale, words_for_locale(interaction.locale))
    return await notices.renew(interaction)


async def add_channels(interaction: AnyInteraction, channels: Sequence[AnyChannel]) -> str:
    """Mirror channels, and say of each what is missing there."""
    services = services_of(interaction.client)
    actor, words = actor_of(interaction), words_for_locale(interaction.locale)
    lines: list[str] = []
    untold: list[Place] = []
    for channel in channels:
        new = await services.mirrors.add_rule(
            actor, ChannelId(channel.id), begins_at=MessageId(interaction.id)
        )
        known = channel.resolve()
        lines.append(_added(channel, words, new=new))
        if isinstance(known, Mirrorable):
            lines += missing_lines(missing_to_mirror(known), words)
            if new:
                untold += await notices.give_notice(known, services)
    return notices.joined(*lines, await notices.hint(interaction, untold))


def _added(channel: AnyChannel, words: Words, *, new: bool) -> str:
    mention = f"<#{channel.id}>"
    return (
        words("mirror.added", channel=mention) if new else words("mirror.already", channel=mention)
    )


async def try_upload(interaction: AnyInteraction) -> str:
    """Upload and delete a test picture; what went wrong is said in words."""
    words = words_for_locale(interaction.locale)
    setup = services_of(interaction.client).setup
    try:
        trial = await setup.try_upload(actor_of(interaction))
    except ImgoeError as error:
        return f"{words('setup.finish_fails')}\n{error_text(error, words)}"
    host = fmt.host_name(trial.host_url)
    if trial.left_behind is not None:
        return words("setup.finish_not_deleted", host=host, url=trial.left_behind)
    return words("setup.finish_works", host=host)
