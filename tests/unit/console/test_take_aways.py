# SPDX-License-Identifier: Apache-2.0
"""Files to take away in the browser: those of the command line, for whom they concern."""

from __future__ import annotations

import csv
import io
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tallystick.api import HttpServer
from tallystick.cli.console_take_aways import NodeTakeAways
from tallystick.client import verify
from tallystick.console import ConsoleOptions
from tallystick.console.account.people import NewAccount, add_account
from tallystick.console.account.sessions import SESSION_COOKIE, begin_session
from tallystick.console.records import Records, records_path
from tallystick.node import Node
from tests.unit.console.conftest import reading
from tests.unit.console.system_stage import Actor
from tests.unit.console.test_entries import FOUNDATION, OFFICER, registered

BANK: Final = "91310000MADEM1030G"
AUDIT: Final = "/take-away/charity/audit"


@pytest.fixture(scope="module")
def url(system_node: Node) -> Iterator[str]:
    """Serve the node's API; give its address."""
    with HttpServer(system_node, port=0) as server:
        yield f"http://localhost:{server.port}"


@pytest.fixture
def clerk(system_node: Node, system_folder: Path, url: str, tmp_path: Path) -> Iterator[Actor]:
    """Return somebody before a console that makes files from what the node serves."""
    options = ConsoleOptions(
        data=tmp_path,
        trust=system_folder / "trust.json",
        demonstration_keys=system_folder / "demo-keys",
        take_aways=NodeTakeAways(system_folder, url),
    )
    with reading(system_node, options) as reader:
        yield Actor(reader, system_node, system_folder)


def test_a_case_offers_its_files_and_the_receipts_in_one_verify(
    clerk: Actor, system_folder: Path, tmp_path: Path
) -> None:
    """The page of a case leads to each kind about such a record; what is inside proves itself."""
    number = registered(clerk, "外带文件")
    clerk.be(OFFICER)
    page = clerk.reader.get(f"/case/charity/campaigns/{number}").text
    assert f'href="{AUDIT}/{number}" download' in page
    assert f'href="/take-away/charity/disclosure/{number}" download' in page
    assert "/take-away/charity/360giving" not in page  # of what was paid, and nothing was
    answer = clerk.reader.get(f"{AUDIT}/{number}")
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].endswith(f'"charity-audit-{number}.zip"')
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        events = list(csv.DictReader(io.StringIO(archive.read("events.csv").decode("utf-8-sig"))))
        names = [name for name in archive.namelist() if name.startswith("receipts/")]
        archive.extractall(tmp_path / "audit")
    assert "register_campaign" in {one["method"] for one in events}
    assert names
    for name in names:
        assert verify(tmp_path / "audit" / name, trust=system_folder / "trust.json").ok


def test_a_system_lists_all_its_files_and_a_form_leads_to_one(clerk: Actor) -> None:
    """Each kind with a look-up of its records; what is not said is asked for, without a script."""
    number = registered(clerk, "列出文件")
    clerk.be(OFFICER)
    assert 'href="/take-away/charity"' in clerk.reader.get("/app/charity").text
    shown = clerk.shown("/take-away/charity")
    assert {"disclosure", "360giving", "audit"} <= {one["name"] for one in shown["kinds"]}
    assert number in [one["value"] for one in shown["options"]["campaigns"]]
    asked = clerk.reader.get("/take-away/charity", params={"kind": "audit", "subject": number})
    assert (asked.status_code, asked.headers["location"]) == (303, f"{AUDIT}/{number}")
    nothing = clerk.reader.get("/take-away/charity", params={"kind": "audit", "subject": " "})
    assert (nothing.status_code, "subject" in nothing.text) == (400, True)


@pytest.mark.parametrize(
    "place", ["/take-away/charity/nothing/CP-1", f"{AUDIT}/CP-none", "/take-away/nobody"]
)
def test_what_there_is_not_is_said(clerk: Actor, place: str) -> None:
    """No such kind, no such record, no such system: 404, and a page that says so."""
    clerk.be(OFFICER)
    assert clerk.reader.get(place).status_code == 404


@pytest.mark.parametrize(
    ("kind", "subject", "english", "chinese"),
    [
        ("360giving", "{number}", "{number} has paid nothing out yet", "{number} 尚未发放"),
        ("audit", "CP-none", "campaigns has no CP-none", "campaigns 中没有 CP-none"),
    ],
)
def test_what_a_maker_refuses_is_said_in_the_readers_language(
    clerk: Actor, kind: str, subject: str, english: str, chinese: str
) -> None:
    """Its own sentence, in English on English pages and in Chinese on Chinese ones."""
    number = registered(clerk, f"尚未发放 {kind}")
    clerk.be(OFFICER)
    place = f"/take-away/charity/{kind}/{subject.format(number=number)}"
    said = {
        language: clerk.reader.get(place, headers={"accept-language": language})
        for language in ("en", "zh")
    }
    assert [one.status_code for one in said.values()] == [404, 404]
    wanted = {"en": english.format(number=number), "zh": chinese.format(number=number)}
    for language, other in (("en", "zh"), ("zh", "en")):
        assert wanted[language] in said[language].text
        assert wanted[other] not in said[language].text


def test_a_console_that_makes_none_offers_none(actor: Actor) -> None:
    """Without who makes them there is neither button nor page."""
    number = registered(actor, "没有文件")
    actor.be(OFFICER)
    assert "/take-away/" not in actor.reader.get(f"/case/charity/campaigns/{number}").text
    assert "/take-away/" not in actor.reader.get("/app/charity").text
    assert actor.reader.get("/take-away/charity").status_code == 404
    assert actor.reader.get(f"{AUDIT}/{number}").status_code == 404


def test_who_has_not_signed_in_is_asked_to(clerk: Actor) -> None:
    """Making a file takes the node some work: strangers are led to the entrance."""
    clerk.reader.post("/sign-out", data={"form_key": clerk.key})
    for place in ("/take-away/charity", f"{AUDIT}/CP-1"):
        assert clerk.reader.get(place).headers["location"].startswith("/sign-in?")


def test_personal_data_of_others_are_not_taken_away(clerk: Actor, tmp_path: Path) -> None:
    """A file has all inside: without a part in the system one gets only what names one's own."""
    number = registered(clerk, "他人的文件")
    records = Records(records_path(tmp_path))
    now_ms = time.time_ns() // 1_000_000
    for organization, status in ((BANK, 400), (FOUNDATION, 200)):
        account = NewAccount(
            login=organization, name="N", organization=organization, member="nobody"
        )
        session = begin_session(records, add_account(records, account, now_ms), "b", now_ms)
        clerk.reader.cookies.clear()
        clerk.reader.cookies.set(SESSION_COOKIE, session)
        answer = clerk.reader.get(f"{AUDIT}/{number}")
        assert answer.status_code == status
        assert ("personal data" in answer.text) is (status == 400)
        case = clerk.reader.get(f"/case/charity/campaigns/{number}").text
        assert (f"{AUDIT}/{number}" in case) is (status == 200)
