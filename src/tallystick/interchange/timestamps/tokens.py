# SPDX-License-Identifier: Apache-2.0
"""Time-stamp tokens taken apart, from a whole reply (`.tsr`) or bare (`.tst`); nothing is believed.

asn1crypto is loaded when a token is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from tallystick.errors import InvalidTimeStamp, TimeStampRefused
from tallystick.interchange.timestamps.requests import DIGEST_SIZES

Asn1: TypeAlias = Any
"""A value of asn1crypto, which has no types."""
TOKEN_BYTES_MAX: Final = 256 * 1024
_GRANTED: Final = frozenset({"granted", "granted_with_mods"})
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BROKEN: Final = (ValueError, TypeError, KeyError, IndexError, AttributeError)
"""What asn1crypto lets through for bytes that are not of a structure."""


@dataclass(frozen=True, slots=True)
class Token:
    """What a token says, and the parts that its signature hangs on."""

    data: bytes
    """The bare token (ContentInfo), as it came."""
    digest: bytes
    algorithm: str
    time_ms: int
    serial: int
    policy: str
    nonce: int | None
    content: bytes
    """TSTInfo, which the message digest is over."""
    signed_attributes: bytes
    """DER of the SET, which the signature is over."""
    signature: bytes
    signature_algorithm: str
    digest_algorithm: str
    message_digest: bytes
    certificate_digest: bytes
    """Of the signer's certificate, by the attribute signing-certificate."""
    certificate_digest_algorithm: str
    certificates: tuple[bytes, ...]
    """DER, as the token carries them: they may help to find a path, and are not believed."""


def read_token(data: bytes) -> Token:
    """Return the token in a reply or a bare one.

    Raises:
        InvalidTimeStamp: another form, or one that RFC 3161 forbids.
        TimeStampRefused: the reply says that no token was granted.
    """
    if len(data) > TOKEN_BYTES_MAX:
        raise InvalidTimeStamp("a token is smaller", expected=f"{TOKEN_BYTES_MAX} bytes")
    bare = granted_token(data)
    try:
        return _token(bare)
    except _BROKEN as error:
        raise InvalidTimeStamp("not a time-stamp token", field="token") from error


def granted_token(data: bytes) -> bytes:
    """Return the bare token (`.tst`) of a reply; a bare token is returned as it is.

    Raises:
        InvalidTimeStamp: neither.
        TimeStampRefused: the reply says that no token was granted.
    """
    from asn1crypto import cms

    from tallystick.interchange.timestamps.structures import Reply

    try:
        if cms.ContentInfo.load(data, strict=True)["content_type"].native == "signed_data":
            return data
    except _BROKEN:
        pass  # then it is a reply, or nothing
    try:
        reply = Reply.load(data, strict=True)
        status = reply["status"].native
        is_granted = status["status"] in _GRANTED
        bare: bytes = reply["time_stamp_token"].dump() if is_granted else b""
    except _BROKEN as error:
        raise InvalidTimeStamp("neither a time-stamp reply nor a token", field="token") from error
    if not is_granted:
        raise TimeStampRefused(
            "the authority granted no token",
            field="status",
            expected="granted",
            found=f"{status['status']} {', '.join(sorted(status['fail_info'] or ()))}".strip(),
        )
    return bare


def _token(bare: bytes) -> Token:
    from asn1crypto import cms, tsp

    outer = cms.ContentInfo.load(bare, strict=True)
    if outer["content_type"].native != "signed_data":
        raise InvalidTimeStamp("the token is not signed data", field="token")
    signed = outer["content"]
    inner = signed["encap_content_info"]
    if inner["content_type"].native != "tst_info":
        raise InvalidTimeStamp("the token signs something else", field="content_type")
    if len(signed["signer_infos"]) != 1:
        raise InvalidTimeStamp("a token has exactly one signer", field="signer_infos")
    content = bytes(inner["content"].contents)
    info = tsp.TSTInfo.load(content, strict=True)
    signer = signed["signer_infos"][0]
    attributes = _attributes(signer["signed_attrs"])
    certified = _signing_certificate(attributes)
    imprint = info["message_imprint"].native
    algorithm = imprint["hash_algorithm"]["algorithm"]
    if info["version"].native != "v1" or DIGEST_SIZES.get(algorithm) != len(
        imprint["hashed_message"]
    ):
        raise InvalidTimeStamp(
            "another version, or a hash that is not taken",
            field="message_imprint",
            expected=", ".join(DIGEST_SIZES),
            found=str(algorithm)[:40],
        )
    if attributes["content_type"] != "tst_info":
        raise InvalidTimeStamp("the signature is over something else", field="content_type")
    return Token(
        data=bare,
        digest=imprint["hashed_message"],
        algorithm=algorithm,
        time_ms=_time_ms(info["gen_time"].native),
        serial=info["serial_number"].native,
        policy=info["policy"].dotted,
        nonce=info["nonce"].native,
        content=content,
        signed_attributes=signer["signed_attrs"].untag().dump(force=True),
        signature=signer["signature"].native,
        signature_algorithm=signer["signature_algorithm"].signature_algo,
        digest_algorithm=signer["digest_algorithm"]["algorithm"].native,
        message_digest=attributes["message_digest"],
        certificate_digest=certified[0],
        certificate_digest_algorithm=certified[1],
        certificates=tuple(one.chosen.dump() for one in signed["certificates"]),
    )


def _attributes(signed: Asn1) -> dict[str, Asn1]:
    """Return the first value of each attribute; each may be there once, with one value."""
    found: dict[str, Asn1] = {}
    for one in signed:
        name = one["type"].native
        if name in found or len(one["values"]) != 1:
            raise InvalidTimeStamp("a signed attribute is there twice", field=str(name)[:40])
        found[name] = one["values"][0]
    missing = {"content_type", "message_digest"} - found.keys()
    if missing:
        raise InvalidTimeStamp("a signed attribute is missing", field=min(missing))
    plain = {name: found[name].native for name in ("content_type", "message_digest")}
    return found | plain


def _signing_certificate(attributes: dict[str, Asn1]) -> tuple[bytes, str]:
    if "signing_certificate_v2" in attributes:
        first = attributes["signing_certificate_v2"]["certs"][0].native
        return first["cert_hash"], first["hash_algorithm"]["algorithm"]
    if "signing_certificate" in attributes:
        return attributes["signing_certificate"]["certs"][0].native["cert_hash"], "sha1"
    raise InvalidTimeStamp(
        "the token does not say which certificate signed", field="signing_certificate"
    )


def _time_ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)
