# SPDX-License-Identifier: Apache-2.0
"""RFC 3161 time-stamps: tokens of others accepted or refused as they deserve, our own issued."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest
from asn1crypto import cms, tsp
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given
from hypothesis import strategies as st

from tallystick.errors import InvalidCertificate, InvalidTimeStamp, TimeStampRefused
from tallystick.interchange.timestamps import (
    Request,
    Roots,
    check_nonce,
    check_token,
    check_valid_at,
    content_digests,
    create_authority,
    granted_token,
    make_request,
    open_authority,
    read_request,
    read_roots,
    read_token,
)
from tests.unit.interchange.stamping import (
    CONTENT,
    DIGESTS,
    FILES,
    NONCE,
    NOW,
    NOW_MS,
    WRONG_PURPOSES,
    stamped,
    with_purpose,
)

VECTORS = Path(__file__).parents[2] / "vectors" / "rfc3161"
HELLO = content_digests([b"hello"])
ROOTS = read_roots(FILES.root)
GOOD = {
    "sigstage/response-no-embedded-cert.tsr": HELLO,
    "sigstage/response-sha256.tsr": HELLO,
    "sigstage/response-sha384.tsr": HELLO,
    "sigstage/response-sha512.tsr": HELLO,
    "test_tsa/response.tsr": HELLO,
    "test_tsa/response-injected-certs.tsr": HELLO,
}


def vector(name: str) -> bytes:
    """Return a file that others made."""
    return (VECTORS / name).read_bytes()


def pinned(name: str) -> Roots:
    """Return the certificates beside a token."""
    return read_roots((VECTORS / name).with_name("ts_chain.pem").read_bytes())


def check_named(error: pytest.ExceptionInfo[InvalidTimeStamp], check: str) -> None:
    """Expect the check that failed."""
    assert error.value.field == check


@pytest.mark.parametrize("name", GOOD)
def test_every_good_token_of_others_holds(name: str) -> None:
    """Of three hashes, with and without certificates, and with strangers' injected."""
    checked = check_token(read_token(vector(name)), pinned(name), GOOD[name])
    assert checked.token.time_ms > 1_700_000_000_000
    assert "Spoofed" not in checked.authority


def test_a_token_of_a_commercial_authority_holds() -> None:
    """IdenTrust, RSA, root in DER; the content is not ours, so its own digest stands for it."""
    token = read_token(vector("identrust/issue-104.tsr"))
    checked = check_token(token, pinned("identrust/x"), {token.algorithm: token.digest})
    assert "IdenTrust" in checked.anchor


def test_a_forged_signature_is_refused() -> None:
    """The signature is over other attributes."""
    name = "sigstage/response-invalid-signature.tsr"
    with pytest.raises(InvalidTimeStamp) as error:
        check_token(read_token(vector(name)), pinned(name), HELLO)
    check_named(error, "signature")


def test_a_token_of_another_authority_is_refused() -> None:
    """Same names, other keys: a path ends at a pinned certificate or nowhere."""
    name = "test_tsa/other_response.tsr"
    with pytest.raises(InvalidTimeStamp) as error:
        check_token(read_token(vector(name)), pinned(name), HELLO)
    check_named(error, "path")


def test_an_expired_certificate_is_told_from_a_wrong_one() -> None:
    """It held when it was made; today only a later time-stamp could vouch for it."""
    name = "sigstore.mock/response-expired.tsr"
    content = content_digests([vector("sigstore.mock/payload")])
    checked = check_token(read_token(vector(name)), pinned(name), content)
    check_valid_at(checked, checked.token.time_ms)
    with pytest.raises(InvalidTimeStamp) as error:
        check_valid_at(checked, NOW_MS)
    check_named(error, "expired")


def test_our_token_holds_and_says_what_was_asked() -> None:
    """Imprint, time, nonce, serial; whole reply and bare token alike."""
    reply = stamped(time_ms=NOW_MS + 800)
    token = read_token(reply)
    assert (token.time_ms, token.serial, token.digest) == (NOW_MS + 800, 5, DIGESTS["sha256"])
    assert read_token(granted_token(reply)) == token
    check_nonce(token, NONCE)
    checked = check_token(token, ROOTS, DIGESTS)
    assert (checked.authority, checked.anchor) == ("CN=Example time", "CN=Example time root")
    check_valid_at(checked, NOW_MS)


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_each_hash_is_taken(algorithm: str) -> None:
    """The three that RFC 3161 services still take."""
    reply = stamped(digest=DIGESTS[algorithm], algorithm=algorithm)
    assert check_token(read_token(reply), ROOTS, DIGESTS).token.algorithm == algorithm


