"""Interactions: answered whatever happens, by buttons and menus that outlive the process too."""
