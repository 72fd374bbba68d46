"""Telegram: Documents as messages with entities or as Rich Messages, buttons without state, the Bot API."""
