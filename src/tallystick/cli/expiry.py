# SPDX-License-Identifier: Apache-2.0
"""Warns of member keys that end soon; a key that ended signs nothing any more."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from tallystick.cli.catalogue import say
from tallystick.cli.options import Address
from tallystick.cli.talk import warn
from tallystick.cli.times import format_time
from tallystick.client import OrganizationRecord
from tallystick.errors import TallystickError
from tallystick.units import DAY_MS

WARNED_MS: Final = 30 * DAY_MS
"""How long before the end a key is warned of."""


def warn_of(organizations: Iterable[OrganizationRecord]) -> None:
    """Say which keys of active members and which authorities end soon, or have ended."""
    for organization in organizations:
        for member in organization.members:
            for key in member.keys if member.active else ():
                if key.revoked_at_ms is None:
                    _warn(
                        "expiry.certificate" if key.certificate else "expiry.key",
                        key.valid_until_ms,
                        name=f"{member.id} ({key.public_key[:16]}…)",
                    )
        for authority in organization.authorities:
            if authority.revoked_at_ms is None:
                _warn("expiry.authority", authority.valid_until_ms, name=authority.subject)


def enrolled_until(address: Address, organizations: Iterable[str]) -> Mapping[str, int]:
    """Return when keys end, by public key, as a node says; nothing if none answers.

    Nobody has to be reached to list one's own keys, so this asks without pinning a network.
    """
    from tallystick.cli.linking import fetch_text

    found: dict[str, int] = {}
    for organization in sorted(set(organizations)):
        try:
            text = fetch_text(address, f"/v1/organizations/{organization}")
            record = msgspec.json.decode(text, type=OrganizationRecord)
        except (TallystickError, msgspec.MsgspecError):
            continue
        for member in record.members:
            for key in member.keys:
                if key.revoked_at_ms is None:
                    found[key.public_key] = key.valid_until_ms
    return found


def warn_of_own_keys(address: Address) -> None:
    """Say which of this user's keys end soon, as a node says."""
    from tallystick.cli.identities import own_store

    described = [own_store().describe(name) for name in own_store().names()]
    ends = enrolled_until(address, (one.organization for one in described))
    for one in described:
        end = ends.get(one.public_key.hex())
        if end is not None:
            warn_of_key(one.name, end)


def warn_of_key(name: str, valid_until_ms: int) -> None:
    """Say that one of the user's own keys ends soon, if it does."""
    _warn("expiry.key", valid_until_ms, name=name)


def _warn(key: str, valid_until_ms: int, *, name: str) -> None:
    left = valid_until_ms - time.time_ns() // 1_000_000
    if left < 0:
        warn(say(f"{key}_ended", name=name, time=format_time(valid_until_ms)))
    elif left < WARNED_MS:
        days = left // DAY_MS
        warn(say(f"{key}_soon", name=name, time=format_time(valid_until_ms), days=days))
