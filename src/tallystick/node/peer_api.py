# SPDX-License-Identifier: Apache-2.0
"""Asks another node's HTTP API; whatever goes wrong there is no answer, never a fault of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

import httpx

TIMEOUT_S: Final = 2.0
FETCH_TIMEOUT_S: Final = 20.0
"""Between two parts of an answer."""
_ANSWER_BYTES_MAX: Final = 4_096
_STATUS_BYTES_MAX: Final = 1 << 20


class PeerApi:
    """The node behind a URL of `engine.json`."""

    def __init__(self, url: str) -> None:
        """Know the address; nothing is sent yet."""
        self._url = url.rstrip("/")

    def cosign(self, height: int) -> str | None:
        """Return its cosignature of the checkpoint of a height; None if there is no answer."""
        body = self._get(f"/v1/checkpoints/{height}/cosignature", _ANSWER_BYTES_MAX)
        return None if body is None else body.decode("utf-8", "replace")

    def status(self) -> bytes | None:
        """Return its status document; None if there is no answer."""
        return self._get("/v1/status", _STATUS_BYTES_MAX)

    def fetch(self, path: str, headers: Mapping[str, str], size_max: int) -> bytes | None:
        """Return a body of at most `size_max` bytes; None if there is no such answer."""
        timeout = httpx.Timeout(FETCH_TIMEOUT_S, connect=TIMEOUT_S)
        body = bytearray()
        try:
            with httpx.stream(
                "GET",
                self._url + quote(path),
                headers={"Accept-Encoding": "identity", **headers},
                timeout=timeout,
                follow_redirects=False,
            ) as answer:
                if answer.status_code not in {httpx.codes.OK, httpx.codes.PARTIAL_CONTENT}:
                    return None
                for piece in answer.iter_raw():
                    body += piece
                    if len(body) > size_max:
                        return None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None
        return bytes(body)

    def _get(self, path: str, size_max: int) -> bytes | None:
        try:
            answer = httpx.get(self._url + path, timeout=TIMEOUT_S, follow_redirects=False)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return None
        if answer.status_code != httpx.codes.OK or len(answer.content) > size_max:
            return None
        return answer.content
