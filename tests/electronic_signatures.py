# SPDX-License-Identifier: Apache-2.0
"""Electronic signatures as others make them: CMS by the cryptography library, apart from its file.

Nothing of the package makes them, so that what it reads is not what it wrote.
"""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

from tests import certificate_authority as ca

ROOT = ca.make(ca.ROOT)
MIDDLE = ca.make(ca.MIDDLE, issuer=ROOT)


def person(name: str = "Wang Fang", *, issuer: ca.Made = MIDDLE, **changes: Any) -> ca.Made:
    """Return somebody with a certificate for signing."""
    usage = frozenset({"digital_signature", "content_commitment"})
    key = changes.pop("key", None) or ca.new_ec()
    changes.setdefault("usage", usage)
    return ca.make(ca.LEAF, key, issuer=issuer, subject=ca.name(name), **changes)


def cms_over(
    content: bytes,
    *signers: ca.Made,
    digest: type[hashes.SHA256 | hashes.SHA512 | hashes.SHA224] = hashes.SHA256,
    encoding: Encoding = Encoding.DER,
) -> bytes:
    """Return a detached signature by each of the signers, with the certificate between."""
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    for one in signers:
        assert isinstance(one.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey)
        builder = builder.add_signer(one.certificate, one.key, digest())
    builder = builder.add_certificate(MIDDLE.certificate)
    options = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary]
    return builder.sign(encoding, options)


def pem(*made: ca.Made) -> bytes:
    """Return certificates as PEM."""
    return b"".join(one.certificate.public_bytes(Encoding.PEM) for one in made)
