"""What the program's exit code tells; from 70 on they are those of BSD's ``sysexits.h``."""

EXIT_FAILED = 1
"""What was asked for was looked into or tried, and the answer is no."""
EXIT_TROUBLE = 70
EXIT_TRY_LATER = 75
EXIT_KEY = 77
EXIT_CONFIG = 78
EXIT_STOPPED = 130
"""As shells report a process that Ctrl-C ended."""
