# SPDX-License-Identifier: Apache-2.0
"""Many calls from one file: tried, confirmed once, sent once, and never done twice."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from tallystick.console.work import batch_pages
from tallystick.interchange.tables import write_csv, write_xlsx
from tests.unit.console.conftest import Reader
from tests.unit.console.test_acting import form_key, player
from tests.unit.console.test_joining import PASSWORD, Site, clerk, open_account, site
from tests.unit.console.test_work import be_the_clerk

__all__ = ["clerk", "player", "site"]
PLACE = "/do/evidence/deposit/batch"
HEADER = ["sha256", "size", "title", "kind", "media_type", "method", "captured_at"]
Row = list[str | int | None]


def row_of(content: str, **changes: str) -> Row:
    """Return the cells of a deposit."""
    cells: dict[str, str | int | None] = {
        "sha256": sha256(content.encode()).hexdigest(),
        "size": len(content),
        "title": content,
        "kind": "document",
        "media_type": "text/plain",
        "method": "upload",
        "captured_at": "2023-11-14 22:13",
    }
    return list({**cells, **changes}.values())


def hand_in(player: Reader, key: str, data: bytes, name: str = "list.csv") -> str:
    """Hand a file in; return the address of its batch."""
    sent = player.post(PLACE, data={"form_key": key}, files={"file": (name, data)})
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"])


def shown(player: Reader, place: str) -> dict[str, Any]:
    """Return what the page of a batch shows."""
    found: dict[str, Any] = player.get(f"{place}.json", params={"show": "all"}).json()
    return found


def test_a_file_is_tried_confirmed_once_and_not_done_twice(player: Reader) -> None:
    """Three rows of which one is wrong: two are done; handed in again, the two are skipped."""
    key = be_the_clerk(player)
    rows = [row_of("first of a file"), row_of("second", size="many"), row_of("third of a file")]
    place = hand_in(player, key, write_csv(HEADER, rows))
    assert shown(player, place)["counts"] == {"ready": 2, "bad": 1}
    height = player.get("/explorer.json").json()["status"]["log_size"]
    for _ in range(2):
        assert player.post(place, data={"form_key": key}).status_code == 303
    done = shown(player, place)
    assert done["counts"] == {"done": 2, "bad": 1}
    assert done["batch"]["state"] == "done"
    assert player.get("/explorer.json").json()["status"]["log_size"] == height + 2
    again = hand_in(player, key, write_csv(HEADER, rows))
    assert shown(player, again)["counts"] == {"skipped": 2, "bad": 1}
    assert "first of a file" in player.get(place, params={"show": "all"}).text
    assert place in player.get(PLACE).text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_file_to_fill_in_is_read_again(player: Reader, ending: str, language: str) -> None:
    """Its header is the form's in either language; empty, it makes a batch of nothing."""
    key = be_the_clerk(player)
    file = player.get(f"{PLACE}.{ending}", params={"lang": language})
    assert f'filename="evidence-deposit.{ending}"' in file.headers["content-disposition"]
    place = hand_in(player, key, file.content)
    assert shown(player, place)["counts"] == {}
    assert player.post(place, data={"form_key": key}).status_code == 303
    assert shown(player, place)["batch"]["state"] == "done"


@pytest.mark.parametrize("count", [20, pytest.param(500, marks=pytest.mark.slow)])
def test_a_file_with_three_bad_rows(player: Reader, count: int) -> None:
    """The others are done, the three are named by row, and come back corrected."""
    key = be_the_clerk(player)
    rows = [row_of(f"row {number} of {count}") for number in range(count)]
    rows[6][1], rows[9][3], rows[count - 1][6] = "many", "nothing", "tomorrow"
    place = hand_in(player, key, write_xlsx("rows", HEADER, rows), "list.xlsx")
    bad = player.get(f"{place}.json").json()["rows"]
    assert [(row["number"], row["problem"]["field"]) for row in bad] == [
        (8, "size"),
        (11, "kind"),
        (count + 1, "captured_at"),
    ]
    player.post(place, data={"form_key": key})
    assert shown(player, place)["counts"] == {"done": count - 3, "bad": 3}
    file = player.get(f"{place}.xlsx", params={"lang": "en"})
    book = load_workbook(BytesIO(file.content))
    sheet = book.worksheets[0]
    cells = [[str(cell.value or "") for cell in row] for row in sheet.iter_rows()]
    assert [row[0] for row in cells] == ["Row", "8", "11", str(count + 1)]
    assert "This must be a whole number." in cells[1][-1]
    columns = cells[0]
    place_of = {title: number for number, title in enumerate(columns)}
    fixed = [list(row) for row in cells[1:]]
    labels = player.get(f"{PLACE}.json", params={"lang": "en"}).json()["columns"]
    titles = {one["path"]: one["title"]["en"] for one in labels}
    fixed[0][place_of[titles["size"]]] = "15"
    fixed[1][place_of[titles["kind"]]] = "document"
    fixed[2][place_of[titles["captured_at"]]] = "2023-11-14 22:13"
    again = hand_in(player, key, write_csv(columns, fixed))
    player.post(again, data={"form_key": key})
    assert shown(player, again)["counts"] == {"done": 3}
    whole = hand_in(player, key, write_xlsx("rows", HEADER, rows))
    assert shown(player, whole)["counts"] == {"skipped": count - 3, "bad": 3}


