# SPDX-License-Identifier: Apache-2.0
"""`tally network register`: makes known on the ledger what an organisation's node signs with."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.options import ADDRESS, OUTPUT, PLACE, SIGNING, Address, Output, Place, Signing
from tallystick.cli.talk import step
from tallystick.errors import Duplicate

if TYPE_CHECKING:
    from tallystick.client import Committed


def register(
    *,
    place: Place = PLACE,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Let the node whose keys are in a folder connect, and sign receipts for its organisation.

    What is known already is left as it is, so the command may be repeated.

    Raises:
        Refused: the organisation is no member, or the signer is neither administrator nor operator.
        DataFolderProblem: there are no keys in the folder.
    """
    from tallystick.cli.governing import signing_net
    from tallystick.cli.locate import data_folder
    from tallystick.node import OwnKeys, node_id_of, own_entry

    folder = data_folder(place.data)
    content, keys = own_entry(folder), OwnKeys.load(folder)
    node_id = node_id_of(keys.node.public_key)
    with signing_net(address, signing) as net:
        governance = net.governance
        _once(lambda: governance.register_node(node_id), "network.node_registered")
        _once(lambda: governance.rotate_log_key(keys.log), "network.log_key_registered")
    return Sheet(
        {
            "organization": content.organization,
            "node_id": node_id,
            "public_key": keys.log.public_key.hex(),
            "data": str(folder),
        }
    )


def _once(work: Callable[[], Committed], key: str) -> None:
    try:
        work()
    except Duplicate:
        step(say("network.known_already"))
    else:
        step(say(key))
