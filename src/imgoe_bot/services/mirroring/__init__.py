"""Which messages are kept, how far channels were read, and when mirroring rests."""
