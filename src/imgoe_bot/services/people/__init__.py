"""What people are sent, told, and may decide."""
