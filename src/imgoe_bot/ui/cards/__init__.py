"""Cards: their texts, layouts, buttons and pictures."""
