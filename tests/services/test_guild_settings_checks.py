"""What can be a host's address and what can be a key."""

import pytest

from imgoe_bot.domain.guild import MANAGE_GUILD, Actor
from imgoe_bot.errors import KeyMissing, NotAllowed, SettingsRejected
from imgoe_bot.services.settings.guild_settings import check_host_url, check_key
from tests.contracts.stores import BEN, GUILD
from tests.services.conftest import Office


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://imgoe.download", "https://imgoe.download"),
        (" https://imgoe.download/ ", "https://imgoe.download"),
        ("https://imgoe.download/api/1/upload", "https://imgoe.download"),
        ("https://imgoe.download/api/1/upload/", "https://imgoe.download"),
        ("https://host.example/pictures/", "https://host.example/pictures"),
        ("http://127.0.0.1:8089", "http://127.0.0.1:8089"),
        ("http://[::1]:8089", "http://[::1]:8089"),
        ("<https://imgoe.download>", "https://imgoe.download"),
        ("\ufeff`https://imgoe.download/`\u200b", "https://imgoe.download"),
        ("“https://imgoe.download”", "https://imgoe.download"),
    ],
)
def test_an_address_is_taken_as_people_paste_it(text: str, url: str) -> None:
    assert check_host_url(text) == url


@pytest.mark.parametrize(
    "text",
    [
        "", "imgoe.download", "ftp://imgoe.download", "https://", "https:///x", "https://?",
        "https://user@host.example", "https://host.example?x", "https://host.example#x",
        "https://host.example/a b", "https://host.example\\x", "https://host.example:port",
        "https://host.example:0", "https://host.example:99999", "https://[::1",
        "https://ho\nst.example", "https://host.example/<x>",
        "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsRejected) as refused:
        check_host_url(text)

    assert (refused.value.setting, refused.value.problem) == ("host", "not-an-address")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("  \n", "empty"),
        ("x" * 201, "too-long"),
        ("two words", "not-a-key"),
        ("schlüssel", "not-a-key"),
        ("chv_a\nX-Evil: 1", "not-a-key"),
        ("chv_\x00", "not-a-key"),
        ("chv_a\nchv_b", "not-a-key"),
        ("chv_a`b", "not-a-key"),
        ("X-API-Key:", "empty"),
        ("\ufeff``", "empty"),
    ],
)
def test_what_can_be_no_key_is_refused(text: str, problem: str) -> None:
    with pytest.raises(SettingsRejected) as refused:
        check_key(text)

    assert (refused.value.setting, refused.value.problem) == ("key", problem)


@pytest.mark.parametrize("text", ["chv_abc", " chv_abc\n", "x" * 200])
def test_a_key_loses_the_spaces_around_it(text: str) -> None:
    assert check_key(text).value == text.strip()


@pytest.mark.parametrize(
    "pasted",
    [
        "\u00a0chv_abc\u3000", "chv_abc\r\n", "'chv_abc'", '"chv_abc"', "`chv_abc`",
        "```chv_abc```", "“chv_abc”", "«chv_abc»", "<chv_abc>",
        "\ufeffchv_abc", "chv_\u200babc", "chv_abc,",
        "X-API-Key: chv_abc", "x-api-key:chv_abc", "X-API-Key:\u00a0chv_abc",
        "-H 'X-API-Key: chv_abc'",
        '--header "X-API-Key: chv_abc"', "key=chv_abc", "api_key = 'chv_abc'", '"key": "chv_abc",',
        "API key: chv_abc", "`X-API-Key: <chv_abc>`",
    ],
)  # fmt: skip
def test_a_key_loses_what_was_pasted_along(pasted: str) -> None:
    assert check_key(pasted).value == "chv_abc"


@pytest.mark.parametrize("key", ["keychain_1", "a+b/c==", "chv_key=1", "key-1"])
def test_a_key_that_looks_like_a_label_stays_whole(key: str) -> None:
    assert check_key(key).value == key


async def test_a_guild_without_a_key_is_told_so_with_its_host(empty_office: Office) -> None:
    with pytest.raises(KeyMissing) as refused:
        await empty_office.guilds.get_host(GUILD)

    assert refused.value.host_url == "https://default.example"


async def test_only_who_manages_the_server_sets_its_key(empty_office: Office) -> None:
    with pytest.raises(NotAllowed):
        await empty_office.guilds.set_key(
            Actor(BEN, GUILD), host_url="https://host.example", key="chv_key", expected=0
        )

    moderator = Actor(BEN, GUILD, frozenset({MANAGE_GUILD}))
    await empty_office.guilds.set_key(
        moderator, host_url="https://host.example/", key=" chv_key ", expected=0
    )

    url, key = await empty_office.guilds.get_host(GUILD)
    assert (url, key.value) == ("https://host.example", "chv_key")
