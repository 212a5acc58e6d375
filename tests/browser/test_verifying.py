# SPDX-License-Identifier: Apache-2.0
"""Verifying in a real browser: what is sent and what is not, every way to the same record."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, Request, Response, expect

from tallystick.api import Application, Door, HttpServer
from tallystick.cli.console_certificates import certificates_of
from tallystick.cli.demo.consortium import PLATFORM, SEAL_KEEPER
from tallystick.cli.demo.samples import lay_out_samples
from tallystick.cli.first_seal import FirstSeal, note_first_seal, publish_first_seal
from tallystick.cli.proof_checks import check_any_proof
from tallystick.client import FileFacts, KeyStore, connect, facts_of, open_trust
from tallystick.console import ConsoleOptions, create_console
from tallystick.interchange.certificates import REPORT_FILE, attached_files
from tallystick.model import parse_receipt
from tallystick.node import Node
from tests.browser.conftest import LAN, Open
from tests.browser.watching import Watched
from tests.networks import free_port

pytestmark = pytest.mark.browser

PDF: Final = b"%PDF-1.4\n% a contract between two companies\n%%EOF\n"
NAMES: Final = "李镕、王喆、陈堃、赵玥"
GIB: Final = 1 << 30


@dataclass(frozen=True)
class Portal:
    """A console with a seal and samples, and a deposit on its ledger."""

    url: str
    number: str
    facts: FileFacts
    samples: Path
    trust: Path


@pytest.fixture(scope="module")
def portal(
    node: Node, folder: Path, served: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Portal]:
    """Serve the demonstration's node again, as its operator has prepared it for passers-by."""
    place = tmp_path_factory.mktemp("portal")
    port, trust = free_port(), folder / "trust.json"
    url, samples = f"http://localhost:{port}", place / "samples"

    def pages(door: Door, names: frozenset[str]) -> Application:
        options = ConsoleOptions(
            data=place,
            hosts=names,
            trust=trust,
            check_proof=partial(check_any_proof, trust=trust),
            certificates=certificates_of(folder, url),
            samples=samples,
        )
        return create_console(door, options)

    names = frozenset({LAN, f"{LAN}:{port}"})
    with HttpServer(node, port=port, host_names=names, pages=pages):
        note_first_seal(folder, FirstSeal(PLATFORM.id, PLATFORM.name.zh, SEAL_KEEPER.key_name))
        publish_first_seal(folder, served, trust)
        identity = KeyStore(folder / "demo-keys").load("demo-wang-fang")
        original = place / "original.pdf"
        original.write_bytes(PDF)
        with connect(url, identity=identity, trust=trust) as net:
            made = net.evidence.deposit(original, with_sm3=True, title=f"{NAMES}的合同")
        lay_out_samples(samples, original, made.save())
        assert made.id is not None
        yield Portal(url, made.id, facts_of(PDF, with_sm3=True), samples, trust)


def dropped(here: Watched, *files: Path | dict[str, Any]) -> Page:
    """Give files to the zone and wait for as many results."""
    page = here.page
    before = page.locator("article.result").count()
    page.locator("#files").set_input_files(files)  # type: ignore[arg-type] # a list of either
    expect(page.locator("article.result")).to_have_count(before + len(files))
    return page


def test_an_original_is_hashed_here_and_never_sent(window: Open, portal: Portal) -> None:
    """Check 9: the whole checklist; the log of the network has the hash and not one byte more."""
    here = window(portal.url)
    sent: list[Request] = []
    page = here.go("/v")

    def note(request: Request) -> None:
        sent.append(request)

    page.on("request", note)
    dropped(here, portal.samples / "original.pdf")
    result = page.locator("article.result").first
    expect(result).to_have_class("card result result-yes")
    assert result.locator("li.check-passed").count() >= 8
    expect(result).to_contain_text("the original, hashed where it lies")
    assert sent
    assert {one.method for one in sent} == {"GET"}
    assert all(one.post_data_buffer is None for one in sent)
    assert any(portal.facts.sha256.hex() in one.url for one in sent)
    assert here.axe() == []


