"""What every use case about posts needs: their store, a way to outlast its outages, the time."""

from dataclasses import dataclass

from imgoe_bot.services.discord_time import DiscordTime
from imgoe_bot.services.ports.clock import Clock
from imgoe_bot.services.ports.posts import PostStore
from imgoe_bot.services.store_outage import StoreOutage


@dataclass(frozen=True, slots=True)
class PostAccess:
    """Posts, and what reading and writing them takes."""

    posts: PostStore
    outage: StoreOutage
    clock: Clock
    discord_time: DiscordTime
