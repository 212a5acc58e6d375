# SPDX-License-Identifier: Apache-2.0
"""What an OpenID provider publishes about itself: its discovery document and its keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from tallystick.errors import InvalidIdentityProvider
from tallystick.interchange.identity.addresses import check_endpoint
from tallystick.interchange.identity.json_objects import read_object
from tallystick.interchange.identity.settings import ALGORITHMS

_KEYS_MAX: Final = 64
_MODULUS_CHARACTERS: Final = range(342, 1367)
"""Of an RSA key from 2,048 to 8,192 bits, in base64url."""
_MEMBERS: Final = {"RSA": ("n", "e"), "EC": ("x", "y"), "OKP": ("x",)}
"""What makes a public key; nothing else of a key reaches the library."""
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class Discovery(msgspec.Struct, frozen=True):
    """The discovery document, as far as it is used (OpenID Connect Discovery 1.0, RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    response_types_supported: tuple[str, ...]
    id_token_signing_alg_values_supported: tuple[str, ...]
    code_challenge_methods_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False
    claims_parameter_supported: bool = False

    @property
    def algorithms(self) -> frozenset[str]:
        """What the provider says it signs with and we accept."""
        return frozenset(self.id_token_signing_alg_values_supported) & ALGORITHMS.keys()


@dataclass(frozen=True, slots=True)
class ProviderKey:
    """A public key of a provider."""

    kid: str | None
    algorithm: str | None
    """The one algorithm it is for, if it says so."""
    kind: str
    curve: str | None
    members: Mapping[str, str] = field(repr=False)

    def fits(self, algorithm: str) -> bool:
        """Return whether it may have made a signature of this algorithm."""
        kind, curve, _ = ALGORITHMS[algorithm]
        return (self.kind, self.curve) == (kind, curve) and self.algorithm in {None, algorithm}


def read_discovery(data: bytes, issuer: str, hosts: frozenset[str]) -> Discovery:
    """Return the discovery document of `issuer`.

    Raises:
        InvalidIdentityProvider: it is of another issuer, names hosts that nobody allowed, or the
            provider lacks the code flow, PKCE or a signature that is accepted.
    """
    try:
        found = msgspec.convert(read_object(data), Discovery)
    except (ValueError, msgspec.ValidationError) as error:
        raise _refuse("discovery", "the discovery document cannot be read", str(error)) from error
    if found.issuer != issuer:
        raise _refuse("issuer", "the discovery document is another issuer's", issuer, found.issuer)
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        check_endpoint(getattr(found, name), hosts, name)
    if "code" not in found.response_types_supported:
        raise _refuse("response_types_supported", "the provider lacks the code flow", "code")
    if "S256" not in found.code_challenge_methods_supported:
        raise _refuse("code_challenge_methods_supported", "the provider lacks PKCE", "S256")
    if not found.algorithms:
        place, expected = "id_token_signing_alg_values_supported", ", ".join(ALGORITHMS)
        raise _refuse(place, "the provider has no signature that is accepted", expected)
    return found


def read_keys(data: bytes) -> tuple[ProviderKey, ...]:
    """Return the keys of a key set that may sign ID tokens.

    Raises:
        InvalidIdentityProvider: it is no key set, has a secret in it, or two keys of one name.
    """
    try:
        listed = read_object(data)["keys"]
    except (ValueError, KeyError) as error:
        raise _refuse("jwks", "the key set cannot be read", "keys") from error
    if not isinstance(listed, list) or len(listed) > _KEYS_MAX:
        raise _refuse("jwks", "the key set is no list, or too long", f"at most {_KEYS_MAX} keys")
    found = [one for number, key in enumerate(listed) if (one := _read_key(key, number))]
    names = [one.kid for one in found if one.kid is not None]
    if len(set(names)) != len(names):
        raise _refuse("jwks.kid", "two keys of the key set have one name", "one key a name")
    return tuple(found)


def _read_key(key: object, number: int) -> ProviderKey | None:
    """Return a key, None for one that signs no ID tokens."""
    place = f"jwks.keys[{number}]"
    if not isinstance(key, dict) or not isinstance(key.get("kty"), str):
        raise _refuse(place, "a key of the key set cannot be read", "an object with kty")
    if _PRIVATE & key.keys():
        # Whoever has read it can sign in the provider's name.
        raise _refuse(place, "the key set publishes a secret", "public keys")
    kid, algorithm, curve = (_text(key, name, place) for name in ("kid", "alg", "crv"))
    kind, operations = key["kty"], key.get("key_ops", ["verify"])
    if not isinstance(operations, list):
        raise _refuse(f"{place}.key_ops", "a key of the key set cannot be read", "a list")
    is_for_signing = key.get("use", "sig") == "sig" and "verify" in operations
    is_known = (kind, curve) in {(one, its) for one, its, _ in ALGORITHMS.values()}
    is_allowed = algorithm is None or algorithm in ALGORITHMS
    if not (is_for_signing and is_known and is_allowed):
        return None
    members = {name: _text(key, name, place) or "" for name in _MEMBERS[kind]}
    if kind == "RSA" and len(members["n"]) not in _MODULUS_CHARACTERS:
        return None
    named = {"kty": kind} if curve is None else {"kty": kind, "crv": curve}
    return ProviderKey(kid, algorithm, kind, curve, named | members)


def _text(key: Mapping[str, Any], name: str, place: str) -> str | None:
    found = key.get(name)
    if not isinstance(found, str | None):
        raise _refuse(f"{place}.{name}", "a key of the key set cannot be read", "text")
    return found


def _refuse(
    field: str, problem: str, expected: str, found: str | None = None
) -> InvalidIdentityProvider:
    return InvalidIdentityProvider(
        problem, field=field, expected=expected, found=found and found[:100]
    )
