"""Letting Telegram bring updates: a server of our own, behind a proxy that ends TLS. It says 200 when one is taken."""

from __future__ import annotations

import asyncio
import hmac
import logging
import socket
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

import tornado.httpserver
import tornado.web

from adapters.telegram.api import ALLOWED, Api
from adapters.telegram.pauses import Pauses
from adapters.telegram.polling import Take
from bot.ports import BotError

logger = logging.getLogger(__name__)

SECRET = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of a header
LARGEST = 2_000_000
"""Bytes of an update we read; Telegram's are of some kilobytes."""


class CannotListen(BotError):
    """Somebody else listens there, or it is no place of this machine's."""


@dataclass(frozen=True, slots=True)
class _House:
    """What the doors lead to. `closing` is done when no more is taken in; `handling` is what is being taken."""

    api: Api
    take: Take
    pauses: Pauses
    path: str
    secret: str
    closing: asyncio.Future[None]
    handling: set[asyncio.Task[object]]


async def serve(api: Api, take: Take, pauses: Pauses, *, url: str, listen: tuple[str, int], secret: str) -> None:
    """Until cancelled; what Telegram brings meanwhile to a closed door it brings again.

    Raises LoginFailed, Failed, CannotListen.
    """
    path = urlsplit(url).path.rstrip("/")
    house = _House(api, take, pauses, path, secret, asyncio.get_running_loop().create_future(), set())
    app = tornado.web.Application([(r".*", _Door, {"house": house})], log_function=_quietly)
    server = tornado.httpserver.HTTPServer(app, max_body_size=LARGEST, idle_connection_timeout=120)
    host, port = listen
    try:
        door = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as exc:
        raise CannotListen(f"TELEGRAM_WEBHOOK_LISTEN: cannot listen at {host}:{port}: {exc.strerror}") from None
    door.setblocking(False)
    server.add_socket(door)
    try:
        await api.ask(lambda bot: bot.set_webhook(url, secret_token=secret, allowed_updates=ALLOWED))
        logger.info("Telegram brings updates to %s:%d", host, port)
        await asyncio.Event().wait()
    finally:
        server.stop()
        house.closing.set_result(None)
        if house.handling:
            await asyncio.wait(set(house.handling), timeout=pauses.farewell)
        await server.close_all_connections()


def _quietly(handler: tornado.web.RequestHandler) -> None:
    """Who asks for what is no news."""


class _Door(tornado.web.RequestHandler):
    """POST by whoever knows the secret; 403 and 404 for everybody else."""

    def initialize(self, *, house: _House) -> None:
        self._house = house

    async def post(self) -> None:
        house = self._house
        if self.request.path.rstrip("/") != house.path:
            raise tornado.web.HTTPError(HTTPStatus.NOT_FOUND)
        if not hmac.compare_digest(self.request.headers.get(SECRET, "").encode(), house.secret.encode()):
            raise tornado.web.HTTPError(HTTPStatus.FORBIDDEN)
        update = house.api.update(self.request.body)
        if update is None:  # it would be brought again and again
            logger.warning("something that is no update was brought")
            return
        if (handler := asyncio.current_task()) is not None:
            house.handling.add(handler)
            handler.add_done_callback(house.handling.discard)
        taken = house.take(update)
        await asyncio.wait({taken, house.closing}, timeout=house.pauses.batch, return_when=asyncio.FIRST_COMPLETED)
        if house.closing.done() and not taken.done():
            raise tornado.web.HTTPError(HTTPStatus.SERVICE_UNAVAILABLE)

    def write_error(self, status_code: int, **kwargs: object) -> None:
        self.finish()

    def log_exception(self, *args: object) -> None:
        """A refusal is no news either; whatever else goes wrong is logged where it does."""