def test_equal_rows_of_one_file_are_meant_and_skipped_one_by_one(player: Reader) -> None:
    """The same content twice in a file is two calls, in this file and when it comes again."""
    key = be_the_clerk(player)
    rows = [row_of("twice the same"), row_of("twice the same")]
    place = hand_in(player, key, write_csv(HEADER, rows))
    player.post(place, data={"form_key": key})
    told = shown(player, place)["counts"]
    assert sum(told.values()) == 2
    again = hand_in(player, key, write_csv(HEADER, [*rows, row_of("another")]))
    counts = shown(player, again)["counts"]
    assert counts["skipped"] == told["done"]
    assert counts["ready"] >= 1


def test_a_cell_that_would_be_computed_is_a_text_in_the_error_file(player: Reader) -> None:
    """`=cmd` goes out as text, in CSV with an apostrophe before it."""
    key = be_the_clerk(player)
    evil = "=cmd|'/c calc'!A1"
    place = hand_in(player, key, write_csv(HEADER, [row_of("x", title=evil, size="many")]))
    assert f"'{evil}" in player.get(f"{place}.csv").text
    book = load_workbook(BytesIO(player.get(f"{place}.xlsx").content))
    found = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value == evil]
    assert [cell.data_type for cell in found] == ["s"]


def test_what_is_no_such_table_is_refused_whole(player: Reader) -> None:
    """No file, no table, or columns of another form: the page says so, and nothing is kept."""
    key = be_the_clerk(player)
    assert player.post(PLACE, data={"form_key": key}).status_code == 400
    for data in (b"", write_csv(["colour", "size"], [["red", "2"]])):
        sent = player.post(PLACE, data={"form_key": key}, files={"file": ("list.csv", data)})
        assert sent.status_code == 400
    assert player.get(f"{PLACE}.json").json()["earlier"] == []


def test_batches_of_others_are_not_there(player: Reader) -> None:
    """Nor their error files, nor for confirming."""
    key = be_the_clerk(player)
    unknown = "/batch/0123456789abcdef0123456789abcdef"
    assert player.get(unknown).status_code == 404
    assert player.get(f"{unknown}.csv").status_code == 404
    assert player.post(unknown, data={"form_key": key}).status_code == 404


def test_strangers_see_the_columns_and_sign_in_to_hand_in(reader: Reader) -> None:
    """Sending leads to the entrance."""
    assert "/sign-in" in reader.get(PLACE).text
    key = form_key(reader.get("/sign-in").text)
    assert reader.post(PLACE, data={"form_key": key}).headers["location"].startswith("/sign-in")


def test_a_batch_waits_for_its_signers_word(
    site: Site, clerk: dict[str, tuple[str, bytes]]
) -> None:
    """Outside a demonstration the password is asked once for all rows, and kept beside each."""
    assert open_account(site, site.link, clerk).status_code == 303
    reader, key = site.reader, form_key(site.reader.get("/").text)
    place = hand_in(reader, key, write_csv(HEADER, [row_of("by word 1"), row_of("by word 2")]))
    page = reader.get(place).text
    assert 'type="password"' in page
    wrong = reader.post(place, data={"form_key": key, "password": "a wrong and boring sentence"})
    assert wrong.status_code == 401
    assert shown(reader, place)["counts"] == {"ready": 2}
    reader.post(place, data={"form_key": key, "password": PASSWORD})
    told = shown(reader, place)
    assert told["counts"] == {"done": 2}
    for row in told["rows"]:
        said = reader.get(f"/sign/{row['pending']}.json").json()["confirmation"]
        assert said["means"] == "password"


def test_a_batch_that_was_left_in_the_middle_goes_on(
    player: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is tried or sent: after a rest it can be taken over, once, and ends as it would."""
    key = be_the_clerk(player)
    with monkeypatch.context() as cut:
        cut.setattr(batch_pages, "try_rows", nothing)
        place = hand_in(player, key, write_csv(HEADER, [row_of("left 1"), row_of("left 2")]))
    assert shown(player, place)["counts"] == {"waiting": 2}
    assert player.post(place, data={"form_key": key}).status_code == 400  # it may be going on
    monkeypatch.setattr(batch_pages, "_REST_MS", -1)
    player.post(place, data={"form_key": key})
    assert shown(player, place)["counts"] == {"ready": 2}
    with monkeypatch.context() as cut:
        cut.setattr(batch_pages, "send_rows", nothing)
        player.post(place, data={"form_key": key})
    assert shown(player, place)["batch"]["state"] == "sending"
    player.post(place, data={"form_key": key})
    assert shown(player, place)["counts"] == {"done": 2}


async def nothing(*_: object) -> None:
    """Do nothing, as a server that ends."""


def test_a_row_that_the_ledger_refuses_is_a_result(player: Reader) -> None:
    """Two rows that exclude each other are both ready; the second is refused, with its reason."""
    key = be_the_clerk(player)
    tool = ["app", "version"]
    place = "/do/evidence/register_collector/batch"
    sent = player.post(
        place,
        data={"form_key": key},
        files={"file": ("tools.csv", write_csv(tool, [["camera", "1"], ["camera", "1"]]))},
    )
    batch = str(sent.headers["location"])
    player.post(batch, data={"form_key": key})
    told = shown(player, batch)
    assert told["counts"] == {"done": 1, "failed": 1}
    (failed,) = (row for row in told["rows"] if row["state"] == "failed")
    assert failed["problem"]["code"] == "E_DUP"
    assert failed["transaction"]
    assert "E_DUP" in player.get(f"{batch}.csv").text
