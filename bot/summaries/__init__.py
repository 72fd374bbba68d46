"""What a paper says: by a model or from its own sentences, checked either way."""
