# SPDX-License-Identifier: Apache-2.0
"""`tally governance`: what needs no vote, an organisation's own validator, log keys and nodes."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from tallystick.cli.answers import Answer, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.hashes import hash_option
from tallystick.cli.options import (
    ADDRESS,
    OUTPUT,
    PLACE,
    SIGNING,
    Address,
    Dashed,
    Output,
    Place,
    Signing,
)
from tallystick.cli.talk import note
from tallystick.errors import FileProblem, UsageError
from tallystick.units import DAY_MS

Out = Annotated[str, Parameter(name=("--out", "-o"), allow_leading_hyphen=True)]


def rotate_validator_key(
    key: Path,
    /,
    *,
    new: bool = False,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Let the own validator vote with another key.

    Raises:
        Refused: the organisation has no validator, or the key is or was one's.
    """
    from tallystick.cli.governing import carry_out
    from tallystick.cli.secret_files import new_secret, read_secret

    secret = new_secret(key) if new else read_secret(key)
    answer = carry_out(
        address,
        signing,
        lambda net: net.governance.rotate_validator_key(secret),
        public_key=secret.public_key.hex(),
        path=str(key),
    )
    note(say("governance.rotated", path=key))
    return answer


def install_validator_key(
    key: Path,
    /,
    *,
    place: Place = PLACE,
    _output: Output = OUTPUT,
) -> Answer:
    """Let the stopped node vote with another key.

    Raises:
        DataFolderProblem: its node is running, or it is not one among several.
    """
    from tallystick.cli.locate import existing_data_folder
    from tallystick.cli.secret_files import read_secret
    from tallystick.node import install_validator_key as install

    secret, data = read_secret(key), existing_data_folder(place.data)
    install(data, secret)
    return Sheet({"data": str(data), "public_key": secret.public_key.hex()})


def resign_validator(
    *, signing: Signing = SIGNING, address: Address = ADDRESS, _output: Output = OUTPUT
) -> Answer:
    """Take the own validator out of the set."""
    from tallystick.cli.governing import carry_out

    return carry_out(address, signing, lambda net: net.governance.resign_validator())


def rotate_log_key(
    key: Path,
    /,
    *,
    new: bool = False,
    replaces: str | None = None,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """Let another key sign receipts and checkpoints for the organisation."""
    from tallystick.cli.governing import carry_out
    from tallystick.cli.secret_files import new_secret, read_secret

    old = None if replaces is None else hash_option(replaces, "--replaces")
    secret = new_secret(key) if new else read_secret(key)
    return carry_out(
        address,
        signing,
        lambda net: net.governance.rotate_log_key(secret, replaces=old),
        public_key=secret.public_key.hex(),
        path=str(key),
    )


def revoke_log_key(
    public_key: str,
    /,
    *,
    signing: Signing = SIGNING,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer:
    """End the trust in what a log key of the organisation signs from now on."""
    from tallystick.cli.governing import carry_out

    gone = hash_option(public_key, "PUBLIC_KEY")
    return carry_out(
        address,
        signing,
        lambda net: net.governance.revoke_log_key(gone),
        public_key=gone.hex(),
    )


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """With what an organisation asks to be admitted."""

    name_zh: str | None = None
    validator_key: Path | None = None
    no_vote: bool = False
    valid_days: int = 3 * 365


_APPLYING: Final = Applying()


def apply(
    name: str,
    /,
    *,
    key: str,
    out: Out,
    applying: Applying = _APPLYING,
    passphrase_file: Dashed = None,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer | None:
    """Write the file with which an organisation asks to be admitted.

    Raises:
        UsageError: there is no such key, or the period is none.
        FileProblem: the file exists, or the validator's key cannot be read.
    """
    from tallystick.cli.identities import choose_key, open_key
    from tallystick.cli.linking import open_net
    from tallystick.cli.membership_files import Applicant, file_text, make_application
    from tallystick.cli.secret_files import read_secret
    from tallystick.model import ROLE_GOVERNOR, Name

    if applying.valid_days < 1:
        message = say("usage.value", name="--valid-days", value=applying.valid_days)
        raise UsageError(message, field="--valid-days", expected=">= 1")
    identity = open_key(choose_key(key, ""), passphrase_file)
    now = time.time_ns() // 1_000_000
    with open_net(address) as net:
        made = make_application(
            net.trust.network,
            Applicant(
                organization=identity.organization,
                name=Name(zh=applying.name_zh or name, en=name),
                member=identity.member,
                member_name=Name(zh=identity.member, en=identity.member),
                roles=() if applying.no_vote else (ROLE_GOVERNOR,),
                secret=identity.secret,
                valid_from=now - 60_000,
                valid_until=now + applying.valid_days * DAY_MS,
                validator=None
                if applying.validator_key is None
                else read_secret(applying.validator_key),
            ),
        )
    return _write(out, file_text(made), organization=identity.organization)


def prove_validator_key(
    key: Path,
    /,
    *,
    organization: str,
    out: Out,
    address: Address = ADDRESS,
    _output: Output = OUTPUT,
) -> Answer | None:
    """Write the proof that a key may become the validator's of an organisation."""
    from tallystick.cli.linking import open_net
    from tallystick.cli.membership_files import file_text, make_validator_proof
    from tallystick.cli.secret_files import read_secret

    secret = read_secret(key)
    with open_net(address) as net:
        made = make_validator_proof(net.trust.network, organization, secret)
    return _write(out, file_text(made), organization=organization)


def _write(out: str, text: str, *, organization: str) -> Answer | None:
    if out == "-":
        sys.stdout.write(text)
        return None
    try:
        with Path(out).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise FileProblem(say("usage.exists", path=out), field="--out") from error
    return Sheet({"organization": organization, "path": out})
