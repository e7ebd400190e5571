"""An embedded image host that serves the Chevereto upload API V1.1.

async with HostServer(HostOptions(data_dir)) as host:
    print(host.url, host.first_key)
"""

from imgoe_bot.hostserver.options import (
    GuestRules,
    HostOptions,
    RequestTimeouts,
    S3Bucket,
    VideoLimits,
)
from imgoe_bot.hostserver.serving.server import HostServer

__all__ = ["GuestRules", "HostOptions", "HostServer", "RequestTimeouts", "S3Bucket", "VideoLimits"]
