"""What ``imgoe-bot upload`` can be told."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

MOST_JOBS = 16


class LinkFormat(StrEnum):
    """How a link is written."""

    MARKDOWN = "markdown"
    HTML = "html"
    BBCODE = "bbcode"
    DIRECT = "direct"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class UploadArguments:
    """The arguments of ``imgoe-bot upload``, as typed."""

    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE… | - | URL…", help="Files, - for standard input, or URLs."),
    ]
    host: Annotated[
        str, typer.Option(envvar="IMGOE_DEFAULT_HOST_URL", help="Address of the image host.")
    ] = "https://imgoe.download"
    key_file: Annotated[
        Path | None, typer.Option(help="File that holds the API key, closed to others.")
    ] = None
    guest: Annotated[bool, typer.Option("--guest", help="Upload without a key.")] = False
    style: Annotated[LinkFormat, typer.Option("--format", help="How to print a link.")] = (
        LinkFormat.DIRECT
    )
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a file.")] = False
    show_delete_link: Annotated[
        bool, typer.Option("--show-delete-link", help="Whoever opens one deletes the upload.")
    ] = False
    title: Annotated[str | None, typer.Option(help="Title; of one file only.")] = None
    tags: Annotated[str, typer.Option(help="Tags with commas between.")] = ""
    album: Annotated[str | None, typer.Option(help="Id of an album of yours.")] = None
    expires: Annotated[
        str | None, typer.Option(help="Delete after 5 minutes to 1 year: 30m, 12h, 7d, P1M.")
    ] = None
    width: Annotated[int | None, typer.Option(min=1, help="Shrink to this width in pixels.")] = None
    nsfw: Annotated[bool, typer.Option("--nsfw", help="Mark as not safe for work.")] = False
    jobs: Annotated[int, typer.Option(min=1, max=MOST_JOBS, help="Uploads at once.")] = 4
    max_size: Annotated[int, typer.Option(min=1, help="Largest file of a URL, in MiB.")] = 100
    private_urls: Annotated[
        bool, typer.Option("--private-urls", help="Read URLs inside private networks too.")
    ] = False
    wait: Annotated[
        int, typer.Option(min=0, help="Longest wait for a host that is busy, in seconds.")
    ] = 60
