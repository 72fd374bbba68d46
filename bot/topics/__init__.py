"""What a channel asked for: queries, the catalogue, selection."""
