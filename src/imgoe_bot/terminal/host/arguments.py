"""What ``imgoe-bot host`` can be told; numbers are texts that its own rules read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer


@dataclass(frozen=True, slots=True)
class HostArguments:
    """The options of ``imgoe-bot host``, as typed."""

    data: Annotated[Path, typer.Option(help="Folder for files and index; created when absent.")]
    bind: Annotated[str, typer.Option(help="ADDRESS:PORT; port 0 takes a free one.")] = (
        "127.0.0.1:8089"
    )
    public_url: Annotated[
        str | None,
        typer.Option(
            envvar="IMGOE_HOST_PUBLIC_URL",
            show_envvar=True,
            help="Address people and bot use, if not --bind's.",
        ),
    ] = None
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="IMGOE_HOST_DATABASE_URL",
            show_envvar=True,
            help="Index elsewhere: postgresql+asyncpg://…; best kept in the environment.",
        ),
    ] = field(default=None, repr=False)
    site_name: Annotated[str, typer.Option(help="Name on the pages.")] = "Image host"
    max_size: Annotated[str, typer.Option(help="Largest file in MiB.")] = "64"
    per_minute: Annotated[str, typer.Option(help="Uploads a minute and key; 0: any.")] = "600"
    max_megapixels: Annotated[str, typer.Option(help="Largest picture or frame.")] = "50"
    max_frames: Annotated[str, typer.Option(help="Longest animation.")] = "2000"
    max_duration: Annotated[str, typer.Option(help="Longest video in seconds.")] = "3600"
    user_quota: Annotated[
        str | None, typer.Option(help="MiB a new user may store; admins change it for each.")
    ] = None
    moderation: Annotated[str, typer.Option(help="Who waits: off, guests or all.")] = "off"
    guests: Annotated[bool, typer.Option(help="Let people upload without a key.")] = False
    guest_max_size: Annotated[str, typer.Option(help="A guest's largest file in MiB.")] = "10"
    guest_per_minute: Annotated[str, typer.Option(help="Uploads a minute and guest.")] = "10"
    guest_expiry: Annotated[str, typer.Option(help="What guests send goes after this.")] = "P30D"
    strict: Annotated[bool, typer.Option(help="True HTTP statuses for every client.")] = False
    refuse_duplicates: Annotated[bool, typer.Option(help="Refuse a file sent twice.")] = False
    keep_location: Annotated[bool, typer.Option(help="Leave GPS data in files.")] = False
    url_sources: Annotated[bool, typer.Option(help="Fetch sources that are addresses.")] = False
    trust_proxy: Annotated[bool, typer.Option(help="Believe X-Forwarded-For.")] = False
    new_key: Annotated[
        str | None, typer.Option(help="Print a new key of the owner, with this label, and exit.")
    ] = None
    s3_bucket: Annotated[str | None, typer.Option(help="Files in this bucket; keys: AWS_*.")] = None
    s3_endpoint: Annotated[str | None, typer.Option(help="Address of another S3 service.")] = None
    s3_region: Annotated[str, typer.Option(help="Region of the bucket.")] = "us-east-1"
