# SPDX-License-Identifier: Apache-2.0
"""Several records of the inbox in one go; what a case shows of who did what; and cases as files."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tallystick.client import verify
from tallystick.console.work import case_files, cases
from tallystick.console.work import inbox as inbox_page
from tallystick.contracts import DAY_MS
from tallystick.interchange.certificates import CASE_FILE, attached_files
from tests.unit.console.system_stage import Actor

OFFICER, CIVIL, REVIEWER = "officer-li", "civil-chen", "reviewer-wang"
STEP = "charity/campaigns/file_campaign"
FOUNDATION = "53110000MADEM1010Y"


@pytest.fixture(scope="module")
def plan() -> str:
    """Return the hash of a file that campaigns name."""
    return sha256(b"a plan").hexdigest()


def campaigns(actor: Actor, plan: str, count: int) -> list[str]:
    """Let so many campaigns be drafted; return their numbers."""
    now = actor.shown("/explorer")["status"]["block_time_ms"]
    licensed = {
        "organization": FOUNDATION,
        "licence": "53100000500020",
        "valid_until": now + 400 * DAY_MS,
        "may_raise_publicly": True,
    }
    actor.act(CIVIL, "charity/license_foundation", foundation=licensed)
    return [
        str(
            actor.act(
                OFFICER,
                "charity/register_campaign",
                title=f"第 {number} 项",
                project="new-future",
                plan=plan,
                target=10_000_000,
                opens_at=now,
                closes_at=now + 300 * DAY_MS,
                fee_cap_basis=800,
            )
        )
        for number in range(count)
    ]


def counted(actor: Actor, member: str) -> int:
    """Return how many records wait for somebody."""
    actor.be(member)
    return int(actor.shown("/inbox/count")["count"])


def test_two_are_selected_previewed_on_one_page_and_done_by_one_confirmation(
    actor: Actor, plan: str
) -> None:
    """The counts change at once; each case shows who moved it, from what to what, with proof."""
    made = campaigns(actor, plan, 2)
    before = counted(actor, OFFICER)
    records = [f"charity/campaigns/{one}" for one in made]
    inbox = actor.reader.get("/inbox").text
    assert all(f'value="{one}"' in inbox for one in [*records, STEP])
    place = actor.send("/inbox", {"step": STEP, "record": records}).headers["location"]
    shown = actor.shown(f"{place}?show=all")
    after = [row["preview"]["changes"][0]["after"]["state"] for row in shown["rows"]]
    assert (shown["counts"], after) == ({"ready": 2}, ["FILED", "FILED"])
    page = actor.reader.get(place, params={"show": "all"}).text
    assert all(f"/case/charity/campaigns/{one}" in page for one in made)
    actor.send(place)
    actor.catch_up()
    assert actor.shown(place)["counts"] == {"done": 2}
    assert counted(actor, OFFICER) == before  # they wait again, to be opened
    assert made[0] in actor.reader.get("/inbox", params={"tab": "done"}).text
    states = {task["key"]: task["state"] for task in actor.shown("/inbox")["tasks"]}
    assert [states[one] for one in made] == ["FILED", "FILED"]
    case = actor.shown(f"/case/charity/campaigns/{made[0]}")
    assert [step["state"] for step in case["steps"]] == ["DRAFT", "FILED"]
    newest = case["timeline"][0]
    assert (newest["member"], newest["method"]) == (OFFICER, "file_campaign")
    (field,) = newest["change"]["fields"]
    assert (field["before"], field["after"]) == ("DRAFT", "FILED")
    (move,) = case["next_moves"]
    assert [one["member"] for one in move["movers"]] == [OFFICER]
    assert (
        f"/t/{newest['id']}/receipt" in actor.reader.get(f"/case/charity/campaigns/{made[0]}").text
    )


def test_what_is_the_same_for_all_is_asked_once(actor: Actor, plan: str) -> None:
    """A step that takes more than the record asks for the rest, and says what is wrong with it."""
    made = campaigns(actor, plan, 2)
    actor.be(REVIEWER)
    step = "charity/campaigns/take_fee"
    records = [f"charity/campaigns/{one}" for one in made]
    place = actor.send("/inbox", {"step": step, "record": records}).headers["location"]
    assert place.startswith("/several?")
    page = actor.reader.get(place)
    assert 'name="amount"' in page.text
    assert 'name="campaign"' not in page.text
    wrong = actor.send(place, {"amount": "much", "reference": "R-1"})
    assert wrong.status_code == 422
    assert 'id="amount-flaw"' in wrong.text
    sent = actor.send(place, {"amount": "1", "reference": "R-1"})
    shown = actor.shown(sent.headers["location"])
    assert shown["counts"] == {"refused": 2}  # the campaigns are not open yet
    assert [row["subject"][2] for row in shown["rows"]] == made


@pytest.mark.parametrize(
    ("step", "records"),
    [
        ("", ["charity/campaigns/X"]),
        (STEP, []),
        (STEP, ["custody/objects/X"]),
        ("charity/funds/file_campaign", ["charity/funds/X"]),
        ("charity/nothing/file_campaign", ["charity/nothing/X"]),
        (STEP, [f"charity/campaigns/{number}" for number in range(101)]),
    ],
    ids=["no-step", "no-record", "other-records", "other-step", "no-table", "too-many"],
)
def test_a_selection_that_does_not_fit_together_is_refused(
    actor: Actor, step: str, records: list[str]
) -> None:
    """Nothing is begun."""
    actor.be(OFFICER)
    assert actor.send("/inbox", {"step": step, "record": records}).status_code in {400, 404}


def test_the_inbox_leaves_out_records_of_others(actor: Actor, plan: str) -> None:
    """Somebody of the same role in another organisation, or of another role, has nothing to do."""
    made = campaigns(actor, plan, 1)
    actor.be(OFFICER)
    mine = {task["key"] for task in actor.shown("/inbox")["tasks"]}
    assert made[0] in mine
    for other in ("teller-zhao", "auditor-lin", "app-zheng"):
        actor.be(other)
        assert made[0] not in {task["key"] for task in actor.shown("/inbox")["tasks"]}


def test_a_task_is_handed_to_a_colleague_until_the_record_moves_on(actor: Actor, plan: str) -> None:
    """Who lacks the role is not asked, nothing is handed to nobody, and no record is made up."""
    made = campaigns(actor, plan, 1)
    record = f"charity/campaigns/{made[0]}"
    before = counted(actor, OFFICER)
    for nobody in ("", REVIEWER, "nobody-here"):
        refused = actor.send("/inbox/hand", {"record": record, "colleague": nobody})
        assert refused.status_code == 400, nobody
    assert actor.send("/inbox/hand", {"colleague": OFFICER}).status_code == 400
    unknown = {"record": "charity/x/1", "colleague": OFFICER}
    assert actor.send("/inbox/hand", unknown).status_code == 404
    assert counted(actor, OFFICER) == before
    assert actor.send("/inbox/hand", {"record": record, "colleague": OFFICER}).status_code == 303
    (task,) = [one for one in actor.shown("/inbox")["tasks"] if one["key"] == made[0]]
    assert task["passed"]["handed"]["member"] == OFFICER
    assert counted(actor, OFFICER) == before
    step = {"step": STEP, "record": [record]}
    actor.send(actor.send("/inbox", step).headers["location"])
    actor.catch_up()
    (task,) = [one for one in actor.shown("/inbox")["tasks"] if one["key"] == made[0]]
    assert task["passed"]["handed"] is None


def test_who_waits_reminds_once_a_day(actor: Actor, plan: str) -> None:
    """It stands in the inbox of whom it waits for and on the case; strangers remind nobody."""
    made = campaigns(actor, plan, 1)
    case = f"/case/charity/campaigns/{made[0]}"
    fields = {"contract": "charity", "table": "campaigns", "key": made[0]}
    actor.be("auditor-lin")
    assert actor.send("/remind", fields).status_code == 404
    actor.be(REVIEWER)
    assert 'action="/remind"' in actor.reader.get(case).text
    assert actor.send("/remind", fields).headers["location"] == case
    assert 'action="/remind"' not in actor.reader.get(case).text
    assert actor.send("/remind", fields).status_code == 400
    actor.be(OFFICER)
    first = actor.shown("/inbox")["tasks"][0]
    assert (first["key"], first["passed"]["reminder"]["organization"]) == (made[0], FOUNDATION)


def test_what_one_started_is_listed_for_oneself_alone(actor: Actor, plan: str) -> None:
    """With its state now."""
    made = campaigns(actor, plan, 1)
    actor.be(OFFICER)
    rows = actor.shown("/inbox?tab=started")["rows"]
    assert {"DRAFT"} == {row["state"] for row in rows if row["key"] == made[0]}
    page = actor.reader.get("/inbox?tab=started", params={"lang": "zh"}).text
    assert ('title="DRAFT"' in page, ">DRAFT<" in page) == (True, False)  # in words
    actor.be(REVIEWER)
    assert made[0] not in {row["key"] for row in actor.shown("/inbox?tab=started")["rows"]}


def test_what_waited_longest_is_found_behind_any_number_of_others(
    actor: Actor, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The records in a state are looked through page by page, the oldest first."""
    made = campaigns(actor, plan, 3)
    actor.be(OFFICER)
    monkeypatch.setattr(inbox_page, "_ROWS", 1)
    waiting = {task["key"] for task in actor.shown("/inbox")["tasks"]}
    assert set(made) <= waiting
    monkeypatch.setattr(inbox_page, "_PAGES_LOOKED_THROUGH", 1)
    left = [task["key"] for task in actor.shown("/inbox")["tasks"] if task["state"] == "DRAFT"]
    assert len(left) == 1
    assert left[0] not in made[1:]