def test_one_changed_byte_and_an_unknown_file_are_no_match_with_three_reasons(
    window: Open, portal: Portal
) -> None:
    """Check 9: in Chinese, each with what may be the cause."""
    here = window(portal.url, locale="zh-CN")
    here.go("/v")
    for name in ("altered.pdf", "unknown.pdf"):
        page = dropped(here, portal.samples / name)
        result = page.locator("article.result").first
        expect(result).to_have_class("card result result-no")
        expect(result.locator("ol").last.locator("li")).to_have_count(3)
        expect(result).to_contain_text("哪怕")
    here.shoot("verify-no-match")


def test_samples_are_tried_with_one_press(window: Open, portal: Portal) -> None:
    """A visitor without files sees a match, an altered file, an unknown one, and a receipt."""
    here = window(portal.url)
    page = here.go("/v")
    for place, outcome in enumerate(("yes", "no", "no", "partly")):
        page.locator("[data-sample]").nth(place).click()
        expect(page.locator("article.result").first).to_have_class(f"card result result-{outcome}")
        expect(page.locator("article.result")).to_have_count(place + 1)


def test_every_way_leads_to_the_same_record(window: Open, portal: Portal, tmp_path: Path) -> None:
    """Check 10: receipt, certificate, SHA-256 and SM3; the report names each method."""
    here = window(portal.url)
    page = here.go(f"/r/{portal.number}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificate (PDF)").click()
    certificate = tmp_path / "certificate.pdf"
    download.value.save_as(certificate)
    here.go("/v")
    dropped(here, portal.samples / "original.pdf.receipt.json")
    dropped(here, certificate)
    expect(page.locator("article.result").first).to_have_class("card result result-yes")
    with page.expect_download() as download:
        page.get_by_role("button", name="Report on everything").click()
    report = json.loads(attached_files(Path(download.value.path()).read_bytes())[REPORT_FILE])
    assert {one["method"] for one in report["items"]} == {"receipt"}
    assert len(report["items"]) == 2
    assert portal.facts.sm3 is not None
    for text in (portal.facts.sha256.hex(), f"sm3:{portal.facts.sm3.hex()}"):
        here.go("/v")
        page.locator("#hash").fill(text)
        page.locator("#hash").press("Enter")
        found = page.locator("article.result")
        expect(found.get_by_role("link", name=portal.number)).to_be_visible()
        expect(found).to_contain_text("a hash alone")


