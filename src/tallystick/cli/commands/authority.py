# SPDX-License-Identifier: Apache-2.0
"""`tally org authority` and `tally key enrol-certificate`: members certified by their own CA."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tallystick.cli.answers import Answer, Listing, Row
from tallystick.cli.catalogue import say
from tallystick.cli.hashes import hash_option
from tallystick.cli.options import ADDRESS, OUTPUT, SIGNING, Address, Dashed, Output, Signing
from tallystick.errors import FileProblem, UsageError

_SIZE_MAX: Final = 64 * 1024


def add(
    certificate: Path,
    /,
    *,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Register a CA whose certificates enrol members of the own organisation.

    Raises:
        FileProblem: not one certificate.
        Refused: not a CA's, not valid, or weak.
    """
    from tallystick.cli.governing import carry_out
    from tallystick.crypto import sha256

    found = _certificates(certificate)
    if len(found) != 1:
        message = say("authority.one", path=certificate)
        raise FileProblem(message, field="CERTIFICATE", expected="1", found=str(len(found)))
    return carry_out(
        address,
        signing,
        lambda net: net.call("membership", "set_authority", certificate=found[0]),
        fingerprint=sha256(found[0]).hex(),
    )


def list_(organization: str, /, *, address: Address = ADDRESS, _output: Output = OUTPUT) -> Answer:
    """List the authorities of an organisation.

    Raises:
        NotFound: there is no such organisation.
    """
    from tallystick.cli.linking import open_net
    from tallystick.cli.plain import plain_row
    from tallystick.cli.times import format_time

    with open_net(address) as net:
        found = net.organization(organization).authorities
    rows: list[Row] = []
    for one in found:
        times = {"added_at": one.added_at_ms, "valid_until": one.valid_until_ms}
        texts = {name: format_time(value) for name, value in times.items()}
        end = one.revoked_at_ms
        texts |= {} if end is None else {"revoked_at": format_time(end)}
        rows.append({**plain_row(one.to_dict()), **texts})
    return Listing(tuple(rows), ("fingerprint", "subject", "valid_until", "revoked_at"))


def revoke(
    fingerprint: str,
    /,
    *,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Let an authority enrol nobody any more; keys it enrolled stay until they are revoked."""
    from tallystick.cli.governing import carry_out

    gone = hash_option(fingerprint, "FINGERPRINT")
    return carry_out(
        address,
        signing,
        lambda net: net.call("membership", "revoke_authority", fingerprint=gone),
        fingerprint=gone.hex(),
    )


def enrol_certificate(
    *certificates: Path,
    key: str,
    until: str | None = None,
    key_passphrase_file: Dashed = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Enrol one of this user's keys by the certificate that its organisation's CA issued.

    Raises:
        UsageError: no certificate, no such key, or not a time.
        Refused: the chain breaks a rule; the field says which certificate and which rule.
    """
    from tallystick.cli.governing import carry_out
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.times import parse_time
    from tallystick.client import Committed, Net

    if not certificates:
        raise UsageError(say("usage.nothing", what="CERTIFICATES"), field="CERTIFICATES")
    chain = [one for path in certificates for one in _certificates(path)]
    identity = open_key(choose_key(key, ""), key_passphrase_file)
    end = None if until is None else parse_time(until, "--until")

    def enrol(net: Net) -> Committed:
        proof = net.governance.member_proof(identity.organization, identity.member, identity.secret)
        return net.call(
            "membership",
            "enrol_certificate",
            member=identity.member,
            chain=list(chain),
            proof=proof,
            **({} if end is None else {"valid_until": end}),
        )

    return carry_out(
        address, signing, enrol, member=identity.member, public_key=identity.public_key.hex()
    )


def _certificates(path: Path) -> list[bytes]:
    """Return the certificates in a PEM or DER file."""
    from tallystick.crypto import read_certificates

    with path.open("rb") as file:
        return read_certificates(file.read(_SIZE_MAX))
