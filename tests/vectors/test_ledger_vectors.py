# SPDX-License-Identifier: Apache-2.0
"""The checked-in vectors of docs/spec are what the script makes, and say what they should."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from tallystick import Trust, verify
from tallystick.encoding import decode, encode
from tallystick.errors import Malformed, Rejected
from tallystick.model import decode_transaction, verify_transaction

ROOT = Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "tests/vectors/tallystick/ledger.json").read_text(encoding="utf-8"))


def load_script() -> ModuleType:
    """Return scripts/make_vectors.py as a module."""
    spec = importlib.util.spec_from_file_location("make_vectors", ROOT / "scripts/make_vectors.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_file_is_what_the_script_makes() -> None:
    """A change of any byte of the formats shows here first (docs/spec)."""
    assert load_script().vectors() == VECTORS


@pytest.mark.parametrize("case", VECTORS["canonical"]["values"], ids=lambda case: case["bytes"])
def test_values_have_the_listed_bytes(case: dict[str, object]) -> None:
    """One byte string for one value."""
    data = bytes.fromhex(str(case["bytes"]))
    assert decode(data) == case["json"]
    assert encode(decode(data)) == data


@pytest.mark.parametrize("why", VECTORS["canonical"]["refused"])
def test_other_encodings_are_refused(why: str) -> None:
    """Each for its reason."""
    with pytest.raises(Malformed):
        decode(bytes.fromhex(VECTORS["canonical"]["refused"][why]))


@pytest.mark.parametrize("case", VECTORS["transaction"]["refused"], ids=lambda case: case["why"])
def test_altered_transactions_are_refused_with_the_listed_code(case: dict[str, str]) -> None:
    """The code is part of the specification."""
    with pytest.raises(Rejected) as refusal:
        verify_transaction(decode_transaction(bytes.fromhex(case["hex"])))
    assert refusal.value.code == case["code"]


def test_the_listed_receipt_verifies_offline() -> None:
    """From the genesis bytes and the receipt file alone."""
    trust = Trust.of_genesis(bytes.fromhex(VECTORS["genesis"]["bytes"]))
    assert trust.network == VECTORS["genesis"]["network"]
    verify(VECTORS["signed"]["receipt_file"].encode(), trust=trust).raise_for_failure()
