"""What the operator sets: each variable, missing, malformed and right."""

import base64
import os
from pathlib import Path

import pytest

from imgoe_bot.errors import ConfigError
from imgoe_bot.settings.environment import variable_name
from imgoe_bot.settings.fields import PluginSettings, Settings
from imgoe_bot.settings.loading import ELSEWHERE, load_settings, unknown_variables

KEY = base64.b64encode(bytes(range(32))).decode()
TOKEN = "token-of-the-test"


@pytest.fixture(autouse=True)
def _only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("IMGOE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("IMGOE_SECRET_KEY", KEY)
    monkeypatch.setenv("IMGOE_DISCORD_TOKEN", TOKEN)


def test_a_key_and_a_token_are_enough() -> None:
    settings = load_settings(Settings)

    assert settings.secret_key.get_secret_value() == bytes(range(32))
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.default_host_url == "https://imgoe.download"
    assert settings.store_url == "sqlite+aiosqlite:///data/imgoe_bot.sqlite3"


def test_a_plug_in_needs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IMGOE_DISCORD_TOKEN")

    assert load_settings(PluginSettings).health_file == Path("data/health")


@pytest.mark.parametrize("name", ["IMGOE_SECRET_KEY", "IMGOE_DISCORD_TOKEN"])
def test_a_missing_variable_is_named_with_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.delenv(name)

    with pytest.raises(ConfigError) as refused:
        load_settings(Settings)

    assert refused.value.setting == name
    assert refused.value.problem.startswith("is missing; ")


MALFORMED = [
    ("IMGOE_SECRET_KEY", "hunter2-hunter2"),
    ("IMGOE_SECRET_KEY", ""),
    ("IMGOE_SECRET_KEY", "hünter2"),
    ("IMGOE_SECRET_KEY", base64.b64encode(bytes(31)).decode()),
    ("IMGOE_SECRET_KEY", base64.b64encode(bytes(33)).decode()),
    ("IMGOE_SECRET_KEY", base64.urlsafe_b64encode(b"\xff" * 32).decode()),
    ("IMGOE_DISCORD_TOKEN", ""),
    ("IMGOE_DISCORD_TOKEN", "Bot hunter2"),
    ("IMGOE_DISCORD_TOKEN", "hünter2"),
    ("IMGOE_DISCORD_TOKEN", "hunter2\u2026"),
    ("IMGOE_DISCORD_TOKEN", "hunter2\rhunter2"),
    ("IMGOE_DISCORD_TOKEN", "\udce2\udc80\udca6"),
    ("IMGOE_DISCORD_API_URL", "discord.com/hunter2"),
    ("IMGOE_DISCORD_API_URL", "https://"),
    ("IMGOE_DISCORD_API_URL", "https://discord.com:hunter2"),
    ("IMGOE_DISCORD_API_URL", "https://discord..hunter2"),
    ("IMGOE_DISCORD_API_URL", f"https://{64 * 'x'}.hunter2"),
    ("IMGOE_DISCORD_GATEWAY_URL", "https://hunter2.example"),
    ("IMGOE_DISCORD_CDN_URL", "ftp://hunter2"),
    ("IMGOE_DISCORD_CDN_URL", "https://[hunter2"),
    ("IMGOE_DEFAULT_HOST_URL", "https://bot:hunter2@host.example"),
    ("IMGOE_DEFAULT_HOST_URL", "https://bot:hunter2@h\u2100st.example"),
    ("IMGOE_DEFAULT_HOST_URL", "https://host.example/hunter2 x"),
    ("IMGOE_DATABASE_URL", "postgresql://bot:hunter2@db/bot"),
    ("IMGOE_DATABASE_URL", "mysql://bot:hunter2@db/bot"),
    ("IMGOE_MAX_UPLOAD_BYTES", "0"),
    ("IMGOE_MAX_UPLOAD_BYTES", "hunter2"),
    ("IMGOE_PARK_FOR_S", "-1"),
    ("IMGOE_PARK_FOR_S", "31536001"),
    ("IMGOE_LEASE_S", "0.5"),
    ("IMGOE_LEASE_S", "nan"),
    ("IMGOE_TRANSFERS", "0"),
    ("IMGOE_TRANSFERS", "65"),
    ("IMGOE_LOG_LEVEL", "hunter2"),
    ("IMGOE_LOG_JSON", "hunter2"),
]


@pytest.mark.parametrize(("name", "value"), MALFORMED)
def test_a_malformed_variable_is_one_line_that_names_it_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(ConfigError) as refused:
        load_settings(Settings)

    assert refused.value.setting == name
    assert refused.value.problem
    assert "\n" not in refused.value.problem
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMGOE_DISCORD_API_URL", "http://127.0.0.1:8080/api/v10"),
        ("IMGOE_DISCORD_GATEWAY_URL", "ws://[::1]:8080"),
        ("IMGOE_DEFAULT_HOST_URL", "https://host.example/images"),
    ],
)
def test_an_address_loses_its_last_slash(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, f"{value}/")

    settings = load_settings(Settings)

    assert getattr(settings, name.removeprefix("IMGOE_").lower()) == value


