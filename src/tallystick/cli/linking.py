# SPDX-License-Identifier: Apache-2.0
"""Opens a connection to the node that is meant, with the trust and the key that are meant."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

from tallystick.cli.answers import Listing
from tallystick.cli.catalogue import say
from tallystick.cli.locate import node_url
from tallystick.cli.options import Address, Page
from tallystick.cli.plain import plain_row
from tallystick.cli.stage import default_environment
from tallystick.cli.talk import note, warn
from tallystick.cli.times import check_seconds
from tallystick.client import Identity, Net, connect
from tallystick.errors import InvalidCheckpoint, NotFound, Unavailable, UntrustedSigner, UsageError

Row = TypeVar("Row")
TRUST_VARIABLE: Final = "TALLY_TRUST"
TIMEOUT_S: Final = 30.0


class HasFields(Protocol):
    """What the client returns for one thing."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values."""
        ...


@contextmanager
def open_net(
    address: Address, *, identity: Identity | None = None, trust: Path | None = None
) -> Iterator[Net]:
    """Connect to the node, and close when done.

    Raises:
        UsageError: the address is not one.
        Unavailable: nobody answers there.
    """
    given = trust or default_environment().get(TRUST_VARIABLE) or None
    url = node_url(address.url)
    with connect(url, identity=identity, trust=given) as net:
        yield net


def pin(url: str, trust: Path) -> None:
    """Let this user's client know which network this machine's own node serves.

    Otherwise a folder that was replaced would look like a node that was. A node whose log key is
    registered neither in genesis nor on the ledger yet is not pinned; that it will be said then.
    """
    try:
        with connect(url, trust=trust) as net:
            net.trust  # noqa: B018  # contact pins
    except (InvalidCheckpoint, UntrustedSigner):
        warn(say("node.later_log_key"))


def fetch_text(address: Address, path: str, *, timeout_s: float = TIMEOUT_S) -> str:
    """Return the body of a plain GET.

    Raises:
        Unavailable: nobody answers there, or not with what was asked for.
    """
    import httpx

    url = node_url(address.url)
    try:
        answer = httpx.get(f"{url}{path}", timeout=timeout_s)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        raise Unavailable(say("node.unreachable", url=url), found=str(error)) from error
    return answer.text


def timeout_ms(seconds: float) -> int:
    """Return how long to wait, in milliseconds.

    Raises:
        UsageError: not a time one can wait.
    """
    return max(1, round(check_seconds(seconds) * 1000))


def listing(
    rows: Iterable[HasFields],
    page: Page,
    columns: tuple[str, ...],
) -> Listing:
    """Return as much of a list as was asked for, and say if there is more.

    Raises:
        UsageError: not even one row was asked for.
    """
    return Listing(tuple(plain_row(row.to_dict()) for row in take_page(rows, page)), columns)


def take_page(rows: Iterable[Row], page: Page) -> list[Row]:
    """Return as many rows as were asked for, and say if there are more.

    Raises:
        UsageError: not even one row was asked for.
    """
    if page.limit < 1:
        message = say("usage.value", name="--limit", value=page.limit)
        raise UsageError(message, field="--limit", expected=">= 1")
    if page.all:
        return list(rows)
    taken = list(itertools.islice(rows, page.limit + 1))
    if len(taken) > page.limit:
        note(say("list.more"))
    return taken[: page.limit]


def transaction_of_leaf(net: Net, leaf: int) -> str:
    """Return the id of the transaction at a place in the log, by bisecting the blocks.

    Raises:
        NotFound: the log is not that long.
    """
    low, high = 1, net.status().height
    while low < high:
        middle = (low + high) // 2
        if net.block(middle).log_size > leaf:
            high = middle
        else:
            low = middle + 1
    block = net.block(low)
    place = leaf - (block.log_size - block.transaction_count)
    if not 0 <= place < len(block.transactions):
        raise NotFound(say("receipt.no_leaf", leaf=leaf), field="leaf_index", found=str(leaf))
    return block.transactions[place].id
