# SPDX-License-Identifier: Apache-2.0
"""`tally preservation check-letter`: a certificate, QR texts, an extract, altered and forged."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.api import HttpServer
from tallystick.cli.counter_checks import answer_verification
from tallystick.cli.counter_verbs import counter_of
from tallystick.client import (
    Identity,
    KeyStore,
    Result,
    Wording,
    connect,
    read_extract,
)
from tallystick.client.certificates import certificate_page, read_certificate_file
from tallystick.contracts import digest_of
from tallystick.contracts.registers import Assets, Seals, WorkingDays
from tallystick.crypto import OrganizationSeal
from tallystick.industries.preservation import Preservation, letter_digest
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    attached_files,
    render,
    set_seal,
)
from tallystick.model import ROLE_ADMINISTRATOR
from tallystick.node import NodeConfig, create_network, open_node
from tests.factories import BANK, COURT, LOG_KEY, make_genesis, member, member_key, secret
from tests.unit.cli.conftest import Outcome, Tally
from tests.unit.cli.test_seal import link_in

DOCUMENT = digest_of("the letter as a file")
SEAL_KEY = secret(60)
ROLES = {
    "keeper": (COURT, "calendar.keeper"),
    "supervisor": (COURT, "preservation.court-supervisor"),
    "clerk": (COURT, "preservation.filing-clerk"),
    "judge": (COURT, "preservation.judge"),
    "regulator": (COURT, "preservation.insurance-regulator"),
    "applicant": (COURT, "preservation.applicant"),
    "underwriter": (BANK, "preservation.underwriter"),
    "signer": (BANK, "preservation.signer"),
    "insurer": (BANK, ROLE_ADMINISTRATOR),
}
PEOPLE = {
    name: Identity(code, f"p-{name}", secret(61 + at))
    for at, (name, (code, _)) in enumerate(ROLES.items())
}


class Letters:
    """A node with one issued letter."""

    def __init__(self, url: str) -> None:
        """Bring a letter to its issue."""
        self.url = url
        year = datetime.now(UTC).year
        for one in (year, year + 1):
            days = {"calendar": "CN", "year": one, "days_off": []}
            self.act("keeper", "publish", contract="calendars", **days)
        self.act("supervisor", "publish_scope", version="2026-1", text=DOCUMENT)
        self.act("regulator", "admit_guarantor", **_insurer())
        self.case = self.act("applicant", "file_application", **_application())["id"]
        sealed = {"ciphertext": DOCUMENT, "plaintext": DOCUMENT, "size": 400}
        named = {"application": self.case}
        self.act("applicant", "declare_contents", contents="GROUNDS", sealed=sealed, **named)
        self.act("clerk", "check_application", case_number="1", **named)
        self.act("judge", "order_security", required=30_000_000, **named)
        asked = self.act("applicant", "ask_guarantee", guarantor=BANK, **named)
        self.number = asked["id"]
        letter = {"letter": self.number}
        self.act("underwriter", "quote_letter", risk=DOCUMENT, sealed=sealed, **letter)
        self.act("applicant", "choose_quote", **letter)
        now = int(datetime.now(UTC).timestamp() * 1000)
        terms = {
            "limit": 30_000_000,
            "premium": 150_000,
            "scope": "2026-1",
            "scope_text": DOCUMENT,
            "valid_from": now - 1_000,
            "valid_until": now + 10**9,
        }
        signature = SEAL_KEY.sign(bytes.fromhex(letter_digest(self.fields(terms)))).hex()
        file = {"sha256": DOCUMENT, "size": 9, "media_type": "application/pdf", "locator": "bafk"}
        self.act("signer", "issue_letter", terms=terms, file=file, signature=signature, **letter)

    def act(self, who: str, method: str, **args: Any) -> Any:
        """Call an action."""
        contract = args.pop("contract", "preservation")
        with connect(self.url, identity=PEOPLE[who]) as net:
            return net.call(contract, method, **args).result

    def fields(self, terms: dict[str, Any]) -> dict[str, Any]:
        """Return what the seal signs."""
        names = ("limit", "scope", "scope_text", "valid_from", "valid_until")
        return {
            "number": self.number,
            "guarantor": BANK,
            "application": self.case,
            **{name: _application()[name] for name in ("applicant_party", "respondent_party")},
            **{name: terms[name] for name in names},
            "document": DOCUMENT,
        }


def _insurer() -> dict[str, Any]:
    return {
        "organization": BANK,
        "kind": "INSURER",
        "licence": "沪保许 1",
        "seal_key": SEAL_KEY.public_key.hex(),
        "net_assets": 10**12,
        "bank": COURT,
        "payee": DOCUMENT,
    }


def _application() -> dict[str, Any]:
    return {
        "court": COURT,
        "is_pre_suit": False,
        "amount": 100_000_000,
        "applicant_party": digest_of("applicant"),
        "respondent_party": digest_of("respondent"),
        "payee": DOCUMENT,
    }


@pytest.fixture
def letters(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Letters]:
    """Serve a node with an issued letter; keys of everybody are here."""
    assert home.exists()
    genesis, people = make_genesis(), PEOPLE.items()
    with_people = msgspec.structs.replace(
        genesis,
        members=(
            *genesis.members,
            *(member(one.organization, one.member, ROLES[name][1]) for name, one in people),
        ),
        keys=(
            *genesis.keys,
            *(member_key(one.secret, one.organization, one.member) for _, one in people),
        ),
        contracts=("assets", "calendars", "preservation", "seals"),
    )
    create_network(tmp_path / "node", with_people, LOG_KEY)
    contracts = (Assets, Preservation, Seals, WorkingDays)
    node = open_node(NodeConfig(data=tmp_path / "node", workers=False, contracts=contracts))
    node.start()
    KeyStore().save("insurer", PEOPLE["insurer"])
    try:
        with HttpServer(node, port=0) as server:
            url = f"http://localhost:{server.port}"
            monkeypatch.setenv("TALLY_URL", url)
            yield Letters(url)
    finally:
        node.stop()


def lines(told: Outcome) -> list[tuple[str, str, str]]:
    """Return check, result and evidence of all lines."""
    return [
        (line["name"], line["result"], line["evidence"]["en"])
        for one in told.json["results"]
        for line in one["checks"]
    ]


def failed(told: Outcome) -> list[str]:
    """Return the evidence of what failed, of a run that says so by its exit code."""
    found = [evidence for _, result, evidence in lines(told) if result == "failed"]
    assert (told.code, bool(found)) == (6, True), told.out + told.err
    return found


def forged(pdf: Path, before: str, after: str) -> bytes:
    """Return a certificate that says something else, set as ours are, under a stranger's seal."""
    files = attached_files(pdf.read_bytes())
    content = files[EXTRACT_FILE].decode().replace(before, after)
    facts = read_certificate_file(files[CERTIFICATE_FILE])
    page = render(certificate_page(content.encode(), read_extract(content.encode()), facts))
    seal = OrganizationSeal.create(BANK, "示例银行", 1_700_000_000_000)
    return set_seal(page, seal, "示例银行")


