# SPDX-License-Identifier: Apache-2.0
"""Every list is taken away whole by the same part: CSV, XLSX and JSON, noted, masked, inert."""

from __future__ import annotations

import asyncio
import csv
import html
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import pytest
from openpyxl import load_workbook

from tallystick.console import ConsoleOptions
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.audit import Deed, Kind, write_deed
from tallystick.console.governing.key_pages import _of_seals
from tallystick.console.masking import PERSONAL
from tallystick.console.webhooks.kept import NewWebhook, keep_webhook
from tallystick.crypto import sha256
from tallystick.node import Node
from tallystick.units import DAY_MS
from tests.certificate_authority import LEAF, NOW_MS, make
from tests.factories import BANK, CLERK, COURT, LOG_KEY
from tests.networks import now
from tests.unit.console.administrators import Administrator, administering
from tests.unit.console.conftest import Reader
from tests.unit.console.test_drilling import giving
from tests.unit.console.test_transaction_kinds import governed, site
from tests.unit.console.webhook_stage import choice

__all__ = ["giving", "governed", "site"]

COMPUTED: Final = "=cmd|' /C calc'!A0"
LISTS: Final = {
    "/b": 2,
    "/t": 4,
    "/o": 2,
    "/events": 4,
    "/gov/keys": 4,
    "/gov": 0,
    "/alerts": 0,
    "/state/evidence/deposits": 4,
    "/inbox": 0,
    "/inbox?tab=done": 0,
    "/inbox?tab=started": 0,
    "/admin/audit": 3,
    "/admin/webhooks": 1,
    "/admin/accounts": 2,
}
"""Where a list stands, and how many rows it has at least."""


@pytest.fixture
def head(node: Node, tmp_path: Path) -> Iterator[Administrator]:
    """Give an administrator of a console with a webhook, and a name that would be computed."""
    with administering(node, ConsoleOptions(data=tmp_path)) as found:
        other = NewAccount(login="odd", name=COMPUTED, organization=BANK, member="teller")
        add_account(found.records, other, 1)
        for number in range(3):
            write_deed(found.records, Deed(at=now() + number, kind=Kind.SIGNED, name=COMPUTED))
        kept = NewWebhook(address="https://example.org/x", secret=b"secret", choice=choice())
        keep_webhook(found.records, kept, 1)
        yield found


def files_of(reader: Reader, place: str) -> dict[str, httpx.Response]:
    """Return what the links of a page give, by their ending."""
    page = reader.get(place).text
    menu = page[page.index("take-away") :]
    menu = menu[: menu.index("</details>")]
    links = [html.unescape(one) for one in re.findall(r'href="([^"]*)" download', menu)]
    return {urlsplit(one).path.rpartition(".")[2]: reader.get(one) for one in links}


def rows_in(files: dict[str, httpx.Response]) -> dict[str, list[list[str]]]:
    """Return the cells below the titles, and of JSON the rows."""
    lines = list(csv.reader(io.StringIO(files["csv"].content.decode("utf-8-sig"))))
    sheet = load_workbook(io.BytesIO(files["xlsx"].content)).worksheets[0]
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    return {"csv": lines[1:], "xlsx": cells, "json": json.loads(files["json"].content)["rows"]}


@pytest.mark.parametrize("place", LISTS)
def test_a_list_goes_out_in_three_forms_and_that_is_noted(head: Administrator, place: str) -> None:
    """As many rows in each, as files; the trail says which list was taken, by whom."""
    files = files_of(head.reader, place)
    assert set(files) == {"csv", "xlsx", "json"}
    for ending, answer in files.items():
        given = answer.headers["content-disposition"]
        assert given.startswith("attachment"), ending
        assert given.endswith(f'.{ending}"'), given
    rows = rows_in(files)
    more = {"csv": 0, "xlsx": 0, "json": 0}
    if place == "/admin/audit":  # taking it out is a row of it
        first = min(len(found) for found in rows.values())
        more = {ending: len(found) - first for ending, found in rows.items()}
        assert sorted(more.values()) == [0, 1, 2]
    counts = {len(found) - more[ending] for ending, found in rows.items()}
    assert len(counts) == 1
    assert counts.pop() >= LISTS[place]
    path = place.partition("?")[0]
    noted = [subject for kind, subject in head.deeds() if kind == Kind.EXPORTED]
    for ending in ("csv", "xlsx", "json"):
        taken = [one for one in noted if one.startswith(path) and one.endswith(f"({ending})")]
        assert len(taken) == 1


@pytest.mark.parametrize("place", ["/admin/accounts", "/admin/audit"])
def test_what_somebody_wrote_is_computed_in_no_file(head: Administrator, place: str) -> None:
    """A name that begins as a formula is a text, in CSV by a sign before it."""
    files = files_of(head.reader, place)
    rows = rows_in(files)
    assert any(f"'{COMPUTED}" in line for line in rows["csv"])
    assert not any(COMPUTED in line for line in rows["csv"])
    sheet = load_workbook(io.BytesIO(files["xlsx"].content)).worksheets[0]
    kinds = {cell.data_type for row in sheet for cell in row if cell.value == COMPUTED}
    assert kinds == {"s"}