def test_a_token_over_other_bytes_is_refused() -> None:
    """One byte suffices; so does a hash that was not computed."""
    token = read_token(stamped())
    for digests in (content_digests([CONTENT + b"."]), {}):
        with pytest.raises(InvalidTimeStamp) as error:
            check_token(token, ROOTS, digests)
        check_named(error, "imprint")


def test_a_token_for_another_request_is_refused() -> None:
    """A nonce that is not the one that was sent, or none."""
    for reply in (stamped(nonce=1), stamped(nonce=None)):
        with pytest.raises(InvalidTimeStamp) as error:
            check_nonce(read_token(reply), NONCE)
        check_named(error, "nonce")


def test_a_token_without_certificates_needs_the_pinned_one() -> None:
    """The request may ask for none."""
    token = read_token(stamped(with_certificates=False))
    assert not token.certificates
    with pytest.raises(InvalidTimeStamp) as error:
        check_token(token, ROOTS, DIGESTS)
    check_named(error, "signing_certificate")
    pair = read_roots(FILES.certificate, FILES.root)
    assert check_token(token, pair, DIGESTS).anchor.endswith("root")


@pytest.mark.parametrize("kind", WRONG_PURPOSES)
def test_a_certificate_for_another_purpose_is_refused(kind: str) -> None:
    """Time-stamping, critical and alone (RFC 3161 2.3)."""
    files = WRONG_PURPOSES[kind]
    with pytest.raises(InvalidTimeStamp) as error:
        check_token(read_token(stamped(files)), read_roots(files.root), DIGESTS)
    check_named(error, "purpose")


def test_a_certificate_that_is_not_valid_at_the_time_is_refused() -> None:
    """A token from before or after its authority's certificate."""
    for moment in (NOW - timedelta(days=1), NOW + timedelta(days=40_000)):
        reply = stamped(time_ms=int(moment.timestamp()) * 1000)
        with pytest.raises(InvalidTimeStamp) as error:
            check_token(read_token(reply), ROOTS, DIGESTS)
        check_named(error, "validity")


def test_nobody_pinned_and_an_issuer_that_is_none_are_refused() -> None:
    """A leaf that issues, a stranger's root, nothing at all; a signer pinned alone is no root."""
    purpose = next(iter(WRONG_PURPOSES.values()))
    leaf_root = with_purpose([ExtendedKeyUsageOID.TIME_STAMPING], ca=False)
    for files, roots in (
        (FILES, read_roots(purpose.root)),
        (FILES, Roots(())),
        (FILES, read_roots(FILES.certificate)),
        (leaf_root, read_roots(leaf_root.root)),
    ):
        with pytest.raises(InvalidTimeStamp) as error:
            check_token(read_token(stamped(files)), roots, DIGESTS)
        check_named(error, "path")
    assert not Roots(())


def altered(**changes: object) -> bytes:
    """Return our token with parts of its signed data changed."""
    outer = cms.ContentInfo.load(granted_token(stamped())).copy()
    signed = outer["content"]
    for place, value in changes.items():
        target = signed["signer_infos"][0] if place in signed["signer_infos"][0] else signed
        target[place] = value
    bare: bytes = outer.dump(force=True)
    return bare


def attributes(drop: str = "", double: str = "") -> cms.CMSAttributes:
    """Return the signed attributes of our token, one left out or there twice."""
    outer = cms.ContentInfo.load(granted_token(stamped()))
    listed = list(outer["content"]["signer_infos"][0]["signed_attrs"])
    kept = [one for one in listed if one["type"].native != drop]
    return cms.CMSAttributes(kept + [one for one in listed if one["type"].native == double])


