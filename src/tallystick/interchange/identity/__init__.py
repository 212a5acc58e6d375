# SPDX-License-Identifier: Apache-2.0
"""The door to an identity provider: a person is sent there, and comes back identified.

A folder of its own because it reaches the network. One real provider: OpenID Connect.
"""

from tallystick.interchange.identity.openid import OpenIdProvider
from tallystick.interchange.identity.ports import Assertion, Departure, IdentityProvider, Session
from tallystick.interchange.identity.settings import OpenIdSettings

__all__ = [
    "Assertion",
    "Departure",
    "IdentityProvider",
    "OpenIdProvider",
    "OpenIdSettings",
    "Session",
]
