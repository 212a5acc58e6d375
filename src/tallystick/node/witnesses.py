# SPDX-License-Identifier: Apache-2.0
"""Cosignatures of other organisations: asked for when somebody wants a witnessed receipt.

Every node can sign any checkpoint of its own log. The answering node asks the others for theirs
and takes only what verifies and is of the very same checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol

from tallystick.errors import InvalidCheckpoint
from tallystick.model import Cosignature, LogKey, open_cosignatures

WITNESSES_MAX: Final = 16
"""How many others are asked at the same time."""


class Witness(Protocol):
    """Another organisation's node."""

    def cosign(self, height: int) -> str | None:
        """Return its line for the checkpoint of a height; None if it does not answer."""
        ...


class WitnessDesk:
    """Gathers cosignatures."""

    def __init__(
        self, network: str, witnesses: Sequence[Witness], keys: Callable[[], Iterable[LogKey]]
    ) -> None:
        """Know whom to ask, and by which keys they may sign."""
        self._network = network
        self._witnesses = witnesses[:WITNESSES_MAX]
        self._keys = keys

    def gather(self, note: str, height: int, own: str) -> tuple[str, int]:
        """Return the note with every valid cosignature, and by how many organisations they are.

        Args:
            note: the signed checkpoint of `height`.
            height: its block.
            own: the organisation that answers, which is no witness of itself.
        """
        if not self._witnesses:
            return note, 0
        with ThreadPoolExecutor(len(self._witnesses), "tally-witness") as threads:
            lines = list(threads.map(lambda one: one.cosign(height), self._witnesses))
        seen: set[str] = set()
        for line in lines:
            signed = self._opened(note, line)
            if signed is not None and signed.organization not in {own, *seen}:
                seen.add(signed.organization)
                note += line or ""
        return note, len(seen)

    def _opened(self, note: str, line: str | None) -> Cosignature | None:
        """Return whose cosignature of this note a line is; None if it is none that counts."""
        if line is None or line.count("\n") != 1:
            return None
        body = note.partition("\n\n")[0]
        try:
            keys = [(key.organization, key.public_key) for key in self._keys()]
            found = open_cosignatures(f"{body}\n\n{line}", keys, network=self._network)
        except InvalidCheckpoint:
            return None
        return found[0] if len(found) == 1 else None
