# SPDX-License-Identifier: Apache-2.0
"""What a node and the nodes of other organisations say of the network, for several commands."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from tallystick.api import NetworkRecord
from tallystick.cli.catalogue import say
from tallystick.errors import Unavailable
from tallystick.units import DAY_MS

PEER_TIMEOUT_S: Final = 2.0
_OWN_TIMEOUT_S: Final = 15.0
_PEERS_MAX: Final = 32
EXPIRY_DAYS: Final = 30
"""A key that ends sooner than this is warned of."""

Shape = TypeVar("Shape")


class _Status(Struct):
    network: str
    height: int
    app_hash: str
    version: str = ""


class _Block(Struct):
    height: int
    app_hash: str


@dataclass(frozen=True, slots=True)
class PeerState:
    """What another organisation's node answered."""

    organization: str
    api: str
    network: str
    height: int
    app_hash: str
    version: str
    clock_ahead_s: float | None
    """How far its clock is ahead of this machine's; None if it did not say."""


def fetch_network(url: str) -> NetworkRecord:
    """Return how the node at `url` stands in its network.

    Raises:
        Unavailable: nobody answers there, or its engine does not.
    """
    return _get(url, "/v1/network", NetworkRecord, _OWN_TIMEOUT_S)[0]


def ask_peers(apis: Sequence[tuple[str, str]]) -> list[PeerState]:
    """Return what the nodes behind these (organisation, URL) pairs answer; silent ones left out."""
    asked = [one for one in apis if one[1]][:_PEERS_MAX]
    if not asked:
        return []
    with ThreadPoolExecutor(len(asked), "tally-peers") as threads:
        answers = threads.map(lambda one: _ask_peer(*one), asked)
        return [one for one in answers if one is not None]


def app_hash_at(api: str, height: int) -> str | None:
    """Return the app hash that another node has at a height; None if it does not answer."""
    try:
        return _get(api, f"/v1/blocks/{height}?limit=1", _Block, PEER_TIMEOUT_S)[0].app_hash
    except Unavailable:
        return None


def days_left(valid_until_ms: int, now_ms: int) -> int:
    """Return for how many whole days a key is still valid; negative once it has ended."""
    return (valid_until_ms - now_ms) // DAY_MS


def tolerated_failures(count: int) -> int:
    """Return how many of so many equal validators may fail."""
    return max(0, (count - 1) // 3)


def _ask_peer(organization: str, api: str) -> PeerState | None:
    try:
        found, date = _get(api, "/v1/status", _Status, PEER_TIMEOUT_S)
    except Unavailable:
        return None
    return PeerState(
        organization=organization,
        api=api,
        network=found.network,
        height=found.height,
        app_hash=found.app_hash,
        version=found.version,
        clock_ahead_s=_ahead(date),
    )


def _get(url: str, path: str, shape: type[Shape], timeout_s: float) -> tuple[Shape, str]:
    try:
        answer = httpx.get(f"{url.rstrip('/')}{path}", timeout=timeout_s, follow_redirects=False)
        answer.raise_for_status()
        return msgspec.json.decode(answer.content, type=shape), answer.headers.get("date", "")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, msgspec.MsgspecError) as error:
        raise Unavailable(say("node.unreachable", url=url), found=str(error)[:200]) from error


def _ahead(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except ValueError:
        return None
