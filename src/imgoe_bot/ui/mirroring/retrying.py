"""What ``/mirror retry`` does."""

from imgoe_bot.domain.ids import ChannelId
from imgoe_bot.ui.cards.retry_button import retried_text
from imgoe_bot.ui.container import AnyInteraction, services_of
from imgoe_bot.ui.mirroring.place_parameter import NamedChannel
from imgoe_bot.ui.reading.actors import actor_of
from imgoe_bot.ui.translate import words_for_locale


async def retry(interaction: AnyInteraction, channel: NamedChannel | None) -> str:
    """Try again what was given up or waits, and return how much that is.

    Raises:
        NotAllowed: without the Manage Server permission.
    """
    retries = services_of(interaction.client).retries
    channel_id = None if channel is None else ChannelId(channel.id)
    tried = await retries.try_server(actor_of(interaction), channel_id)
    return retried_text(tried, words_for_locale(interaction.locale))
