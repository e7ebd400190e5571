"""Which key belongs to a host, and where it is found; the command line itself is no such place."""

from collections.abc import Mapping
from pathlib import Path

from imgoe_bot.errors import ConfigError, SettingsRejected
from imgoe_bot.hostapi.addresses import normal_base
from imgoe_bot.settings.environment import cleaned
from imgoe_bot.terminal.keys.keyring import Keyring, checked_key, read_private

KEY_VARIABLE = "IMGOE_KEY"


def find_key(
    host_url: str, *, key_file: Path | None, environment: Mapping[str, str], keyring: Keyring
) -> str | None:
    """Return the key for a host: of the file named, the variable, or the keyring, in this order.

    Args:
        host_url: as ``normal_base`` writes it.
        key_file: holds the key and nothing else.
        environment: the process's variables.
        keyring: asked last.

    Returns:
        None when there is no key in any of these places.

    Raises:
        ConfigError: a file can't be read, or others can; it never holds what the file does.
    """
    if key_file is not None:
        return only_word(read_private(key_file, "--key-file"), "--key-file")
    if KEY_VARIABLE in environment:
        return only_word(environment[KEY_VARIABLE], KEY_VARIABLE)
    return keyring.find(host_url)


def only_word(text: str, setting: str) -> str:
    """Return the key that is all a text holds, but for what copying leaves around it.

    Raises:
        ConfigError: it holds none, more than one, or what no key has.
    """
    words = cleaned(text).split()
    if len(words) != 1:
        raise ConfigError(setting, "holds no key" if not words else "holds more than one key")
    return checked_key(words[0], setting)


def host_base(host: str, setting: str) -> str:
    """Return a host's address the one way in which keyring and client write it.

    Raises:
        ConfigError: it is none; ``setting`` names what held it.
    """
    try:
        return normal_base(cleaned(host))
    except SettingsRejected as error:
        raise ConfigError(setting, "is no http or https address of a host") from error
