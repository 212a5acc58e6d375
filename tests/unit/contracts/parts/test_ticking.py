# SPDX-License-Identifier: Apache-2.0
"""Contracts that keep deadlines share the two actions with which anyone turns their clock."""

from __future__ import annotations

import pytest

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Event,
    Label,
    action,
    schema_of,
)
from tallystick.contracts.parts import Deadline, Deadlines, Ticking
from tallystick.errors import InvalidContract

WORDS = Label(zh="词", en="Words")


class Lapsed(Event):
    """en: {loan} lapsed.

    zh: {loan} 已失效。
    """

    loan: str


class Loans(Ticking, Contract, name="loans", version=1):
    """A contract with an action of its own."""

    deadlines = Deadlines(on_expiry=("lapse",), label=WORDS)
    follows = (Lapsed,)

    @action(role=ANY_MEMBER, label=WORDS)
    def lend(self, ctx: Context) -> None:
        """Lend."""

    def on_lapse(self, ctx: Context, deadline: Deadline) -> None:
        """Say so."""
        ctx.emit(Lapsed(loan=deadline.case))


class Visits(Ticking, Contract, name="visits", version=1):
    """Another one, which announces nothing of its own."""

    deadlines = Deadlines(on_expiry=("end",), label=WORDS)
    follows = ()

    def on_end(self, ctx: Context, deadline: Deadline) -> None:
        """Do nothing."""


def test_each_contract_announces_what_it_lists() -> None:
    """The same two actions, with the events of the contract and of the part."""
    announced = {
        (contract.name, method.name): method.events
        for contract in (Loans, Visits)
        for method in schema_of(contract).methods
    }
    assert announced == {
        ("loans", "tick"): ("loans.Lapsed",),
        ("loans", "retry_deadline"): ("loans.Lapsed",),
        ("loans", "lend"): (),
        ("visits", "tick"): (),
        ("visits", "retry_deadline"): (),
    }
    assert {"loans.Lapsed", "loans.DeadlineReached"} <= {
        one.name for one in schema_of(Loans).events
    }


def test_a_contract_that_lists_nothing_is_told_what_to_write() -> None:
    """Forgetting it would leave events undeclared, and refused when they are emitted."""

    class Forgetful(Ticking, Contract, name="forgetful", version=1):
        """A contract without the list."""

        deadlines = Deadlines(on_expiry=("end",), label=WORDS)

        def on_end(self, ctx: Context, deadline: Deadline) -> None:
            """Do nothing."""

    with pytest.raises(InvalidContract, match=r"Forgetful\.tick") as refused:
        schema_of(Forgetful)
    assert refused.value.field == "Forgetful.follows"
