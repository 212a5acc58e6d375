# SPDX-License-Identifier: Apache-2.0
"""What a reader brings is checked: a hash at the node, a proof by itself, an original by its hash.

Originals are hashed in the reader's browser. Only proofs are sent here, and originals of readers
whose browser runs no script, who are told so.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta
from starlette.datastructures import FormData, UploadFile

from tallystick.client import FileFacts, SignatureStated, SignedOriginal, Verification
from tallystick.console.ledger import Json
from tallystick.console.proving import first_deposit, unknown_content
from tallystick.console.visit import Visit
from tallystick.crypto import digest_stream
from tallystick.errors import LimitExceeded, Rejected
from tallystick.interchange.timestamps import content_digests

PROOF_BYTES_MAX: Final = 32 * 1024 * 1024
"""A receipt, certificate or evidence package that is checked here."""
ORIGINAL_BYTES_MAX: Final = 256 * 1024 * 1024
"""An original that is sent because the reader's browser runs no script."""
ORIGINAL, HASH, PROOF = "original", "hash", "receipt"
"""How something was verified: by an original that was hashed, a hash alone, a proof handed in."""
Originals: TypeAlias = Mapping[str, Mapping[str, bytes]]
"""Name of a signature's file -> digests of what it is over, by algorithm."""
NO_ORIGINALS: Final[Originals] = MappingProxyType({})
_DIGEST: Final = "^[0-9a-f]{64}(?:[0-9a-f]{32}){0,2}$"
_HASH: Final = re.compile(r"(?:(sha256|sm3):)?([0-9a-f]{64})")
_SAFE_NAME: Final = re.compile(r"[^\w.\-]+")
_NAME_MAX: Final = 120
_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One thing that was checked, and how."""

    name: str
    """Of the file, as the reader calls it; empty for a hash alone."""
    method: str
    verification: Verification
    algorithm: str = "sha256"
    digest: str = ""
    """By which it was looked for; empty for a proof."""
    deposit: Json | None = None
    """The earliest deposit of the content, as the node lists it."""

    def to_dict(self) -> dict[str, Json]:
        """Return plain values: how it was checked, and the whole checklist."""
        return {
            "name": self.name,
            "method": self.method,
            "algorithm": self.algorithm,
            "digest": self.digest,
            "deposit": self.deposit,
            **self.verification.to_dict(),
        }


async def check_text(visit: Visit, text: str, *, name: str = "", method: str = HASH) -> Checked:
    """Look up a hash as a reader writes it: hexadecimal, perhaps with its algorithm before it.

    Raises:
        Rejected: the text is not a hash.
        TallystickError: the node does not answer.
    """
    found = _HASH.fullmatch(text.strip().lower().replace(" ", ""))
    if found is None:
        raise Rejected(
            "this is no hash",
            field="hash",
            expected="64 hexadecimal digits of SHA-256 or SM3",
            found=text[:80],
            hint="/v",
        )
    algorithm, digest = found[1] or "sha256", found[2]
    deposit = await first_deposit(visit.ledger, **{algorithm: digest})
    if deposit is None:
        verification = unknown_content(algorithm, digest)
    else:
        # Of one SM3 there may be several contents: which was first goes by SHA-256.
        first = deposit if algorithm == "sha256" else None
        verification = await visit.check_hash(FileFacts.of_hash(deposit["sha256"]), first)
    return Checked(
        name=name[:_NAME_MAX],
        method=method if method in {ORIGINAL, HASH} else HASH,
        verification=verification,
        algorithm=algorithm,
        digest=digest,
        deposit=deposit,
    )


async def check_sent(
    visit: Visit, sent: UploadFile, *, is_original: bool, originals: Originals = NO_ORIGINALS
) -> Sequence[Checked]:
    """Check a file that was sent: an original, or a proof, which may hold several checklists.

    Args:
        visit: Who asks.
        sent: The file.
        is_original: What it is.
        originals: What signatures among the proofs are over, by the signature's name.

    Raises:
        LimitExceeded: it is too large.
        TallystickError: it is no proof, or the node does not answer.
    """
    _check_size(sent, ORIGINAL_BYTES_MAX if is_original else PROOF_BYTES_MAX)
    name = _harmless_name(sent.filename or "")
    if is_original:
        digest = await asyncio.to_thread(_sha256, sent)
        return (await check_text(visit, digest, name=name, method=ORIGINAL),)
    digests = originals.get(sent.filename or "")
    deposit, original = None, None
    if digests is not None:
        deposit = await first_deposit(visit.ledger, sha256=digests["sha256"].hex())
        original = SignedOriginal(digests, _stated(deposit))
    checklists = await asyncio.to_thread(_check_proof, visit, sent, name, original)
    if digests is not None and deposit is not None:
        known = await visit.check_hash(FileFacts.of_hash(deposit["sha256"]), deposit)
        checklists = [
            (one, replace(known, checks=(*known.checks, *found.checks)))
            for one, found in checklists
        ]
    return [
        Checked(name=one or name, method=PROOF, verification=found, deposit=deposit)
        for one, found in checklists
    ]


async def originals_of(form: FormData) -> Originals:
    """Return what the signatures of a form are over: digests that were computed in the browser.

    Without script the original itself is sent beside its signature, and hashed here.

    Raises:
        Rejected: the form does not say it as our page does.
        LimitExceeded: the original is too large.
    """
    texts = [one for one in form.getlist("original") if isinstance(one, str) and one]
    beside, sent = form.get("original"), form.get("file")
    if isinstance(beside, UploadFile) and beside.filename and isinstance(sent, UploadFile):
        _check_size(beside, ORIGINAL_BYTES_MAX)
        return {sent.filename or "": await asyncio.to_thread(_digests, beside)}
    try:
        said = [msgspec.json.decode(one, type=_Original) for one in texts]
        return {
            one.signature: {name: bytes.fromhex(text) for name, text in one.digests.items()}
            for one in said
        }
    except (msgspec.MsgspecError, ValueError) as error:
        raise Rejected("this is no original of a signature", field="original") from error


class _Original(msgspec.Struct, frozen=True, kw_only=True):
    signature: str
    """Name of the file with the signature."""
    digests: dict[Literal["sha256", "sha384", "sha512"], Annotated[str, Meta(pattern=_DIGEST)]]

    def __post_init__(self) -> None:
        """Refuse what could not be looked up."""
        if "sha256" not in self.digests:
            raise ValueError("no sha256")


def _stated(deposit: Json | None) -> SignatureStated | None:
    """Return what a deposit says of its signature, and when it was made."""
    if deposit is None:
        return None
    return SignatureStated(deposit["signature_sha256"], deposit["deposited_at"])


def _harmless_name(name: str) -> str:
    return _SAFE_NAME.sub("_", Path(name).name).lstrip(".")[-_NAME_MAX:] or "proof"


def _check_size(sent: UploadFile, most: int) -> None:
    if (sent.size or 0) > most:
        raise LimitExceeded(
            "this file is too large", field="file", expected=f"at most {most} bytes"
        )


def _digests(sent: UploadFile) -> dict[str, bytes]:
    return content_digests(iter(lambda: sent.file.read(_PIECE), b""))


def _sha256(sent: UploadFile) -> str:
    return digest_stream(iter(lambda: sent.file.read(_PIECE), b"")).sha256.hex()


def _check_proof(
    visit: Visit, sent: UploadFile, name: str, original: SignedOriginal | None
) -> list[tuple[str, Verification]]:
    """Check a proof from a file of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tally-verify-") as folder:
        path = Path(folder) / name
        with path.open("wb") as target:
            while piece := sent.file.read(_PIECE):
                target.write(piece)
        return (
            visit.check_proof(path)
            if original is None
            else visit.check_proof(path, original=original)
        )
