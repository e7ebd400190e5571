"""An embedded image host that serves the Chevereto upload API V1.1.

async with HostServer(HostOptions(data_dir)) as host:
    print(host.url, host.first_key)
"""

from imgoe_bot.hostserver.options import GuestRules, HostOptions, Patience, S3Place
from imgoe_bot.hostserver.server import HostServer
from imgoe_bot.hostserver.video import VideoLimits

__all__ = ["GuestRules", "HostOptions", "HostServer", "Patience", "S3Place", "VideoLimits"]
