"""``imgoe-bot healthcheck``: whether a bot keeps its health file young.

Containers ask every 30 seconds, so the way of a healthy bot loads next to nothing.
"""

import stat
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from imgoe_bot.errors import ConfigError
from imgoe_bot.settings.environment import DEFAULT_DATA_DIR, HEALTH_FILE, find_value

HEALTHY_FOR_S = 60


def is_bot_healthy(environment: Mapping[str, str]) -> bool:
    """Tell whether the bot with this environment's data folder is healthy.

    The bot whose file is young has checked its settings; they are checked here where there is none.

    Raises:
        ConfigError: there is no healthy bot, and a setting is missing or malformed, or the data
            folder can't be looked into.
    """
    with suppress(OSError):  # told of below, unless a setting is the reason
        if is_healthy(health_file(environment)):
            return True
    return _is_healthy_by_checked_settings()


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


def _is_healthy_by_checked_settings() -> bool:
    from imgoe_bot.settings.environment import variable_name
    from imgoe_bot.settings.fields import PluginSettings
    from imgoe_bot.settings.loading import load_settings

    settings = load_settings(PluginSettings)
    try:
        return is_healthy(settings.health_file)
    except OSError as error:
        problem = f"{settings.data_dir} can't be read: {error.strerror}"
        raise ConfigError(variable_name("data_dir"), problem) from error
