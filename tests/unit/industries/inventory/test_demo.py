# SPDX-License-Identifier: Apache-2.0
"""`tally demo inventory`, once, on a real node; and what everybody takes home, read by others."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tallystick.cli import export_verbs
from tallystick.client import read_extract, verify, verify_state
from tallystick.encoding import decode
from tallystick.errors import InvalidProof, UnknownContract
from tests.unit.cli.conftest import Tally, home, tally

__all__ = ["home", "tally"]

SCHEMA = json.loads(
    (Path(__file__).parents[4] / "docs/spec/extract.schema.json").read_text("utf-8")
)
KINDS = {"receipt", "pledge", "loan", "redemption", "inspection", "discharge"}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Tell the story once; return where everything is."""
    from tallystick.cli.main import main

    place = tmp_path_factory.mktemp("inventory") / "story"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TALLY_HOME", str(place.parent / "home"))
        assert main(["demo", "inventory", "--data", str(place), "--lang", "en"]) == 0
    return place


def files_of(told: Path) -> dict[str, Path]:
    """Return the extracts by their kind."""
    return {one.name.partition("-")[0]: one for one in (told / "files").glob("*.extract.json")}


def test_the_story_ends_with_receipts_and_files_that_verify(told: Path) -> None:
    """A receipt for each action; no name or account of a payee on the ledger."""
    receipts = sorted((told / "receipts").iterdir())
    assert len(receipts) > 50
    assert all(verify(one, trust=told / "trust.json").ok for one in receipts)
    assert set(files_of(told)) == KINDS
    assert (told / "payees.json").stat().st_mode & 0o077 == 0
    on_ledger = b"".join(one.read_bytes() for one in receipts)
    assert b"6222021001116245811" not in on_ledger
    assert len(list((told / "bank" / "sent").iterdir())) == 1


def test_extracts_have_the_form_of_their_schema_and_one_spelling(told: Path) -> None:
    """By an independent judge; keys are sorted, and reading and writing gives the same bytes."""
    for path in files_of(told).values():
        content = path.read_bytes()
        plain = json.loads(content)
        jsonschema.validate(plain, SCHEMA)
        assert list(plain) == sorted(plain)
        assert read_extract(content).to_json() == content


def test_the_files_agree_with_the_records_that_prove_them(told: Path) -> None:
    """Checked here by hand: the facts' sums are those of the proven records, to the last unit."""
    plain = json.loads(files_of(told)["loan"].read_text("utf-8"))
    records: dict[str, Any] = {}
    for one in plain["records"]:
        if one["is_present"]:
            content = base64.b64decode(one["value_base64"])
            key = f"{one['contract']}/{one['table']}/{one['key']}"
            proof = base64.b64decode(one["proof"])
            verify_state(plain["checkpoint"], key.encode(), content, proof, told / "trust.json")
            records[key] = decode(content)
    paid = sum(
        one["amount"]
        for key, one in records.items()
        if key.startswith("inventory/redemptions/") and one["state"] != "ASKED"
    )
    loan = records[f"inventory/loans/{plain['subject']}"]
    assert plain["facts"]["sums"]["paid_in"] == f"{paid / 100:.2f}" == f"{loan['amount'] / 100:.2f}"
    assert loan["principal"] == 0
    listed = json.loads(files_of(told)["receipt"].read_text("utf-8"))["facts"]["lots"]
    order = json.loads(files_of(told)["redemption"].read_text("utf-8"))["facts"]["serials"]
    serials = [serial for lot in listed for serial in lot["serials"]]
    assert len(set(serials)) == len(serials) == 500
    assert order == serials[:100]


def test_the_daily_list_is_of_the_day_of_the_call(told: Path) -> None:
    """One loan, at 75 %, with both ways out."""
    (path,) = (told / "files").glob("ltv-*.csv")
    with path.open(encoding="utf-8-sig", newline="") as lines:
        (row,) = csv.DictReader(lines, strict=True)
    assert (row["state"], row["ltv_percent"]) == ("CALLED", "75.00")
    assert (row["call_repay"], row["call_add_cases"]) == ("288000.00", "125")
    assert (row["principal"], row["value"]) == ("1440000.00", "1920000.00")


