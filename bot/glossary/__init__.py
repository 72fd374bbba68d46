"""What technical terms are called in another language, and what they are never called."""
