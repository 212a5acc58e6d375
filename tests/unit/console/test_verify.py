# SPDX-License-Identifier: Apache-2.0
"""Verifying without an account: by hash, by original, by receipt; and the page behind a QR code."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path

import pytest

from tallystick.client import Identity, KeyStore
from tallystick.console import CertificateKind, ConsoleOptions, masking
from tallystick.contracts import always
from tallystick.interchange.certificates import REPORT_FILE, REPORT_FORMAT, attached_files
from tallystick.node import Node
from tests.factories import CLERK, COURT
from tests.unit.console.conftest import TWICE, Reader, reading
from tests.unit.console.test_acting import form_key

CONTENT = b"1"
DIGEST = sha256(CONTENT).hexdigest()


def number_of(reader: Reader, digest: str) -> str:
    """Return the number of the deposit of a content."""
    found = reader.get("/v/hash.json", params={"hash": digest}).json()
    number: str = found["results"][0]["deposit"]["id"]
    return number


@pytest.mark.parametrize("text", [DIGEST, DIGEST.upper(), f"sha256:{DIGEST}", f" {DIGEST} "])
def test_a_hash_on_record_matches_with_its_whole_checklist(reader: Reader, text: str) -> None:
    """The receipt of the earliest deposit is checked line by line, against the trust file."""
    found = reader.get("/v/hash.json", params={"hash": text}).json()["results"][0]
    assert found["result"] == "match"
    assert {check["name"] for check in found["checks"]} >= {"inclusion", "receipt_signature"}
    assert "result-yes" in reader.get("/v/hash", params={"hash": text}).text


def test_of_several_deposits_of_a_content_the_earliest_is_shown(reader: Reader) -> None:
    """A later deposit of the same content takes nothing from the first."""
    digest = sha256(str(TWICE).encode()).hexdigest()
    path = "/state/evidence/deposits.json"
    numbers = [
        row["id"] for row in reader.get(path).json()["rows"]["items"] if row["sha256"] == digest
    ]
    found = reader.get("/v/hash.json", params={"hash": digest}).json()
    assert len(numbers) == 2
    assert found["results"][0]["deposit"]["id"] == min(numbers)
    transaction = found["results"][0]["subject"]["transaction_id"]
    history = reader.get(f"/state/evidence/deposits/{min(numbers)}.json").json()["history"]
    assert transaction == history["items"][-1]["id"]


def test_a_hash_that_is_not_on_record_says_why_it_may_be(reader: Reader) -> None:
    """An unknown content is no match, with three possible reasons."""
    page = reader.get("/v/hash", params={"hash": "0" * 64, "lang": "zh"}).text
    assert "result-no" in page
    assert page.count("<li>") >= 3


def test_an_unknown_sm3_is_no_match(reader: Reader) -> None:
    """An SM3 is looked for among the deposits that state one."""
    page = reader.get("/v/hash", params={"hash": "sm3:" + "0" * 64}).text
    assert "result-no" in page


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "0" * 65, "g" * 64])
def test_what_is_no_hash_is_refused(reader: Reader, text: str) -> None:
    """The page says what a hash looks like."""
    answer = reader.get("/v/hash", params={"hash": text})
    assert answer.status_code == 400


@pytest.mark.parametrize(("content", "result"), [(CONTENT, "match"), (b"2 ", "no match")])
def test_an_original_without_script_is_hashed_here(
    reader: Reader, content: bytes, result: str
) -> None:
    """A browser without script sends the file; one byte more is no match."""
    key = form_key(reader.get("/v").text)
    sent = reader.post(
        "/v/file.json",
        data={"form_key": key, "kind": "original"},
        files={"file": ("a.txt", content)},
    )
    assert sent.json()["results"][0]["result"] == result


def receipt_of(reader: Reader, digest: str) -> str:
    """Return the receipt of the deposit of a content, as the page of its transaction offers it."""
    place = f"/state/evidence/deposits/{number_of(reader, digest)}.json"
    transaction = reader.get(place).json()["history"]["items"][-1]["id"]
    return reader.get(f"/t/{transaction}/receipt").text


def test_a_receipt_is_checked_and_an_altered_one_is_no_match(reader: Reader) -> None:
    """A downloaded receipt holds as far as it goes; with one digit changed it is no match."""
    receipt = receipt_of(reader, DIGEST)
    key = form_key(reader.get("/v").text)

    def result_of(text: str) -> str:
        files = {"file": ("a.receipt.json", text.encode())}
        answer = reader.post("/v/file.json", data={"form_key": key}, files=files)
        result: str = answer.json()["results"][0]["result"]
        return result

    assert result_of(receipt) == "partly checked"  # the original was not handed in
    fields = json.loads(receipt)
    fields["transaction"] = fields["transaction"][:-4] + "AAAA"
    assert result_of(json.dumps(fields)) == "no match"


def test_a_form_that_is_too_long_is_refused_before_it_is_read(reader: Reader) -> None:
    """The stated length decides; ordinary forms are short, and none is without a length."""
    key = form_key(reader.get("/v").text)
    for path, length in (("/v/file", str(2**30)), ("/sign-in", str(2**22)), ("/sign-in", "x")):
        sent = reader.post(
            path, content=f"form_key={key}".encode(), headers={"content-length": length}
        )
        assert sent.status_code in {400, 413, 422}, path
        assert "content-length" in sent.text


@pytest.mark.parametrize("name", ["..", "///", ".json", "a/../../b", "\u202egnp.json"])
def test_a_files_name_leads_nowhere(reader: Reader, name: str) -> None:
    """Whatever a file is called, it is checked in a folder of its own, and is no proof."""
    key = form_key(reader.get("/v").text)
    sent = reader.post("/v/file", data={"form_key": key}, files={"file": (name, b"{}")})
    assert sent.status_code in {200, 400, 422}
    assert "result-yes" not in sent.text


def test_nothing_sent_is_refused(reader: Reader) -> None:
    """A form without a file changes nothing and says so."""
    key = form_key(reader.get("/v").text)
    assert reader.post("/v/file", data={"form_key": key}).status_code == 400


def test_the_page_behind_a_code_is_small(reader: Reader) -> None:
    """With its style and its code it weighs less than 60 KB, and names the deposit."""
    number = number_of(reader, DIGEST)
    page = reader.get(f"/r/{number}")
    code = reader.get(f"/r/{number}/code.svg")
    style = reader.get("/static/small.css")
    assert number in page.text
    assert code.headers["content-type"].startswith("image/svg+xml")
    assert sum(len(one.content) for one in (page, code, style)) < 60_000
    assert reader.get("/r/EV-2020-999999").status_code == 404


def test_a_report_says_in_json_what_the_page_says(reader: Reader) -> None:
    """Each thing with its method and its whole checklist; the worst outcome is the report's."""
    asked = {
        "hash": [DIGEST, "sm3:" + "0" * 64],
        "name": ["a.txt", "b.txt"],
        "method": ["original"],
    }
    answer = reader.get("/v/report.json", params=asked)
    report = answer.json()
    first, second = report["items"]
    assert "verification-report.json" in answer.headers["content-disposition"]
    assert (report["result"], report["node"]) == ("no match", "http://localhost")
    assert (first["result"], first["name"], first["method"]) == ("match", "a.txt", "original")
    assert (second["result"], second["name"], second["method"]) == ("no match", "b.txt", "hash")
    alone = reader.get("/v/hash.json", params={"hash": DIGEST, "name": "a.txt"}).json()
    assert first["checks"] == alone["results"][0]["checks"]


