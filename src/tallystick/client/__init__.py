# SPDX-License-Identifier: Apache-2.0
"""The SDK: talks to a node, and verifies what it says without believing it."""

from tallystick.client.batch_plan import (
    BatchItem,
    BatchPlan,
    BatchResult,
    BatchState,
    plan_csv,
    plan_folder,
)
from tallystick.client.connection import AsyncNet, Net, connect, connect_async
from tallystick.client.event_stream import LiveEvent
from tallystick.client.evidence import DepositDetails, deposit_args
from tallystick.client.files import FileFacts, FileSource, Progress, digest_file, facts_of
from tallystick.client.governance import Proposed
from tallystick.client.governance_records import GovernanceRecord, ProposalRecord
from tallystick.client.home import tally_home, write_file
from tallystick.client.keystore import Identity, KeyDescription, KeyStore
from tallystick.client.pem import format_pem, parse_pem
from tallystick.client.problems import Placed, Problem, problem_of
from tallystick.client.records import (
    BlockRecord,
    Committed,
    Deposit,
    Item,
    OrganizationRecord,
    Status,
    TransactionRecord,
    VerifiedReceipt,
)
from tallystick.client.trust import Trust, open_trust
from tallystick.client.trust_state import TrustState
from tallystick.client.verification import (
    Check,
    CheckResult,
    Result,
    Standing,
    Subject,
    Verification,
    Wording,
)
from tallystick.client.verify_log import verify_log_extension, verify_state
from tallystick.client.verify_offline import find_receipt, verify

__all__ = [
    "AsyncNet",
    "BatchItem",
    "BatchPlan",
    "BatchResult",
    "BatchState",
    "BlockRecord",
    "Check",
    "CheckResult",
    "Committed",
    "Deposit",
    "DepositDetails",
    "FileFacts",
    "FileSource",
    "GovernanceRecord",
    "Identity",
    "Item",
    "KeyDescription",
    "KeyStore",
    "LiveEvent",
    "Net",
    "OrganizationRecord",
    "Placed",
    "Problem",
    "Progress",
    "ProposalRecord",
    "Proposed",
    "Result",
    "Standing",
    "Status",
    "Subject",
    "TransactionRecord",
    "Trust",
    "TrustState",
    "Verification",
    "VerifiedReceipt",
    "Wording",
    "connect",
    "connect_async",
    "deposit_args",
    "digest_file",
    "facts_of",
    "find_receipt",
    "format_pem",
    "open_trust",
    "parse_pem",
    "plan_csv",
    "plan_folder",
    "problem_of",
    "tally_home",
    "verify",
    "verify_log_extension",
    "verify_state",
    "write_file",
]
