# SPDX-License-Identifier: Apache-2.0
"""Files that prove something by themselves: electronic signatures over an original, case files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from hashlib import sha256, sha384, sha512
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.hashes import SHA512

from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import ProofKind, case_verification, kind_of, open_trust
from tallystick.console import ConsoleOptions
from tallystick.interchange.certificates import CASE_FILE, attached_files
from tallystick.node import Node
from tests.electronic_signatures import cms_over, person
from tests.unit.console.conftest import Reader, reading
from tests.unit.console.test_acting import form_key

CONTENT: Final = b"1"
"""Of a deposit on the ledger of `node`."""
SIGNER: Final = person()
SIGNATURE: Final = cms_over(CONTENT, SIGNER)


@pytest.fixture
def checker(node: Node, trust: Path, tmp_path: Path) -> Iterator[Reader]:
    """Give a reader of a console that checks any proof."""
    options = ConsoleOptions(
        data=tmp_path, trust=trust, check_proof=partial(check_any_proof, trust=trust)
    )
    with reading(node, options) as reader:
        yield reader


def digests_of(content: bytes) -> dict[str, str]:
    """Return the digests that a browser computes."""
    return {one().name: one(content).hexdigest() for one in (sha256, sha384, sha512)}


def handed_in(
    reader: Reader, name: str, data: bytes, original: dict[str, str] | None = None
) -> dict[str, Any]:
    """Hand a proof in, with what a signature is over; return the result."""
    form = {"form_key": form_key(reader.get("/v").text), "kind": "proof"}
    if original is not None:
        form["original"] = json.dumps({"signature": name, "digests": original})
    sent = reader.post("/v/file.json", data=form, files={"file": (name, data)}).json()
    (found,) = sent["results"]
    return dict(found)


def lines(found: dict[str, Any]) -> dict[str, str]:
    """Return the results of the checks by name."""
    return {one["name"]: one["result"] for one in found["checks"]}


@pytest.mark.parametrize("name", ["contract.pdf.p7s", "contract.pdf.sig"])
def test_a_signature_is_checked_over_the_digests_of_its_original(
    checker: Reader, name: str
) -> None:
    """With the deposit of the original; the original itself is not sent."""
    found = handed_in(checker, name, SIGNATURE, digests_of(CONTENT))
    assert found["deposit"]["sha256"] == sha256(CONTENT).hexdigest()
    assert lines(found)["inclusion"] == "passed"
    assert lines(found)["electronic_signature"] == "passed"
    assert lines(found)["electronic_signer"] == "skipped"  # nobody here vouches for the signer
    assert found["result"] == "partly checked"


def test_a_signature_over_other_bytes_is_no_match(checker: Reader) -> None:
    """Also where those bytes are on record."""
    for content in (b"2", b"of no deposit"):
        found = handed_in(checker, "contract.p7s", SIGNATURE, digests_of(content))
        assert lines(found)["electronic_signature"] == "failed"
        assert found["result"] == "no match"


def test_a_signature_alone_or_over_a_digest_that_is_missing_is_partly_checked(
    checker: Reader,
) -> None:
    """Each says what is missing."""
    alone = handed_in(checker, "contract.p7s", SIGNATURE)
    assert lines(alone)["electronic_signature"] == "skipped"
    assert alone["deposit"] is None
    unknown = b"of no deposit"
    long = cms_over(unknown, SIGNER, digest=SHA512)
    short = {"sha256": sha256(unknown).hexdigest()}
    found = handed_in(checker, "contract.p7s", long, short)
    (line,) = [one for one in found["checks"] if one["name"] == "electronic_signature"]
    assert (line["result"], "sha512" in line["evidence"]["en"]) == ("skipped", True)
    whole = handed_in(checker, "contract.p7s", long, digests_of(unknown))
    assert lines(whole)["electronic_signature"] == "passed"


def test_without_script_the_original_is_sent_beside_its_signature(checker: Reader) -> None:
    """The form has a second file; left empty it changes nothing."""
    page = checker.get("/v").text
    assert 'name="original" type="file"' in page
    form = {"form_key": form_key(page), "kind": "proof"}
    both = {"file": ("a.p7s", SIGNATURE), "original": ("a", CONTENT)}
    (found,) = checker.post("/v/file.json", data=form, files=both).json()["results"]
    assert lines(found)["electronic_signature"] == "passed"
    alone = {"file": ("a.p7s", SIGNATURE), "original": ("", b"")}
    (found,) = checker.post("/v/file.json", data=form, files=alone).json()["results"]
    assert lines(found)["electronic_signature"] == "skipped"


@pytest.mark.parametrize(
    "said",
    [
        "{}",
        '{"signature": "a.p7s", "digests": {}}',
        '{"signature": "a", "digests": {"sha256": "0"}}',
    ],
)
def test_what_our_page_does_not_say_of_an_original_is_refused(checker: Reader, said: str) -> None:
    """With the name of the control."""
    form = {"form_key": form_key(checker.get("/v").text), "kind": "proof", "original": said}
    answer = checker.post("/v/file.json", data=form, files={"file": ("a.p7s", SIGNATURE)})
    assert answer.status_code == 400
    assert answer.json()["problem"]["field"] == "original"


def test_a_report_covers_a_signature_with_its_original(checker: Reader) -> None:
    """The report's form carries the same digests."""
    form = {
        "form_key": form_key(checker.get("/v").text),
        "original": json.dumps({"signature": "a.p7s", "digests": digests_of(CONTENT)}),
    }
    answer = checker.post("/v/report.json", data=form, files={"file": ("a.p7s", SIGNATURE)})
    (item,) = answer.json()["items"]
    assert lines(item)["electronic_signature"] == "passed"


