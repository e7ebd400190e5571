"""Makes the parts of a host, each once, from what it holds open."""

from dataclasses import dataclass

from imgoe_bot.hostserver.access.accounts import Accounts
from imgoe_bot.hostserver.access.authentication import Authenticator
from imgoe_bot.hostserver.access.rate_limits import RateLimiter
from imgoe_bot.hostserver.access.sessions import Sessions
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.decoding.heif import enable_heif
from imgoe_bot.hostserver.decoding.image_processor import ImageProcessor
from imgoe_bot.hostserver.decoding.images import ImageLimits
from imgoe_bot.hostserver.formats import AVIF, BMP, GIF, HEIC, JPEG, MOV, MP4, PNG, WEBM, WEBP
from imgoe_bot.hostserver.index.albums import AlbumIndex
from imgoe_bot.hostserver.index.idempotency import IdempotencyIndex
from imgoe_bot.hostserver.index.lifecycle import UploadLifecycle
from imgoe_bot.hostserver.index.uploads import UploadIndex
from imgoe_bot.hostserver.options import GuestRules, HostOptions
from imgoe_bot.hostserver.pages.html import Renderer, open_templates
from imgoe_bot.hostserver.serving.resources import Resources
from imgoe_bot.hostserver.storage.blobs import Blobs
from imgoe_bot.hostserver.storage.file_responses import Files, FolderFiles, S3Files
from imgoe_bot.hostserver.storage.folder import FolderBlobs
from imgoe_bot.hostserver.storage.s3 import S3Blobs, open_bucket
from imgoe_bot.hostserver.uploads.keyed_uploads import KeyedUploads
from imgoe_bot.hostserver.uploads.upload_service import UploadService
from imgoe_bot.hostserver.uploads.upload_store import UploadStore

ACCEPTED = frozenset({JPEG, PNG, GIF, WEBP, AVIF, BMP, MP4, MOV, WEBM})


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one host, each made once."""

    accounts: Accounts
    index: UploadIndex
    albums: AlbumIndex
    upload_service: UploadService
    keyed_uploads: KeyedUploads
    files: Files
    addresses: Addresses
    sessions: Sessions
    authenticator: Authenticator
    renderer: Renderer


def _storage(options: HostOptions) -> tuple[Blobs, Files]:
    if options.s3 is not None:
        bucket = S3Blobs(open_bucket(options.s3))
        return bucket, S3Files(bucket)
    folder = FolderBlobs(options.data_dir / "images", staging=options.data_dir / "tmp")
    return folder, FolderFiles(folder)


def _authenticator(resources: Resources, accounts: Accounts, sessions: Sessions) -> Authenticator:
    options, clock = resources.options, resources.clock
    guests = options.guests or GuestRules()
    return Authenticator(
        options,
        accounts,
        sessions,
        key_limiter=RateLimiter(options.per_key_per_minute, clock),
        address_limiter=RateLimiter(options.per_address_per_minute, clock),
        guest_limiter=RateLimiter(guests.per_minute, clock),
    )


def make_parts(resources: Resources) -> Parts:
    """Make every part."""
    options, clock = resources.options, resources.clock
    accounts = Accounts(
        resources.database,
        signer=resources.signer,
        clock=clock,
        quota_bytes=options.user_quota_bytes,
    )
    index = UploadIndex(resources.database, clock=clock)
    albums = AlbumIndex(resources.database, clock=clock)
    blobs, files = _storage(options)
    limits = ImageLimits(options.pixel_limit, options.frame_limit, options.jpeg_pixel_limit)
    images = ImageProcessor(limits, options.keep_location)
    upload_service = UploadService(
        index=index,
        keys=IdempotencyIndex(resources.database, clock=clock),
        albums=albums,
        upload_store=UploadStore(
            UploadLifecycle(resources.database, clock=clock), blobs, images, clock
        ),
        workers=resources.workers,
        videos=resources.videos,
        accepted=ACCEPTED | {HEIC} if enable_heif() else ACCEPTED,
    )
    is_secure = resources.url.startswith("https://")
    sessions = Sessions(accounts, resources.signer, clock, is_secure)
    renderer = Renderer(open_templates(), options.site_name, resources.url, sessions)
    addresses = Addresses(resources.url, resources.signer, clock)
    authenticator = _authenticator(resources, accounts, sessions)
    return Parts(
        accounts=accounts,
        index=index,
        albums=albums,
        upload_service=upload_service,
        keyed_uploads=KeyedUploads(upload_service, resources.signer, clock),
        files=files,
        addresses=addresses,
        sessions=sessions,
        authenticator=authenticator,
        renderer=renderer,
    )
