"""HEIC pictures, where the optional extra is installed."""

from importlib import import_module


def enable_heif() -> bool:
    """Teach Pillow to read HEIC; answers False where ``imgoe-bot[heif]`` is not installed.

    Registers with Pillow for the whole process; a repeat changes nothing.
    """
    try:
        plugin = import_module("pillow_heif")
    except ImportError:
        return False
    plugin.register_heif_opener()
    return True
