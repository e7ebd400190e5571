"""Where an upload and an album are found."""

from collections.abc import Callable
from dataclasses import dataclass

from imgoe_bot.hostserver.access.secrets import Signer
from imgoe_bot.hostserver.index.records import Album, Upload
from imgoe_bot.hostserver.names import slug


@dataclass(frozen=True, slots=True)
class Addresses:
    """Turns an upload into its addresses; ``base_url`` has no trailing slash.

    Attributes:
        clock: seconds since 1970, for what a reply says relative to now.
    """

    base_url: str
    signer: Signer
    clock: Callable[[], float]

    def file(self, upload: Upload, name: str) -> str:
        """Address of one of the upload's files."""
        return f"{self.base_url}/images/{upload.folder}/{name}"

    def direct(self, upload: Upload) -> str:
        """Address of the original file."""
        return self.file(upload, upload.file_name)

    def album(self, album: Album) -> str:
        """Address of an album's page."""
        words = slug(album.name)
        last = f"{words}.{album.public_id}" if words else album.public_id
        return f"{self.base_url}/album/{last}"

    def viewer_path(self, upload: Upload) -> str:
        """Path of the viewer page, title included when it has letters an address can hold."""
        words = slug(upload.title)
        last = f"{words}.{upload.public_id}" if words else upload.public_id
        return f"/{upload.kind}/{last}"

    def viewer(self, upload: Upload) -> str:
        """Address of the viewer page."""
        return self.base_url + self.viewer_path(upload)

    def short(self, upload: Upload) -> str:
        """Address of the viewer page without the title."""
        return f"{self.base_url}/{upload.kind}/{upload.public_id}"

    def delete(self, upload: Upload) -> str:
        """Secret address of the page that deletes the upload."""
        return f"{self.short(upload)}/delete/{self.signer.delete_token(upload.public_id)}"
