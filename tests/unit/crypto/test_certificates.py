# SPDX-License-Identifier: Apache-2.0
"""Certificate chains: our verdict on every vector, openssl's agreement, what no chain may do."""

from __future__ import annotations

import base64
import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.make_vectors_certificates import openssl_says
from tallystick.crypto import check_authority, check_chain, sha256
from tallystick.crypto.certificates import describe_certificate, read_certificates
from tallystick.errors import InvalidCertificate
from tests.certificate_authority import (
    LEAF,
    MEMBER,
    MIDDLE,
    NOW_MS,
    ORGANIZATION,
    ROOT,
    make,
    new_ec,
)

FILE: Final = Path(__file__).parents[2] / "vectors" / "certificates" / "chains.json"
DOCUMENT: Final = json.loads(FILE.read_text(encoding="utf-8"))
CASES: Final[list[dict[str, Any]]] = DOCUMENT["cases"]
BY_TITLE: Final = {case["title"]: case for case in CASES}
DAY_MS: Final = 24 * 60 * 60 * 1000


def certificates(case: dict[str, Any], name: str) -> list[bytes]:
    """Return the certificates of a case."""
    return [base64.b64decode(text) for text in case[name]]


def verdict(chain: list[bytes], authorities: list[bytes], time_ms: int = NOW_MS) -> str:
    """Return `ok` or the field of the refusal."""
    try:
        check_chain(chain, authorities, time_ms)
    except InvalidCertificate as refusal:
        return refusal.field or "?"
    return "ok"


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_each_chain_gets_its_verdict(case: dict[str, Any]) -> None:
    """Accepted, or refused for the one reason that the vector names."""
    found = verdict(
        certificates(case, "chain"), certificates(case, "authorities"), DOCUMENT["time_ms"]
    )
    assert found == case["verdict"]


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case["openssl"] is not None],
    ids=[case["title"] for case in CASES if case["openssl"] is not None],
)
def test_openssl_agrees_where_its_rules_are_ours(case: dict[str, Any]) -> None:
    """Another program, written by others, at the same time and with the same authorities."""
    assert DOCUMENT["time_ms"] == NOW_MS
    judged = openssl_says(certificates(case, "chain"), certificates(case, "authorities"))
    assert judged == (case["verdict"] == "ok")


def test_at_least_thirty_chains_are_refused() -> None:
    """The vectors are mostly about what must not pass."""
    assert sum(case["verdict"] != "ok" for case in CASES) >= 30


def test_a_good_chain_says_who_and_how_long() -> None:
    """The period is what all certificates of the chain share."""
    root = make(ROOT, ends=100)
    middle = make(MIDDLE, issuer=root, starts=-5, ends=200)
    leaf = make(LEAF, issuer=middle, ends=300)
    found = check_chain([leaf.der, middle.der], [root.der], NOW_MS)
    assert (found.organization, found.member) == (ORGANIZATION, MEMBER)
    assert found.valid_from == NOW_MS - 5 * DAY_MS
    assert found.valid_until == NOW_MS + 100 * DAY_MS + 999
    assert found.fingerprint == sha256(leaf.der)
    assert found.public_key == leaf.key.public_key().public_bytes_raw()  # type: ignore[union-attr]


def test_an_authority_is_a_ca_that_signs_certificates_and_is_valid() -> None:
    """Root or issuing CA; of a self-signed one the signature is checked too."""
    root = make(ROOT)
    assert check_authority(root.der, NOW_MS) == sha256(root.der)
    middle = make(MIDDLE, issuer=root)
    assert check_authority(middle.der, NOW_MS) == sha256(middle.der)
    broken = root.der[:-2] + bytes([root.der[-2] ^ 1]) + root.der[-1:]
    wrong = {
        "certificate.basic_constraints": make(LEAF, issuer=root).der,
        "certificate.validity": make(ROOT, ends=-1, starts=-9).der,
        "certificate.key_usage": make(ROOT, usage=frozenset({"crl_sign"})).der,
        "certificate.encoding": b"\x30\x00",
        "certificate.size": b"",
        "certificate.signature": broken,
    }
    for field, data in wrong.items():
        with pytest.raises(InvalidCertificate) as caught:
            check_authority(data, NOW_MS)
        assert caught.value.field == field


VERSION_3: Final = bytes.fromhex("a003020102")


def without_version(der: bytes) -> bytes:
    """Return a certificate as one of version 1: without the field, its lengths adapted."""
    shorter = bytearray(der.replace(VERSION_3, b"", 1))
    for place in (2, 6):  # both lengths take two bytes
        length = int.from_bytes(shorter[place : place + 2], "big") - len(VERSION_3)
        shorter[place : place + 2] = length.to_bytes(2, "big")
    return bytes(shorter)


