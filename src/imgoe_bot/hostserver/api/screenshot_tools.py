"""Ready-made settings for the programs people take screenshots with."""

from aiohttp import web

from imgoe_bot.hostserver.api.reply import JsonObject

KEY_PLACEHOLDER = "PASTE_YOUR_API_KEY"
FLAMESHOT = """#!/bin/sh
# Takes a screenshot with Flameshot, uploads it and prints its page. Needs curl.
# Keep the key in the environment: IMGOE_KEY=chv_... {name}
set -eu
flameshot gui --raw | curl --silent --show-error --fail-with-body \\
  -H "X-API-Key: ${{IMGOE_KEY:?set IMGOE_KEY to your API key}}" \\
  -F "source=@-;filename=screenshot.png;type=image/png" \\
  -F "format=txt" "{base_url}/api/1/upload"
"""


def sharex(base_url: str, site_name: str, *, strict: bool) -> JsonObject:
    """Return a custom uploader for ShareX. Source: getsharex.com, custom uploader format.

    ``strict`` says in which of the API's two languages refusals come.
    """
    return {
        "Version": "15.0.0",
        "Name": site_name,
        "DestinationType": "ImageUploader, FileUploader",
        "RequestMethod": "POST",
        "RequestURL": f"{base_url}/api/1/upload",
        "Headers": {"X-API-Key": KEY_PLACEHOLDER},
        "Body": "MultipartFormData",
        "FileFormName": "source",
        "URL": "{json:image.url_viewer}",
        "ThumbnailURL": "{json:image.thumb.url}",
        "DeletionURL": "{json:image.delete_url}",
        "ErrorMessage": "{json:detail}" if strict else "{json:error.message}",
    }


def flameshot(base_url: str) -> str:
    """Return a script that uploads what Flameshot captures."""
    return FLAMESHOT.format(base_url=base_url, name="./flameshot-upload.sh")


def attachment(filename: str) -> dict[str, str]:
    """Return the headers that make a browser save the answer."""
    return {
        "Content-Disposition": f'attachment; filename="{filename}"',
        "X-Content-Type-Options": "nosniff",
    }


def sharex_answer(base_url: str, site_name: str, *, strict: bool) -> web.Response:
    """Return the ShareX file as a download."""
    settings = sharex(base_url, site_name, strict=strict)
    return web.json_response(settings, headers=attachment("host.sxcu"))


def flameshot_answer(base_url: str) -> web.Response:
    """Return the Flameshot script as a download."""
    return web.Response(
        text=flameshot(base_url),
        content_type="text/x-shellscript",
        headers=attachment("flameshot-upload.sh"),
    )
