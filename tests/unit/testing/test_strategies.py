# SPDX-License-Identifier: Apache-2.0
"""Strategies make what the types allow, and the state machine finds what breaks an invariant."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, run_state_machine_as_test

from tallystick.contracts import Amount, Digest, MediaType, Meta, Name
from tallystick.errors import InvalidContract, UnknownContract
from tallystick.testing import Net
from tallystick.testing.strategies import ContractMachine, arguments_of, values_of
from tests.unit.testing.parcels import WEIGHT_MAX, Parcel, Parcels, Stop, Wishes, Wishing

NET = Net([Wishing])
CORE = NET.org("core")


@given(arguments_of(Wishing, "wish"))
def test_arguments_of_every_kind_are_taken(arguments: dict[str, Any]) -> None:
    """Bounds, patterns, choices, nullables, records, lists, maps: the contract accepts them all."""
    answer = CORE.wishing.wish(**arguments)
    assert isinstance(answer.result, Wishes)
    assert re.search("^[A-Z]{2}-[0-9]{1,4}$", answer.code)
    assert -3 <= answer.small < 4
    assert len(answer.stops) <= 2


@given(st.data())
def test_values_of_an_annotation_are_of_its_type(data: st.DataObject) -> None:
    """Records come as records, dates as dates."""
    parcel = data.draw(values_of(Parcel))
    assert isinstance(parcel, Parcel)
    assert parcel.due is None or isinstance(parcel.due, date)
    stops = data.draw(values_of(Annotated[list[Stop], Meta(min_length=1, max_length=3)]))
    assert 1 <= len(stops) <= 3
    assert all(isinstance(stop, Stop) for stop in stops)
    assert data.draw(values_of(Amount)) >= 0
    assert len(data.draw(values_of(Digest))) == 64
    assert "\n" not in data.draw(values_of(Name))
    assert "/" in data.draw(values_of(MediaType))


def test_what_is_no_ledger_data_has_no_values() -> None:
    """The advice is that of the schema."""
    with pytest.raises(InvalidContract, match="float cannot stand in ledger data"):
        values_of(float)
    with pytest.raises(UnknownContract, match="no method 'hope'"):
        arguments_of(Wishing, "hope")


class ParcelMachine(ContractMachine):
    """Sends parcels at random."""

    contracts = (Parcels,)

    @invariant()
    def no_parcel_is_too_heavy(self) -> None:
        """Hold for every parcel."""
        assert all(one.weight <= WEIGHT_MAX for one in self.net.table("post.parcels.parcels"))


class LossMachine(ContractMachine):
    """Claims what is not so: that nothing is ever lost."""

    contracts = (Parcels,)

    @invariant()
    def nothing_is_lost(self) -> None:
        """Fail once a parcel was sent and lost."""
        assert not self.net.records("post.parcels.parcels", state="lost")


TestParcels = ParcelMachine.TestCase
TestParcels.settings = settings(max_examples=10, deadline=None)


def test_the_machine_breaks_an_invariant_that_does_not_hold() -> None:
    """Ids that were seen before are drawn again, so two calls suffice."""
    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            LossMachine,
            settings=settings(
                max_examples=500,
                stateful_step_count=10,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.generate],
            ),
        )
