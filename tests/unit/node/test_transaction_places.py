# SPDX-License-Identifier: Apache-2.0
"""A transaction's place is asked of the views once, and what is not there yet is asked again."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tallystick.node import transaction_places
from tallystick.node.transaction_places import TransactionPlaces


class Told:
    """Views, or the newest blocks, that know what they are told; asked and counted."""

    def __init__(self) -> None:
        """Know nothing."""
        self.places: dict[bytes, Any] = {}
        self.asked: list[bytes] = []

    def find(self, transaction_id: bytes) -> Any:
        """Answer as the newest blocks do."""
        return self.places.get(transaction_id)

    def find_transaction(self, transaction_id: bytes) -> Any:
        """Answer as the views do."""
        self.asked.append(transaction_id)
        return self.places.get(transaction_id)


def place(height: int) -> Any:
    """Return a row of the views."""
    return SimpleNamespace(height=height, index=0, leaf_index=height, code="ok")


def test_the_views_are_asked_once_for_what_is_there_and_always_for_what_is_not() -> None:
    """An unknown transaction may be in the next block; a known one stays where it is."""
    recent, views = Told(), Told()
    places: Any = TransactionPlaces(recent, views)  # type: ignore[arg-type] # as much as it asks
    assert places(b"a") is None
    views.places[b"a"] = place(7)
    assert [places(b"a").height for _ in range(3)] == [7, 7, 7]
    assert views.asked == [b"a", b"a"]
    recent.places[b"b"] = place(9)
    assert places(b"b").height == 9
    assert b"b" not in views.asked


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for every transaction fills no memory."""
    monkeypatch.setattr(transaction_places, "_KEPT_MAX", 10)
    views = Told()
    places: Any = TransactionPlaces(Told(), views)  # type: ignore[arg-type] # as much as it asks
    for number in range(100):
        views.places[bytes([number])] = place(number)
        assert places(bytes([number])).height == number
        assert len(places._kept) <= 10
    assert places(bytes([99])).height == 99
    assert views.asked.count(bytes([99])) == 1
