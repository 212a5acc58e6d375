# SPDX-License-Identifier: Apache-2.0
"""The verification page: a hash is looked up, a proof is checked, an original stays where it is.

Originals are hashed in the reader's browser. Only proofs are sent here, and originals of readers
whose browser runs no script, who are told so.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from pathlib import Path
from typing import Final

from starlette.datastructures import UploadFile
from starlette.responses import RedirectResponse, Response

from tallystick.client import FileFacts, Verification
from tallystick.console.ledger import Json
from tallystick.console.proving import first_deposit
from tallystick.console.visit import Visit
from tallystick.crypto import digest_stream
from tallystick.errors import Rejected

PROOF_BYTES_MAX: Final = 32 * 1024 * 1024
"""A receipt, certificate or evidence package that is checked here."""
ORIGINAL_BYTES_MAX: Final = 256 * 1024 * 1024
"""An original that is sent because the reader's browser runs no script."""
_FORM_OVERHEAD: Final = 64 * 1024
_SEE_OTHER: Final = 303
_HASH: Final = re.compile(r"(?:(?:sha256|sm3):)?([0-9a-f]{64})")
_SAFE_NAME: Final = re.compile(r"[^\w.\-]+")
_NAME_MAX: Final = 120
_PIECE: Final = 1024 * 1024
_METHODS: Final = frozenset({"original", "hash", "receipt"})


async def show_zone(visit: Visit) -> Response:
    """Answer GET /v: the zone to drop things on."""
    return visit.page("verify/zone.html", proof_bytes_max=PROOF_BYTES_MAX)


async def show_check(visit: Visit) -> Response:
    """Answer GET /v/hash: who deposited a content with this hash, and whether it is proven.

    Raises:
        Rejected: the text is not a hash.
    """
    if "hash" not in visit.query:
        return RedirectResponse("/v", _SEE_OTHER)
    text = visit.query["hash"].strip().lower().replace(" ", "")
    found = _HASH.fullmatch(text)
    if found is None:
        raise Rejected(
            "this is no hash",
            field="hash",
            expected="64 hexadecimal digits of SHA-256 or SM3",
            found=text[:80],
            hint="/v",
        )
    method = visit.query.get("method", "hash")
    is_sm3 = text.startswith("sm3:") or visit.query.get("algorithm") == "sm3"
    kind = "sm3" if is_sm3 else "sha256"
    deposit = await first_deposit(visit.ledger, **{kind: found[1]})
    name = visit.query.get("name", "")[:_NAME_MAX]
    if deposit is None and is_sm3:
        return _result(visit, [], name=name, digest=found[1], method=method)
    sha256 = found[1] if deposit is None else deposit["sha256"]
    checked = await visit.check_hash(FileFacts.of_hash(sha256))
    return _result(
        visit, [("", checked)], name=name, digest=found[1], method=method, deposit=deposit
    )


async def check_file(visit: Visit) -> Response:
    """Answer POST /v/file: check a proof, or an original of a reader without script.

    Raises:
        Rejected: no file was sent, or it is too large.
    """
    form = await visit.form(bytes_max=ORIGINAL_BYTES_MAX + _FORM_OVERHEAD)
    sent = form.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise Rejected("no file was sent", field="file", hint="/v")
    is_original = form.get("kind") == "original"
    most = ORIGINAL_BYTES_MAX if is_original else PROOF_BYTES_MAX
    if (sent.size or 0) > most:
        raise Rejected("this file is too large", field="file", expected=f"at most {most} bytes")
    name = _SAFE_NAME.sub("_", Path(sent.filename).name).lstrip(".")[-_NAME_MAX:] or "proof"
    if is_original:
        facts = await asyncio.to_thread(_facts, sent)
        checked = await visit.check_hash(facts)
        digest = facts.sha256.hex()
        deposit = await first_deposit(visit.ledger, sha256=digest)
        return _result(
            visit, [("", checked)], name=name, digest=digest, method="original", deposit=deposit
        )
    checklists = await asyncio.to_thread(_check_proof, visit, sent, name)
    return _result(visit, checklists, name=name, digest="", method="receipt")


def _facts(sent: UploadFile) -> FileFacts:
    found = digest_stream(iter(lambda: sent.file.read(_PIECE), b""))
    return FileFacts(found.sha256, found.size)


def _check_proof(visit: Visit, sent: UploadFile, name: str) -> list[tuple[str, Verification]]:
    """Check a proof from a file of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="tally-verify-") as folder:
        path = Path(folder) / name
        with path.open("wb") as target:
            while piece := sent.file.read(_PIECE):
                target.write(piece)
        return visit.check_proof(path)


def _result(
    visit: Visit,
    checklists: list[tuple[str, Verification]],
    *,
    name: str,
    digest: str,
    method: str,
    deposit: Json | None = None,
) -> Response:
    return visit.page(
        "verify/result.html",
        results=[{"name": one, **found.to_dict()} for one, found in checklists],
        name=name,
        digest=digest,
        method=method if method in _METHODS else "hash",
        deposit=deposit,
        checked_at_ms=visit.now_ms,
    )