def test_a_report_as_pdf_covers_several_things_and_has_its_json_inside(reader: Reader) -> None:
    """Hashes and proofs together, checked anew; names of people have all their characters."""
    receipt = receipt_of(reader, DIGEST)
    key = form_key(reader.get("/v").text)
    answer = reader.post(
        "/v/report",
        data={"form_key": key, "hash": [DIGEST, "1" * 64], "name": ["镕喆堃玥.txt", ""]},
        files=[("file", ("a.receipt.json", receipt.encode()))],
    )
    assert answer.headers["content-type"] == "application/pdf"
    report = json.loads(attached_files(answer.content)[REPORT_FILE])
    assert report["format"] == REPORT_FORMAT
    assert [(one["name"], one["method"], one["result"]) for one in report["items"]] == [
        ("镕喆堃玥.txt", "hash", "match"),
        ("", "hash", "no match"),
        ("a.receipt.json", "receipt", "partly checked"),
    ]
    assert b"pdfaid" in answer.content


@pytest.mark.parametrize("hashes", [["x"], ["0" * 64] * 21], ids=["no hash", "too many"])
def test_a_report_on_what_is_no_hash_or_on_too_much_is_refused(
    reader: Reader, hashes: list[str]
) -> None:
    """In the address and in the form alike; without anything the page of the zone is shown."""
    key = form_key(reader.get("/v").text)
    assert reader.get("/v/report", params={"hash": hashes}).status_code == 400
    form = {"form_key": key, "hash": hashes}
    assert reader.post("/v/report", data=form).status_code == 400
    assert reader.post("/v/report", data={"form_key": key}).status_code == 400
    assert reader.get("/v/report").headers["location"] == "/v"


def test_an_original_without_script_gets_its_report_too(reader: Reader) -> None:
    """The form for browsers without script has a button for it."""
    form = {"form_key": form_key(reader.get("/v").text), "kind": "original"}
    answer = reader.post("/v/report.json", data=form, files={"file": ("a.txt", CONTENT)})
    assert [one["method"] for one in answer.json()["items"]] == ["original"]