def test_a_letter_is_checked_as_certificate_as_extract_and_by_its_texts(
    tally: Tally, letters: Letters, tmp_path: Path
) -> None:
    """PRES-4 at a counter, without a key: genuine, altered, forged, unknown, cancelled."""
    check = ("preservation", "check-letter")
    seal = ("seal", "create", "--organization", BANK, "--name", "示例银行", "--no-passphrase")
    assert tally(*seal).code == 0
    assert tally("seal", "publish", "--as", "insurer").code == 0
    pdf, extract = tmp_path / "letter.pdf", tmp_path / "letter.json"
    export = ("preservation", "export", "letter", letters.number, "--out")
    assert tally(*export, pdf, "--time-stamp", "local").code == 0
    assert tally(*export, extract).code == 0
    text = json.loads(extract.read_text("utf-8"))["facts"]["verification_text"]

    told = tally(*check, pdf, "--json")
    assert told.code == 0, told.out + told.err
    assert [(name, result) for name, result, _ in lines(told)][:2] == [
        ("ledger", "passed"),
        ("standing", "passed"),
    ]
    names = {name for name, result, _ in lines(told) if result == "passed"}
    assert names >= {"unchanged", "seal", "records", "facts", "page", "time_stamp", "imprint"}
    for shown in (extract, text, link_in(pdf)):
        told = tally(*check, shown, "--json")
        assert (told.code, told.json["ok"]) == (0, True), told.out + told.err

    said = extract.read_text("utf-8").replace('"300000.00"', '"900000.00"')
    (tmp_path / "said.json").write_text(said, encoding="utf-8")
    assert failed(tally(*check, tmp_path / "said.json", "--json"))

    higher = text.replace("limit=30000000", "limit=90000000")
    assert failed(tally(*check, higher, "--json")) == [
        "limit (Limit, in fen) differs: shown '90000000', issued '30000000'"
    ]
    (tmp_path / "forged.pdf").write_bytes(forged(pdf, '"30000000"', '"90000000"'))
    found = failed(tally(*check, tmp_path / "forged.pdf", "--json"))
    assert found[0].startswith("limit (Limit, in fen) differs: shown '90000000'")
    assert "the seal is not the one that the ledger proves" in found[1]
    altered = bytearray(pdf.read_bytes())
    altered[3000] ^= 1
    (tmp_path / "altered.pdf").write_bytes(altered)
    assert failed(tally(*check, tmp_path / "altered.pdf", "--json"))
    other = text.replace(letters.number, "LG-2026-999999")
    assert failed(tally(*check, other, "--json")) == ["nobody issued LG-2026-999999"]
    wrong_link = link_in(pdf)[:-64] + "0" * 64
    assert failed(tally(*check, wrong_link, "--json"))
    told = tally(*check, link_in(pdf).replace("/letter/", "/ruling/"), "--json")
    assert (told.code, told.json["error"]["field"]) == (2, "SHOWN")
    assert tally(*check, "not a letter", "--json").json["error"]["code"] == "E_VALUE"
    (tmp_path / "large.txt").write_text("x" * 20_000, encoding="utf-8")
    assert tally(*check, tmp_path / "large.txt", "--json").json["error"]["field"] == "SHOWN"
    (tmp_path / "broken.pdf").write_bytes(pdf.read_bytes()[:-2_000])
    assert failed(tally(*check, tmp_path / "broken.pdf", "--json"))

    letters.act("signer", "cancel_letter", letter=letters.number)
    assert failed(tally(*check, text, "--json")) == ["CANCELLED: its guarantor cancelled it"]


def test_a_field_without_a_name_is_named_by_itself() -> None:
    """An answer of a contract whose package names no such field is a line all the same."""
    answer = {
        "number": "LG-1",
        "is_known": True,
        "state": "ISSUED",
        "differs": [{"field_name": "limit", "presented": "2", "kept": "1"}],
    }
    found = answer_verification(
        answer, counter_of("preservation"), lambda name: Wording(name, name)
    )
    assert found.result is Result.NO_MATCH
    assert [one.evidence.zh for one in found.checks] == [
        "limit不符：出示为 '2'，签发为 '1'",
        "ISSUED",
    ]
