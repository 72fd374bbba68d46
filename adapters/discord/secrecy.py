"""What the library logs, without what must be in no log: tokens of interactions, which let anybody answer for us."""

from __future__ import annotations

import logging
import re

LOGGERS = ("discord.http", "discord.webhook.async", "discord.gateway", "discord.client", "discord.state", "discord")

_TOKEN = re.compile(r"(?P<path>/(?:interactions|webhooks)/\d+/)[^/\s?]+")


class Redacted(logging.Filter):
    """Lets every record pass, without tokens in its addresses."""

    def filter(self, record: logging.LogRecord) -> bool:
        """See logging.Filter."""
        told = record.getMessage()
        clean = redacted(told)
        if clean != told:
            record.msg, record.args = clean, None
        return True


def redacted(text: str) -> str:
    """`text`, whose addresses of interactions have lost their tokens. Pure."""
    return _TOKEN.sub(r"\g<path>***", text)


def keep_quiet() -> None:
    """Below INFO the library tells every event, with what people wrote and the tokens to answer them: it is not heard.

    May be called again.
    """
    for name in LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, Redacted) for each in logger.filters):
            logger.addFilter(Redacted())
    library = logging.getLogger("discord")
    library.setLevel(max(library.level, logging.INFO))
