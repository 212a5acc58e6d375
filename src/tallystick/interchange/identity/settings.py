# SPDX-License-Identifier: Apache-2.0
"""What was agreed with an OpenID provider, and the bounds that hold for every one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

ALGORITHMS: Final[Mapping[str, tuple[str, str | None, str]]] = {
    "RS256": ("RSA", None, "sha256"),
    "PS256": ("RSA", None, "sha256"),
    "ES256": ("EC", "P-256", "sha256"),
    "ES384": ("EC", "P-384", "sha384"),
    "Ed25519": ("OKP", "Ed25519", "sha512"),
}
"""Signatures that are accepted: kind of key, its curve, and the hash of `at_hash`."""

SKEW_S: Final = 60
"""How far the provider's clock may be from ours."""
SESSION_S: Final = 10 * 60
"""How long a person may take to come back."""
DOCUMENT_BYTES_MAX: Final = 256 * 1024
TOKEN_BYTES_MAX: Final = 16 * 1024
RESPONSE_CHARACTERS_MAX: Final = 4 * 1024
FETCH_S: Final = 10.0
"""How long one question to the provider may take in all."""
KEEP_S: Final = 3600
"""How long its documents are kept."""
KEYS_AGAIN_S: Final = 60
"""An unknown key makes us ask for the keys again, but not more often than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIdSettings:
    """What an organisation has agreed with its OpenID provider."""

    issuer: str
    client_id: str
    levels: Mapping[str, int]
    """`acr` values that are accepted, best first, and the level each stands for."""
    claims: tuple[str, ...] = ()
    """What must be in the ID token about the person, as text."""
    client_secret: str | None = field(default=None, repr=False)
    """None for a public client: PKCE alone proves that it is the same."""
    scopes: tuple[str, ...] = ("openid",)
    hosts: frozenset[str] = frozenset()
    """`host` or `host:port` that its documents may name beside the issuer's own."""
    login_age_s: int = 300
    """How long ago the person may have logged in."""