def test_only_version_3_with_a_positive_serial_number_is_read() -> None:
    """RFC 5280 sections 4.1.2.1 and 4.1.2.2; what is signed does not matter before that."""
    root = make(ROOT, serial=0x1234)
    assert root.der.count(VERSION_3) == 1
    wrong = {
        "certificate.version": [
            root.der.replace(VERSION_3, bytes.fromhex("a003020101"), 1),
            without_version(root.der),
        ],
        "certificate.serial": [root.der.replace(b"\x02\x02\x12\x34", b"\x02\x02\x92\x34", 1)],
    }
    for field, copies in wrong.items():
        for data in copies:
            with pytest.raises(InvalidCertificate) as caught:
                check_authority(data, NOW_MS)
            assert caught.value.field == field


def test_what_was_read_must_be_what_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A parser that takes other bytes for the same certificate would give it two fingerprints."""
    given_, other = make(ROOT), make(ROOT)
    monkeypatch.setattr(x509, "load_der_x509_certificate", lambda _: other.certificate)
    with pytest.raises(InvalidCertificate) as caught:
        check_authority(given_.der, NOW_MS)
    assert caught.value.field == "certificate.encoding"


def test_an_authority_renewed_under_its_name_is_found_by_its_signature() -> None:
    """Old and new have one name; in whatever order they are trusted."""
    old, new = make(ROOT), make(ROOT)
    for root in (old, new):
        leaf = make(LEAF, issuer=root)
        for trusted in ([old.der, new.der], [new.der, old.der]):
            assert verdict([leaf.der], trusted) == "ok"


def test_a_member_signs_with_ed25519_only() -> None:
    """An authority may have another key; the member's is the one that signs transactions."""
    root = make(ROOT)
    leaf = make(LEAF, new_ec(), issuer=root)
    assert (verdict([leaf.der], [root.der]) or "").endswith(".key")


def test_a_certificate_is_described_as_it_names_itself() -> None:
    """For people who are about to enrol somebody by it."""
    root = make(ROOT)
    facts = describe_certificate(make(LEAF, issuer=root, ends=10).der)
    assert facts.issuer == root.certificate.subject.rfc4514_string()
    assert (MEMBER in facts.subject, facts.valid_until) == (True, NOW_MS + 10 * DAY_MS + 999)


def test_a_file_holds_one_der_or_several_pem() -> None:
    """What is neither is refused."""
    der = make(ROOT).der
    pem = b"-----BEGIN CERTIFICATE-----\n%s-----END CERTIFICATE-----\n" % base64.encodebytes(der)
    assert read_certificates(der) == [der]
    assert read_certificates(b"two of them\n" + pem + pem) == [der, der]
    with pytest.raises(InvalidCertificate) as caught:
        read_certificates(b"-----BEGIN NOTHING-----\n")
    assert caught.value.field == "certificate.encoding"


def test_a_signature_is_of_whole_bytes() -> None:
    """Bits left out at its end would be a second form of a certificate (RFC 5280, 4.1.1.3)."""
    root = make(ROOT)
    while (leaf := make(LEAF, issuer=root).der)[-1] % 8:
        pass  # the parser takes three bits for unused where they are zero
    before = len(leaf) - len(x509.load_der_x509_certificate(leaf).signature) - 1
    for unused in range(1, 4):
        other = leaf[:before] + bytes([unused]) + leaf[before + 1 :]
        assert x509.load_der_x509_certificate(other).signature  # it is readable
        assert (verdict([other], [root.der]) or "").endswith(".encoding")
    assert verdict([leaf], [root.der]) == "ok"


GOOD: Final = BY_TITLE["leaf below an issuing CA"]


@settings(max_examples=200)
@given(which=st.integers(0, 1), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_no_changed_bit_leaves_a_chain_good(which: int, place: int, bit: int) -> None:
    """Whatever bit of whatever certificate: refused, and by no other exception."""
    chain, trusted = certificates(GOOD, "chain"), certificates(GOOD, "authorities")
    changed = bytearray(chain[which])
    changed[place % len(changed)] ^= 1 << bit
    chain[which] = bytes(changed)
    assert verdict(chain, trusted) != "ok"


@given(time_ms=st.integers(0, 2**45))
def test_a_chain_is_good_exactly_while_all_its_certificates_are(time_ms: int) -> None:
    """The verdict depends on the given time only."""
    chain, trusted = certificates(GOOD, "chain"), certificates(GOOD, "authorities")
    found = check_chain(chain, trusted, NOW_MS)
    is_inside = found.valid_from <= time_ms <= found.valid_until
    assert (verdict(chain, trusted, time_ms) == "ok") == is_inside
