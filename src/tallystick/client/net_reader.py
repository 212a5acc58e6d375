# SPDX-License-Identifier: Apache-2.0
"""The reading half of `Net`: lists, single records, queries, proven state, events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tallystick.client.event_stream import LiveEvent
from tallystick.client.figures import alerts, fetch_statistic, fetch_stretches, statistics
from tallystick.client.links import Link
from tallystick.client.previews import (
    FoundingChanges,
    Preview,
    TransactionChanges,
    fetch_changes,
    fetch_founding_changes,
    fetch_preview,
)
from tallystick.client.proven_record import ProvenRecord
from tallystick.client.reading import (
    Argument,
    Filter,
    blocks,
    fetch_block,
    fetch_organization,
    fetch_proven,
    fetch_status,
    fetch_transaction,
    organizations,
    query,
    transactions,
)
from tallystick.client.records import (
    BlockRecord,
    Item,
    OrganizationRecord,
    Status,
    TransactionRecord,
)
from tallystick.encoding import Value


class Events:
    """The stream of events."""

    def __init__(self, link: Link) -> None:
        """Use a link."""
        self._link = link

    def follow(
        self, name: str | None = None, *, since: str | int | None = None
    ) -> Iterator[LiveEvent]:
        """Yield events for ever, oldest first; broken connections are resumed without gaps.

        Args:
            name: `contract.Event`, or a prefix such as `evidence.*`; None for all.
            since: An event's id or a height to start after; `"last"` to go on where this user
                stopped for this name (from the first event at first); None for new ones only.

        Raises:
            Unavailable: the node stays unreachable.
        """
        return self._link.follow(name, since)


class NetReader:
    """What can be read of a network; anything but receipts and state is the node's word."""

    def __init__(self, link: Link) -> None:
        """Use a link."""
        self._link = link
        self.events = Events(link)

    def status(self) -> Status:
        """Return how the node stands; works with any node, also one that changed its network."""
        return self._link.run_before_contact(fetch_status())

    def transaction(self, transaction_id: str) -> TransactionRecord:
        """Return a committed transaction; raises `NotFound`."""
        return self._link.run(fetch_transaction(transaction_id))

    def transaction_changes(self, transaction_id: str) -> TransactionChanges:
        """Return what a transaction changed: each record before and after.

        Raises:
            NotFound: there is no such transaction.
            Behind: the node's views have not reached it yet; try again.
        """
        return self._link.run(fetch_changes(transaction_id))

    def founding_changes(self) -> FoundingChanges:
        """Return what genesis founded, in the same shape."""
        return self._link.run(fetch_founding_changes())

    def transactions(self, **filters: Filter) -> Iterator[TransactionRecord]:
        """Yield transactions, newest first.

        Filters: `contract`, `method`, `organization`, `code`, `from_`, `to`, `q`.
        """
        return self._link.rows(transactions(filters))

    def block(self, height: int) -> BlockRecord:
        """Return a block with its transactions; raises `NotFound`."""
        return self._link.run(fetch_block(height))

    def blocks(self) -> Iterator[BlockRecord]:
        """Yield blocks, newest first."""
        return self._link.rows(blocks())

    def organization(self, organization: str) -> OrganizationRecord:
        """Return an organisation with its members and keys; raises `NotFound`."""
        return self._link.run(fetch_organization(organization))

    def organizations(self) -> Iterator[OrganizationRecord]:
        """Yield the organisations of the network."""
        return self._link.rows(organizations())

    def query(self, contract: str, method: str, /, **args: Argument) -> Any:  # noqa: ANN401
        """Return what a contract's query answers, as plain JSON values."""
        return self._link.run(query(contract, method, args))

    def state(self, contract: str, table: str, key: str, *, height: int | None = None) -> Value:
        """Return a record of the state, proven under a signed checkpoint; None if it is absent.

        Args:
            contract: Name of the contract.
            table: Name of its table.
            key: Primary key.
            height: After which block; the newest by default.

        Raises:
            Unverified: the node's proof does not hold, or is of another height.
            NotFound: there is no block at that height yet.
            HistoryTooLong: the node does not fold that much of the log for one request.
        """
        return self.prove(contract, table, key, height=height).value

    def prove(
        self, contract: str, table: str, key: str, *, height: int | None = None
    ) -> ProvenRecord:
        """Return a record of the state with its checked proof, to keep and to check again offline.

        Arguments and errors are those of `state`; an absent key is proven absent.
        """
        return self._link.run(fetch_proven(self._link.session, contract, table, key, height))

    def statistics(self, contract: str) -> Iterator[Item]:
        """Yield a contract's statistics, each with its total over all time."""
        return self._link.rows(statistics(contract))

    def statistic(self, contract: str, name: str, *, period: str | None = None) -> Item:
        """Return a statistic with its cells: of a day, a month, or over all time.

        Cells with few subjects come without figures; raises `NotFound`.
        """
        return self._link.run(fetch_statistic(contract, name, period))

    def statistic_stretches(
        self, contract: str, name: str, /, *, stretches: int = 24, **filters: Filter
    ) -> Item:
        """Return a statistic over the time from `from_` to `to`, in equal stretches, oldest first.

        Times are aware datetimes or unix milliseconds; values of what it is counted by, as further
        keywords, choose some of its cells: `net.statistic_stretches(contract, name, from_=begin,
        to=end, stretches=30, province="11")`.

        Raises:
            NotFound: there is no such statistic.
            Withheld: it says who is counted; times that overlap would tell single people apart.
            InvalidArguments: no such cell, or the time is too short for so many stretches.
        """
        return self._link.run(fetch_stretches(contract, name, stretches, filters))

    def alerts(self, contract: str, **filters: Filter) -> Iterator[Item]:
        """Yield the alerts of a contract's rules, newest first.

        Filters: `rule`, `level`, `state`, `from_`, `to`.
        """
        return self._link.rows(alerts(contract, filters))

    def preview(self, contract: str, method: str, args: Mapping[str, Value]) -> Preview:
        """Return what a call would do, tried on the newest state; nothing is signed or kept.

        A call that would be refused is no error here: see `Preview.error`.

        Raises:
            UsageError: there is no identity.
            UnknownContract: there is no such contract or action.
            Unavailable: try again.
        """
        return self._link.run(fetch_preview(self._link.session, contract, method, args))
