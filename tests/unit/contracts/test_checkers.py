# SPDX-License-Identifier: Apache-2.0
"""What reads and checks values is ready when a contract is defined, before threads share it."""

from __future__ import annotations

from typing import Annotated

from msgspec import defstruct

from tallystick.contracts.checkers import reader


class Noticing:
    """A mark in a type that counts how often somebody works the type out."""

    asked = 0

    def __hash__(self) -> int:
        Noticing.asked += 1
        return 7

    def __eq__(self, other: object) -> bool:
        return self is other


def test_a_type_is_worked_out_when_it_is_prepared_and_not_when_it_is_used() -> None:
    """Two threads that work one out at the same time may crash the process."""
    kind = defstruct("Fresh", [("name", Annotated[str, Noticing()])])
    before = Noticing.asked
    read = reader(kind)
    prepared = Noticing.asked
    assert prepared > before
    assert read({"name": "a"}) == kind("a")
    assert Noticing.asked == prepared
