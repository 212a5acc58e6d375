# SPDX-License-Identifier: Apache-2.0
"""A scene whose every call is kept as a block, and what supervisors see of these blocks."""

from __future__ import annotations

from contextlib import closing
from typing import Final

from tallystick.contracts import schema_of
from tallystick.crypto import sha256
from tallystick.industries.charity import Charity
from tallystick.model import Execution, Signer
from tallystick.views import AlertFilter, AlertRow, Projector, StatisticTable, Views, specs_of
from tests.unit.industries.charity.scene import Scene
from tests.unit.views.chain import GENESIS, Chain, Deed

SPECS: Final = specs_of([schema_of(Charity)])


class WatchedScene(Scene):
    """A scene that supervisors watch."""

    def __init__(self, url: str) -> None:
        """Begin a chain; `url` is where its views go."""
        self.url = url
        self.chain = Chain()
        self.calls: list[tuple[str, str, bytes]] = []
        super().__init__()

    def do(self, signer: Signer, method: str, **args: object) -> Execution:
        """Run an action, and keep what came of it as a block."""
        done = super().do(signer, method, **args)
        deed = Deed(contract="charity", method=method, code=done.code, events=done.events)
        block = self.chain.add(deed, time=self.now)
        self.calls.append((method, done.code, sha256(block.transactions[0])))
        return done

    def next_at(self, time_ms: int) -> None:
        """Let the next call be in a block of exactly this time."""
        self.ledger.block_time_ms = time_ms - 1

    def transactions(self, *methods: str) -> tuple[bytes, ...]:
        """Return the ids of all calls of these methods that succeeded, in order."""
        return tuple(id_ for method, code, id_ in self.calls if method in methods and code == "ok")

    def project(self) -> None:
        """Bring the views up to the chain."""
        with Projector(self.url, GENESIS, SPECS) as projector:
            projector.apply(self.chain.blocks)

    def alerts(self, rule: str) -> list[AlertRow]:
        """Return the alerts of a rule in the order of raising."""
        self.project()
        with closing(Views(self.url)) as views:
            return [*reversed(views.list_alerts("charity", AlertFilter(rule=rule)).items)]

    def figure(self, name: str, *, full: bool = True, period: str = "") -> StatisticTable:
        """Return a statistic's table."""
        with closing(Views(self.url)) as views:
            return views.statistic_table("charity", name, period=period, is_full=full)

    def cells(self, name: str, *, full: bool = True) -> dict[str, int | None]:
        """Return a statistic's values by the one field that names its cells."""
        return {str(*one.cell.values()): one.value for one in self.figure(name, full=full).cells}

    def total(self, name: str) -> int | None:
        """Return a statistic's total."""
        return self.figure(name).total.value
