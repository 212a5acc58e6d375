# SPDX-License-Identifier: Apache-2.0
"""A stand-in for votes on the validator set: an administrator sets a power, and it holds.

What matters here is that validator sets change under load and that every replica tells its engine
the same; who may change them is tested with governance itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

from tallystick.errors import Rejected
from tallystick.membership import Register, execute_membership_call
from tallystick.membership.records import VALIDATORS, list_write
from tallystick.model import OK, ROLE_ADMINISTRATOR, Event, Execution, Invocation, Validator
from tallystick.model.governance import check_validators
from tests.simulation.world import validator_key

METHOD = "set_power"


def execute_with_votes(register: Register, invocation: Invocation) -> Execution:
    """Run a call of the membership contract, which has one method more."""
    if invocation.call.method != METHOD:
        return execute_membership_call(register, invocation)
    if ROLE_ADMINISTRATOR not in invocation.signer.roles:
        return Execution("E_ROLE", None, (), {})
    args = invocation.call.args
    organization, power, number = args["organization"], args["power"], args["key"]
    assert isinstance(organization, str)
    assert isinstance(power, int)
    assert isinstance(number, int)
    changed = dict(register.validators)
    changed.pop(organization, None)
    if power:
        key = validator_key(organization, number)
        changed[organization] = Validator(organization=organization, public_key=key, power=power)
    following = tuple(changed[one] for one in sorted(changed))
    try:
        check_validators(following)
    except Rejected as refusal:
        return Execution(refusal.code, None, (), {})
    if len(following) < 4:
        return Execution("E_STATE", None, (), {})
    event = Event("membership.PowerSet", {"organization": organization, "power": power})
    return Execution(OK, None, (event,), dict([list_write(VALIDATORS, following)]))


@contextmanager
def votes() -> Iterator[None]:
    """Let the membership contract have the method meanwhile."""
    with mock.patch("tallystick.ledger.calls.execute_membership_call", execute_with_votes):
        yield
