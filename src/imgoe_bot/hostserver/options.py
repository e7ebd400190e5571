"""What an operator can set."""

from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class HostOptions:
    """Settings of one host process; every one has a working default but the data folder.

    Attributes:
        data_dir: holds index, files, secret and temporary files; created when absent.
        port: 0 takes a free one.
        public_url: the address people use, when a proxy stands in front; None means the bound one.
        database_url: the index elsewhere, as a SQLAlchemy URL; None means SQLite in the folder.
        body_limit_bytes: the largest request body, enforced while it streams in.
        pixel_limit: width times height of the largest image; more is refused before decoding.
        frame_limit: frames of the longest animation.
        strict: answer every client with true statuses instead of the compatible 400.
    """

    data_dir: Path
    bind: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    database_url: str | None = None
    strict: bool = False
    site_name: str = "Image host"
    body_limit_bytes: int = 64 * MIB
    pixel_limit: int = 50_000_000
    frame_limit: int = 2_000