@pytest.mark.parametrize(
    ("change", "check"),
    [
        ({"signed_attrs": attributes(drop="message_digest")}, "message_digest"),
        ({"signed_attrs": attributes(drop="signing_certificate_v2")}, "signing_certificate"),
        ({"signed_attrs": attributes(double="message_digest")}, "message_digest"),
        ({"signer_infos": cms.SignerInfos([])}, "signer_infos"),
        ({"encap_content_info": {"content_type": "data", "content": b"x"}}, "content_type"),
    ],
)
def test_a_token_of_another_form_is_refused(change: dict[str, object], check: str) -> None:
    """What RFC 3161 demands of a token is there, once."""
    with pytest.raises(InvalidTimeStamp) as error:
        read_token(altered(**change))
    check_named(error, check)


def test_changed_content_under_a_genuine_signature_is_refused() -> None:
    """The message digest binds TSTInfo to the signed attributes."""
    token = read_token(stamped())
    for change, check in (
        ({"content": token.content + b"x"}, "message_digest"),
        ({"digest_algorithm": "md5"}, "signature"),
        ({"signature_algorithm": "rsassa_pkcs1v15"}, "signature"),
        ({"certificate_digest_algorithm": "md5"}, "signing_certificate"),
        ({"certificates": (b"0",)}, "certificates"),
    ):
        with pytest.raises(InvalidTimeStamp) as error:
            check_token(dataclasses.replace(token, **change), ROOTS, DIGESTS)
        check_named(error, check)


def test_a_refusal_of_the_authority_is_no_token() -> None:
    """Its reason is passed on."""
    with pytest.raises(TimeStampRefused) as error:
        read_token(stamped(policy="1.2.3"))
    assert "unaccepted_policy" in str(error.value.found)
    reply = open_authority(FILES).answer(b"no request", time_ms=NOW_MS, serial=1)
    with pytest.raises(TimeStampRefused):
        read_token(reply)


def test_other_bytes_are_no_token_and_no_request() -> None:
    """Sizes first, then structure; SHA-1 is not taken."""
    other = cms.ContentInfo({"content_type": "data", "content": b"x"}).dump()
    for data in (b"", b"0", b"x" * 300_000, other):
        with pytest.raises(InvalidTimeStamp):
            read_token(data)
    sha1 = tsp.TimeStampReq(
        {
            "version": "v1",
            "message_imprint": {"hash_algorithm": {"algorithm": "sha1"}, "hashed_message": b"x"},
        }
    ).dump()
    for data in (b"", b"x" * 70_000, sha1):
        with pytest.raises(InvalidTimeStamp):
            read_request(data)


def test_requests_of_others_are_read_and_ours_say_what_they_should() -> None:
    """A digest and a nonce, nothing of the content."""
    found = read_request(vector("test_tsa/request.der"))
    assert (found.algorithm, found.digest) == ("sha512", HELLO["sha512"])
    asked = Request(DIGESTS["sha256"], nonce=NONCE, policy="1.2.3", with_certificates=False)
    assert read_request(make_request(asked)) == asked


def test_an_authority_is_opened_only_whole() -> None:
    """Key and certificate belong together, and both are what they should be."""
    other = create_authority("Other", NOW)
    for files in (
        dataclasses.replace(FILES, key=other.key),
        dataclasses.replace(FILES, key=b"no key"),
        dataclasses.replace(FILES, certificate=b"no certificate"),
    ):
        with pytest.raises(InvalidTimeStamp):
            open_authority(files)


def test_what_is_no_certificate_is_not_pinned() -> None:
    """A PEM file without one; bytes are looked at when a path is sought."""
    with pytest.raises(InvalidCertificate):
        read_roots(b"-----BEGIN NOTHING-----")
    with pytest.raises(InvalidTimeStamp):
        check_token(read_token(stamped()), read_roots(b"junk"), DIGESTS)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_no_altered_byte_makes_another_token(place: int, change: int) -> None:
    """Either it is refused, or it says exactly the same (an unsigned part changed)."""
    reply = bytearray(granted_token(TOKEN))
    reply[place % len(reply)] ^= change
    try:
        checked = check_token(read_token(bytes(reply)), ROOTS, DIGESTS)
    except (InvalidTimeStamp, TimeStampRefused):
        return
    good = read_token(TOKEN)
    assert (checked.token.time_ms, checked.token.digest) == (good.time_ms, good.digest)


TOKEN = stamped()
