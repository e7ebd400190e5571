"""An embedded image host that serves the Chevereto upload API V1.1.

async with HostServer(HostOptions(data_dir)) as host:
    print(host.url, host.first_key)
"""

from imgoe_bot.hostserver.options import HostOptions
from imgoe_bot.hostserver.server import HostServer

__all__ = ["HostOptions", "HostServer"]
