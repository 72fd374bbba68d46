"""`python -m bot` and the `paperboy` command."""

from __future__ import annotations


def main() -> None:
    """Run the command line; exits with its code."""
    from bot.cli import app  # noqa: PLC0415 - importing this module does nothing

    app()


if __name__ == "__main__":
    main()
