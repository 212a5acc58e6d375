# SPDX-License-Identifier: Apache-2.0
"""The keeper: acts for a storage operator, round after round, as the ledger says.

A round fetches what is offered to the operator's nodes from whoever else has it and signs for it,
answers open challenges, admits damage before a challenge finds it, and forgets what is not wanted
any more. The keeper has no state of its own: a round that breaks off is done again.

Ledger, bytes and ways to fetch are ports; a program gives it a client, a store and a downloader.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from tallystick.contracts import Refused, TableReader
from tallystick.industries.custody.records import Challenge, Placement, StorageNode, StoredObject
from tallystick.industries.custody.workflows import ChallengeState, PlacementState

_HAVE_IT = frozenset({PlacementState.PINNED, PlacementState.SUSPECT})
_GONE = frozenset({PlacementState.EVICTED, PlacementState.DROPPED})


class Ledger(TableReader, Protocol):
    """Tables, and actions signed by the operator."""

    def act(self, method: str, **arguments: Any) -> None:  # noqa: ANN401
        """Call an action; a refusal is raised as `Refused`."""
        ...


class Bytes(Protocol):
    """What the operator's nodes have: sealed bytes by address, checked when they come and go."""

    def take(self, stored: StoredObject, pieces: Iterable[bytes]) -> bool:
        """Keep bytes if they have the object's address and slices; return whether they have."""
        ...

    def has(self, stored: StoredObject) -> bool:
        """Return whether all bytes of an object are there and right; reads them."""
        ...

    def prove(self, stored: StoredObject, index: int) -> tuple[str, Sequence[str]] | None:
        """Return a slice in base64url and its path in hexadecimal; None if it is not there."""
        ...

    def forget(self, stored: StoredObject) -> None:
        """Remove the bytes of an object."""
        ...


class Sources(Protocol):
    """Where sealed bytes can be fetched."""

    def fetch(self, node: str, stored: StoredObject) -> Iterable[bytes] | None:
        """Return the bytes that a node gives, unchecked; None if it gives none."""
        ...

    def owner(self, stored: StoredObject) -> Iterable[bytes] | None:
        """Return the bytes that the owner gives, unchecked; None if it gives none."""
        ...


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did: names of objects, and of challenges."""

    pinned: tuple[str, ...]
    answered: tuple[str, ...]
    damaged: tuple[str, ...]
    forgotten: tuple[str, ...]
    refused_sources: tuple[tuple[str, str], ...]
    """Object and node that gave other bytes than those of its address (AFC-1)."""
    unfetched: tuple[str, ...]
    """Offered, and nobody gave the right bytes."""
    rejected: tuple[str, ...]
    """What the ledger refused, by code: another round came first, or it is too late."""


class Keeper:
    """Acts for one operator."""

    def __init__(self, operator: str, ledger: Ledger, store: Bytes, sources: Sources) -> None:
        """Act for the organisation `operator`."""
        self._operator = operator
        self._ledger = ledger
        self._store = store
        self._sources = sources
        self._rejected: list[str] = []
        self._wrong: list[tuple[str, str]] = []

    def run_once(self) -> Round:
        """Do all that is to be done now."""
        self._rejected, self._wrong = [], []
        answered = [one.id for one in self._challenges() if self._answer(one)]
        pinned: list[str] = []
        unfetched: list[str] = []
        damaged: list[str] = []
        forgotten: list[str] = []
        for copy in self._copies():
            stored = self._object(copy.object)
            if copy.state is PlacementState.OFFERED:
                (pinned if self._pin(stored, copy) else unfetched).append(stored.id)
            elif copy.state is PlacementState.PINNED and not self._store.has(stored):
                if self._act("report_damage", object=stored.id, node=copy.node):
                    damaged.append(stored.id)
            elif copy.state in _GONE and self._store.has(stored):
                self._store.forget(stored)
                forgotten.append(stored.id)
        return Round(
            pinned=tuple(pinned),
            answered=tuple(answered),
            damaged=tuple(damaged),
            forgotten=tuple(forgotten),
            refused_sources=tuple(self._wrong),
            unfetched=tuple(unfetched),
            rejected=tuple(self._rejected),
        )

    def _copies(self) -> Sequence[Placement]:
        return [
            copy
            for node in self._ledger.rows("nodes", StorageNode, operator=self._operator)
            for copy in self._ledger.rows("placements", Placement, node=node.id)
        ]

    def _challenges(self) -> Sequence[Challenge]:
        found = self._ledger.rows("challenges", Challenge, operator=self._operator)
        return [one for one in found if one.state is ChallengeState.ISSUED]

    def _object(self, name: str) -> StoredObject:
        (found,) = self._ledger.rows("objects", StoredObject, id=name)
        return found

    def _pin(self, stored: StoredObject, copy: Placement) -> bool:
        """Fetch an offered copy, from the first who gives the right bytes, and sign for it."""
        if not self._store.has(stored) and not self._fetch(stored, copy.node):
            return False
        return self._act("pin", object=stored.id, node=copy.node, cid=stored.cid)

    def _fetch(self, stored: StoredObject, own: str) -> bool:
        for other in self._ledger.rows("placements", Placement, object=stored.id):
            if other.node == own or other.state not in _HAVE_IT:
                continue
            pieces = self._sources.fetch(other.node, stored)
            if pieces is not None and self._store.take(stored, pieces):
                return True
            if pieces is not None:
                self._wrong.append((stored.id, other.node))
        pieces = self._sources.owner(stored)
        return pieces is not None and self._store.take(stored, pieces)

    def _answer(self, asked: Challenge) -> bool:
        proof = self._store.prove(self._object(asked.object), asked.index)
        if proof is None:
            return False
        answer = {"slice": proof[0], "path": list(proof[1])}
        return self._act("answer", challenge=asked.id, seed=asked.seed, answer=answer)

    def _act(self, method: str, **arguments: Any) -> bool:  # noqa: ANN401
        """Call an action; a refusal is noted, because another process may have come first."""
        try:
            self._ledger.act(method, **arguments)
        except Refused as refusal:
            self._rejected.append(refusal.code)
            return False
        return True
