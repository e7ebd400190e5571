"""One file becomes one copy, within budgets and quotas."""
