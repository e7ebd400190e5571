"""Messages of mirrored channels, as they come and as they were missed."""