def case_of(reader: Reader, ending: str = "") -> bytes:
    """Return the case file of a deposit."""
    rows = reader.get("/state/evidence/deposits.json").json()["rows"]["items"]
    answer = reader.get(f"/case-file/evidence/deposits/{rows[0]['_key']}{ending}")
    assert answer.status_code == 200
    return answer.content


def test_a_case_file_is_recognised_and_its_record_and_receipts_are_checked(
    checker: Reader, tmp_path: Path
) -> None:
    """As JSON and as PDF; its words are the node's own, so it is partly checked and says so."""
    for ending, name in ((".json", "deposit.case.json"), ("", "deposit.case.pdf")):
        data = case_of(checker, ending)
        (tmp_path / name).write_bytes(data)
        kind = ProofKind.PDF if name.endswith("pdf") else ProofKind.CASE
        assert kind_of(tmp_path / name) is kind
        found = handed_in(checker, name, data)
        assert found["result"] == "partly checked"
        told = lines(found)
        assert (told["case"], told["records"], told["receipts"]) == ("passed",) * 3
        assert told["facts"] == "skipped"
        assert told.get("page", "passed") == "passed"


def changed(data: bytes, **changes: Any) -> bytes:
    """Return a case file in which something was changed."""
    return json.dumps(json.loads(data) | changes).encode()


def test_whatever_was_changed_in_a_case_file_is_found(checker: Reader, trust: Path) -> None:
    """The record, a transaction's time, a proof of another record, a receipt of another one."""
    data = case_of(checker, ".json")
    case = json.loads(data)
    told = case["timeline"][0]

    def result(content: bytes) -> dict[str, str]:
        found = case_verification(content, lambda _network: open_trust(trust))
        return {one.name: one.result.value for one in found.checks}

    title = {"record": case["record"] | {"title": "another"}}
    assert result(changed(data, **title))["records"] == "failed"
    assert result(changed(data, key="EV-2026-999999"))["records"] == "failed"
    for name, value in (("time_ms", told["time_ms"] + 1), ("organization", "91350100M000100Y43")):
        later = [told | {name: value}, *case["timeline"][1:]]
        assert result(changed(data, timeline=later))["receipts"] == "failed"
    broken = [told | {"receipt": told["receipt"] | {"checkpoint": "none"}}]
    assert result(changed(data, timeline=broken))["receipts"] == "failed"
    assert result(changed(data, record_proof=None))["records"] == "skipped"
    assert result(changed(data, timeline=[]))["receipts"] == "skipped"
    for other in (b"{}", b"[]", b"\xff", changed(data, format="another"), changed(data, key=7)):
        assert result(other) == {"case": "failed"}


def test_a_page_that_does_not_follow_from_the_file_inside_is_not_believed(
    checker: Reader, trust: Path
) -> None:
    """One byte behind the end of the PDF is enough to be told."""
    data = case_of(checker)
    assert json.loads(attached_files(data)[CASE_FILE])["format"] == "tallystick.case-file.v1"
    found = case_verification(data + b"\n", lambda _network: open_trust(trust))
    assert {one.name: one.result.value for one in found.checks}["page"] == "skipped"
