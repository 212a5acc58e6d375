# SPDX-License-Identifier: Apache-2.0
"""The pure state transition: from one block to the next, and the rules of admission."""

from tallystick.ledger.admission import check_admission, check_nonce, check_period, check_place
from tallystick.ledger.apply import apply_block
from tallystick.ledger.calls import check_contract, execute_call
from tallystick.ledger.ports import (
    AppliedBlock,
    ContractHost,
    StateReader,
    StateScanner,
    Store,
    Tree,
)
from tallystick.ledger.recorded import (
    adopt_block,
    oldest_remembered_time,
    recorded_transactions,
    remember_block,
)
from tallystick.ledger.replay_guard import ReplayGuard
from tallystick.ledger.state import Ledger, open_ledger
from tallystick.model import Execution, Invocation, Signer

__all__ = [
    "AppliedBlock",
    "ContractHost",
    "Execution",
    "Invocation",
    "Ledger",
    "ReplayGuard",
    "Signer",
    "StateReader",
    "StateScanner",
    "Store",
    "Tree",
    "adopt_block",
    "apply_block",
    "check_admission",
    "check_contract",
    "check_nonce",
    "check_period",
    "check_place",
    "execute_call",
    "oldest_remembered_time",
    "open_ledger",
    "recorded_transactions",
    "remember_block",
]
