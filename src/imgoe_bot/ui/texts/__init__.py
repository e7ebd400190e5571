"""What is said in several folders: of errors, options, permissions, quotas and rules."""
