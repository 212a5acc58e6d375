# SPDX-License-Identifier: Apache-2.0
"""A contract can check the signature of somebody who is no member, without holding keys."""

from __future__ import annotations

from tallystick.contracts import (
    ANY_MEMBER,
    Context,
    Contract,
    Digest,
    Label,
    PublicKey,
    Signature,
    action,
    digest_of,
)
from tallystick.crypto import SecretKey
from tallystick.testing import make_signer, run


class Signed(Contract, name="signed", version=1):
    """Says whether something was signed."""

    @action(role=ANY_MEMBER, label=Label(zh="核验", en="Check"))
    def check(self, ctx: Context, key: PublicKey, digest: Digest, signature: Signature) -> bool:
        """Return the verdict."""
        return ctx.has_signed(key, digest, signature)


def test_a_signature_over_exactly_the_digest_counts_and_no_other() -> None:
    """Another digest, another key or an altered signature does not verify."""
    key, digest = SecretKey(b"\x07" * 32), digest_of("claim", "EN-1", 150_000)
    signature = key.sign(bytes.fromhex(digest)).hex()
    other = SecretKey(b"\x08" * 32).public_key.hex()

    def verdict(public_key: str, what: str, signed: str) -> object:
        args = {"key": public_key, "digest": what, "signature": signed}
        return run(Signed, "check", make_signer(), args).result

    public_key = key.public_key.hex()
    assert verdict(public_key, digest, signature) is True
    assert verdict(public_key, digest_of("claim", "EN-1", 150_001), signature) is False
    assert verdict(other, digest, signature) is False
    assert verdict(public_key, digest, "00" * 64) is False
    assert verdict("ff" * 32, digest, signature) is False