def test_a_file_of_webhooks_has_no_secrets(head: Administrator) -> None:
    """Neither of them, in no form."""
    for answer in files_of(head.reader, "/admin/webhooks").values():
        assert b"secret" not in answer.content


@pytest.mark.parametrize("place", [one for one in LISTS if one.startswith(("/admin", "/inbox"))])
def test_lists_that_are_not_public_are_no_files_for_strangers(reader: Reader, place: str) -> None:
    """They are led to sign in, whatever the ending."""
    path, _, query = place.partition("?")
    for ending in ("csv", "xlsx", "json"):
        answer = reader.get(f"{path}.{ending}?{query}")
        assert answer.headers["location"].startswith("/sign-in")


def test_personal_data_are_covered_in_files_too(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on the page of the same list (ASVS 14.2.6)."""
    contract = reader.get("/c/evidence.json").json()["contract"]
    deposited = next(one for one in contract["events"] if one["name"] == "evidence.Deposited")
    field = next(one for one in deposited["fields"] if one["type"].get("format") == "sha256")
    events = reader.get("/events.json", params={"name": "evidence.Deposited"}).json()["events"]
    plain = str(events["items"][0]["fields"][field["name"]])
    monkeypatch.setitem(PERSONAL, field["type"]["format"], lambda _: "se***")
    for place in ("/events.csv", "/events.json?all=1", "/state/evidence/deposits.csv"):
        taken = reader.get(place).content
        assert plain.encode() not in taken, place
        assert b"se***" in taken, place


def test_alerts_and_proposals_go_out_as_they_are_filtered(giving: Reader, site: Reader) -> None:
    """With the words of the page, and no more than it shows."""
    alerts = giving.get("/alerts.json").json()["alerts"]
    taken = giving.get("/alerts.json", params={"all": "1"}).json()["rows"]
    assert [one["number"] for one in taken] == [one["number"] for one in alerts]
    assert giving.get("/alerts.json?all=1&level=none-such").status_code in {200, 400, 422}
    over = giving.get("/alerts.json?all=1&handling=closed").json()
    assert (over["rows"], over["filters"]) == ([], {"handling": "closed"})
    (proposal,) = site.get("/gov.json?all=1").json()["rows"]
    lines = site.get("/gov.csv", params={"lang": "en"}).content.decode("utf-8-sig")
    assert proposal["id"] in lines
    assert "evidence" in lines


def test_keys_of_every_kind_have_an_end_or_say_what_ends_them(reader: Reader) -> None:
    """Of members by date, of the log until it is revoked; those that end first stand first."""
    keys = reader.get("/gov/keys.json").json()["keys"]
    by_key = {one["public_key"]: one for one in keys}
    assert by_key[CLERK.public_key.hex()]["kind"] == "member"
    log = by_key[LOG_KEY.public_key.hex()]
    assert (log["kind"], log["organization"], log["valid_until_ms"]) == ("log", COURT, None)
    ends = [one["valid_until_ms"] for one in keys]
    dated = [one for one in ends if one is not None]
    assert ends == sorted(dated) + [None] * (len(ends) - len(dated))
    page = reader.get("/gov/keys", params={"lang": "en"}).text
    assert "until it is revoked" in page
    assert "Certificates of TLS" in page


class Register:
    """A node with seals: one in force, one retired, one whose certificate cannot be read."""

    def __init__(self, certificate: bytes) -> None:
        one = {"organization": COURT, "published_at": 5, "retired_at": None, "revoked_at": None}
        self.rows: list[dict[str, Any]] = [
            {**one, "version": 2, "certificate": certificate.hex()},
            {**one, "version": 1, "certificate": certificate.hex(), "retired_at": 5},
            {**one, "version": 3, "certificate": b"no certificate".hex()},
        ]

    async def get(self, path: str, *, cursor: str | None, **_: object) -> dict[str, Any]:
        """Return a row a page."""
        place = int(cursor or 0)
        after = place + 1
        more = str(after) if after < len(self.rows) else None
        assert path == "/v1/contracts/seals/tables/seals"
        return {"items": [self.rows[place]], "next_cursor": more}


def test_seals_end_with_their_certificates() -> None:
    """Those in force, on every page; one that nobody can read has no end, and says so."""
    certificate = make(LEAF).der
    names = SimpleNamespace(contracts={"seals": {}})
    visit: Any = SimpleNamespace(names=names, ledger=Register(certificate))
    good, unreadable = asyncio.run(_of_seals(visit))
    assert (good["kind"], good["version"]) == ("seal", 2)
    assert good["public_key"] == sha256(certificate).hex()
    assert good["valid_until_ms"] // 1000 == (NOW_MS + LEAF.ends * DAY_MS) // 1000
    assert (unreadable["version"], unreadable["valid_until_ms"]) == (3, None)
    without: Any = SimpleNamespace(names=SimpleNamespace(contracts={}))
    assert asyncio.run(_of_seals(without)) == []
