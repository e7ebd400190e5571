"""Jobs that are due become a worker's: asked for, or with the transaction that stores them."""
