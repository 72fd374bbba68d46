"""A topic's query. Pure."""

from __future__ import annotations


class Query:
    """Replaced by the real one."""
