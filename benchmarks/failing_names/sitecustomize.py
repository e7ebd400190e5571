"""Names that can't be found for a while: on PYTHONPATH, it answers for all below ``.invalid``.

They are this machine, but for while the file CHAOS_NAMES_UNKNOWN is there. No name of these is
ever asked for in the network.
"""

import os
import socket
from pathlib import Path
from typing import Any

_REAL = socket.getaddrinfo
_UNKNOWN = Path(os.environ.get("CHAOS_NAMES_UNKNOWN", ""))


def _getaddrinfo(host: Any, *rest: Any, **named: Any) -> Any:  # typed as the one it replaces isn't
    if not str(host).endswith(".invalid"):
        return _REAL(host, *rest, **named)
    if _UNKNOWN.is_file():
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
    return _REAL("127.0.0.1", *rest, **named)


socket.getaddrinfo = _getaddrinfo
