# SPDX-License-Identifier: Apache-2.0
"""One port, two applications: the API's own addresses, and pages for everything else."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from tallystick.api.door import Door
from tallystick.api.exchange import Receive, Scope, Send

Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
PagesMaker: TypeAlias = Callable[[Door, frozenset[str]], Application]
"""Makes the pages before an API, given the names by which callers may know the server."""

API_PLACES: Final = frozenset(
    {"v1", "checkpoint", "tile", "healthz", "readyz", "metrics", "docs", "site", "openapi.json"}
)
"""First segments of the API's addresses; a test holds them against the route table."""


class Hall:
    """Sends a request to the door it is for."""

    def __init__(self, door: Door, pages: Application | None) -> None:
        """Stand before both; without pages everything is the API's, the front page too."""
        self._door = door
        self._pages = pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI 3)."""
        if self._pages is None or scope["type"] != "http" or is_of_api(scope["path"]):
            await self._door(scope, receive, send)
        else:
            await self._pages(scope, receive, send)


def is_of_api(path: str) -> bool:
    """Tell whether an address belongs to the API."""
    return path.lstrip("/").partition("/")[0] in API_PLACES
