"""``python -m imgoe_bot``."""

from imgoe_bot.cli import main

main()
