"""Bodies become forms and files on disk, in bounded time and memory."""
