"""``imgoe-bot healthcheck``: whether a bot keeps its health file young.

Containers ask every 30 seconds, so the way of a healthy bot loads next to nothing.
"""

import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from imgoe_bot.settings.environment import DEFAULT_DATA_DIR, HEALTH_FILE, find_value, reason_file

HEALTHY_FOR_S = 60


NO_BOT = "no bot is connected, or its database takes no writes"


def find_trouble(environment: Mapping[str, str]) -> str | None:
    """Return why the bot with this environment's data folder is not healthy, None where it is.

    The bot whose file is young has checked its settings; they are checked here where there is none.

    Raises:
        ConfigError: there is no healthy bot, and a setting is missing or malformed, or the data
            folder can't be looked into.
    """
    with suppress(OSError):  # told of below, unless a setting is the reason
        if is_healthy(health_file(environment)):
            return None
    return _find_trouble_by_checked_settings()


def health_file(environment: Mapping[str, str]) -> Path:
    """Return the health file's path, as settings that pass every check have it."""
    return Path(find_value("IMGOE_DATA_DIR", environment) or DEFAULT_DATA_DIR) / HEALTH_FILE


def is_healthy(file: Path) -> bool:
    """Tell whether a health file was renewed within the last minute.

    Raises:
        OSError: the file can't be looked at.
    """
    try:
        status = file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    is_young = abs(time.time() - status.st_mtime) <= HEALTHY_FOR_S  # a clock may be put back
    return stat.S_ISREG(status.st_mode) and is_young


def find_reason(health_file: Path) -> str | None:
    """Return what a bot wrote within the last minute of why it is not healthy.

    Raises:
        OSError: the file can't be read.
    """
    reason = reason_file(health_file)
    return reason.read_text().strip() or None if is_healthy(reason) else None


def _find_trouble_by_checked_settings() -> str | None:
    from imgoe_bot.adapters.folder_checks import check_folder
    from imgoe_bot.errors import ConfigError, StoreFull
    from imgoe_bot.services.store_outage import outage_line
    from imgoe_bot.settings.environment import variable_name
    from imgoe_bot.settings.fields import PluginSettings
    from imgoe_bot.settings.loading import load_settings

    settings = load_settings(PluginSettings)
    try:
        if is_healthy(settings.health_file):
            return None
        reason = find_reason(settings.health_file)
    except OSError as error:
        problem = f"{settings.data_dir} can't be read: {error.strerror}"
        raise ConfigError(variable_name("data_dir"), problem) from error
    try:
        if reason is None and settings.data_dir.is_dir():  # it may be what took no reason
            check_folder(settings.data_dir, variable=variable_name("data_dir"))
    except StoreFull as error:
        reason = f"{outage_line(error)} ({error.where})"
    return reason or NO_BOT
