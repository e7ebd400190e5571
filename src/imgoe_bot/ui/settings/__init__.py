"""``/settings``: options of a place, shown, suggested, changed and reset."""
