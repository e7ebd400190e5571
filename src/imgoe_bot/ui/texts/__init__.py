"""What is said in several rooms of errors, options, quotas and rules."""
