"""Where the test Discord keeps what people attach: its CDN, which needs no token."""

from __future__ import annotations

from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.discord_model import Attachment


@dataclass
class Files:
    """`asked` are the ids that were fetched; `sends_to`: it sends whoever asks elsewhere; `endless`: no file ends."""

    kept: dict[str, Attachment] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sends_to: str = ""
    endless: bool = False
    sent: int = 0

    def add(self, id_: str, content: bytes, name: str, media_type: str, *, port: int, url: str = "") -> Attachment:
        """A file; `url`: where it says it is, if not here."""
        here = f"http://127.0.0.1:{port}/attachments/{id_}/{name}"
        made = Attachment(id=id_, filename=name, content=content, content_type=media_type, url=url or here)
        self.kept[id_] = made
        return made

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET of an address."""
        id_ = request.match_info["id"]
        self.asked.append(id_)
        if "Authorization" in request.headers:
            raise AssertionError("a token goes to the CDN")
        if id_ not in self.kept:
            return web.Response(status=404)
        if self.sends_to:
            return web.Response(status=302, headers={"Location": self.sends_to})
        if not self.endless:
            return web.Response(body=self.kept[id_].content)
        answer = web.StreamResponse()
        await answer.prepare(request)
        try:
            while True:
                await answer.write(bytes(1 << 20))
                self.sent += 1 << 20
        except ConnectionError:
            return answer
