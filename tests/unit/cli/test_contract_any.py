# SPDX-License-Identifier: Apache-2.0
"""`tally contract show`, `schema`, `call`, `query`: contracts that need not be installed here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tallystick.cli import node_schemas
from tests.unit.cli.conftest import Tally
from tests.unit.cli.installing import RENTAL, installed_contracts

HASH = "5feceb66ffc86f38d952786c6d696c79c2dbc239dd4e91b46729d73a27fb57e9"
NEW = {"sha256": HASH, "size": 1, "title": "A"}

running = pytest.mark.usefixtures("running")


@running
def test_the_contracts_of_a_node_are_listed(tally: Tally) -> None:
    """With how much each offers."""
    assert "evidence\t2\tEvidence deposits\t5\t4\t7\n" in tally("contract", "show").out
    assert "\t电子证据存证\t" in tally("contract", "show", "--lang", "zh").out


@running
def test_one_contract_is_shown_whole(tally: Tally) -> None:
    """Methods, tables, events, refusals, roles."""
    page = tally("contract", "show", "evidence").out
    for part in ("Actions", "Queries", "Tables", "Events", "Refusals", "Roles"):
        assert f"\n{part}\n" in page
    assert "[kind: document|image" in page
    assert "deposit_many(deposits: list[NewDeposit])" in page
    assert "filings (sha256, organization, case_number)" in page
    assert "depositor" in page
    assert "查询" in tally("contract", "show", "evidence", "--lang", "zh").out


def test_what_is_installed_is_shown_without_a_node(tally: Tally) -> None:
    """An author has none running."""
    with installed_contracts(RENTAL):
        assert tally("contract", "show", "--installed", "--json").json[0]["name"] == "demo.rental"
        page = tally("contract", "show", "demo.rental", "--installed").out
        assert "every member  touch, count" in page
        assert "[floor: integer?]" in page
        assert "echo(words: list[text]" in page
    assert tally("contract", "show", "demo.rental", "--installed").code == 3
    assert tally("contract", "show", "--url", "http://localhost:9").code == 7


@running
def test_the_schema_is_json_in_two_forms(tally: Tally) -> None:
    """The whole of it, or the arguments as JSON Schema."""
    whole = json.loads(tally("contract", "schema", "evidence").out)
    assert (whole["name"], len(whole["methods"])) == ("evidence", 9)
    assert tally("contract", "show", "evidence", "--json").json == whole
    words = ("contract", "schema", "evidence", "--output-format", "json-schema")
    assert json.loads(tally(*words).out)["show"]["required"] == ["id"]


@running
def test_an_action_and_a_query_are_called_by_json(tally: Tally, tmp_path: Path) -> None:
    """From the node's schema; hyphens may stand for underscores, arguments in a file."""
    call = ("contract", "call", "evidence", "deposit", "--args", json.dumps(NEW))
    made = tally(*call, "--json").json
    file = tmp_path / "args.json"
    file.write_text(json.dumps({"id": made["result"]["id"]}))
    found = tally("contract", "query", "evidence", "show", "--args", f"@{file}", "--json").json
    assert (found["sha256"], found["deposited_at"]) == (HASH, made["result"]["deposited_at"])
    by_hash = ("contract", "query", "evidence", "by-hash", "--args", json.dumps({"sha256": HASH}))
    assert [row["id"] for row in tally(*by_hash, "--json").json] == [made["result"]["id"]]
    assert tally(*call).code == 5


@running
@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("call", "evidense", "deposit"), 3, "tally explain E_CONTRACT"),
        (("call", "evidence", "deposite"), 3, "Did you mean deposit?"),
        (("call", "evidence", "show"), 3, "deposit, deposit_many"),
        (("query", "evidence", "nothing-like-it"), 3, "show, by_hash"),
        (("call", "evidence", "deposit", "--args", "[1]"), 2, '{"name": value}'),
        (("call", "evidence", "deposit", "--args", "{"), 2, "--args"),
        (("call", "evidence", "deposit", "--args", '{"sha": 1}'), 2, "no argument 'sha'"),
        (("call", "evidence", "deposit"), 2, "E_ARGUMENT"),
    ],
)
def test_wrong_calls_are_told_apart(
    words: tuple[str, ...], code: int, says: str, tally: Tally
) -> None:
    """Unknown things are exit code 3, wrong arguments 2."""
    outcome = tally("contract", *words)
    assert outcome.code == code, outcome.err
    assert says in outcome.err


def test_what_is_no_list_of_contracts_is_no_node(
    tally: Tally, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another program may listen there."""
    monkeypatch.setattr(node_schemas, "fetch_text", lambda *_: '{"items": [1]}')
    assert tally("contract", "show").code == 7
