# SPDX-License-Identifier: Apache-2.0
"""`cwt`, a COSE library that we do not use, judges transactions as COSE_Sign1 with EdDSA."""

from __future__ import annotations

import importlib
from pathlib import Path

from tests.interop.verdicts import Case, judge_all

library = importlib.import_module("cwt")


def transaction(folder: Path, case: Case) -> None:
    """Judge a transaction with its signer's key."""
    # kty OKP, kid, alg EdDSA, crv Ed25519, x (RFC 9053). Another key is offered under the kid of
    # the right one, or it would not even be tried.
    raw, kid = bytes.fromhex(case["public_key"]), bytes.fromhex(case["kid"])
    key = library.COSEKey.new({1: 1, 2: kid, 3: -8, -1: 6, -2: raw})
    cose = library.COSE.new()
    protected, unprotected, payload = cose.decode_with_headers(
        (folder / case["file"]).read_bytes(), key
    )
    if protected[1] != -8 or unprotected or not payload:
        raise ValueError("headers or payload are not what was signed")


judge_all("cwt", {"transaction": transaction})
