# SPDX-License-Identifier: Apache-2.0
"""GET /v1/network: how the node stands among the others."""

from __future__ import annotations

import msgspec

from tallystick.errors import Unavailable
from tallystick.node import (
    ConnectedPeer,
    EngineHeader,
    EngineSight,
    NetworkPeer,
    NetworkReport,
    NetworkValidator,
    PeerStanding,
)
from tests.factories import CLERK, COURT
from tests.unit.api.caller import Caller
from tests.unit.api.fake_node import FakeNode

OWN = CLERK.public_key


def sight() -> EngineSight:
    """Return what an engine with one peer says."""
    return EngineSight(
        module_version="v0.40.0",
        abci="2.0.0",
        block_protocol=11,
        p2p_protocol=8,
        node_id="a" * 40,
        height=7,
        catching_up=False,
        block_time_ms=1_800_000_000_000,
        peers=(
            ConnectedPeer(
                node_id="b" * 40,
                moniker="bank",
                version="0.39.0",
                address="127.0.0.1",
                is_outbound=True,
            ),
        ),
        public_key=OWN,
        validators=((OWN, 1),),
        header=EngineHeader(height=6, hash="c" * 64),
    )


def report(node: FakeNode) -> NetworkReport:
    """Return the report of a node with one peer."""
    alone = node.network_report()
    return msgspec.structs.replace(
        alone,
        engine="cometbft",
        sight=sight(),
        peers=(
            NetworkPeer(
                node_id="b" * 40,
                organization=COURT,
                connected=True,
                address="127.0.0.1:26656",
                api="",
                version="0.39.0",
                standing=PeerStanding(height=5, disk_free_bytes=1 << 30, disk_size_bytes=4 << 30),
            ),
        ),
        validators=(
            NetworkValidator(
                organization=COURT, public_key=OWN, power=1, in_force=True, connected=True
            ),
        ),
    )


def test_a_node_that_orders_alone_has_no_engine_and_no_peers(caller: Caller) -> None:
    """It says so, rather than leaving fields out."""
    found = caller.get("/v1/network").json
    assert found["engine"] is None
    assert found["peers"] == found["validators"] == []
    assert found["is_validator"] is False
    assert found["organization"] == COURT
    assert len(found["member_keys"][0]["public_key"]) == 64


def test_a_node_among_others_names_peers_validators_and_versions(
    caller: Caller, node: FakeNode
) -> None:
    """Everything that `tally network status` shows."""
    node.report = report(node)
    found = caller.get("/v1/network").json
    assert found["engine"]["version"] == "v0.40.0"
    assert found["engine"]["header"] == {"height": 6, "hash": "c" * 64}
    assert found["peers"][0]["connected"] is True
    assert found["peers"][0]["height"] == 5
    assert found["peers"][0]["disk_free_bytes"] == 1 << 30
    assert found["validators"][0]["public_key"] == OWN.hex()
    assert found["is_validator"] is True


def test_an_engine_before_its_first_final_block_has_no_header(
    caller: Caller, node: FakeNode
) -> None:
    """Null, not a height of zero."""
    first = msgspec.structs.replace(sight(), header=None)
    node.report = msgspec.structs.replace(report(node), sight=first)
    assert caller.get("/v1/network").json["engine"]["header"] is None


def test_an_engine_that_does_not_answer_is_an_error(caller: Caller, node: FakeNode) -> None:
    """A supervisor must see it."""
    node.read_error = Unavailable("the engine does not answer")
    assert caller.get("/v1/network").status == 503
