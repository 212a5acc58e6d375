# SPDX-License-Identifier: Apache-2.0
"""Asks another node's HTTP API; whatever goes wrong there is no answer, never a fault of ours."""

from __future__ import annotations

from typing import Final

import httpx

TIMEOUT_S: Final = 2.0
_ANSWER_BYTES_MAX: Final = 4_096


class PeerApi:
    """The node behind a URL of `engine.json`."""

    def __init__(self, url: str) -> None:
        """Know the address; nothing is sent yet."""
        self._url = url.rstrip("/")

    def cosign(self, height: int) -> str | None:
        """Return its cosignature of the checkpoint of a height; None if there is no answer."""
        path = f"{self._url}/v1/checkpoints/{height}/cosignature"
        try:
            answer = httpx.get(path, timeout=TIMEOUT_S, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None
        if answer.status_code != httpx.codes.OK or len(answer.content) > _ANSWER_BYTES_MAX:
            return None
        return answer.text
