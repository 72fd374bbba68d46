"""Sources block and run in threads; whoever watches their progress lives on the event loop."""

from __future__ import annotations

import asyncio

from bot.ports import Progress


def from_thread(progress: Progress) -> Progress:
    """`progress` for a thread to call: it runs on the running loop. A loop that has ended hears nothing."""
    loop = asyncio.get_running_loop()

    def tell(what: str, done: int, total: int) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(progress, what, done, total)

    return tell
