# SPDX-License-Identifier: Apache-2.0
"""Lets contracts of the tests be installed, as pip would do it, and serves a network of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from tallystick.cli import contract_verbs, installed
from tallystick.execution import loader

EVIDENCE = EntryPoint("evidence", "tallystick.industries.evidence:Evidence", installed.GROUP)
RENTAL = EntryPoint("demo.rental", "tests.unit.cli.rental:Rental", installed.GROUP)
BROKEN = EntryPoint("broken", "tests.unit.cli.rental:Nothing", installed.GROUP)
SEALS = EntryPoint("seals", "tallystick.contracts.registers:Seals", installed.GROUP)
SHOP = EntryPoint("shop@1", "tests.unit.cli.shop:Shop", installed.GROUP)
SHOP_NEXT = EntryPoint("shop@2", "tests.unit.cli.shop:NextShop", installed.GROUP)
SHOP_OTHERWISE = EntryPoint("corner-shop", "tests.unit.cli.shop:Shop", installed.GROUP)
SHADOWED = EntryPoint("up", "tests.unit.cli.rental:Rental", installed.GROUP)


@contextmanager
def installed_contracts(*points: EntryPoint) -> Iterator[None]:
    """Let exactly these contracts be installed."""
    known = EntryPoints(points)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(installed, "entry_points", known.select)
        patch.setattr(loader, "entry_points", known.select)
        forget()
        try:
            yield
        finally:
            forget()


def forget() -> None:
    """Forget what was read of the installed contracts."""
    read = (installed.contract_names, installed.installed_schema)
    for known in (*read, installed._points, installed._schema, contract_verbs.verbs_of):
        known.cache_clear()
