"""imgoe_bot keeps what a Discord community posts."""

from imgoe_bot import _version

__version__ = _version.VERSION

__all__ = ["__version__"]
