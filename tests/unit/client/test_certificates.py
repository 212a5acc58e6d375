# SPDX-License-Identifier: Apache-2.0
"""Certificates: made from an extract, checked with the trust file alone, refused when forged."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import (
    CertificateFacts,
    CheckResult,
    Extract,
    Paper,
    ProvenRecord,
    Result,
    SealRecord,
    SealStore,
    Verification,
    certificate_in,
    certificate_network,
    check_certificate,
    verify,
)
from tallystick.client.certificates import (
    certificate_page,
    read_certificate_file,
    seal_record,
)
from tallystick.crypto import OrganizationSeal
from tallystick.encoding import encode
from tallystick.errors import (
    FileProblem,
    InvalidPDF,
    InvalidProof,
    InvalidSeal,
    Malformed,
    NotFound,
    TallystickError,
    Unverified,
)
from tallystick.interchange.certificates import (
    CERTIFICATE_FILE,
    EXTRACT_FILE,
    Attached,
    FactName,
    Page,
    Text,
    maker,
    render,
    set_seal,
)
from tests.unit.client.mock_node import MockNode
from tests.unit.client.world import BANK, COURT

NAME = "示范法院"
MADE = 1_600_000_000_000
NOW = time.time_ns() // 1_000_000
SEAL = OrganizationSeal.create(COURT, NAME, NOW)
OTHER = OrganizationSeal.create(COURT, NAME, NOW)
PAPER = Paper(Text("存证证书", "Certificate"), {"a": FactName(Text("甲", "A"), "plain", {})})
DEPOSIT = b"evidence/deposits/EV-1"
KEY = f"{COURT}/1"


def record_of(certificate: bytes, **changes: Any) -> dict[str, Any]:
    """Return the record of a seal."""
    plain: dict[str, Any] = {
        "organization": COURT,
        "version": 1,
        "certificate": certificate,
        "published_at": MADE,
        "published_by": f"{COURT}/head",
        "retired_at": None,
        "revoked_at": None,
        "reason": None,
    }
    return {**plain, **changes}


@pytest.fixture
def node(node: MockNode) -> MockNode:
    """Let the ledger have a deposit and a seal."""
    publish(node)
    return node


def publish(node: MockNode, key: str = KEY, **changes: Any) -> None:
    """Write the record of a seal, and what the node answers about it."""
    made = {**record_of(SEAL.certificate), **changes}
    node.write({DEPOSIT: encode({"a": 0}), f"seals/seals/{key}".encode(): encode(made)})


def proven(node: MockNode, *place: str) -> ProvenRecord:
    """Return a record with its proof."""
    with node.net() as net:
        return net.prove(*place)


def extract_of(node: MockNode, **facts: Any) -> Extract:
    """Return an extract of the deposit."""
    return Extract(
        contract="evidence",
        kind="deposit",
        subject="EV-1",
        facts=facts or {"a": 0},
        records=(proven(node, "evidence", "deposits", "EV-1"),),
        receipts=(),
    )


def certificate(
    node: MockNode,
    *,
    extract: Extract | None = None,
    seal: OrganizationSeal = SEAL,
    key: str = KEY,
    change: Callable[[CertificateFacts], CertificateFacts] = lambda one: one,
    page: Callable[[Page], Page] = lambda one: one,
) -> bytes:
    """Return a certificate, made with what a forger would change."""
    said = extract or extract_of(node)
    record = proven(node, "seals", "seals", key)
    facts = change(CertificateFacts(maker(), PAPER, None, record))
    made = page(certificate_page(said.to_json(), said, facts))
    return set_seal(render(made), seal, NAME)


def check(node: MockNode, data: bytes, **more: Any) -> Verification:
    """Check a certificate as a court would, with the contract's package."""
    options = {"facts_check": lambda _: (True, ""), "paper_of": lambda _: PAPER, **more}
    return check_certificate(data, trust=node.world.trust, **options)


