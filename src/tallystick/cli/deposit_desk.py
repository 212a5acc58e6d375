# SPDX-License-Identifier: Apache-2.0
"""Makes one deposit: hash, sign, submit, wait, fetch the receipt, check it, save it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from tallystick.cli.answers import Answer, Plain, Sheet
from tallystick.cli.catalogue import say
from tallystick.cli.deposit_clues import clues_of
from tallystick.cli.hashes import hash_option
from tallystick.cli.identities import choose_key, open_key
from tallystick.cli.linking import open_net
from tallystick.cli.locate import node_url
from tallystick.cli.options import Address, Depositing, Sending, Signing
from tallystick.cli.previewing import preview
from tallystick.cli.sending import say_signer, send
from tallystick.cli.talk import note, progress
from tallystick.client import (
    DepositDetails,
    FileFacts,
    Identity,
    Net,
    Placed,
    Trust,
    VerifiedReceipt,
    check_deposited,
    deposit_args,
    digest_file,
    problem_of,
    verify,
)
from tallystick.errors import Duplicate, UsageError
from tallystick.model import decode_entry

RECEIPT_SUFFIX: Final = ".receipt.json"
CONTRACT, METHOD = "evidence", "deposit"
_SHOWN: Final = ("id", "path", "transaction_id", "height", "sha256", "size", "receipt")


@dataclass(frozen=True, slots=True)
class Source:
    """What is deposited."""

    facts: FileFacts
    path: Path | None = None
    """Where the file is, if it is here."""


def hash_file(path: Path, *, with_sm3: bool = False) -> Source:
    """Hash a file, showing how far it is.

    Raises:
        FileProblem: it cannot be read, is no file, or changed meanwhile.
    """
    size = path.stat().st_size if path.is_file() else None
    with progress(say("deposit.hashing"), size, is_bytes=True) as advance:
        done = 0

        def moved(read: int, _total: int) -> None:
            nonlocal done
            advance(read - done)
            done = read

        return Source(digest_file(path, with_sm3=with_sm3, progress=moved), path)


def stated_hash(digest: str, size: int | None, sm3: str | None) -> Source:
    """Return what is known of a file that is not here.

    Raises:
        UsageError: the size is missing, or it is not a hash.
    """
    if size is None:
        raise UsageError(say("usage.needs", one="--hash", other="--size"), field="--size")
    other = None if sm3 is None else hash_option(sm3, "--sm3-hash")
    return Source(FileFacts(hash_option(digest, "--hash"), size, other))


class Desk:
    """Makes deposits with one key at one node, described by the same options."""

    def __init__(
        self, address: Address, signing: Signing, depositing: Depositing, details: dict[str, Any]
    ) -> None:
        """Know how; nothing is sent yet."""
        self.address = address
        self.depositing = depositing
        self._signing = signing
        # The SDK's word for the contract's argument.
        named = {{"case_number": "case"}.get(name, name): details[name] for name in details}
        self.details = cast("DepositDetails", named)

    def identity(self) -> Identity:
        """Return who signs.

        Raises:
            UsageError: no key, or several.
        """
        found = choose_key(self._signing.as_, node_url(self.address.url))
        return open_key(found, self._signing.passphrase_file)

    def deposit(self, source: Source) -> Answer:
        """Make one deposit and say what became of it.

        Raises:
            ActiveFile: it is a PDF with scripts, and nobody said to keep it as it is.
        """
        said = self.details if source.path is None else check_deposited(source.path, self.details)
        clues = {} if source.path is None else clues_of(source.path)
        details = cast("DepositDetails", {**clues, **said})
        arguments = deposit_args(source.facts, details)
        identity = self.identity()
        if self.depositing.dry_run:
            return preview(CONTRACT, METHOD, arguments, identity, self.address)
        with open_net(self.address, identity=identity) as net:
            say_signer(net.trust, identity)
            transaction = net.sign(CONTRACT, METHOD, arguments)
            placed = self._submit(net, transaction)
            if self.depositing.no_wait:
                return Sheet({"transaction_id": placed.id, "level": placed.level, **_file(source)})
            receipt = net.receipt(placed.id)
            check_receipt(receipt, net.trust, source.facts)
        told = deposited(placed, receipt)
        saved = self._save(receipt, source.path, told["id"] or placed.id)
        fields = {**told, **_file(source), "receipt": str(saved)}
        if source.path is not None:
            is_beside = self.depositing.receipt_dir is None
            words = f"{source.path}" if is_beside else f"{source.path} --receipt {saved}"
            note(f"→ tally verify {words}")
        return Sheet(fields, _SHOWN)

    def _submit(self, net: Net, transaction: bytes) -> Placed:
        sending = Sending(no_wait=self.depositing.no_wait, timeout=self.depositing.timeout)
        try:
            return send(net, transaction, sending)
        except Duplicate as error:
            existing = existing_deposit(error)
            if existing is not None:
                error.hint = say("deposit.duplicate_hint", id=existing)
            raise

    def receipt_path(self, original: Path | None, name: str) -> Path:
        """Return where a receipt goes: the folder that was named, else beside its file."""
        folder = self.depositing.receipt_dir
        if folder is not None:
            return folder / f"{name}{RECEIPT_SUFFIX}"
        return Path(f"{name if original is None else original}{RECEIPT_SUFFIX}")

    def _save(self, receipt: VerifiedReceipt, path: Path | None, number: object) -> Path:
        """Save a receipt; without a file here it is named after the deposit."""
        name = path.name if path is not None else str(number)
        place = self.receipt_path(path, name)
        place.parent.mkdir(parents=True, exist_ok=True)
        return receipt.save(place)


def deposited(placed: Placed, receipt: VerifiedReceipt) -> dict[str, Plain]:
    """Return what the verified receipt says about a deposit."""
    result = decode_entry(receipt.record.entry).outcome.result
    number = result.get("id") if isinstance(result, dict) else None
    return {
        "id": number if isinstance(number, str) else None,
        "transaction_id": placed.id,
        "height": placed.height,
        "level": receipt.level,
    }


def check_receipt(receipt: VerifiedReceipt, trust: Trust, facts: FileFacts) -> None:
    """Check a receipt against the very file that was deposited.

    Raises:
        Unverified: it is not about this file.
    """
    verify(receipt.record, trust=trust, original=facts).raise_for_failure()


def existing_deposit(error: Duplicate) -> str | None:
    """Return the number of the deposit that is there already, as the contract told."""
    problem = problem_of(error)
    facts = problem.facts if problem is not None else None
    existing = facts.get("existing") if isinstance(facts, dict) else None
    return existing if isinstance(existing, str) else None


def _file(source: Source) -> dict[str, Plain]:
    facts = source.facts
    return {
        "path": None if source.path is None else str(source.path),
        "sha256": facts.sha256.hex(),
        "size": facts.size,
        **({"sm3": facts.sm3.hex()} if facts.sm3 else {}),
    }
