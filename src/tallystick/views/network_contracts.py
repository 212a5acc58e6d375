# SPDX-License-Identifier: Apache-2.0
"""Which contracts a network runs, as its blocks and its views tell."""

from __future__ import annotations

from typing import Final

from sqlalchemy import inspect, select

from tallystick.errors import Corrupted
from tallystick.model import Block
from tallystick.views.database import open_writer, writing
from tallystick.views.decoding import read_write_sets
from tallystick.views.specs import MEMBERSHIP, decode_specs
from tallystick.views.tables import META

_ACTIVATIONS: Final = f"{MEMBERSHIP}/contracts/".encode()


def activated_contracts(block: Block) -> frozenset[str]:
    """Return the contracts whose activation a block changes: it may run from the next one on."""
    if not any(_ACTIVATIONS in raw for raw in block.write_sets):
        return frozenset()  # nearly always, so nothing was decoded for it
    return frozenset(
        key.removeprefix(_ACTIVATIONS).decode(errors="replace")
        for write_set in read_write_sets(block.write_sets)
        for key, _ in write_set
        if key.startswith(_ACTIVATIONS)
    )


def contracts_in_views(url: str) -> frozenset[str]:
    """Return the contracts for which the views of a database were made; none if there are none.

    Nor are there any if what the views say of themselves is damaged: who reads them is told.

    Raises:
        StorageFailed: the database cannot be used.
    """
    engine = open_writer(url)
    try:
        with writing(engine) as connection:
            if not inspect(connection).has_table(META.name):
                return frozenset()
            text = connection.execute(select(META.c.specs)).scalar_one()
    finally:
        engine.dispose()
    try:
        return frozenset(decode_specs(text).contracts)
    except Corrupted:
        return frozenset()
