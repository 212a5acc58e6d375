# SPDX-License-Identifier: Apache-2.0
"""JUD, third method: which electronic signatures hold, and whose they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from tallystick.client import (
    SignatureMeans,
    SignatureStated,
    StatementOriginal,
    Wording,
    signature_checks,
)
from tallystick.crypto import sha256
from tallystick.interchange.timestamps import content_digests
from tests import certificate_authority as ca
from tests.electronic_signatures import ROOT, cms_over, person

CONTENT = b"a contract"
ORIGINAL = StatementOriginal(content_digests([CONTENT]), CONTENT)
BELIEVING = SignatureMeans(ca.NOW_MS, (ROOT.der,))
DAY_MS = 86_400_000


def found(
    data: bytes, means: SignatureMeans = BELIEVING, stated: SignatureStated | None = None
) -> dict[str, tuple[str, str | None]]:
    """Return result and code of each line, by its name."""
    lines = signature_checks(data, ORIGINAL, means, stated)
    return {one.name: (one.result.value, one.code) for one in lines}


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM], ids=["DER", "PEM"])
@pytest.mark.parametrize("digest", [hashes.SHA256, hashes.SHA512], ids=["sha256", "sha512"])
def test_a_signature_of_either_form_holds(
    encoding: Encoding, digest: type[hashes.SHA256 | hashes.SHA512]
) -> None:
    """DER or PEM, SHA-256 or SHA-512, by way of the certificate between."""
    data = cms_over(CONTENT, person(), digest=digest, encoding=encoding)
    assert {one[0] for one in found(data).values()} == {"passed"}


def test_a_digest_that_was_not_computed_is_left_open_by_name() -> None:
    """A reader who has SHA-256 of the file alone is told which digest the signature is over."""
    alone = StatementOriginal({"sha256": content_digests([CONTENT])["sha256"]}, None)
    data = cms_over(CONTENT, person(), digest=hashes.SHA512)
    covers, signer = signature_checks(data, alone, BELIEVING)
    assert (covers.result.value, "sha512" in covers.evidence.en) == ("skipped", True)
    assert signer.result.value == "passed"


def test_each_of_several_signers_has_its_lines() -> None:
    """Both parties signed; one whose authority nobody believes is left open, by name."""
    stranger = person("Li Si", issuer=ca.make(ca.ROOT, subject=ca.name("Another Root")))
    lines = signature_checks(cms_over(CONTENT, person(), stranger), ORIGINAL, BELIEVING)
    signers = [one for one in lines if one.name == "electronic_signer"]
    told = sorted((one.result.value, "Li Si" in one.evidence.en) for one in signers)
    assert told == [("passed", False), ("skipped", True)]


def test_the_certificate_must_have_been_valid_when_it_was_deposited() -> None:
    """Expired since is no fault; expired before, or not valid yet, is."""
    signer = person(starts=-20, ends=-5)
    data = cms_over(CONTENT, signer)
    digest = sha256(data).hex()
    for days, result in ((-10, "passed"), (-2, "failed"), (-25, "failed")):
        stated = SignatureStated(digest, ca.NOW_MS + days * DAY_MS)
        assert found(data, stated=stated)["electronic_signer"][0] == result
    unnamed = SignatureStated(None, ca.NOW_MS - 10 * DAY_MS)
    assert found(data, stated=unnamed)["electronic_signer"][0] == "failed", "as of today"


def test_an_authority_of_the_same_name_with_another_key_is_not_believed() -> None:
    """A path is made of signatures, not of names."""
    other = SignatureMeans(ca.NOW_MS, (ca.make(ca.ROOT).der,))
    assert found(cms_over(CONTENT, person()), other)["electronic_signer"][0] == "skipped"


def test_a_seal_that_the_ledger_proves_needs_no_authority() -> None:
    """The certificate of deposit says whose it is."""
    signer = person("Court")
    means = SignatureMeans(ca.NOW_MS, seals={signer.der: Wording("the court", "法院")})
    lines = signature_checks(cms_over(CONTENT, signer), ORIGINAL, means)
    assert (lines[-1].result.value, "the court" in lines[-1].evidence.en) == ("passed", True)


REFUSED: Mapping[str, Callable[[], bytes]] = {
    "another content": lambda: cms_over(b"another", person()),
    "not for signing": lambda: cms_over(CONTENT, person(usage=frozenset({"key_agreement"}))),
    "a short key": lambda: cms_over(CONTENT, person(key=ca.new_rsa(1024))),
    "a hash that is not taken": lambda: cms_over(CONTENT, person(), digest=hashes.SHA224),
    "nothing": lambda: b"",
    "text": lambda: b"-----BEGIN PKCS7-----\nAAAA\n-----END PKCS7-----\n",
    "too large": lambda: bytes(2 * 1024 * 1024),
    "no signature": lambda: ROOT.der,
}


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_is_no_good_signature_fails_with_its_code(name: str) -> None:
    """E_SIG, and nothing is said of a signer."""
    lines = found(REFUSED[name]())
    assert lines["electronic_signature"] == ("failed", "E_SIG")
    assert lines["electronic_signer"][0] == "skipped"


def test_every_changed_byte_of_the_signed_part_is_found() -> None:
    """JUD-2: a signature with any bit of its value changed does not hold."""
    data = cms_over(CONTENT, person())
    for at in range(len(data) - 60, len(data), 7):
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        assert found(changed)["electronic_signature"][0] == "failed"
