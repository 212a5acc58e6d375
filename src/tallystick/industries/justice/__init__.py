# SPDX-License-Identifier: Apache-2.0
"""Judicial evidence and self-executing contracts (system JUD): from agreement to decision."""

from tallystick.industries.justice.contract import Justice
from tallystick.industries.justice.rules import (
    authorization_digest,
    bundle_digest,
    enforcement_digest,
    signing_digest,
)
from tallystick.industries.justice.workflows import EXCLUSIVE_ROLES

__all__ = [
    "EXCLUSIVE_ROLES",
    "Justice",
    "authorization_digest",
    "bundle_digest",
    "enforcement_digest",
    "signing_digest",
]
