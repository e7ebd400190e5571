"""Uploads with one copy: where a host takes the same bytes once only, others refer to it."""

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select, update

from imgoe_bot.adapters.store import rows
from imgoe_bot.adapters.store import tables as t
from imgoe_bot.adapters.store.catalogue.places import UNLISTED
from imgoe_bot.adapters.vault import Vault
from imgoe_bot.domain.upload import DeleteLink, Upload

_other = t.upload.alias("other")


def _is_shared() -> ColumnElement[bool]:
    """Say of an upload that another live one of its guild has the same copy."""
    others = select(_other.c.id).where(
        _other.c.guild_id == t.upload.c.guild_id,
        _other.c.sha256 == t.upload.c.sha256,  # the bytes are the same too, and there is an index
        _other.c.viewer_url == t.upload.c.viewer_url,
        _other.c.id != t.upload.c.id,
        _other.c.deleted_at.is_(None),
    )
    return others.exists()


_TOLD = [column for column in t.upload.c if column.name not in UNLISTED]
UPLOAD: Select[Any] = select(*_TOLD, _is_shared().label("shared"))
"""What ``rows.upload_from`` reads."""


def detach(connection: Connection, upload: Upload, vault: Vault) -> bool:
    """Part an upload from its copy, if others have it: the oldest of them gets the delete link.

    All that have the copy are locked, so that of two that go at once the second sees that it is the
    last.

    Returns:
        False when nobody else has it.
    """
    query = select(t.upload).where(
        t.upload.c.guild_id == upload.guild_id,
        t.upload.c.sha256 == upload.sha256,
        t.upload.c.viewer_url == upload.stored.viewer_url,
        t.upload.c.deleted_at.is_(None),
    )
    query = query.order_by(t.upload.c.created_at, t.upload.c.id).with_for_update()
    found = connection.execute(query).mappings().all()
    owners = {row["id"]: rows.upload_from(row, vault) for row in found}
    giver = owners.pop(upload.id, upload)  # as it is now: it may have got the link meanwhile
    heir = next(iter(owners.values()), None)
    if heir is not None and giver.stored.delete_link is not None:
        _give_link(connection, giver.stored.delete_link, heir, vault)
    return heir is not None


def _give_link(connection: Connection, link: DeleteLink, heir: Upload, vault: Vault) -> None:
    heir = replace(heir, stored=replace(heir.stored, delete_link=link))
    sealed = rows.upload_values(heir, vault)["delete_link_sealed"]
    connection.execute(
        update(t.upload).where(t.upload.c.id == heir.id).values(delete_link_sealed=sealed)
    )
