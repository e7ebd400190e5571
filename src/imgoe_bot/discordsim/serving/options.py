"""How a simulated Discord behaves."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SimOptions:
    """How a simulated Discord behaves.

    Attributes:
        bind: address to listen on; a name of this machine only.
        port: port, 0 for any free one.
        bot_name: the bot's account name.
        bot_token: what the bot must present, None for a random one.
        shards: how many shards the gateway recommends.
        link_life_s: how long CDN links live.
        interaction_ack_s: within how many seconds the bot must acknowledge.
        heartbeat_interval_ms: what the gateway asks for.
        message_limit: messages the bot may post to one channel in one window.
        message_window_s: that window's length.
        rate_limit: requests any other bucket allows in one window.
        rate_window_s: the length of those windows.
        global_limit: requests a second in all, answers to interactions not counted.
        strict: whether leaving raises when the bot used a route that is not there.
        fetch_previews: whether pictures of embeds are measured and links previewed, by fetching
            them where they are on this machine; they are told by a MESSAGE_UPDATE.
        clock: the present, in Unix seconds.
    """

    bind: str = "127.0.0.1"
    port: int = 0
    bot_name: str = "imgoe"
    bot_token: str | None = field(default=None, repr=False)
    shards: int = 1
    link_life_s: float = 86_400
    interaction_ack_s: float = 3.0
    heartbeat_interval_ms: int = 41_250
    message_limit: int = 5
    message_window_s: float = 5.0
    rate_limit: int = 50
    rate_window_s: float = 1.0
    global_limit: int = 50
    strict: bool = True
    fetch_previews: bool = False
    clock: Callable[[], float] = time.time
