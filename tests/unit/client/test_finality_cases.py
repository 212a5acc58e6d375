# SPDX-License-Identifier: Apache-2.0
"""Our verifier says of each case what the engine's own code says of it (`make interop`)."""

from __future__ import annotations

import pytest

from tallystick.client.finality_check import check_finality, validators_hash
from tallystick.errors import InvalidReceipt
from tallystick.model import (
    EngineValidator,
    Transition,
    decode_certificate,
    decode_finality,
    decode_validators,
)
from tests.interop.finality_cases import FinalityCase, finality_cases

CASES = tuple(finality_cases())


def judge(case: FinalityCase) -> None:
    """Raise unless the case holds, as far as the engine's code can judge it too."""
    if case.kind == "finality":
        check_finality(decode_finality(case.data), case.chain_id)
        return
    change = decode_certificate(case.data)
    assert isinstance(change, Transition)
    proof = decode_finality(change.proof)
    check_finality(proof, case.chain_id)
    keys = [EngineValidator(v.public_key, v.power) for v in decode_validators(change.record)]
    if validators_hash(keys) != proof.header.next_validators_hash:
        raise InvalidReceipt("the header names other validators")


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind} {case.name}")
def test_cases_are_judged_as_the_engine_judges_them(case: FinalityCase) -> None:
    """Honest ones are accepted, altered ones refused."""
    if case.accept:
        judge(case)
        return
    with pytest.raises(InvalidReceipt):
        judge(case)


def test_the_cases_are_many_and_of_both_kinds() -> None:
    """So that the comparison means something."""
    assert sum(case.accept for case in CASES) >= 11
    assert sum(not case.accept for case in CASES) >= 60