def test_a_certificate_has_all_names_and_an_altered_one_is_no_match(
    window: Open, portal: Portal, tmp_path: Path
) -> None:
    """Checks 13 and 14: fonts inside, text to be selected, sealed; one byte more is told."""
    here = window(portal.url)
    page = here.go(f"/r/{portal.number}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificate (PDF)").click()
    made = Path(download.value.path()).read_bytes()
    assert b"pdfaid" in made
    assert "extract.json" in attached_files(made)
    path = tmp_path / "certificate.pdf"
    path.write_bytes(made)
    if shutil.which("pdftotext"):
        told = subprocess.run(["pdftotext", path, "-"], capture_output=True, check=True).stdout
        assert NAMES in told.decode()
        assert f"{portal.url}/p/tallystick:" in re.sub("[\n\u200b]", "", told.decode())
    altered = bytearray(made)
    altered[len(altered) // 3] ^= 1
    path.write_bytes(altered)
    here.go("/v")
    dropped(here, path)
    expect(page.locator("article.result").first).to_have_class("card result result-no")


def test_the_code_of_a_certificate_leads_to_the_page_of_its_deposit(
    window: Open, portal: Portal
) -> None:
    """Check 13: whatever telephone reads it, it opens this address."""
    here = window(portal.url)
    network = open_trust(portal.trust).network
    link = f"tallystick:{network}/evidence/deposit/{portal.number}/7/{'0' * 64}"
    page = here.go(f"/verify#{link}")
    expect(page).to_have_url(f"{portal.url}/r/{portal.number}")


def test_a_proof_is_told_by_its_content_and_not_by_its_name(
    window: Open, portal: Portal, tmp_path: Path
) -> None:
    """Receipts, an extract, a bag, a checkpoint; what only looks like one is hashed here."""
    here = window(portal.url)
    page = here.go(f"/r/{portal.number}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Certificate (PDF)").click()
    extract = attached_files(Path(download.value.path()).read_bytes())["extract.json"]
    bag = io.BytesIO()
    with zipfile.ZipFile(bag, "w") as archive:
        archive.writestr("bag/bagit.txt", "BagIt-Version: 1.0\n")
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("bag/bagit.text", "PK\x01\x02 bagit.txt")
    receipt = (portal.samples / "original.pdf.receipt.json").read_bytes()
    parts = parse_receipt(receipt)
    here.go("/v")
    for name, content, is_proof, outcome in (
        ("a.receipt (1).json", receipt, True, "partly"),
        ("paper", extract, True, "yes"),
        ("bag", bag.getvalue(), True, "no"),
        ("bare receipt", parts.log_receipt, True, "partly"),
        ("note.txt", parts.checkpoint.encode(), True, "partly"),
        ("other.txt", parts.checkpoint.replace("—", "-").encode(), False, "no"),
        ("other.zip", other.getvalue(), False, "no"),
        ("about.json", b'{"title": "tallystick.receipt.v1"}', False, "no"),
        ("plain.pdf", PDF, False, "yes"),
    ):
        path = tmp_path / name
        path.write_bytes(content)
        dropped(here, path)
        result = page.locator("article.result").first
        expect(result).to_have_class(f"card result result-{outcome}")
        said = "a proof that was handed in" if is_proof else "the original, hashed where it lies"
        expect(result).to_contain_text(said)


def test_the_page_behind_a_code_is_small_with_everything(window: Open, portal: Portal) -> None:
    """All bytes that a telephone gets, headers apart, are fewer than 60 KB."""
    here = window(portal.url, viewport={"width": 390, "height": 844})
    answers: list[Response] = []

    def note(answer: Response) -> None:
        answers.append(answer)

    here.page.on("response", note)
    page = here.go(f"/r/{portal.number}")
    assert len(answers) >= 3
    assert sum(len(one.body()) for one in answers) < 60_000
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert here.axe() == []
    here.shoot("deposit-phone")


def test_hashing_works_over_plain_http_and_the_camera_says_what_it_needs(
    window: Open, portal: Portal
) -> None:
    """Check 12: another machine's name over HTTP is no secure context for a browser."""
    here = window(f"http://{LAN}:{portal.url.rpartition(':')[2]}")
    here.expect("Cross-Origin-Opener-Policy header has been ignored")  # so it is over plain HTTP
    page = here.go("/v")
    assert page.evaluate("window.isSecureContext") is False
    expect(page.locator("#camera-note")).to_contain_text("needs HTTPS")
    expect(page.locator("#scan")).to_be_hidden()
    dropped(here, portal.samples / "original.pdf")
    expect(page.locator("article.result").first).to_have_class("card result result-yes")


def test_the_camera_is_offered_where_it_may_be_used(window: Open, portal: Portal) -> None:
    """On this machine itself; a browser without a camera says so."""
    page = window(portal.url).go("/v")
    expect(page.locator("#scan")).to_be_visible()
    page.locator("#scan").click()
    expect(page.locator("#camera-note")).to_contain_text("no camera")


@pytest.mark.slow
def test_a_file_of_a_gibibyte_is_hashed_piece_by_piece(
    browser: Browser, portal: Portal, tmp_path: Path
) -> None:
    """Check 11: progress moves, cancel ends it, the page stays alive and small."""
    big = tmp_path / "big.bin"
    with big.open("wb") as file:
        file.truncate(GIB)
    here = Watched(browser.new_context(locale="en-GB"), portal.url)
    page = here.go("/v")
    memory = "performance.memory.usedJSHeapSize"
    before = page.evaluate(memory)
    page.locator("#files").set_input_files(big)
    bar = page.locator("progress")
    page.wait_for_timeout(500)
    first = bar.evaluate("bar => bar.value")
    page.wait_for_timeout(1_000)
    assert bar.evaluate("bar => bar.value") > first
    page.get_by_role("button", name="Cancel").click()
    expect(bar).to_have_count(0)
    page.locator("#files").set_input_files(big)
    expect(page.locator("article.result-no")).to_be_visible(timeout=300_000)
    expect(page.locator("article.result-no")).to_contain_text("49bc20df 15e412a6")
    assert page.evaluate(memory) - before < 300e6
    here.context.close()
    assert here.faults == []
