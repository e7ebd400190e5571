"""``python -m imgoe_bot``, and the command ``imgoe-bot``."""

import sys

from imgoe_bot.terminal import early_signals
from imgoe_bot.terminal.exit_codes import EXIT_STOPPED


def main() -> None:
    """Run the command line; a signal ends it without a traceback also while it is still loading."""
    early_signals.end_at_once_while_loading()
    try:
        from imgoe_bot.terminal.cli import (
            main as run,
        )  # takes a moment, which the first line above does not

        run()
    except KeyboardInterrupt:
        sys.exit(EXIT_STOPPED)
    finally:
        early_signals.end_at_once_from_now_on()


if __name__ == "__main__":
    main()