def test_a_database_of_ones_own_takes_the_place_of_the_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMGOE_DATABASE_URL", "postgresql+asyncpg://bot:pw@db/bot")

    assert load_settings(Settings).store_url == "postgresql+asyncpg://bot:pw@db/bot"


def test_no_secret_shows_in_the_settings() -> None:
    shown = f"{load_settings(Settings)!r} {load_settings(Settings)}"

    assert TOKEN not in shown
    assert KEY not in shown
    assert str(bytes(range(32))) not in shown


def test_every_setting_is_described() -> None:
    for name, info in Settings.model_fields.items():
        assert info.description, variable_name(name)


AROUND = [
    "{}\r",
    "{}\n",
    " {} ",
    "\t{}",
    '"{}"',
    "'{}'",
    ' "{}"\r',
    "\ufeff{}",
    "\udcef\udcbb\udcbf{}",
    "“{}”",
]
VALUES = {
    "IMGOE_SECRET_KEY": KEY,
    "IMGOE_DISCORD_TOKEN": TOKEN,
    "IMGOE_DATA_DIR": "/var/lib/my pictures",
    "IMGOE_DATABASE_URL": "postgresql+asyncpg://bot:pw@db/bot",
    "IMGOE_HOST_PUBLIC_URL": "https://img.example",
    "IMGOE_HOST_BUDGET": "50/1m",
    "IMGOE_LOG_LEVEL": "DEBUG",
}


def _value_for(name: str) -> str:
    default = Settings.model_fields[name.removeprefix("IMGOE_").lower()].default
    return VALUES.get(name) or str(default)


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("name", sorted(map(variable_name, Settings.model_fields)))
def test_what_copying_leaves_around_a_value_is_taken_off(
    monkeypatch: pytest.MonkeyPatch, name: str, around: str
) -> None:
    field = name.removeprefix("IMGOE_").lower()
    monkeypatch.setenv(name, _value_for(name))
    wanted = getattr(load_settings(Settings), field)
    monkeypatch.setenv(name, around.format(_value_for(name)))

    assert getattr(load_settings(Settings), field) == wanted


@pytest.mark.parametrize("nothing", ["", " ", '""', "\r"])
@pytest.mark.parametrize("name", sorted(map(variable_name, Settings.model_fields)))
def test_a_variable_that_holds_nothing_is_as_good_as_not_set(
    monkeypatch: pytest.MonkeyPatch, name: str, nothing: str
) -> None:
    field = Settings.model_fields[name.removeprefix("IMGOE_").lower()]
    monkeypatch.setenv(name, nothing)

    if field.is_required():
        with pytest.raises(ConfigError, match="is empty"):
            load_settings(Settings)
    else:
        found = getattr(load_settings(Settings), name.removeprefix("IMGOE_").lower())
        assert found == field.default


