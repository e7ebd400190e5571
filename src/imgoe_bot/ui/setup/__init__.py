"""Setting up: the wizard, and the forms for hosts and keys."""