def fault(found: Verification) -> tuple[str, str | None]:
    """Return which check failed, and its code."""
    assert found.result is Result.NO_MATCH
    (reason,) = found.reasons
    return reason.name, reason.code


def test_a_certificate_is_a_match_with_all_that_was_checked(node: MockNode) -> None:
    """In the order of what rests on what; in both languages; also by its path."""
    data = certificate(node)
    found = check(node, data)
    assert found.ok, str(found)
    names = ["pdf", "unchanged", "seal", "records", "receipts", "facts", "page"]
    assert [one.name for one in found.checks] == names
    assert COURT in found.checks[2].evidence.en
    assert "电子签章" in found.text("zh")
    assert certificate_network(data) == node.world.trust.network
    assert certificate_network(b"none") is None


def test_the_widest_door_takes_it_too_and_says_what_it_could_not_check(
    node: MockNode, tmp_path: Path
) -> None:
    """Without the contract's package facts are not made again: partly checked."""
    data = certificate(node)
    path = tmp_path / "x.pdf"
    path.write_bytes(data)
    for what in (data, path, str(path)):
        assert certificate_in(what) == data
        found = verify(what, trust=node.world.trust)
        assert (found.result, found.reasons[0].name) == (Result.PARTLY, "facts")
    with node.net() as net:
        assert net.verify(path).result is Result.PARTLY
    told = check(node, data, facts_check=lambda _: (None, "unknown"), paper_of=None)
    assert told.result is Result.PARTLY


def test_what_is_no_certificate_is_left_to_receipts(tmp_path: Path) -> None:
    """Other PDF files, hashes, records, files that are not there, one with a receipt beside it."""
    path = tmp_path / "x.pdf"
    assert certificate_in(path) is None
    path.write_bytes(b"%PDF-1.7 other")
    assert certificate_in(path) is None
    path.write_bytes(b"%PDF-1.7 tallystick.certificate.v1")
    assert certificate_in(path) is not None
    (tmp_path / "x.pdf.receipt.json").write_bytes(b"{}")
    assert certificate_in(path) is None
    for other in (b"x", "ab" * 32, {"a": 1}, tmp_path / "x.json"):
        assert certificate_in(other) is None
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(65 * 1024 * 1024)
    assert certificate_in(large) is None


def test_the_sdk_makes_a_certificate_under_the_seal_in_force(node: MockNode) -> None:
    """Only under that one; the QR code begins with the portal."""
    shown = {**record_of(b""), "certificate": SEAL.certificate.hex()}
    node.routes.insert(0, (r"GET /v1/contracts/seals/show", lambda _r, _m: _answer(shown)))
    extract = extract_of(node)
    with node.net() as net:
        data = net.certificate(extract, PAPER, SEAL, portal="https://ledger.example")
        with pytest.raises(InvalidSeal):
            net.certificate(extract, PAPER, OTHER)
    assert check(node, data).ok


async def _certificate(node: MockNode, extract: Extract) -> bytes:
    async with node.async_net() as net:
        return await net.certificate(extract, PAPER, SEAL)


def test_the_asynchronous_sdk_makes_the_same(node: MockNode) -> None:
    """Its mirror image."""
    shown = {**record_of(b""), "certificate": SEAL.certificate.hex()}
    node.routes.insert(0, (r"GET /v1/contracts/seals/show", lambda _r, _m: _answer(shown)))
    assert check(node, asyncio.run(_certificate(node, extract_of(node)))).ok


def _answer(result: object) -> Any:
    from tests.unit.client.mock_node import answer

    return answer({"result": result, "height": 8})


def test_a_certificate_edited_after_sealing_is_refused(node: MockNode) -> None:
    """E_SEAL: a byte of the page, and bytes behind the end."""
    data = certificate(node)
    edited = data.replace(b"/Lang", b"/Lanf", 1)
    assert fault(check(node, edited)) == ("unchanged", "E_SEAL")
    assert fault(check(node, data + b"\n")) == ("unchanged", "E_SEAL")
    assert fault(check(node, b"%PDF-1.7")) == ("pdf", "E_PDF")


