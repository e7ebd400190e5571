"""What is stored about people, and what they chose."""
