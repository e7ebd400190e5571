"""What Discord lets the bot do, and what its refusals mean."""
