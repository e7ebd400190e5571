"""What every subject stands on: time, outages, and what servers have set."""

from dataclasses import dataclass

from imgoe_bot.adapters.clock import WallClock
from imgoe_bot.app.stores import Stores
from imgoe_bot.services.cards.layouts import Layouts
from imgoe_bot.services.catch_up_queue import CatchUpQueue
from imgoe_bot.services.discord_time import DiscordTime
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.post_access import PostAccess
from imgoe_bot.services.settings.guild_settings import GuildSettingsService
from imgoe_bot.services.settings.options import OptionService
from imgoe_bot.services.store_outage import StoreOutage
from imgoe_bot.settings.fields import PluginSettings


@dataclass(frozen=True, slots=True)
class Basics:
    """What every subject stands on."""

    clock: Clock
    outage: StoreOutage
    access: PostAccess
    catch_ups: CatchUpQueue
    guilds: GuildSettingsService
    options: OptionService
    layouts: Layouts


def build_basics(settings: PluginSettings, stores: Stores) -> Basics:
    """Build what every subject stands on."""
    clock, outage, catch_ups = WallClock(), StoreOutage(), CatchUpQueue()
    discord_time = DiscordTime(clock)
    guilds = GuildSettingsService(
        stores.guilds,
        jobs=stores.jobs,
        default_host_url=settings.default_host_url,
        clock=clock,
    )
    return Basics(
        clock=clock,
        outage=outage,
        access=PostAccess(stores.posts, outage, clock, discord_time),
        catch_ups=catch_ups,
        guilds=guilds,
        options=OptionService(stores.options, guilds=guilds, catch_ups=catch_ups, clock=clock),
        layouts=Layouts(stores.notes, guilds=guilds, clock=clock),
    )
