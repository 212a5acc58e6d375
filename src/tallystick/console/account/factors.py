# SPDX-License-Identifier: Apache-2.0
"""The second factor of an account: one-time codes, passkeys, or both."""

from __future__ import annotations

from tallystick.console.account.identities import is_tied
from tallystick.console.account.one_time_codes import drop_codes, has_codes
from tallystick.console.account.passkeys import drop_passkeys, passkeys_of
from tallystick.console.records import Records
from tallystick.console.settings import Settings
from tallystick.console.visit import Person


def has_factor(records: Records, account: int) -> bool:
    """Tell whether an account has a second factor."""
    return has_codes(records, account) or bool(passkeys_of(records, account))


def drop_factors(records: Records, account: int) -> None:
    """Take an account's second factors away, when its owner has lost them."""
    drop_codes(records, account)
    drop_passkeys(records, account)


def lacks_factor(records: Records, settings: Settings, person: Person) -> bool:
    """Tell whether somebody must have a second factor and has none.

    Who is entered through an identity provider has there what the operator agreed with it.
    """
    is_meant = settings.second_factor == "everybody" or (
        settings.second_factor == "administrators" and person.is_administrator
    )
    if not is_meant or person.is_demonstration or is_tied(records, person.account):
        return False
    return not has_factor(records, person.account)
