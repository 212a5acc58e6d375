# SPDX-License-Identifier: Apache-2.0
"""Members to sign with in tests; nothing is signed, the host is told who they are."""

from __future__ import annotations

from typing import Final

from tallystick.crypto import sha256
from tallystick.model import Signer, check_organization_id

TEST_ORGANIZATION: Final = "91350100M000100Y43"
"""The example code of GB 32100."""


def make_signer(
    *roles: str, organization: str = TEST_ORGANIZATION, member: str = "tester"
) -> Signer:
    """Return a member with these roles.

    Raises:
        Malformed: the organisation is not a unified social credit code.
    """
    return Signer(
        organization=check_organization_id(organization),
        member=member,
        roles=tuple(sorted(roles)),
        public_key=sha256(f"{organization}/{member}".encode()),
    )
