"""Files on the test Telegram: `getFile` says where one is, and there it can be fetched, with the token in its address.

Rules: https://core.telegram.org/bots/api#getfile. At most 20 MB; an address is good for an hour.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.fakes.telegram_params import Params
from tests.fakes.telegram_people import People
from tests.fakes.telegram_places import File
from tests.fakes.telegram_refusals import Refused, bad

MOST = 20 << 20
LIVES = timedelta(hours=1)


@dataclass
class Files:
    """`fetched` counts the bytes that went out; `endless`: a file goes on and on, whatever was said of its size."""

    people: People
    fetched: int = 0
    endless: bool = False
    _paths: dict[str, tuple[File, datetime]] = field(default_factory=dict)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)

    def get_file(self, params: Params) -> dict[str, Any]:
        """`getFile`."""
        found = self.people.files.get(params.text("file_id"))
        if found is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if found.says > MOST:
            raise bad("file is too big")
        path = f"documents/file_{next(self._numbers)}.{found.name.rpartition('.')[2] or 'bin'}"
        self._paths[path] = found, self.people.now()
        return {"file_id": found.id, "file_unique_id": found.id[-8:], "file_size": found.says, "file_path": path}

    def at(self, path: str) -> bytes:
        """What is there. Raises Refused."""
        found, since = self._paths.get(path, (None, self.people.now()))
        if found is None or self.people.now() - since > LIVES:
            raise Refused(404, "Not Found")
        return found.content
