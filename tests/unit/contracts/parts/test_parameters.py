# SPDX-License-Identifier: Apache-2.0
"""Parameters: the defaults until somebody changes them, and every version for ever."""

from __future__ import annotations

import pytest

from tallystick.contracts import ANY_MEMBER, Contract, Count, Label, action, query
from tallystick.contracts.context import Context
from tallystick.contracts.parts import Parameters, VersionedParameters
from tallystick.errors import InvalidContract, NotFound
from tallystick.testing import LedgerHarness, make_signer


class Fees(VersionedParameters):
    """What is taken."""

    basis: Count = 100


class Shop(Contract, name="shop", version=1):
    """Takes fees."""

    parameters = Parameters(Fees(), label=Label(zh="参数", en="Parameters"))

    @action(role=ANY_MEMBER, label=Label(zh="调整", en="Change"))
    def change(self, ctx: Context, fees: Fees) -> Fees:
        """Put another version into force."""
        return self.parameters.change(ctx, fees)

    @query(label=Label(zh="现行", en="Now"))
    def now(self) -> Fees:
        """Return the version that counts."""
        return self.parameters.now()

    @query(label=Label(zh="某版", en="At"))
    def at(self, version: Count) -> Fees:
        """Return a version."""
        return self.parameters.at(version)


def test_every_version_stays_readable_and_the_newest_counts() -> None:
    """The version in what is sent is not read: versions follow each other."""
    ledger = LedgerHarness(Shop)
    assert ledger.query("now") == {"version": 0, "basis": 100}
    for basis in (200, 300):
        done = ledger.run("change", make_signer(), fees={"basis": basis, "version": 9})
        assert done.code == "ok"
    assert ledger.query("now") == {"version": 2, "basis": 300}
    for version, basis in enumerate((100, 200, 300)):
        assert ledger.query("at", version=version) == {"version": version, "basis": basis}
    with pytest.raises(NotFound):
        ledger.query("at", version=3)


def test_defaults_are_version_0() -> None:
    """Another number would be taken by what is published later."""
    with pytest.raises(InvalidContract):
        Parameters(Fees(version=1), label=Label(zh="参数", en="Parameters"))
