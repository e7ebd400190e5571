"""Secrets at rest."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from imgoe_bot.adapters.vault import Vault
from imgoe_bot.errors import ConfigError

KEY = bytes(range(32))


@given(secret=st.text(st.characters(exclude_categories=["Cs"])), row=st.text(max_size=50))
def test_what_was_sealed_for_a_row_opens_for_that_row(secret: str, row: str) -> None:
    vault = Vault(KEY)
    row = row.encode(errors="ignore").decode()

    assert vault.open(vault.seal(secret, bound_to=row), bound_to=row) == secret


def test_the_same_secret_is_never_sealed_the_same_way() -> None:
    vault = Vault(KEY)

    assert vault.seal("chv_key", bound_to="row") != vault.seal("chv_key", bound_to="row")


@pytest.mark.parametrize("what", ["another key", "another row", "cut", "changed", "empty"])
def test_anything_else_does_not_open_and_names_the_setting(what: str) -> None:
    sealed = Vault(KEY).seal("chv_key", bound_to="guild 1")
    vault = Vault(os.urandom(32) if what == "another key" else KEY)
    broken = {"cut": sealed[:-1], "changed": sealed[:-1] + bytes([sealed[-1] ^ 1]), "empty": b""}

    with pytest.raises(ConfigError) as refused:
        vault.open(
            broken.get(what, sealed), bound_to="guild 2" if what == "another row" else "guild 1"
        )

    assert refused.value.setting == "IMGOE_SECRET_KEY"
    assert "chv_key" not in str(refused.value)


def test_a_vault_shows_nothing_of_its_key() -> None:
    assert repr(Vault(KEY)) == str(Vault(KEY)) == "Vault()"
