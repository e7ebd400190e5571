"""What waits to be done: jobs, direct messages, hosts' budgets."""
