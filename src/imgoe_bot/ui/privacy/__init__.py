"""What people are told and asked about their posts, and what they can have erased."""
