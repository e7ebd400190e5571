"""What an operator can set."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

MIB = 1024 * 1024
DAY_S = 86_400
PIXELS = 50_000_000
JPEG_PIXELS = 65_000_000
Moderation = Literal["off", "guests", "all"]


@dataclass(frozen=True, slots=True)
class VideoLimits:
    """What one video may cost.

    Attributes:
        duration_s: the longest video.
        wait_s: seconds on the clock until its child is killed; half of it in CPU.
        memory_bytes: address space of a child.
    """

    duration_s: int = 3_600
    pixels: int = 50_000_000
    wait_s: int = 20
    memory_bytes: int = 1024 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class GuestRules:
    """What people without a key may do.

    Attributes:
        body_limit_bytes: their largest file, where that is less than everybody's.
        expires_after_s: their uploads go after this long, or sooner when they say so.
    """

    body_limit_bytes: int = 10 * MIB
    per_minute: int = 10
    expires_after_s: int = 30 * DAY_S


@dataclass(frozen=True, slots=True)
class RequestTimeouts:
    """How slowly a request may arrive; who is slower is sent away.

    Attributes:
        header_s: until a request's head is complete, counted from the connection or the request
            before; a proxy that keeps connections open must let them go sooner.
        idle_s: between two pieces of a body.
        grace_s: for the whole body, and a second more for every ``bytes_per_s`` that came.
    """

    header_s: float = 75.0
    idle_s: float = 30.0
    grace_s: float = 60.0
    bytes_per_s: int = 8 * 1024

    def deadline_s(self, begun_s: float, *, now_s: float, arrived_bytes: int) -> float:
        """Return until when the next piece of a body must come, all in seconds of one clock."""
        slowest_s = begun_s + self.grace_s + arrived_bytes / self.bytes_per_s
        return min(now_s + self.idle_s, slowest_s)


@dataclass(frozen=True, slots=True)
class S3Bucket:
    """A bucket of an S3-compatible storage; credentials come from the environment when None.

    Attributes:
        endpoint: address of the service, None for Amazon's own.
    """

    bucket: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key_id: str | None = field(default=None, repr=False)
    secret_access_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class HostOptions:
    """Settings of one host process; every one has a working default but the data folder.

    Attributes:
        data_dir: holds index, files, secret and temporary files; created when absent.
        port: 0 takes a free one.
        public_url: the address people use, when a proxy stands in front; None means the bound one.
        database_url: the index elsewhere, as a SQLAlchemy URL; None means SQLite in the folder.
        strict: answer every client with true statuses instead of the compatible 400.
        body_limit_bytes: the largest file, enforced while it streams in.
        keyless_limit_bytes: the largest file that is taken in before the key that follows it in the
            form, where guests are off.
        pixel_limit: width times height of the largest image; more is refused before decoding. Where
            it isn't lowered, a JPEG may have 65 million, which is what phones write.
        frame_limit: frames of the longest animation.
        keep_location: leave the location where a picture was taken inside the file.
        refuse_duplicates: answer a file sent twice with one key as a duplicate. In strict mode
            and for clients that take problem details this is always so.
        per_key_per_minute, per_address_per_minute: uploads; 0 means no limit.
        user_quota_bytes: what a new user may store, until an admin says otherwise; None means
            any number. The owner has no quota.
        guests: None admits nobody without a key.
        moderation: whose uploads wait until an admin approves them.
        url_sources: fetch a source that is an address, through the guarded fetcher.
        s3: where files lie; None means in the data folder.
        trust_proxy: take the client's address from ``X-Forwarded-For``, set by a proxy.
        patience: how slowly requests may arrive.
    """

    data_dir: Path
    bind: str = "127.0.0.1"
    port: int = 0
    public_url: str | None = None
    database_url: str | None = field(default=None, repr=False)
    strict: bool = False
    site_name: str = "Image host"
    body_limit_bytes: int = 64 * MIB
    keyless_limit_bytes: int = 8 * MIB
    pixel_limit: int = PIXELS
    frame_limit: int = 2_000
    video: VideoLimits = field(default_factory=VideoLimits)
    keep_location: bool = False
    refuse_duplicates: bool = False
    per_key_per_minute: int = 600
    per_address_per_minute: int = 1_200
    user_quota_bytes: int | None = None
    guests: GuestRules | None = None
    moderation: Moderation = "off"
    url_sources: bool = False
    s3: S3Bucket | None = None
    trust_proxy: bool = False
    sweep_every_s: float = 20.0
    patience: RequestTimeouts = field(default_factory=RequestTimeouts)

    @property
    def jpeg_pixel_limit(self) -> int:
        """Width times height of the largest JPEG."""
        return (
            max(self.pixel_limit, JPEG_PIXELS) if self.pixel_limit >= PIXELS else self.pixel_limit
        )
