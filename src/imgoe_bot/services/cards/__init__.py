"""What a card shows after it was posted, and how it is laid out."""
