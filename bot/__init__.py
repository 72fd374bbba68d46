"""Paperboy's core: fetch what arXiv announced, select, summarize, compose, deliver."""
