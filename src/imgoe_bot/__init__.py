"""imgoe_bot keeps what a Discord community posts."""

from imgoe_bot._version import VERSION as __version__

__all__ = ["__version__"]
