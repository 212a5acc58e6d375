# SPDX-License-Identifier: Apache-2.0
"""The keeper: acts for a storage operator, round after round, as the ledger says.

A round fetches what is offered to the operator's nodes from whoever else has it and signs for it,
answers open challenges, admits damage before a challenge finds it, and forgets what is not wanted
any more. The keeper has no state of its own: a round that breaks off is done again.

Ledger, bytes and ways to fetch are ports: `tally custody keep` gives it client, depot, downloads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tallystick.contracts import Refused
from tallystick.contracts.parts import (
    ActingLedger,
    Kept,
    SealedBytes,
    SealedSources,
    fetch_sealed,
)
from tallystick.industries.custody.challenging import file_of
from tallystick.industries.custody.records import Challenge, Placement, StorageNode, StoredObject
from tallystick.industries.custody.workflows import ChallengeState, PlacementState

_HAVE_IT = frozenset({PlacementState.PINNED, PlacementState.SUSPECT})
_GONE = frozenset({PlacementState.EVICTED, PlacementState.DROPPED})


def run_round(
    operator: str, ledger: ActingLedger, store: SealedBytes, sources: SealedSources
) -> Kept:
    """Do all that is to be done now for a storage operator: see `KeepingRound`."""
    return Keeper(operator, ledger, store, sources).run_once()


class Keeper:
    """Acts for one operator."""

    def __init__(
        self, operator: str, ledger: ActingLedger, store: SealedBytes, sources: SealedSources
    ) -> None:
        """Act for the organisation `operator`."""
        self._operator = operator
        self._ledger = ledger
        self._store = store
        self._sources = sources
        self._rejected: list[str] = []
        self._wrong: list[tuple[str, str]] = []

    def run_once(self) -> Kept:
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
            elif copy.state is PlacementState.PINNED and not self._store.has(file_of(stored)):
                if self._act("report_damage", object=stored.id, node=copy.node):
                    damaged.append(stored.id)
            elif copy.state in _GONE and self._store.forget(file_of(stored)):
                forgotten.append(stored.id)
        return Kept(
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
        if not self._store.has(file_of(stored)) and not self._fetch(stored, copy.node):
            return False
        return self._act("pin", object=stored.id, node=copy.node, cid=stored.cid)

    def _fetch(self, stored: StoredObject, own: str) -> bool:
        """Take the file from the first who gives the right bytes: other nodes, then its owner."""
        copies = self._ledger.rows("placements", Placement, object=stored.id)
        nodes = [one.node for one in copies if one.node != own and one.state in _HAVE_IT]
        holders = (*nodes, stored.owner)
        done = fetch_sealed(self._store, self._sources, file_of(stored), holders)
        self._wrong += [(stored.id, holder) for holder in done.wrong]
        return done.holder is not None

    def _answer(self, asked: Challenge) -> bool:
        shown = self._store.prove(file_of(self._object(asked.object)), asked.index)
        if shown is None:
            return False
        answer = {"slice": shown.slice, "path": list(shown.path)}
        return self._act("answer", challenge=asked.id, seed=asked.seed, answer=answer)

    def _act(self, method: str, **arguments: Any) -> bool:  # noqa: ANN401
        """Call an action; a refusal is noted, because another process may have come first."""
        try:
            self._ledger.act(method, **arguments)
        except Refused as refusal:
            self._rejected.append(refusal.code)
            return False
        return True
