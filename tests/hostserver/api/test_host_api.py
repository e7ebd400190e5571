"""Keys, albums, quotas, guests, expiry, moderation, limits: what surrounds an upload."""

import asyncio
import base64
import re
import sqlite3
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from imgoe_bot.hostserver import GuestRules, HostOptions, HostServer
from imgoe_bot.hostserver.options import MIB
from imgoe_bot.hostserver.pages.admin import WAITING_PAGE
from tests.hostserver.admin import signed_in
from tests.hostserver.client import Answer, Client, FileList
from tests.hostserver.pictures import picture
from tests.hostserver.running_host import PROBLEM, Clock, running, with_key
from tests.hostserver.videos import video


async def test_a_strict_answer_tells_the_truth(client: Client) -> None:
    answer = await client.upload(b"text", headers=with_key(client) | PROBLEM)
    assert answer.status == 415
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json["code"] == 610
    nobody = await client.upload(b"text", headers=PROBLEM)
    assert (nobody.status, "www-authenticate" in nobody.headers) == (401, True)


async def test_strict_mode_is_for_every_client(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, strict=True) as (_, client):
        assert (await client.upload(b"")).status == 422


async def test_a_strict_duplicate_names_the_existing_upload(client: Client) -> None:
    headers, data = with_key(client) | PROBLEM, picture()
    first = await client.upload(data, headers=headers)
    second = await client.upload(data, headers=headers)
    assert second.status == 409
    assert second.json["existing_url"] == first.json["image"]["url_viewer"]


async def test_another_key_may_upload_the_same_bytes(client: Client, host: HostServer) -> None:
    data, other = picture(), await host.create_key("other")
    assert (await client.upload(data, headers=with_key(client) | PROBLEM)).status == 200
    assert (await client.upload(data, headers={"X-API-Key": other} | PROBLEM)).status == 200


async def test_compatible_duplicates_are_refused_where_the_operator_wants(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, refuse_duplicates=True) as (_, client):
        data = picture()
        assert (await client.upload(data)).status == 200
        again = await client.upload(data)
        assert (again.status, again.json["error"]["code"]) == (400, 101)


async def test_floods_are_answered_and_pass(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, per_key_per_minute=2) as (_, client):
        for seed in (1, 2):
            assert (await client.upload(picture(seed=seed))).status == 200
        flood = await client.upload(picture(seed=3))
        assert (flood.status, flood.json["error"]["code"]) == (400, 130)
        strict = await client.upload(picture(seed=3), headers=with_key(client) | PROBLEM)
        assert (strict.status, strict.headers["retry-after"]) == (429, "61")
        clock.now_s += 61
        assert (await client.upload(picture(seed=3))).status == 200


async def test_one_address_is_limited_across_keys(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock, per_address_per_minute=1) as (host, client):
        assert (await client.upload(picture())).status == 200
        other = {"X-API-Key": await host.create_key("other")}
        assert (await client.upload(picture(), headers=other)).json["error"]["code"] == 130


