"""Rows of the index as values."""

from dataclasses import dataclass, field

PENDING = "pending/"  # where files wait that nobody has approved; never served to the public


@dataclass(frozen=True, slots=True)
class Account:
    """Who an API key belongs to.

    Attributes:
        key_id: the key that was shown, None for a person without one.
        quota_bytes: bytes the user may store; None means no limit.
    """

    user_id: int
    name: str
    is_admin: bool
    key_id: int | None = None
    quota_bytes: int | None = None
    used_bytes: int = 0


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as its owner may see it again; ``ending`` is its last four characters."""

    key_id: int
    user_id: int
    label: str
    ending: str
    created_at: int
    revoked_at: int | None


@dataclass(frozen=True, slots=True)
class Album:
    """A user's collection of uploads; a private one is shown to its owner alone."""

    album_id: int
    public_id: str
    user_id: int
    name: str
    description: str | None
    is_private: bool
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One stored file with its renditions.

    Attributes:
        folder: date folder, ``2026/11/24``.
        name: stored name without extension.
        sent_md5: of the bytes sent; ``md5`` is of those stored.
        thumb_extension, medium_extension: None when there is no such rendition.
        frame_size_bytes: 0 unless the upload is a video.
        expires_at, created_at: seconds since 1970.
        begun_at: when its files began to be stored; None once all of them are there.
    """

    public_id: str
    user_id: int | None
    key_id: int | None
    album_id: int | None
    category_id: int | None
    folder: str
    name: str
    extension: str
    mime: str
    is_video: bool
    size_bytes: int
    width_px: int
    height_px: int
    title: str
    description: str | None
    original_filename: str
    md5: str
    sent_md5: str
    exif_json: str | None
    nsfw: bool
    is_animated: bool
    is_approved: bool
    duration_s: int
    thumb_extension: str | None
    thumb_size_bytes: int
    medium_extension: str | None
    medium_size_bytes: int
    frame_size_bytes: int
    views: int
    expires_at: int | None
    created_at: int
    begun_at: int | None = None
    tags: tuple[str, ...] = field(default=())

    @property
    def kind(self) -> str:
        """The word in the upload's addresses."""
        return "clip" if self.is_video else "image"

    @property
    def file_name(self) -> str:
        """Name of the original file."""
        return f"{self.name}.{self.extension}"

    def rendition_name(self, mark: str) -> str | None:
        """Name of a rendition's file, None when the upload has no such rendition."""
        extension = self._rendition_extension(mark)
        return None if extension is None else f"{self.name}.{mark}.{extension}"

    def _rendition_extension(self, mark: str) -> str | None:
        if mark == "th":
            return self.thumb_extension
        if mark == "md":
            return self.medium_extension
        return "jpeg" if self.frame_size_bytes else None

    def blob_names(self) -> list[str]:
        """Names of every file of this upload, original first."""
        renditions = (self.rendition_name(mark) for mark in ("th", "md", "fr"))
        names = [f"{self.folder}/{name}" for name in (self.file_name, *renditions) if name]
        return names if self.is_approved else [PENDING + name for name in names]

    @property
    def stored_bytes(self) -> int:
        """Bytes of every file together, which is what a quota counts."""
        renditions = self.thumb_size_bytes + self.medium_size_bytes + self.frame_size_bytes
        return self.size_bytes + renditions

    def is_expired(self, now_s: float) -> bool:
        """Answer whether the upload's time has come."""
        return self.expires_at is not None and self.expires_at <= now_s