def test_a_self_made_seal_is_refused(node: MockNode) -> None:
    """E_SEAL: under the organisation's name, and another key than the ledger proves."""
    assert fault(check(node, certificate(node, seal=OTHER))) == ("seal", "E_SEAL")


@pytest.mark.parametrize("name", ["revoked_at", "retired_at"])
def test_a_seal_that_was_revoked_or_replaced_before_is_refused(node: MockNode, name: str) -> None:
    """E_SEAL: at the height of the facts it was not in force."""
    changes: dict[str, Any] = {name: MADE + 1}
    publish(node, **changes)
    assert fault(check(node, certificate(node))) == ("seal", "E_SEAL")


def test_a_seal_of_another_organisation_s_name_is_refused(node: MockNode) -> None:
    """E_SEAL: the certificate names the court, the ledger has it for the bank."""
    publish(node, f"{BANK}/1", organization=BANK)
    data = certificate(node, key=f"{BANK}/1")
    assert fault(check(node, data)) == ("seal", "E_SEAL")


def test_a_seal_proven_at_another_height_or_not_at_all_is_refused(node: MockNode) -> None:
    """Neither an old proof, nor an altered one, is taken."""
    old = proven(node, "seals", "seals", KEY)
    node.world.fill(1)
    data = certificate(node, change=lambda one: replace(one, seal=old))
    assert fault(check(node, data)) == ("seal", "E_SEAL")
    forged = encode(record_of(OTHER.certificate))
    lie = replace(proven(node, "seals", "seals", KEY), content=forged)
    data = certificate(node, seal=OTHER, change=lambda one: replace(one, seal=lie))
    assert fault(check(node, data)) == ("seal", "E_PROOF")


def test_a_seal_set_outside_its_certificate_s_time_is_refused(node: MockNode) -> None:
    """E_SEAL: ten years are over."""
    ended = OrganizationSeal.create(COURT, NAME, MADE - 3_000 * 86_400_000)
    publish(node, certificate=ended.certificate)
    assert fault(check(node, certificate(node, seal=ended))) == ("seal", "E_SEAL")


def test_another_attachment_is_refused(node: MockNode) -> None:
    """Whose records do not hold; or with a receipt that does not; or with facts of its own."""
    one = extract_of(node)
    lie = replace(one, records=(replace(one.records[0], content=encode({"a": 1})),))
    assert fault(check(node, certificate(node, extract=lie)))[0] == "records"
    lie = replace(one, receipts=({"format": "none"},))
    assert fault(check(node, certificate(node, extract=lie)))[0] == "receipts"
    data = certificate(node, extract=replace(one, facts={"a": 7}))
    told = check(node, data, facts_check=lambda _: (False, "they differ: a"))
    assert fault(told) == ("facts", "E_PROOF")


def test_a_page_that_says_something_else_is_refused(node: MockNode) -> None:
    """E_PAGE: another value on it, another name for a fact, another file of the layout."""

    def richer(page: Page) -> Page:
        groups = json.loads(json.dumps(page.content["groups"]))
        groups[0]["rows"][0]["value"]["zh"] = "9"
        return Page({**page.content, "groups": groups}, page.files)

    def respaced(page: Page) -> Page:
        files = [
            one if one.name == EXTRACT_FILE else replace(one, content=one.content + b" ")
            for one in page.files
        ]
        return Page(page.content, files)

    assert fault(check(node, certificate(node, page=richer))) == ("page", "E_PAGE")
    assert fault(check(node, certificate(node, page=respaced))) == ("page", "E_PAGE")
    names = {"a": FactName(Text("甲", "Paid"), "plain", {})}
    renamed = Paper(PAPER.title, names)
    data = certificate(node, change=lambda one: replace(one, paper=renamed))
    assert fault(check(node, data)) == ("page", "E_PAGE")


