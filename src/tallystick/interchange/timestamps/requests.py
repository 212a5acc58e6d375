# SPDX-License-Identifier: Apache-2.0
"""Time-stamp requests (`.tsq`): a digest and a nonce, nothing of the content.

asn1crypto is loaded when a request is made or read.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tallystick.errors import InvalidTimeStamp

REQUEST_TYPE: Final = "application/timestamp-query"
REPLY_TYPE: Final = "application/timestamp-reply"
REQUEST_BYTES_MAX: Final = 64 * 1024
DIGEST_SIZES: Final[Mapping[str, int]] = MappingProxyType(
    {"sha256": 32, "sha384": 48, "sha512": 64}
)


def content_digests(chunks: Iterable[bytes]) -> dict[str, bytes]:
    """Return the digests of a content that a token may name, by algorithm."""
    running = {name: hashlib.new(name) for name in DIGEST_SIZES}
    for chunk in chunks:
        for one in running.values():
            one.update(chunk)
    return {name: one.digest() for name, one in running.items()}


@dataclass(frozen=True, slots=True)
class Request:
    """What an authority is asked for."""

    digest: bytes
    algorithm: str = "sha256"
    nonce: int | None = None
    policy: str | None = None
    """Object identifier of the policy that is wanted; None for the authority's own."""
    with_certificates: bool = True


def make_request(request: Request) -> bytes:
    """Return a request as DER."""
    from asn1crypto import tsp

    fields: dict[str, object] = {
        "version": "v1",
        "message_imprint": {
            "hash_algorithm": {"algorithm": request.algorithm},
            "hashed_message": request.digest,
        },
        "cert_req": request.with_certificates,
    }
    if request.nonce is not None:
        fields["nonce"] = request.nonce
    if request.policy is not None:
        fields["req_policy"] = request.policy
    encoded: bytes = tsp.TimeStampReq(fields).dump()
    return encoded


def read_request(data: bytes) -> Request:
    """Return the request in DER.

    Raises:
        InvalidTimeStamp: another form, a hash that is not taken, or critical extensions.
    """
    from asn1crypto import tsp

    if len(data) > REQUEST_BYTES_MAX:
        raise InvalidTimeStamp("a request is smaller", expected=f"{REQUEST_BYTES_MAX} bytes")
    try:
        read = tsp.TimeStampReq.load(data, strict=True)
        plain = read.native
        imprint = plain["message_imprint"]
        found = Request(
            digest=imprint["hashed_message"],
            algorithm=imprint["hash_algorithm"]["algorithm"],
            nonce=plain["nonce"],
            policy=plain["req_policy"],
            with_certificates=bool(plain["cert_req"]),
        )
        has_extensions = bool(plain["extensions"])
    except (ValueError, TypeError, KeyError) as error:
        raise InvalidTimeStamp("not a time-stamp request", field="request") from error
    if DIGEST_SIZES.get(found.algorithm) != len(found.digest) or has_extensions:
        raise InvalidTimeStamp(
            "the request has a hash or an extension that is not taken",
            field="request",
            expected=", ".join(DIGEST_SIZES),
            found=str(found.algorithm)[:40],
        )
    return found
