# SPDX-License-Identifier: Apache-2.0
"""Who belongs and who may: organisations, members, keys, and the rules that change them."""

from tallystick.membership.enrolment import enrolment_message
from tallystick.membership.methods import MEMBERSHIP_CONTRACT, execute_membership_call
from tallystick.membership.records import MEMBERSHIP_PREFIX, founding_log_keys, genesis_writes
from tallystick.membership.register import Register

__all__ = [
    "MEMBERSHIP_CONTRACT",
    "MEMBERSHIP_PREFIX",
    "Register",
    "enrolment_message",
    "execute_membership_call",
    "founding_log_keys",
    "genesis_writes",
]
