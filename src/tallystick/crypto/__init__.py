# SPDX-License-Identifier: Apache-2.0
"""Keys, signatures and hashes: the only door to the cryptography libraries."""

from tallystick.crypto.age import SealingKey, check_sealing_key, seal, unseal
from tallystick.crypto.age_passphrase import PASSPHRASE_HEADER, open_text, seal_text
from tallystick.crypto.age_streams import seal_stream, sealed_size_max, unseal_file, unseal_stream
from tallystick.crypto.certificates import (
    check_authority,
    check_chain,
    describe_certificate,
    read_certificates,
)
from tallystick.crypto.certified import (
    CERTIFICATE_BYTES_MAX,
    CHAIN_LENGTH_MAX,
    CertificateFacts,
    CertifiedKey,
)
from tallystick.crypto.foreign_keys import ForeignKey
from tallystick.crypto.frames import SignedItem
from tallystick.crypto.hashing import (
    FileDigests,
    Octets,
    digest_stream,
    hmac_sha256,
    sha256,
    sha256_each,
)
from tallystick.crypto.keys import SecretKey, check_public_key
from tallystick.crypto.organization_seal import OrganizationSeal, SealFacts, describe_seal
from tallystick.crypto.passwords import hash_password, is_password
from tallystick.crypto.pool import VerifierPool
from tallystick.crypto.sealed_key import Cost, SealedKey, open_key, seal_key
from tallystick.crypto.signatures import (
    ALGORITHM_EDDSA,
    is_valid_signature,
    signature_verdicts,
    verify_signature,
)

__all__ = [
    "ALGORITHM_EDDSA",
    "CERTIFICATE_BYTES_MAX",
    "CHAIN_LENGTH_MAX",
    "PASSPHRASE_HEADER",
    "CertificateFacts",
    "CertifiedKey",
    "Cost",
    "FileDigests",
    "ForeignKey",
    "Octets",
    "OrganizationSeal",
    "SealFacts",
    "SealedKey",
    "SealingKey",
    "SecretKey",
    "SignedItem",
    "VerifierPool",
    "check_authority",
    "check_chain",
    "check_public_key",
    "check_sealing_key",
    "describe_certificate",
    "describe_seal",
    "digest_stream",
    "hash_password",
    "hmac_sha256",
    "is_password",
    "is_valid_signature",
    "open_key",
    "open_text",
    "read_certificates",
    "seal",
    "seal_key",
    "seal_stream",
    "seal_text",
    "sealed_size_max",
    "sha256",
    "sha256_each",
    "signature_verdicts",
    "unseal",
    "unseal_file",
    "unseal_stream",
    "verify_signature",
]