def test_extracts_are_checked_by_the_command_with_the_trust_file_alone(
    told: Path, tally: Tally
) -> None:
    """In both languages, and for programs."""
    words = ("extract", "verify", *files_of(told).values(), "--trust", told / "trust.json")
    done = tally(*words, "--json")
    assert (done.code, done.json["ok"], len(done.json["results"])) == (0, True, len(KINDS))
    assert {one["kind"] for one in done.json["results"]} == KINDS
    assert "由签名检查点证明" in tally(*words, "--lang", "zh").out


FORGERIES = {
    "a sum": ("loan", '"used_for_interest": "0.00"', '"used_for_interest": "9.00"', "facts"),
    "taken": ("receipt", '"is_free": false', '"is_free": true', "facts"),
    "a transaction": ("loan", '"transaction": "', '"transaction": "AA', "receipts"),
    "a record": ("discharge", '"value_base64": "', '"value_base64": "AAAA', "records"),
    "the height": ("discharge", '"height": ', '"height": 1', "records"),
    "whose record": ("pledge", '"contract": "assets"', '"contract": "other"', "records"),
    "the subject": ("pledge", '"subject": "PL-', '"subject": "XX-', "facts"),
    "the format": ("pledge", "tallystick.extract.v1", "tallystick.extract.v9", "records"),
    "a fact more": ("pledge", '"facts": {', '"facts": {"more": 1,', "facts"),
    "a field more": ("pledge", '"receipts": [', '"other": [], "receipts": [', "records"),
    "a proof": ("pledge", '"proof": "', '"proof": "?', "records"),
}


@pytest.mark.parametrize("what", FORGERIES)
def test_an_altered_extract_is_found_out(
    told: Path, tally: Tally, tmp_path: Path, what: str
) -> None:
    """Exit code 6, and the check that failed; whatever was altered."""
    kind, old, new, check = FORGERIES[what]
    text = files_of(told)[kind].read_text("utf-8")
    assert old in text
    place = tmp_path / "forged.json"
    place.write_text(text.replace(old, new, 1), "utf-8")
    done = tally("extract", "verify", place, "--trust", told / "trust.json", "--json")
    assert done.code == 6
    (result,) = done.json["results"]
    assert [one["name"] for one in result["checks"] if one["result"] == "failed"] == [check]


def test_an_extract_of_a_contract_that_is_not_here_is_partly_checked(
    told: Path, tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proofs hold; whether the facts follow, nobody here can say. That is said."""

    def absent(contract: str) -> None:
        raise UnknownContract(contract)

    monkeypatch.setattr(export_verbs, "exports_of", absent)
    words = ("extract", "verify", files_of(told)["pledge"], "--trust", told / "trust.json")
    done = tally(*words, "--json")
    assert (done.code, done.json["ok"]) == (0, False)
    assert done.json["results"][0]["checks"][-1]["result"] == "skipped"


def test_what_is_no_extract_and_what_is_missing_is_named(
    told: Path, tally: Tally, tmp_path: Path
) -> None:
    """A file of another form, no file, no trust file, a trust file of another network."""
    other = tmp_path / "other.json"
    other.write_text("[]")
    assert tally("extract", "verify", other).code == 6
    assert tally("extract", "verify").code == 2
    assert tally("extract", "verify", tmp_path / "none.json").code == 1
    without = tally("extract", "verify", files_of(told)["pledge"])
    assert (without.code, "--trust" in without.err) == (2, True)


def test_a_record_that_the_extract_lacks_is_no_absence(told: Path) -> None:
    """Absence is proven; what is not there is an error."""
    extract = read_extract(files_of(told)["discharge"].read_bytes())
    (lock,) = (one for one in extract.records if one.contract == "assets")
    assert (lock.content, lock.value) == (None, None)
    with pytest.raises(InvalidProof):
        extract.record("assets", "locks", hashlib.sha256(b"another").hexdigest())
