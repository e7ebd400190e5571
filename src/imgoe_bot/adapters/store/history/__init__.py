"""How far channels' histories were dealt with: marks, and ranges that are still to be read."""