async def test_an_expired_upload_is_gone_at_once_and_swept(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    async with running(tmp_path / "data", session, clock) as (host, client):
        image = await client.stored(picture(), expiration="PT5M")
        assert image["expiration_date_gmt"] == "2027-01-15 08:05:00"
        clock.now_s += 301
        assert (await client.get(image["url_viewer"])).status == 404
        assert await host.sweep() == 1
        assert files.names() == []
        assert (await client.get(image["url"])).status == 404


async def test_the_host_sweeps_by_itself(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    options: dict[str, Any] = {"sweep_every_s": 0.05}
    async with running(tmp_path, session, clock, **options) as (_, client):
        image = await client.stored(picture(), expiration="300")
        clock.now_s += 301
        async with aiohttp.ClientSession() as watcher:
            for _ in range(2000):
                async with watcher.get(image["url"]) as response:
                    if response.status == 404:
                        return
        pytest.fail("the expired file stayed")


@pytest.mark.parametrize("zero", ["0", "00", " 0 ", "", "P0D", "PT0S", "P0Y0M0W0DT0H0M0S"])
async def test_an_expiration_of_nothing_means_never(client: Client, zero: str) -> None:
    image = await client.stored(picture(size=(40, 30)), expiration=zero)
    assert image["expiration_date_gmt"] is None


async def test_a_guests_expiration_of_nothing_is_the_hosts(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = GuestRules(expires_after_s=3_600)
    async with running(tmp_path, session, clock, guests=rules) as (_, client):
        guest = Client(session, client.url, None)
        image = await guest.stored(picture(size=(40, 30)), expiration="0")
        assert image["expiration_date_gmt"] == "2027-01-15 09:00:00"


@pytest.mark.parametrize("wrong", ["P", "PT", "soon", "P1.5D", "-P1D", "P1DT", "5 minutes"])
async def test_an_unreadable_expiration_is_refused(client: Client, wrong: str) -> None:
    answer = await client.upload(picture(), expiration=wrong)
    assert (answer.status, answer.json["error"]["code"]) == (400, 400)


async def test_guests_are_off_by_default(client: Client) -> None:
    answer = await client.upload(picture(), headers={})
    assert (answer.status, answer.json["error"]["code"]) == (400, 100)


async def test_guests_have_their_own_rules(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = GuestRules(body_limit_bytes=100_000, per_minute=2, expires_after_s=3_600)
    async with running(tmp_path, session, clock, guests=rules) as (_, client):
        guest = Client(session, client.url, None)
        image = await guest.stored(picture(), expiration="P30D")
        assert image["expiration_date_gmt"] == "2027-01-15 09:00:00"
        large = await guest.upload(picture("BMP", size=(640, 480)))
        assert large.json["error"]["code"] == 400
        assert (await guest.upload(picture())).json["error"]["code"] == 130
        assert (await guest.upload(picture(), headers={"X-API-Key": "no"})).status == 400
        assert (await client.upload(picture())).status == 200


async def test_a_quota_is_kept_to_the_byte_and_freed_by_deletion(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path / "data", session, clock) as (host, client):
        key = await host.create_key("small", user="mira")
        mira = Client(session, host.url, key)
        admin = await signed_in(client)
        users = await admin.call("GET", "/admin")
        assert b"mira" in users.body
        await admin.form("/admin/users/2/quota", quota_mib="0")
        full = await mira.upload(picture())
        assert full.json["error"]["message"] == "Storage quota is used up"
        assert FileList(tmp_path / "data").names() == []
        await admin.form("/admin/users/2/quota", quota_mib="1")
        image = await mira.stored(picture())
        assert (await client.call("POST", image["delete_url"])).status == 303
        await admin.form("/admin/users/2/quota", quota_mib="")
        assert (await mira.upload(picture())).status == 200


async def test_what_a_guest_sends_waits_until_an_admin_approves(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = {"guests": GuestRules(), "moderation": "guests"}
    async with running(tmp_path, session, clock, **rules) as (_, client):
        guest = Client(session, client.url, None)
        image = await guest.stored(picture())
        assert image["is_approved"] == 0
        assert "url" not in image
        assert "display_url" not in image
        assert image["thumb"]["url"] is None
        address = f"/images/{image['date_gmt'][:10].replace('-', '/')}/{image['filename']}"
        for hidden in (address, f"/images/pending{address[7:]}"):
            assert (await client.get(hidden)).status == 404
        admin = await signed_in(client)
        preview = f"/admin/uploads/{image['id_encoded']}/preview"
        assert (await client.get(preview)).status == 404
        assert (await admin.call("GET", preview)).status == 200
        await admin.form(f"/admin/uploads/{image['id_encoded']}/approve")
        shown = await client.get(f"/api/1/uploads/{image['id_encoded']}", headers=with_key(client))
        assert (await client.get(shown.json["image"]["url"])).status == 200
        assert (await client.get(image["path_viewer"])).status == 200


async def test_a_rejected_upload_leaves_nothing(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, files: FileList
) -> None:
    async with running(tmp_path / "data", session, clock, moderation="all") as (host, client):
        bot = Client(session, host.url, await host.create_key("bot", user="bot"))
        image = await bot.stored(picture())
        admin = await signed_in(client)
        await admin.form(f"/admin/uploads/{image['id_encoded']}/reject")
        assert files.names() == []


async def test_no_form_of_answer_leads_to_what_waits(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = {"guests": GuestRules(), "moderation": "guests"}
    async with running(tmp_path, session, clock, **rules) as (_, client):
        guest = Client(session, client.url, None)
        told: dict[str, Any] = {"title": "Sunset", "description": "Red"}
        text = await guest.upload(picture(), format="txt", **told)
        moved = await guest.upload(picture(), format="redirect", **told)
        form = {"image": base64.b64encode(picture()).decode()} | told
        imgbb = await guest.call("POST", "/api/1/upload", data=form)
        assert (text.status, moved.status, imgbb.status) == (200, 302, 200)
        assert (imgbb.json["data"]["url"], imgbb.json["data"]["display_url"]) == (None, None)
        for address in (text.body.decode(), moved.headers["location"]):
            page = await client.get(address)
            assert (page.status, b"It waits for approval" in page.body) == (403, True)
            assert b"/images/" not in page.body
            assert b"Sunset" not in page.body
            assert b"Red" not in page.body
            assert (await client.get(f"/oembed?url={address}")).status == 404
        admin = await signed_in(client)
        await admin.form(f"/admin/uploads/{text.body.decode().rpartition('.')[2]}/approve")
        assert b"Sunset" in (await client.get(text.body.decode())).body


def names_on(page: Answer) -> list[str]:
    return re.findall(r'aria-label="Approve ([^"]*)"', page.body.decode())


async def test_all_that_waits_is_counted_and_shown_page_by_page(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = {"guests": GuestRules(per_minute=0), "moderation": "guests"}
    async with running(tmp_path, session, clock, **rules) as (_, client):
        guest, data = Client(session, client.url, None), picture(size=(60, 40))
        sent = [f"n{number:02}" for number in range(WAITING_PAGE + 3)]
        for title in sent:
            await guest.stored(data, title=title)
        admin = await signed_in(client)
        first = await admin.call("GET", "/admin")
        assert names_on(first) == sent[:2:-1]
        assert f"Waiting ({len(sent)})" in first.body.decode()
        (older,) = re.findall(r'href="(/admin\?before=\d+)#waiting"', first.body.decode())
        rest = await admin.call("GET", older)
        assert names_on(rest) == sent[2::-1]
        assert f"Waiting ({len(sent)})" in rest.body.decode()
        button = r'action="([^"]*)"><input [^>]*><button [^>]*aria-label="Approve n01"'
        (approve,) = re.findall(button, rest.body.decode())
        approved = await admin.form(approve)
        assert approved.headers["location"] == f"{older}#waiting"
        assert names_on(await admin.call("GET", older)) == ["n02", "n00"]
        (newest,) = re.findall(r'href="(/admin)#waiting">Newest', rest.body.decode())
        assert names_on(await admin.call("GET", newest)) == sent[:2:-1]
        for odd in ("x", "-1", "0", "9" * 30):
            assert names_on(await admin.call("GET", f"/admin?before={odd}")) in (sent[:2:-1], [])


async def test_a_moderator_sees_the_whole_of_what_waits_and_nobody_else_does(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    rules = {"guests": GuestRules(), "moderation": "guests"}
    async with running(tmp_path / "data", session, clock, **rules) as (host, client):
        guest, data = Client(session, client.url, None), picture()
        image = await guest.stored(data, title="A <b>view</b>", description="From above", tags="a")
        clip = video(tmp_path / "a.mp4")
        shown = await guest.stored(clip, filename="a.mp4")
        admin, path = await signed_in(client), f"/admin/uploads/{image['id_encoded']}"
        page = (await admin.call("GET", path)).body.decode()
        for word in ("A &lt;b&gt;view&lt;/b&gt;", "From above", "a guest", f'src="{path}/file"'):
            assert word in page
        file = await admin.call("GET", f"{path}/file")
        assert (file.body, file.headers["content-type"]) == (data, "image/jpeg")
        assert file.headers["cache-control"] == "no-store"
        assert "sandbox" in file.headers["content-security-policy"]
        part = {"Cookie": admin.cookie, "Range": "bytes=5-9"}
        played = await client.get(f"/admin/uploads/{shown['id_encoded']}/file", headers=part)
        assert (played.status, played.body) == (206, clip[5:10])
        other = Client(session, client.url, await host.create_key("x", user="other"))
        for stranger in (client, guest, other):
            for hidden in (path, f"{path}/file"):
                assert (await stranger.get(hidden)).status == 404
        assert (await admin.call("GET", "/admin/uploads/nothere")).status == 404
        await admin.form(f"{path}/approve")
        assert (await admin.call("GET", path)).headers["location"] == image["path_viewer"]


async def test_a_quota_for_nobody_is_told(client: Client) -> None:
    admin = await signed_in(client)
    headers = {"Cookie": admin.cookie, "Accept": "text/html"}
    form = {"csrf": admin.csrf, "quota_mib": "1"}
    for nobody in ("99", "0"):
        path = f"/admin/users/{nobody}/quota"
        refused = await client.call("POST", path, data=form, headers=headers)
        assert (refused.status, b"There is no user of this number" in refused.body) == (404, True)


async def test_albums_hold_uploads_and_foreign_ones_are_refused(
    client: Client, host: HostServer
) -> None:
    made = await client.call(
        "POST", "/api/1/albums", json={"name": "Hills"}, headers=with_key(client)
    )
    album = made.json["album"]
    image = await client.stored(picture(), album_id=album["id"])
    page = await client.get(album["url"])
    assert image["thumb"]["url"] in page.body.decode()
    listed = await client.get("/api/1/albums", headers=with_key(client))
    assert [(one["name"], one["uploads"]) for one in listed.json["albums"]] == [("Hills", 1)]
    other = Client(client.session, client.url, await host.create_key("x", user="other"))
    for wrong in (album["id"], "nothere", "../etc"):
        answer = await other.upload(picture(), album_id=wrong)
        assert answer.json["error"]["message"] == "album_id is no album of this user"


async def test_a_private_album_is_its_owners(client: Client) -> None:
    body = {"name": "Drafts", "private": True}
    made = await client.call("POST", "/api/1/albums", json=body, headers=with_key(client))
    album = made.json["album"]
    image = await client.stored(picture(), album_id=album["id"])
    assert (await client.get(album["url"])).status == 404
    assert (await client.get(image["url_viewer"])).status == 404
    oembed = f"/oembed?url={image['url_viewer']}"
    assert (await client.get(oembed)).status == 404
    admin = await signed_in(client)
    assert (await admin.call("GET", album["url"])).status == 200
    assert (await admin.call("GET", image["url_viewer"])).status == 200


async def test_categories_are_the_hosts(client: Client) -> None:
    refused = await client.upload(picture(), category_id="1")
    assert refused.json["error"]["message"] == "category_id is no category of this host"
    admin = await signed_in(client)
    await admin.form("/admin/categories", name="Maps")
    assert (await client.stored(picture(), category_id="1"))["category_id"] == 1
    listed = await client.get("/api/1/categories", headers=with_key(client))
    assert listed.json["categories"] == [{"id": 1, "name": "Maps"}]


async def test_uploads_are_listed_newest_first_in_pages(client: Client) -> None:
    made = [await client.stored(picture(seed=n), title=f"n{n}", tags="x") for n in range(3)]
    first = await client.get("/api/1/uploads?limit=2&tag=x", headers=with_key(client))
    assert [one["title"] for one in first.json["uploads"]] == ["n2", "n1"]
    path = f"/api/1/uploads?before={first.json['next']}"
    rest = await client.get(path, headers=with_key(client))
    assert [one["id_encoded"] for one in rest.json["uploads"]] == [made[0]["id_encoded"]]
    assert rest.json["next"] is None


async def test_an_upload_is_read_and_deleted_by_its_owner_alone(
    client: Client, host: HostServer
) -> None:
    image = await client.stored(picture())
    path = f"/api/1/uploads/{image['id_encoded']}"
    other = {"X-API-Key": await host.create_key("x", user="other")}
    assert (await client.get(path)).status == 401
    assert (await client.get(path, headers=other)).status == 404
    assert (await client.call("DELETE", path, headers=other)).status == 404
    read = await client.get(path, headers=with_key(client))
    assert read.json["image"]["delete_url"] == image["delete_url"]
    assert (await client.call("DELETE", path, headers=with_key(client))).status == 200
    assert (await client.call("DELETE", path, headers=with_key(client))).status == 404
    assert (await client.get(image["url"])).status == 404


async def test_keys_are_made_shown_once_and_revoked(client: Client) -> None:
    admin = await signed_in(client)
    page = await admin.form("/admin/keys", user="club", label="bot")
    key = page.body.decode().partition('<code id="new-key">')[2].partition("<")[0]
    club = Client(client.session, client.url, key)
    assert (await club.upload(picture())).status == 200
    assert key.encode() not in (await admin.call("GET", "/admin")).body
    await admin.form("/admin/keys/2/revoke")
    assert (await club.upload(picture())).json["error"]["code"] == 100


async def test_admin_forms_need_the_sessions_token_and_an_admin(
    client: Client, host: HostServer
) -> None:
    admin = await signed_in(client)
    for csrf in ("", "wrong"):
        answer = await admin.call("POST", "/admin/keys", data={"csrf": csrf, "user": "eve"})
        assert answer.status == 403
    assert (await client.get("/admin")).headers["location"] == "/login"
    key = await host.create_key("x", user="other")
    begun = await client.call("POST", "/login", data={"key": key})
    cookie = {"Cookie": begun.headers["set-cookie"].partition(";")[0]}
    assert (await client.get("/admin", headers=cookie)).status == 404


async def test_a_session_ends_with_its_key_its_time_or_a_sign_out(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (_, client):
        admin = await signed_in(client)
        forged = admin.cookie[:-1] + ("A" if admin.cookie[-1] != "A" else "B")
        refused = await client.get("/admin", headers={"Cookie": forged})
        assert refused.headers["location"] == "/login"
        clock.now_s += 13 * 3_600
        assert (await admin.call("GET", "/admin")).headers["location"] == "/login"
        again, elsewhere = await signed_in(client), await signed_in(client)
        assert again.cookie != elsewhere.cookie
        out = await again.form("/logout")
        assert "Max-Age=0" in out.headers["set-cookie"]
        assert (await again.call("GET", "/admin")).headers["location"] == "/login"
        assert (await again.form("/admin/keys", user="eve")).status == 403
        assert (await elsewhere.call("GET", "/admin")).status == 200


async def test_a_session_that_was_ended_stays_so_and_is_forgotten_in_time(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (host, client):
        first = await signed_in(client)
        await first.form("/logout")
        async with HostServer(HostOptions(tmp_path), clock=clock) as other:
            there = Client(session, other.url, None)
            refused = await there.get("/admin", headers={"Cookie": first.cookie})
            assert refused.headers["location"] == "/login"
        clock.now_s += 13 * 3_600
        await (await signed_in(client)).form("/logout")
        index = sqlite3.connect(tmp_path / "index.sqlite3", timeout=20)
        assert index.execute("SELECT count(*) FROM ended_sessions").fetchone() == (1,)
        index.close()
        assert host.first_key is not None


async def test_the_last_key_of_an_admin_can_not_be_revoked(client: Client) -> None:
    admin = await signed_in(client)
    await admin.form("/admin/keys", user="club", label="no admin's")
    refused = await admin.call("POST", "/admin/keys/1/revoke", data={"csrf": admin.csrf})
    assert (refused.status, refused.json["code"]) == (403, 403)
    assert "last key" in refused.json["detail"]
    assert (await client.upload(picture())).status == 200
    await admin.form("/admin/keys", user="owner", label="a second one")
    assert (await admin.form("/admin/keys/1/revoke")).status == 303
    assert (await client.upload(picture())).json["error"]["code"] == 100


async def test_of_two_last_keys_revoked_at_once_one_stays(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    options = HostOptions(tmp_path)
    async with HostServer(options) as first, HostServer(options) as second:
        clients = [Client(session, first.url, first.first_key)]
        clients.append(Client(session, second.url, await first.create_key("another")))
        admins = [await signed_in(client) for client in clients]
        done = await asyncio.gather(
            admins[0].form("/admin/keys/1/revoke"), admins[1].form("/admin/keys/2/revoke")
        )
        assert sorted(answer.status for answer in done) == [303, 403]


async def test_signing_in_can_not_be_tried_for_ever(client: Client) -> None:
    statuses = [
        (await client.call("POST", "/login", data={"key": f"chv_{n}"})).status for n in range(22)
    ]
    assert (statuses[0], statuses[-1]) == (403, 429)


async def test_the_front_page_uploads_with_the_sessions_token(client: Client) -> None:
    admin = await signed_in(client)
    form = aiohttp.FormData()
    form.add_field("source", picture(), filename="a.jpg")
    headers = {"Cookie": admin.cookie, "X-CSRF-Token": admin.csrf}
    assert (await client.call("POST", "/api/1/upload", data=form, headers=headers)).status == 200
    form = aiohttp.FormData()
    form.add_field("source", picture(), filename="a.jpg")
    without = await client.call(
        "POST", "/api/1/upload", data=form, headers={"Cookie": admin.cookie}
    )
    assert without.json["error"]["code"] == 100


@pytest.mark.parametrize(
    ("everybody", "guests", "shown", "limit_bytes"),
    [
        (64 * MIB, 10 * MIB, "10 MiB", 10 * MIB),
        (5 * MIB, 10 * MIB, "5 MiB", 5 * MIB),
        (64 * MIB, 3 * MIB // 2, "1.5 MiB", 3 * MIB // 2),
        (64 * MIB, 300_000, "293 KiB", 300_000),
    ],
)
async def test_the_front_page_names_the_limit_of_who_looks(
    tmp_path: Path,
    session: aiohttp.ClientSession,
    clock: Clock,
    everybody: int,
    guests: int,
    shown: str,
    limit_bytes: int,
) -> None:
    rules = GuestRules(body_limit_bytes=guests)
    options = {"body_limit_bytes": everybody, "guests": rules}
    async with running(tmp_path, session, clock, **options) as (_, client):
        to_guests = (await client.get("/")).body.decode()
        assert f"up to {shown} each" in to_guests
        assert f'data-limit="{limit_bytes}"' in to_guests
        signed = (await (await signed_in(client)).call("GET", "/")).body.decode()
        assert f"up to {everybody // MIB} MiB each" in signed
        assert f'data-limit="{everybody}"' in signed


async def test_chats_can_unfurl_pages(client: Client) -> None:
    image = await client.stored(picture(), filename="A & B.jpg")
    card = await client.get(f"/oembed?url={image['url_viewer']}")
    assert (card.json["type"], card.json["url"]) == ("photo", image["url"])
    assert (await client.get("/oembed?url=http://elsewhere/x")).status == 404
    assert (await client.get(f"/oembed?url={image['url']}")).status == 404


async def test_a_chat_is_shown_nothing_of_what_is_not_safe_for_work(client: Client) -> None:
    image = await client.stored(picture(size=(900, 600)), filename="Secret.jpg", nsfw="1")
    card = await client.get(f"/oembed?url={image['url_viewer']}")
    assert card.json == {
        "version": "1.0",
        "type": "link",
        "title": "Secret",
        "provider_name": "Image host",
        "provider_url": client.url,
    }
    head = (await client.get(image["url_viewer"])).body.decode().partition("</head>")[0]
    assert "/images/" not in head


async def test_nor_of_a_video_that_is_not(client: Client, tmp_path: Path) -> None:
    data = video(tmp_path / "a.mp4")
    image = await client.stored(data, filename="a.mp4", mime="video/mp4", nsfw="1")
    card = await client.get(f"/oembed?url={image['url_viewer']}")
    assert (card.json["type"], b"/images/" in card.body) == ("link", False)


async def test_every_answer_is_what_its_type_says(client: Client) -> None:
    image = await client.stored(picture())
    answers = [
        await client.upload(picture(), format="txt"),
        await client.upload(picture(), format="redirect"),
        await client.upload(b"words"),
        await client.upload(b"words", format="txt"),
        await client.upload(b"words", headers=with_key(client) | PROBLEM),
        await client.get("/api/1/uploads", headers=with_key(client)),
        await client.get("/api/1/openapi.json"),
        await client.get(f"/oembed?url={image['url_viewer']}"),
        await client.get(f"/oembed?url={image['url_viewer']}&format=xml"),
        await client.get(image["url"]),
        await client.get(image["url"], headers={"Range": "bytes=9999999-"}),
        await client.get("/"),
        await client.get("/nowhere"),
        await client.call("PUT", "/nowhere"),
        await client.call("POST", "/"),
    ]
    assert {answer.headers.get("x-content-type-options") for answer in answers} == {"nosniff"}


async def test_a_method_no_address_takes_is_refused_as_anything_else(client: Client) -> None:
    for path, allowed in (
        ("/api/1/upload", "GET, POST"),
        ("/api/1/uploads/x", "DELETE, GET, HEAD"),
        ("/api/1/albums", "GET, HEAD, POST"),
        ("/images/a.jpg", "GET, HEAD"),
    ):
        answer = await client.call("PATCH", path, headers=with_key(client))
        assert (answer.status, answer.json["code"]) == (405, 130)
        assert answer.headers["allow"] == allowed
    page = await client.call("PATCH", "/login", headers={"Accept": "text/html"})
    assert (page.status, b"That was not done" in page.body) == (405, True)


async def test_a_reply_says_how_long_ago_an_upload_came(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock
) -> None:
    async with running(tmp_path, session, clock) as (_, client):
        image = await client.stored(picture())
        assert image["how_long_ago"] == "moments ago"
        clock.now_s += 3 * 3_600
        path = f"/api/1/uploads/{image['id_encoded']}"
        read = await client.get(path, headers=with_key(client))
        assert read.json["image"]["how_long_ago"] == "3 hours ago"


async def test_screenshot_tools_get_their_settings(client: Client) -> None:
    sharex = await client.get("/tools/sharex.sxcu")
    assert sharex.json["RequestURL"] == client.url + "/api/1/upload"
    assert sharex.json["FileFormName"] == "source"
    script = await client.get("/tools/flameshot-upload.sh")
    assert f'"{client.url}/api/1/upload"' in script.body.decode()


@pytest.mark.parametrize("strict", [False, True])
async def test_sharex_finds_the_message_of_a_refusal(
    tmp_path: Path, session: aiohttp.ClientSession, clock: Clock, strict: bool
) -> None:
    async with running(tmp_path, session, clock, strict=strict) as (_, client):
        settings = (await client.get("/tools/sharex.sxcu")).json
        refused = await client.upload(b"words")
        message = refused.json
        for name in settings["ErrorMessage"].removeprefix("{json:").removesuffix("}").split("."):
            message = message[name]
        assert message == "File is no image or video of an accepted format"


async def test_files_are_cached_for_ever_and_never_run(client: Client) -> None:
    image = await client.stored(picture())
    file = await client.get(image["url"])
    assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert file.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in file.headers["content-security-policy"]
    again = await client.get(image["url"], headers={"If-None-Match": file.headers["etag"]})
    assert again.status == 304
    head = await client.call("HEAD", image["url"])
    assert (head.status, head.headers["content-length"]) == (200, str(len(file.body)))
    page = await client.get(image["url_viewer"])
    assert "default-src 'none'" in page.headers["content-security-policy"]
    beyond = await client.get(image["url"], headers={"Range": "bytes=9999999-"})
    assert beyond.status == 416


async def test_imgbb_clients_get_their_shape(client: Client) -> None:
    form = {"image": base64.b64encode(picture()).decode(), "key": str(client.key)}
    answer = await client.call("POST", "/api/1/upload", data=form)
    assert (answer.status, answer.json["success"]) == (200, True)
    assert answer.json["data"]["image"]["url"] == answer.json["data"]["url"]
