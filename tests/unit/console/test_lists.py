# SPDX-License-Identifier: Apache-2.0
"""Lists of people in the browser: what `tally lists` does, and no name stays anywhere."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from tallystick.cli.console_lists import InstalledListReader
from tallystick.console import ConsoleOptions
from tallystick.industries.charity import list_files
from tallystick.industries.charity.list_files import read_list
from tallystick.node import Node
from tests.canaries import canaries_of, search_for, temporary_folder
from tests.unit.console.conftest import reading
from tests.unit.console.system_stage import Actor
from tests.unit.console.test_entries import OFFICER, registered

PLACE: Final = "/lists/charity"
SECRET: Final = b"s" * 32
REVIEWER: Final = "reviewer-wang"
NUMBERS: Final = (
    "110101200801101009",
    "110101200802111073",
    "110101200803121142",
    "110101200804131211",
    "110101200805141286",
)
VAULT_KEY: Final = b"AGE-SECRET-KEY-1"
"""The console's own key begins so, and lies there."""
HEADER: Final = "姓名,证件号码,银行账号,开户行行号,金额,省份代码\n"


def lines(amount: str = "1500", name: str = "李") -> bytes:
    """Return a list of five as a CSV file."""
    rows = [
        f"{name}{place},{number},622202100111624570{place},102100099996,{amount},11\n"
        for place, number in enumerate(NUMBERS)
    ]
    return (HEADER + "".join(rows)).encode()


@pytest.fixture
def desk(system_node: Node, system_folder: Path, tmp_path: Path) -> Iterator[Actor]:
    """Return somebody before a console that reads lists."""
    options = ConsoleOptions(
        data=tmp_path,
        trust=system_folder / "trust.json",
        demonstration_keys=system_folder / "demo-keys",
        list_reader=InstalledListReader(),
    )
    with reading(system_node, options) as reader:
        yield Actor(reader, system_node, system_folder)


def hand_in(desk: Actor, step: str, data: bytes, **fields: str) -> httpx.Response:
    """Send a list and the secret."""
    files = {"file": ("list.csv", data), "secret": ("secret.hex", SECRET.hex().encode())}
    return desk.reader.post(PLACE, data={"form_key": desk.key, "step": step, **fields}, files=files)


def opened(desk: Actor, title: str) -> str:
    """Let a campaign be open; return its number."""
    number = registered(desk, title)
    for step in ("file_campaign", "open_campaign"):
        desk.act(OFFICER, f"charity/{step}", campaign=number)
    return number


def begun(desk: Actor, campaign: str, data: bytes, period: str) -> dict[str, Any]:
    """Import a list up to its signature; return what the page says of it."""
    desk.be(OFFICER)
    sent = hand_in(desk, "import", data, campaign=campaign, period=period)
    assert sent.status_code == 303, sent.text
    assert desk.send(sent.headers["location"]).status_code == 303
    desk.catch_up()
    (waiting,) = desk.shown(PLACE)["waiting"]
    return dict(waiting)


