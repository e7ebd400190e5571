"""How long a host may take to answer once it has a whole upload.

It makes renditions, reads films to their end, and hands both on to where it keeps them, all before
it says a word. To stop waiting is dear: nobody knows then whether the upload is stored.
"""

UNKNOWN_BYTES = 100 * 1024 * 1024
"""What a file is taken for whose size its source does not tell."""

IMAGE_MIN_S, IMAGE_MIB_S = 120.0, 1.0
FILM_MIN_S, FILM_MIB_S = 300.0, 2.0
"""At the least, and for each MiB on top.

Films of a few MiB were seen to take 8 to 17 s on a busy Chevereto; a host that moves them on to a
slow store does so at a MiB a second, after a first pass that reads them. What lies at most in
buffers on the way, some MiB, is in it too.

Source: design/API.md §2, "a lost answer".
"""
_MIB = 1024 * 1024


def answer_wait_s(mime: str | None, size_bytes: int | None) -> float:
    """Return how long to wait for the answer to an upload, from when the whole of it has left.

    Args:
        mime: what it is; what is not known to be an image is taken for a film.
        size_bytes: None is taken for 100 MiB.
    """
    size = UNKNOWN_BYTES if size_bytes is None else size_bytes
    if (mime or "").startswith("image/"):
        return IMAGE_MIN_S + IMAGE_MIB_S * size / _MIB
    return FILM_MIN_S + FILM_MIB_S * size / _MIB
