# SPDX-License-Identifier: Apache-2.0
"""A receipt of four real nodes is believed by a contract of another network, if enough signed."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tallystick.contracts import ANY_MEMBER, Context, Contract, Label, Name, action
from tallystick.contracts.parts import NetworkProofBytes, NetworkProofs
from tallystick.model import RecognisedNetwork, RecogniseNetwork, network_proof
from tallystick.testing import make_signer
from tests.ledger_networks import DAY_MS, LedgerNetwork
from tests.networks import now, running_network

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("engine_program")]

ANN = make_signer(member="ann")


class Listener(Contract, name="listener", version=1):
    """Hears of deposits on another network."""

    proofs = NetworkProofs()

    @action(role=ANY_MEMBER, label=Label(zh="做", en="Do"))
    def hear(self, ctx: Context, proof: NetworkProofBytes) -> Name:
        """Hear."""
        call = self.proofs.recognise(ctx, proof, contract="evidence", method="deposit")
        return call.organization


def test_cosignatures_of_the_others_make_a_quorum(tmp_path: Path) -> None:
    """One node's word is too little; with two others' lines in the note the contract believes."""
    with running_network(tmp_path, 4) as network:
        seat = network.places[0].seat
        (place,) = network.commit(0, network.deposit(seat))
        network.agree()
        receipt = network.nodes[0].receipt(place.transaction_id)
        height = int(receipt.checkpoint.partition("height ")[2].partition("\n")[0])
        lines = [node.consortium.cosign(node.block(height).header) for node in network.nodes[1:3]]
        keys = tuple(key.public_key for key in network.genesis.log_keys)
        there = network.id
    here = LedgerNetwork("here", (Listener,), [ANN], start=now())
    here.vote(
        RecogniseNetwork(
            RecognisedNetwork(id=there, log_keys=keys, quorum=3, proof_age_ms_max=DAY_MS)
        )
    )
    alone = network_proof(receipt).encode()
    facts = here.refused("E_SIG", ANN, "hear", contract="listener", proof=alone)
    assert facts == {"network": there, "signed": 1, "needed": 3}
    witnessed = dataclasses.replace(receipt, checkpoint=receipt.checkpoint + "".join(lines))
    shown = network_proof(witnessed).encode()
    heard = here.ok(ANN, "hear", contract="listener", proof=shown)
    assert heard == seat.organization
