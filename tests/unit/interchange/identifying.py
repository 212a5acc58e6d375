# SPDX-License-Identifier: Apache-2.0
"""A meeting between an OpenID provider for tests and the door to it."""

from __future__ import annotations

from typing import Any

import pytest

from tallystick.errors import (
    InvalidIdentityToken,
    TallystickError,
)
from tallystick.interchange.identity import (
    Assertion,
    Departure,
    OpenIdProvider,
    OpenIdSettings,
)
from tests.openid_provider import ACR, CLIENT, OpenIdDouble

BACK = "https://vouch.example.org/callback"
BINDING = b"entitlement E-1, key 1"


class Meeting:
    """A provider and we, who have agreed."""

    def __init__(self, double: OpenIdDouble, **changes: Any) -> None:
        self.double = double
        agreed: dict[str, Any] = {
            "issuer": double.issuer,
            "client_id": CLIENT,
            "levels": {ACR: 3},
            "claims": ("id_number",),
        }
        self.ours = OpenIdProvider(
            OpenIdSettings(**(agreed | changes)),
            fetch=double.answer,
            clock=lambda: double.now,
        )

    def begin(self) -> Departure:
        """Send a person away."""
        return self.ours.begin(BINDING, BACK)

    def identify(self) -> Assertion:
        """Let a person go and come back."""
        away = self.begin()
        return self.ours.finish(away.session, BINDING, self.double.log_in(away.where))


def refused(
    meeting: Meeting, kind: type[TallystickError] = InvalidIdentityToken
) -> TallystickError:
    """Return with what a login is refused."""
    with pytest.raises(kind) as caught:
        meeting.identify()
    assert type(caught.value) is kind
    return caught.value
