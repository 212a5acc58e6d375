# SPDX-License-Identifier: Apache-2.0
"""NIST's paths (PKITS): none that is invalid passes; valid ones that do not have a known reason."""

from __future__ import annotations

import base64
import itertools
import json
from pathlib import Path
from typing import Any, Final

import pytest

from tallystick.crypto import certificate_rules
from tallystick.errors import InvalidCertificate

FILE: Final = Path(__file__).parent / "pkits" / "paths.json"
DOCUMENT: Final = json.loads(FILE.read_text(encoding="utf-8"))
CASES: Final[list[dict[str, Any]]] = DOCUMENT["cases"]


def is_accepted(case: dict[str, Any]) -> bool:
    """Say whether any order of some of the certificates is a good path below NIST's root."""
    try:
        root, leaf, *others = (
            certificate_rules._parse(base64.b64decode(text), "certificate")
            for text in (DOCUMENT["root"], *case["chain"])
        )
    except InvalidCertificate:
        return False
    paths = (
        [leaf, *some, root]
        for count in range(len(others) + 1)
        for some in itertools.permutations(others, count)
    )
    return any(_is_good(path) for path in paths)


def _is_good(path: list[Any]) -> bool:
    try:
        certificate_rules._check_path(path, ["certificate"] * len(path), DOCUMENT["time_ms"])
    except InvalidCertificate:
        return False
    return True


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_each_path_gets_nists_verdict(case: dict[str, Any]) -> None:
    """Signatures, periods, names, self-issued CAs, path lengths, key usage, extensions."""
    assert is_accepted(case) == (case["is_valid"] and not case["stricter"])


def test_the_suite_is_there() -> None:
    """Half of it is about what must be refused."""
    assert len(CASES) == 50
    assert sum(not case["is_valid"] for case in CASES) == 23
    assert all(case["is_valid"] for case in CASES if case["stricter"])
