# SPDX-License-Identifier: Apache-2.0
"""The page behind a certificate's code, for a paper of each of the five systems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

import pytest

from tallystick.cli.console_certificates import certificate_kinds
from tallystick.cli.demo.whole import found_whole_demo
from tallystick.client import open_trust
from tallystick.console import ConsoleOptions
from tallystick.interchange.certificates import link_of, portal_of
from tallystick.node import NodeConfig, open_node
from tests.networks import wait_until
from tests.unit.console.conftest import Reader, reading

PAPERS: Final = (
    ("preservation", "letter", "letters"),
    ("inventory", "receipt", "receipts"),
    ("charity", "donation", "donations"),
    ("justice", "case", "cases"),
    ("custody", "storage", "objects"),
)
"""System, kind of certificate, and the table that it tells of."""
SIZE_MAX: Final = 60_000


@dataclass(frozen=True)
class Portal:
    """A console before a network with records of five systems."""

    reader: Reader
    stranger: Reader
    """Before a console that knows no kinds of certificates."""
    network: str

    def paper(self, contract: str, kind: str, table: str, height: int = 999_999) -> dict[str, Any]:
        """Return where a certificate of the first record of a table stands."""
        row = self.reader.get(f"/state/{contract}/{table}.json").json()["rows"]["items"][0]
        place = {"network": self.network, "contract": contract, "kind": kind}
        return {**place, "subject": row["_key"], "height": height}


def address(paper: dict[str, Any]) -> str:
    """Return the address in the code of a certificate of this console."""
    return link_of(paper, {}, portal_of("http://localhost")).removeprefix("http://localhost")


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """Serve a demonstration to somebody without an account."""
    folder = tmp_path_factory.mktemp("papers") / "demo"
    assert found_whole_demo(folder).history.faults == ()
    node = open_node(NodeConfig(data=folder, workers=False))
    try:
        node.start()
        wait_until(lambda: node.status().views_height == node.status().height, "views")
        trust = folder / "trust.json"
        options = ConsoleOptions(data=folder, trust=trust, certificate_kinds=certificate_kinds)
        plain = ConsoleOptions(data=folder, trust=trust)
        with reading(node, options) as reader, reading(node, plain) as stranger:
            yield Portal(reader, stranger, open_trust(trust).network)
    finally:
        node.stop()


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("contract", "kind", "table"), PAPERS)
def test_the_code_of_a_paper_leads_to_its_record_as_it_stands_now(
    portal: Portal, contract: str, kind: str, table: str
) -> None:
    """Without account or script, in both languages, below 60 KB; also without the package."""
    paper = portal.paper(contract, kind, table)
    place = address(paper)
    style = portal.reader.get("/static/small.css")
    for reader in (portal.reader, portal.stranger):
        for language in ("zh", "en"):
            page = reader.get(f"{place}?lang={language}")
            assert page.status_code == 200, page.text
            assert paper["subject"] in page.text
            assert "<script" not in page.text
            assert len(page.content) + len(style.content) < SIZE_MAX
    record = portal.reader.get(f"/state/{contract}/{table}/{quote(paper['subject'])}.json").json()
    shown = portal.reader.get(f"{place}.json").json()
    assert shown["row"] == record["row"]
    assert shown["is_covered"] == record["is_covered"]
    assert shown["kind"]["name"] == kind
    assert shown["changed"] is None


@pytest.mark.parametrize(("contract", "kind", "table"), PAPERS)
def test_a_pasted_text_leads_there_too(
    portal: Portal, contract: str, kind: str, table: str
) -> None:
    """Bare, behind an address, behind that of older papers: in the box for hashes and in search."""
    paper = portal.paper(contract, kind, table)
    for console in (None, portal_of("https://old.example"), "https://old.example"):
        text = link_of(paper, {}, console)
        for box, field in (("/v/hash", "hash"), ("/search", "q")):
            answer = portal.reader.get(box, params={field: f" {text} "})
            assert answer.headers["location"] == address(paper)


def test_a_record_that_changed_since_says_so(portal: Portal) -> None:
    """The page of a paper made before the record's last block names that block."""
    paper = portal.paper("preservation", "letter", "letters", height=1)
    changed = portal.reader.get(f"{address(paper)}.json").json()["changed"]
    assert changed["height"] > 1
    assert "Changed since" in portal.reader.get(f"{address(paper)}?lang=en").text
    same = {**paper, "height": changed["height"]}
    assert "has not changed" in portal.reader.get(f"{address(same)}?lang=en").text


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"network": "other.00"}, 400),
        ({"contract": "nothing"}, 404),
        ({"kind": "nothing"}, 404),
        ({"subject": "PL-2020-999999"}, 404),
    ],
)
def test_a_code_of_nothing_here_is_refused_with_its_reason(
    portal: Portal, changes: dict[str, str], status: int
) -> None:
    """Another network, no such contract, kind of certificate, or record."""
    paper = {**portal.paper("preservation", "letter", "letters"), **changes}
    assert portal.reader.get(address(paper)).status_code == status


def test_what_is_no_code_is_refused(portal: Portal) -> None:
    """Neither an address without one nor one with something missing is looked up."""
    for text in ("x", "tallystick:a/b/c/d/7/00", "tallystick:"):
        assert portal.reader.get(f"/p/{text}").status_code == 400
    pasted = portal.reader.get("/v/hash", params={"hash": "tallystick:what"})
    assert pasted.status_code == 400


def test_the_code_of_a_deposit_leads_to_the_page_of_the_deposit(portal: Portal) -> None:
    """Which has its certificate and receipt, as the code on that page has it."""
    paper = portal.paper("evidence", "deposit", "deposits")
    answer = portal.reader.get(address(paper))
    assert answer.headers["location"] == f"/r/{paper['subject']}"
    code = f"http://localhost/r/{paper['subject']}"
    found = portal.reader.get("/search", params={"q": code})
    assert found.headers["location"] == f"/r/{paper['subject']}"
