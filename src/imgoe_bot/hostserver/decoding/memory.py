"""Tells the C library to keep freed memory for the next picture.

By default glibc hands each megabyte-sized buffer back to the kernel and asks for it anew, page by
page: a sixth of the CPU of a small upload. For processes that do nothing else than host.
"""

import ctypes

MIB = 1024 * 1024
# Source: mallopt(3).
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


def keep_freed_memory() -> bool:
    """Keep up to 32 MiB of freed memory in each heap; answers False where that can't be asked."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    asked = ((M_MMAP_THRESHOLD, 16 * MIB), (M_TRIM_THRESHOLD, 32 * MIB))
    return all(mallopt(option, value) == 1 for option, value in asked)
