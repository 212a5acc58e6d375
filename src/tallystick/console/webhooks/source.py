# SPDX-License-Identifier: Apache-2.0
"""The node as the courier asks it: over its own HTTP door, from threads of its own."""

from __future__ import annotations

from typing import Any, Final

import httpx

from tallystick.console.ledger import Json, at
from tallystick.errors import Unavailable

_PAGE: Final = 100
_TIME_OUT_S: Final = 30.0


class NodeSource:
    """See `Source`."""

    def __init__(self, url: str) -> None:
        """Ask the node at an address of this machine."""
        self._client = httpx.Client(base_url=url, trust_env=False, timeout=_TIME_OUT_S)
        self._network = ""

    def network(self) -> str:
        """Return the network's id, which never changes.

        Raises:
            Unavailable: the node does not answer.
        """
        self._network = self._network or str(self._get(at("status"))["network"])
        return self._network

    def height(self) -> int:
        """Return the block up to which lists reflect the ledger; raises as `network`."""
        return int(self._get(at("status"))["views_height"])

    def events_after(self, place: str) -> list[Json]:
        """Return some events after one, the oldest first; raises as `network`."""
        page = self._get(at("events", "list"), since=place, limit=_PAGE)
        return list(page["items"])

    def alerts_after(self, contract: str, number: int) -> list[Json]:
        """Return the alerts of a contract after one, the oldest first; raises as `network`."""
        found: list[Json] = []
        cursor: str | None = None
        while True:
            wanted = {} if cursor is None else {"cursor": cursor}
            page = self._get(at("contracts", contract, "alerts"), limit=_PAGE, **wanted)
            newer = [one for one in page["items"] if one["number"] > number]
            found += newer
            cursor = page["next_cursor"]
            if cursor is None or len(newer) < len(page["items"]):
                return found[::-1]

    def close(self) -> None:
        """Let the connections go."""
        self._client.close()

    def _get(self, path: str, **query: Any) -> Json:  # noqa: ANN401 # what goes into a query
        try:
            answer = self._client.get(path, params=query)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("the node did not answer") from error
        return answer.json()