def test_a_list_is_imported_in_order_and_compared(
    desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows go in parts whose order the digest holds; finance's own list leads to the approval."""
    monkeypatch.setattr(list_files, "ROWS_AT_ONCE", 2)
    campaign = opened(desk, "名单项目")
    waiting = begun(desk, campaign, lines(), "2026-autumn")
    assert (waiting["there"], waiting["count"]) == (0, 5)
    batch = desk.send(PLACE, {"step": "rows", "digest": waiting["digest"]}).headers["location"]
    assert desk.shown(batch)["counts"] == {"ready": 3}
    desk.send(batch)
    desk.catch_up()
    assert desk.shown(batch)["counts"] == {"done": 3}
    assert desk.shown(PLACE)["waiting"] == []
    number = waiting["number"]
    row = desk.shown(f"/state/charity/batches/{number}")["row"]
    assert (row["rows"], row["running"]) == (5, row["list_digest"])
    desk.be(REVIEWER)
    own = hand_in(desk, "compare", lines(), number=number)
    assert (
        f"/do/charity/approve_list?batch={number}&amp;list_digest={row['list_digest']}" in own.text
    )
    other = desk.reader.post(
        f"{PLACE}.json",
        data={"form_key": desk.key, "step": "compare", "number": number},
        files={"file": ("l.csv", lines("1501")), "secret": ("s", SECRET.hex().encode())},
    ).json()["compared"]
    assert (other["is_same"], other["count"]) == (False, 5)
    assert {one["why"] for one in other["differences"]} == {"differs"}


def test_a_failed_part_ends_the_batch_and_the_list_is_gone_on_with(
    desk: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No later part is sent after one that failed; the same list adds what is missing."""
    monkeypatch.setattr(list_files, "ROWS_AT_ONCE", 2)
    waiting = begun(desk, opened(desk, "中断的名单"), lines("1600"), "2027-autumn")
    ready = {"step": "rows", "digest": waiting["digest"]}
    first, second = (desk.send(PLACE, ready).headers["location"] for _ in range(2))
    desk.send(first)
    desk.send(second)  # its rows are on the ledger already: the first part is refused
    desk.catch_up()
    assert desk.shown(second)["counts"] == {"failed": 1, "ready": 2}
    assert desk.shown(f"/state/charity/batches/{waiting['number']}")["row"]["rows"] == 5


def test_payees_go_into_the_file_and_nothing_of_them_stays(desk: Actor, tmp_path: Path) -> None:
    """The private file is the command's; nothing of it lies in the folder."""
    data = lines("1700", name="欧阳甲乙")
    campaign = opened(desk, "收款人")
    with temporary_folder(tmp_path / "temporary") as watched:
        begun(desk, campaign, data, "2028-autumn")
        answer = hand_in(desk, "payees", data)
    payees = answer.json()["payees"]
    assert [one["name"] for one in payees] == [
        one["name"] for one in read_list(data, SECRET).payees
    ]
    assert "attachment" in answer.headers["content-disposition"]
    clear = ["欧阳甲乙".encode(), b"622202100111624570", NUMBERS[0].encode(), SECRET.hex().encode()]
    assert all(one in answer.content for one in clear[:2])
    canaries = [one for one in canaries_of(*clear) if one != VAULT_KEY]
    search_for(tmp_path, canaries)
    watched.search_for(canaries)


def test_mistakes_are_listed_and_nothing_is_sent(desk: Actor) -> None:
    """By row and column, never with what stands there; no list, no secret, no file are said."""
    desk.be(OFFICER)
    wrong = hand_in(desk, "import", lines().replace(b"110101200801101009", b"110101200801101008"))
    assert wrong.status_code == 422
    assert "LIST_NUMBER" in wrong.text
    assert "110101200801101008" not in wrong.text
    unsaid = hand_in(desk, "import", lines("1800"))
    assert unsaid.status_code == 422
    assert 'id="campaign-flaw"' in unsaid.text
    assert hand_in(desk, "import", b"no list").status_code in {400, 422}
    files = {"file": ("l.csv", lines()), "secret": ("s", b"no hexadecimal")}
    sent = desk.reader.post(PLACE, data={"form_key": desk.key, "step": "import"}, files=files)
    assert (sent.status_code, "E_ARGUMENT" in sent.text) == (400, True)
    assert desk.send(PLACE, {"step": "import"}).status_code == 400
    assert desk.send(PLACE, {"step": "rows", "digest": "x"}).status_code == 404
    assert desk.shown(PLACE)["waiting"] == []


def test_a_list_that_is_not_wanted_is_forgotten(desk: Actor) -> None:
    """Before its import is signed it waits for that; forgetting it leaves nothing here."""
    campaign = opened(desk, "不要的名单")
    desk.be(OFFICER)
    sent = hand_in(desk, "import", lines("1900"), campaign=campaign, period="2027-spring")
    assert sent.headers["location"].startswith("/sign/")
    (waiting,) = desk.shown(PLACE)["waiting"]
    assert waiting["number"] is None
    desk.send(PLACE, {"step": "forget", "digest": waiting["digest"]})
    assert desk.shown(PLACE)["waiting"] == []


def test_only_where_lists_are_read_is_there_a_page(desk: Actor, actor: Actor) -> None:
    """Of other systems, or without a reader, there is none; the button is for who can use it."""
    desk.be(OFFICER)
    assert desk.reader.get("/lists/justice").status_code == 404
    assert 'href="/lists/charity"' in desk.reader.get("/app/charity").text
    desk.be("teller-zhao")
    assert 'href="/lists/charity"' not in desk.reader.get("/app/charity").text
    actor.be(OFFICER)
    assert actor.reader.get(PLACE).status_code == 404