def test_a_page_of_another_release_is_not_compared_and_says_so(node: MockNode) -> None:
    """Partly checked: the seal stands for the page, the proofs for the facts."""
    data = certificate(node, change=lambda one: replace(one, maker="typst 9"))
    found = check(node, data)
    assert (found.result, found.reasons[0].name) == (Result.PARTLY, "page")
    assert found.checks[-1].result is CheckResult.SKIPPED


def test_other_files_inside_are_refused(node: MockNode) -> None:
    """E_PDF: one too many, or one of the two that is none."""

    def more(page: Page) -> Page:
        extra = Attached("more.json", b"{}", "more")
        listed = {"name": extra.name, "description": "more", "relationship": "source"}
        content = {**page.content, "files": [*page.content["files"], listed]}
        return Page(content, [*page.files, extra])

    def broken(name: str) -> Callable[[Page], Page]:
        def change(page: Page) -> Page:
            files = [replace(one, content=b"{}") if one.name == name else one for one in page.files]
            return Page(page.content, files)

        return change

    for change in (more, broken(CERTIFICATE_FILE), broken(EXTRACT_FILE)):
        assert fault(check(node, certificate(node, page=change)))[0] == "pdf"
    fewer = certificate(node, page=replace_files)
    assert fault(check(node, fewer)) == ("pdf", "E_PDF")


def replace_files(page: Page) -> Page:
    """Return a page with one file only."""
    listed = [one for one in page.content["files"] if one["name"] == EXTRACT_FILE]
    return Page({**page.content, "files": listed}, page.files)


@pytest.mark.parametrize(
    "change", [{"format": "other"}, {"more": 1}, {"paper": {}}, {"seal": {}}, {"portal": 1}]
)
def test_what_is_no_file_of_a_certificate_is_refused(
    node: MockNode, change: dict[str, Any]
) -> None:
    """Another format, a further field, a part that is missing."""
    facts = CertificateFacts(maker(), PAPER, None, proven(node, "seals", "seals", KEY))
    assert read_certificate_file(facts.to_json()) == facts
    plain = json.loads(facts.to_json())
    with pytest.raises((InvalidPDF, InvalidProof)):
        read_certificate_file(json.dumps({**plain, **change}).encode())


def test_a_record_that_is_no_seal_s_is_refused(node: MockNode) -> None:
    """Of another form, of another table, under another key."""
    found = proven(node, "seals", "seals", KEY)
    assert isinstance(seal_record(found), SealRecord)
    for lie in (
        replace(found, content=encode({"a": 1})),
        replace(found, table="newest"),
        replace(found, key=f"{COURT}/2"),
        replace(found, content=None),
    ):
        with pytest.raises(Unverified):
            seal_record(lie)


def test_seals_are_kept_for_this_user_alone(tmp_path: Path) -> None:
    """Open or under a passphrase, asked for when it is needed; a file others may read is not."""
    store = SealStore(tmp_path / "seals")
    for missing in (store.only_organization, lambda: store.load(COURT, None, _never)):
        with pytest.raises(NotFound):
            missing()
    path = store.save(COURT, SEAL, None)
    assert store.load(COURT, None, _never) == SEAL
    assert store.only_organization() == COURT
    store.save(COURT, OTHER, "sesame")
    with pytest.raises(NotFound):
        store.load(COURT, None, _never)
    assert store.load(COURT, OTHER.fingerprint, lambda: "sesame") == OTHER
    path.chmod(0o644)
    with pytest.raises(FileProblem):
        store.load(COURT, SEAL.fingerprint, _never)
    with pytest.raises(Malformed):
        store.save("none", SEAL, None)


def _never() -> str:
    raise TallystickError("nobody is asked")