class Sealing:
    """Makes certificates that are none, for a console whose operator named a seal."""

    def __init__(self) -> None:
        self.ready = False

    def is_ready(self) -> bool:
        """Tell whether a seal was made meanwhile."""
        return self.ready

    def kinds(self, contract: str) -> list[CertificateKind]:
        """Offer one about deposits."""
        label = {"zh": "存证证书", "en": "certificate of deposit"}
        return (
            [CertificateKind("deposit", label, "deposits", always)]
            if contract == "evidence"
            else []
        )

    def make(self, contract: str, kind: str, subject: str, portal: str) -> bytes:
        """Say what was asked for."""
        assert (contract, kind) == ("evidence", "deposit")
        return f"%PDF {subject} {portal}".encode()


def test_the_page_of_a_deposit_offers_a_certificate_where_there_is_a_seal(
    node: Node, trust: Path, tmp_path: Path
) -> None:
    """Without one it says so, and offers the receipt; the certificate leads back here."""
    sealing = Sealing()
    options = ConsoleOptions(data=tmp_path, trust=trust, certificates=sealing)
    with reading(node, options) as reader:
        place = f"/r/{number_of(reader, DIGEST)}"
        before = reader.get(place).text
        assert "certificate.pdf" not in before
        assert "no seal" in before
        found = re.search(r"/t/[0-9a-f]{64}(?=/receipt)", before)
        assert found
        button = f'href="/certificate/evidence/deposit/{place[3:]}"'
        assert button not in reader.get(found[0]).text
        assert reader.get(f"{place}/certificate.pdf").status_code == 404
        sealing.ready = True
        assert f"{place}/certificate.pdf" in reader.get(place).text
        assert button in reader.get(found[0]).text
        made = reader.get(f"{place}/certificate.pdf")
        assert made.content.decode() == f"%PDF {place[3:]} http://localhost"
        assert "attachment" in made.headers["content-disposition"]
        assert reader.get("/r/EV-2020-999999/certificate.pdf").status_code == 404


def test_samples_are_offered_where_a_demonstration_has_some(
    node: Node, trust: Path, tmp_path: Path, reader: Reader
) -> None:
    """Those that are there, and nothing else in their folder; elsewhere there are none."""
    folder = tmp_path / "samples"
    folder.mkdir()
    (folder / "original.pdf").write_bytes(b"%PDF one")
    (folder / "original.pdf.receipt.json").write_bytes(b"{}")
    (folder / "secret.pdf").write_bytes(b"secret")
    with reading(node, ConsoleOptions(data=tmp_path, trust=trust, samples=folder)) as demo:
        page = demo.get("/v").text
        assert "/v/samples/original.pdf" in page
        assert "/v/samples/altered.pdf" not in page
        assert demo.get("/v/samples/original.pdf").content == b"%PDF one"
        assert demo.get("/v/samples/original.pdf.receipt.json").content == b"{}"
        for name in ("altered.pdf", "secret.pdf", "..%2Fsecret.pdf"):
            assert demo.get(f"/v/samples/{name}").status_code == 404
    assert "/v/samples" not in reader.get("/v").text
    assert reader.get("/v/samples/original.pdf").status_code == 404


def test_a_case_offers_its_sealed_certificates_to_whom_it_concerns(
    node: Node, trust: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who has signed in; not where the page of the record covers something, nor without a seal."""
    sealing = Sealing()
    KeyStore(tmp_path / "cast").save("clerk", Identity(COURT, "clerk", CLERK))
    options = ConsoleOptions(
        data=tmp_path,
        trust=trust,
        certificates=sealing,
        demonstration_keys=tmp_path / "cast",
    )
    with reading(node, options) as reader:
        number = number_of(reader, DIGEST)
        case, place = f"/case/evidence/deposits/{number}", f"/certificate/evidence/deposit/{number}"
        key = form_key(reader.get("/act-as").text)
        reader.post("/act-as", data={"form_key": key, "organization": COURT, "member": "clerk"})
        assert place not in reader.get(case).text
        assert reader.get(place).status_code == 404
        sealing.ready = True
        assert place in reader.get(case).text
        assert reader.get(place).content.decode() == f"%PDF {number} http://localhost"
        assert reader.get("/certificate/evidence/nothing/1").status_code == 404
        assert reader.get("/certificate/evidence/deposit/EV-2026-999999").status_code == 404
        monkeypatch.setitem(masking.PERSONAL, "media-type", lambda _: "se***")
        monkeypatch.setattr(masking, "_is_party", lambda *_: False)
        refused = reader.get(place)
        assert refused.status_code == 400
        assert "personal data" in refused.text
        reader.cookies.clear()
        assert place not in reader.get(case).text
        assert reader.get(place).headers["location"].startswith("/sign-in?")
