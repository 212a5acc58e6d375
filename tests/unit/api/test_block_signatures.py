# SPDX-License-Identifier: Apache-2.0
"""Who signed a block: by organisation where validators agree, the one node where it is alone."""

from __future__ import annotations

from tests.engine_chain import Chain, Electorate, Roots, digest
from tests.factories import BANK, COURT, secret
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode, deposit


def test_a_node_that_orders_alone_is_the_one_signer(caller: Caller, node: FakeNode) -> None:
    """By the key that signs its checkpoints."""
    node.submit([deposit(1)])
    answer = caller.get("/v1/blocks/1/signatures").json
    assert (answer["by"], answer["power"], answer["power_total"]) == ("node", 1, 1)
    assert [one["organization"] for one in answer["signatures"]] == [COURT]


def test_validators_are_told_by_organization_and_those_missing_too(
    caller: Caller, node: FakeNode
) -> None:
    """Powers are added up, times are those of the votes; a key that is nobody's has no name."""
    node.submit([deposit(1)])
    now = Electorate({COURT: secret(21), BANK: secret(22)}, {COURT: 30, BANK: 10})
    proof = Chain("test").proof(Roots(1, digest("log")), now, height=1, signers=[0])
    node.consortium.finality = proof.encode()
    answer = caller.get("/v1/blocks/1/signatures").json
    assert (answer["by"], answer["height"], answer["header_height"]) == ("validators", 1, 2)
    assert (answer["power"], answer["power_total"]) == (30, 40)
    assert [one["signed"] for one in answer["signatures"]] == [True, False]
    assert [one["time_ms"] is None for one in answer["signatures"]] == [False, True]
    assert {one["organization"] for one in answer["signatures"]} == {""}


def test_a_block_that_is_not_there_has_no_signers(caller: Caller) -> None:
    """It is not found, as the block itself."""
    assert caller.get("/v1/blocks/7/signatures").code == "E_NOT_FOUND"