def test_a_case_goes_out_with_its_proofs(
    actor: Actor, plan: str, system_folder: Path, tmp_path: Path
) -> None:
    """The JSON holds a receipt of each transaction that verifies offline; the PDF holds it."""
    (made,) = campaigns(actor, plan, 1)
    place = f"/case-file/charity/campaigns/{made}"
    case: dict[str, Any] = actor.shown(place)
    assert case["record"]["id"] == made
    assert case["record_proof"]
    assert [one["sha256"] for one in case["files"]] == [plan]
    for item in case["timeline"]:
        path = tmp_path / f"{item['id']}.receipt.json"
        path.write_text(json.dumps(item["receipt"]), "utf-8")
        assert verify(path, trust=system_folder / "trust.json").ok
    pdf = actor.reader.get(place)
    assert pdf.headers["content-type"] == "application/pdf"
    assert made in pdf.headers["content-disposition"]
    inside = json.loads(attached_files(pdf.content)[CASE_FILE])
    assert inside["key"] == made
    assert inside["timeline"] == case["timeline"]


def test_no_transaction_of_a_long_case_is_left_out(
    actor: Actor, plan: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page leads on to older ones; the file has all, or is refused for their number."""
    (made,) = campaigns(actor, plan, 1)
    actor.act(OFFICER, "charity/file_campaign", campaign=made)
    case, place = f"/case/charity/campaigns/{made}", f"/case-file/charity/campaigns/{made}"
    whole = [one["id"] for one in actor.shown(place)["timeline"]]
    assert len(whole) == 2
    monkeypatch.setattr(cases, "_PAGE", 1)
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        shown = actor.shown(f"{case}?cursor={cursor}")
        seen += [one["id"] for one in shown["timeline"]]
        cursor = shown["older"]
    assert seen == whole
    assert 'rel="next"' in actor.reader.get(case).text
    assert [one["id"] for one in actor.shown(place)["timeline"]] == whole
    monkeypatch.setattr(case_files, "_TRANSACTIONS_MAX", 1)
    refused = actor.reader.get(place)
    assert (refused.status_code, "E_LIMIT" in refused.text) == (400, True)


def test_a_refused_transaction_has_a_page_that_says_so(actor: Actor) -> None:
    """What was sent in spite of its preview is on the ledger as refused, red, with its code."""
    actor.be(REVIEWER)
    sent = actor.send("/do/charity/file_campaign", {"campaign": "CP-2026-999999"})
    place = sent.headers["location"]
    assert actor.shown(place)["preview"]["error"]["code"] == "E_ROLE"
    actor.send(place)
    done = actor.shown(place)["transaction"]
    assert done["code"] == "E_ROLE"
    for address in (place, f"/t/{done['id']}"):
        page = actor.reader.get(address, params={"lang": "en"})
        assert page.status_code == 200
        assert "E_ROLE" in page.text
    assert "alert-danger" in actor.reader.get(f"/t/{done['id']}").text