@pytest.mark.parametrize("mangled", [KEY[:-1], KEY[1:], f"{KEY}=", KEY.replace("=", ""), "hünter2"])
def test_a_mangled_secret_key_is_to_be_copied_again_and_never_made_anew(
    monkeypatch: pytest.MonkeyPatch, mangled: str
) -> None:
    monkeypatch.setenv("IMGOE_SECRET_KEY", mangled)

    with pytest.raises(ConfigError) as refused:
        load_settings(Settings)

    assert "copy it whole from where you keep it" in refused.value.problem
    assert "imgoe-bot secret-key" not in refused.value.problem


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_secret_key_is_first_looked_for_and_made_for_a_first_start_only(
    monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("IMGOE_SECRET_KEY")
    if value is not None:
        monkeypatch.setenv("IMGOE_SECRET_KEY", value)

    with pytest.raises(ConfigError) as refused:
        load_settings(Settings)

    old, _, new = refused.value.problem.partition("only for a bot that never ran")
    assert "set the one this bot has had so far" in old
    assert new.endswith("imgoe-bot secret-key")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("IMGOE_DISCORD_TOKN", "IMGOE_DISCORD_TOKEN"),
        ("imgoe_discord_tokn", "IMGOE_DISCORD_TOKEN"),
        ("IMGOE_TOKEN", "IMGOE_DISCORD_TOKEN"),
        ("\ufeffIMGOE_DISCORD_TOKEN", "IMGOE_DISCORD_TOKEN"),
        ("IMGOE_DATABASE", "IMGOE_DATABASE_URL"),
        ("IMGOE_DATABASEURL", "IMGOE_DATABASE_URL"),
        ("IMGOE_HOST_DATABSE_URL", "IMGOE_HOST_DATABASE_URL"),
        ("IMGOE-LOG-LEVEL", "IMGOE_LOG_LEVEL"),
        ("IMGOE_COLOUR_OF_THE_SKY", None),
    ],
)
def test_an_unknown_variable_is_named_with_the_nearest_real_one_and_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, nearest: str | None
) -> None:
    monkeypatch.setenv(name, "hunter2")

    (unknown,) = unknown_variables()

    assert (unknown.name, unknown.nearest) == (name, nearest)
    assert "hunter2" not in str(unknown)


def test_every_variable_that_is_read_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*map(variable_name, Settings.model_fields), *ELSEWHERE, "imgoe_lease_s"):
        monkeypatch.setenv(name, "x")

    assert unknown_variables() == []


def test_a_missing_variable_tells_of_the_one_that_was_set_in_its_place(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("IMGOE_DISCORD_TOKEN")
    monkeypatch.setenv("IMGOE_DISCORD_TOKN", "hunter2")

    with pytest.raises(ConfigError) as refused:
        load_settings(Settings)

    assert refused.value.problem.startswith("is missing (IMGOE_DISCORD_TOKN is set, ")


@pytest.mark.parametrize(
    "field",
    [
        "guild_retention_days",
        "dm_opened",
        "dm_opened_period_s",
        "dm_total",
        "dm_total_period_s",
        "park_for_s",
        "lease_s",
        "transfers",
    ],
)
@pytest.mark.parametrize("value", ["inf", "nan", "1e12", "1" + "0" * 30])
def test_a_number_beyond_what_a_time_or_a_row_holds_is_refused_at_the_start(
    monkeypatch: pytest.MonkeyPatch, field: str, value: str
) -> None:
    monkeypatch.setenv(variable_name(field), value)

    with pytest.raises(ConfigError) as refused:
        load_settings(Settings)

    assert refused.value.setting == variable_name(field)


def test_a_folder_from_which_no_address_of_a_database_can_be_made_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IMGOE_DATA_DIR", "/srv/what?/data")

    with pytest.raises(ConfigError, match="must not hold a question mark"):
        load_settings(Settings)
