"""The calls beyond Chevereto's: list, read and delete uploads; list and make albums."""

import json
from dataclasses import dataclass
from typing import cast

from aiohttp import web

from imgoe_bot.hostserver.access.authentication import Authenticator
from imgoe_bot.hostserver.api.addresses import Addresses
from imgoe_bot.hostserver.api.reply import JsonObject, describe, describe_album
from imgoe_bot.hostserver.faults import Fault, Reason
from imgoe_bot.hostserver.index.albums import AlbumIndex
from imgoe_bot.hostserver.index.records import Account, Upload
from imgoe_bot.hostserver.index.uploads import UploadFilter, UploadIndex
from imgoe_bot.hostserver.intake.request_body import UNREADABLE, media_type
from imgoe_bot.hostserver.intake.text_fields import read_small_body, read_text_fields
from imgoe_bot.hostserver.names import clean_text, storable
from imgoe_bot.hostserver.numbers import find_number
from imgoe_bot.hostserver.uploads.upload_service import UploadService

PAGE_SIZE = 50
PAGE_LARGEST = 100
NAME_LIMIT = 100
DESCRIPTION_LIMIT = 2_000


def _number(request: web.Request, name: str, default: int | None, *, most: int) -> int | None:
    text = request.query.get(name)
    if text is None:
        return default
    number = find_number(text)
    if number is None or not 1 <= number <= most:
        raise Fault(Reason.BAD_PARAMETER, f"{name} must be a whole number from 1 to {most}")
    return number


def _ok(**facts: object) -> web.Response:
    return web.json_response({"status_code": 200, **facts, "status_txt": "OK"})


async def _object(request: web.Request) -> JsonObject:
    """Return the body's fields, from JSON or a form."""
    if media_type(request) != "application/json":
        return dict(await read_text_fields(request))
    try:
        body: object = json.loads(await read_small_body(request))
    except UNREADABLE as error:
        raise Fault(Reason.BAD_BODY) from error
    if not isinstance(body, dict):
        raise Fault(Reason.BAD_BODY)
    return cast(JsonObject, body)


def _text(fields: JsonObject, name: str, limit: int) -> str:
    value = fields.get(name)
    if value is not None and not isinstance(value, str):
        raise Fault(Reason.BAD_PARAMETER, f"{name} must be text")
    return storable(value or "").strip()[:limit]


def _flag(fields: JsonObject, name: str) -> bool:
    value = fields.get(name, False)
    if isinstance(value, bool):
        return value
    if value not in ("0", "1", 0, 1):
        raise Fault(Reason.BAD_PARAMETER, f"{name} must be true or false")
    return value in ("1", 1)


@dataclass(frozen=True, slots=True)
class ManagementApi:
    """What a key's owner may see and do with their uploads; faults are problem details."""

    authenticator: Authenticator
    index: UploadIndex
    albums: AlbumIndex
    upload_service: UploadService
    addresses: Addresses

    def _full(self, upload: Upload) -> JsonObject:
        return describe(upload, self.addresses) | {"delete_url": self.addresses.delete(upload)}

    async def _album_id(self, request: web.Request, account: Account) -> int | None:
        wanted = request.query.get("album")
        if wanted is None:
            return None
        album = await self.albums.find_album(wanted)
        if album is None or album.user_id != account.user_id:
            raise Fault(Reason.NOT_FOUND)
        return album.album_id

    async def list_uploads(self, request: web.Request) -> web.Response:
        """Answer the caller's uploads, newest first."""
        account = await self.authenticator.require(request)
        tag = request.query.get("tag")
        wanted = UploadFilter(
            user_id=account.user_id,
            album_id=await self._album_id(request, account),
            tag=None if tag is None else storable(tag),
            before=_number(request, "before", None, most=999_999_999),
            limit=_number(request, "limit", PAGE_SIZE, most=PAGE_LARGEST) or PAGE_SIZE,
        )
        page = await self.index.list_page(wanted)
        return _ok(uploads=[self._full(upload) for upload in page.uploads], next=page.following)

    async def _own(self, request: web.Request) -> Upload:
        account = await self.authenticator.require(request)
        upload = await self.index.find(request.match_info["id"])
        if upload is None or not (account.is_admin or upload.user_id == account.user_id):
            raise Fault(Reason.NOT_FOUND)
        return upload

    async def read_upload(self, request: web.Request) -> web.Response:
        """Answer one upload of the caller."""
        return _ok(image=self._full(await self._own(request)))

    async def delete_upload(self, request: web.Request) -> web.Response:
        """Delete one upload of the caller; a repeat is answered 404."""
        if not await self.upload_service.delete(await self._own(request)):
            raise Fault(Reason.NOT_FOUND)
        return _ok(success={"message": "file deleted", "code": 200})

    async def list_albums(self, request: web.Request) -> web.Response:
        """Answer the caller's albums, newest first."""
        account = await self.authenticator.require(request)
        counts = await self.albums.count_uploads()
        found = await self.albums.list_albums(account.user_id)
        return _ok(
            albums=[
                describe_album(album, self.addresses, count=counts.get(album.album_id, 0))
                for album in found
            ]
        )

    async def create_album(self, request: web.Request) -> web.Response:
        """Make an album of the caller's."""
        account = await self.authenticator.require(request)
        fields = await _object(request)
        name = clean_text(_text(fields, "name", NAME_LIMIT))
        if not name:
            raise Fault(Reason.BAD_PARAMETER, "name must not be empty")
        album = await self.albums.create_album(
            account.user_id,
            name,
            description=_text(fields, "description", DESCRIPTION_LIMIT) or None,
            is_private=_flag(fields, "private"),
        )
        return _ok(album=describe_album(album, self.addresses, count=0))

    async def list_categories(self, request: web.Request) -> web.Response:
        """Answer the host's categories."""
        await self.authenticator.require(request)
        found = await self.albums.list_categories()
        return _ok(categories=[{"id": number, "name": name} for number, name in found.items()])
