# SPDX-License-Identifier: Apache-2.0
"""Who belongs and who may: organisations, members, keys, and the rules that change them."""

from tallystick.membership.checks import check_member_id, check_name
from tallystick.membership.draft import GOVERNANCE_CONTRACT
from tallystick.membership.enrolment import enrolment_message, log_key_message, validator_message
from tallystick.membership.governance import BUILT_IN_CONTRACTS, execute_governance_call
from tallystick.membership.methods import MEMBERSHIP_CONTRACT, execute_membership_call
from tallystick.membership.migrations import migration_write
from tallystick.membership.records import MEMBERSHIP_PREFIX, founding_log_keys, genesis_writes
from tallystick.membership.register import Register
from tallystick.membership.tally import Tally, Verdict, accused_by, count_votes, missing_approvals
from tallystick.membership.validators import validator_updates

__all__ = [
    "BUILT_IN_CONTRACTS",
    "GOVERNANCE_CONTRACT",
    "MEMBERSHIP_CONTRACT",
    "MEMBERSHIP_PREFIX",
    "Register",
    "Tally",
    "Verdict",
    "accused_by",
    "check_member_id",
    "check_name",
    "count_votes",
    "enrolment_message",
    "execute_governance_call",
    "execute_membership_call",
    "founding_log_keys",
    "genesis_writes",
    "log_key_message",
    "migration_write",
    "missing_approvals",
    "validator_message",
    "validator_updates",
]
