# SPDX-License-Identifier: Apache-2.0
"""`tally NAME METHOD`: verbs of an installed contract, from its schema, against a real node."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tallystick.cli.app import build_app
from tallystick.cli.catalogue import say
from tallystick.cli.founding import found_demo
from tallystick.contracts import Contract
from tallystick.industries.evidence import Evidence
from tallystick.node import NodeConfig
from tests.serving import served_node
from tests.unit.cli.conftest import Tally
from tests.unit.cli.installing import BROKEN, EVIDENCE, RENTAL, SHADOWED, installed_contracts
from tests.unit.cli.rental import Rental

OPEN = ("demo.rental", "open-lease")
NEEDED = (
    *("--rent", "1200.50", "--due", "2026-12-31T18:00:00+08:00"),
    *("--terms-deposit-minor", 5, "--terms-until", "2027-01-31"),
)
CONTRACTS: tuple[type[Contract], ...] = (Evidence, Rental)


@pytest.fixture(autouse=True, scope="module")
def rental() -> Iterator[None]:
    """Let the contract of the tests be installed."""
    with installed_contracts(EVIDENCE, RENTAL):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve a network that runs it; return the data folder."""
    place = tmp_path_factory.mktemp("rental") / "demo"
    found_demo(place)
    with served_node(NodeConfig(data=place, workers=False, contracts=CONTRACTS)):
        yield place


@pytest.fixture
def node(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let that network's node be the one of this machine."""
    monkeypatch.setenv("TALLY_DATA", str(folder))
    return folder


# --- what there is ------------------------------------------------------------------------------


def test_the_first_page_names_the_contract_and_imports_nothing_of_it() -> None:
    """A name comes from the entry point; `tally --help` must stay fast."""
    probe = (
        "import sys\n"
        "from tallystick.cli import installed, main\n"
        "from importlib.metadata import EntryPoint, EntryPoints\n"
        "point = EntryPoint('demo.rental', 'tests.unit.cli.rental:Rental', installed.GROUP)\n"
        "installed.entry_points = EntryPoints([point]).select\n"
        "main(['--help'])\n"
        "print(*sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, cwd=Path.cwd()
    )
    page, _, modules = done.stdout.rpartition("130 interrupted.")
    assert "\n  demo.rental  " in page
    loaded = set(modules.split())
    assert "tallystick.cli.help" in loaded
    assert not loaded & {"tests.unit.cli.rental", "tallystick.contracts", "sqlalchemy"}


def test_the_contract_alone_lists_its_verbs_with_their_labels(tally: Tally) -> None:
    """In both languages, methods with hyphens."""
    page = tally("demo.rental").out
    assert "Rental" in page
    assert "Lets things." in page
    assert "open-lease  Open a lease" in page
    assert "开立" in tally("demo.rental", "--lang", "zh").out


def test_a_verb_s_page_says_what_is_needed_and_how_it_is_written(tally: Tally) -> None:
    """Labels, help, requirement, form, and an example that has every option that is needed."""
    page = tally(*OPEN, "--help").out
    assert "Opens a lease." in page
    assert (
        "tally demo.rental open-lease --rent 1200.50 --due 2026-12-31T18:00:00+08:00 "
        "--terms-deposit 1200.50 --terms-until 2026-12-31"
    ) in page
    assert "Rent: A month. (required) (in major units, as 1200.50)" in page
    assert "@FILE.csv" in page
    assert "--arg-url" in page
    assert "room|car" in page
    chinese = tally(*OPEN, "--help", "--lang", "zh").out
    assert "租金：每月（必填）（以主单位计" in chinese


def test_a_command_of_ours_wins_and_the_contract_fills_the_gaps(tally: Tally) -> None:
    """`tally evidence deposit` is written by hand, `by-hash` follows from the contract."""
    page = tally("evidence").out
    assert "put files on record; their bytes stay here" in page
    assert "by-hash" in page
    assert "--batch" in tally("evidence", "deposit", "--help").out


def test_a_contract_called_as_a_command_gets_no_verbs(tally: Tally) -> None:
    """Otherwise installing a package could replace a command."""
    with installed_contracts(SHADOWED):
        assert "start the node" in tally("up", "--help").out
        assert "  up  " in tally("--help").out


def test_a_mistyped_contract_or_verb_is_guessed(tally: Tally) -> None:
    """From the names of the installed contracts, and from the methods."""
    assert "tally demo.rental" in tally("demo.rentl", "show").err
    assert "tally demo.rental open-lease" in tally("demo.rental", "open-leas").err


def test_a_contract_that_cannot_be_imported_says_so_when_it_is_asked_for(tally: Tally) -> None:
    """And disturbs nobody else."""
    with installed_contracts(EVIDENCE, BROKEN):
        assert "broken" in tally("--help").out
        outcome = tally("broken", "show")
        assert outcome.code == 1
        assert "E_DEFINITION" in outcome.err
        assert "tests.unit.cli.rental:Nothing" in outcome.err
        assert tally("completion", "bash").code == 0


def test_completion_knows_contracts_verbs_and_options(tally: Tally) -> None:
    """The script is made when it is printed, with what is installed then."""
    script = tally("completion", "bash").out
    for word in ("demo.rental", "open-lease", "--terms-deposit", "--rent"):
        assert word in script


# --- calls --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("node")
def test_an_action_answers_with_result_events_and_transaction(tally: Tally, tmp_path: Path) -> None:
    """For people: labels, money in major units, sentences; records and lists put together."""
    lines = tmp_path / "lines.csv"
    lines.write_text("\ufefftitle,price,since\nLamp,12.5,2026-01-01\n台灯,3,\n", encoding="utf-8")
    words = ("--tags", "a", "--tags", "b", "--lines", f"@{lines}", "--mark", "0aff", "--no-is-open")
    outcome = tally(*OPEN, *NEEDED, *words, "--floor", "-2", "--kind", "car", "--arg-url", "u")
    assert outcome.code == 0, outcome.err
    facts = dict(line.split("\t") for line in outcome.out.splitlines())
    assert facts["result.rent"] == "1200.50"
    assert facts["result.due"] == "2026-12-31T10:00:00.000Z"
    assert facts["result.tags"] == '["a","b","car","floor -2","url u"]'
    assert facts["result.mark"] == "0aff"
    assert facts["result.is_open"] == "false"
    assert facts["events"] == f"{facts['result.id']} was opened."
    assert json.loads(facts["result.lines"])[0] == {
        "title": "Lamp",
        "price": "12.50",
        "parts": [],
        "since": json.loads(facts["result.lines"])[0]["since"],
    }
    assert f"tally receipt get {facts['transaction_id']}" in outcome.err
    shown = tally("demo.rental", "show", "--id", facts["result.id"], "--json").json
    assert shown["rent"] == 120050
    assert shown["lines"][1] == {"title": "台灯", "price": 300, "parts": [], "since": None}
    rows = tally("demo.rental", "lines-of", "--id", facts["result.id"]).out.splitlines()
    assert [row.split("\t")[1] for row in rows] == ["12.50", "3.00"]


@pytest.mark.usefixtures("node")
def test_json_keeps_the_ledger_s_own_values(tally: Tally, tmp_path: Path) -> None:
    """Integers of the smallest unit, milliseconds, hexadecimal; the receipt is saved if asked."""
    receipt = tmp_path / "lease.receipt.json"
    lines = '[{"title": "Lamp", "price": 1250}]'
    words = ("--names", '{"x": "y"}', "--lines", lines, "--save-receipt", receipt)
    made = tally(*OPEN, *NEEDED, *words, "--json").json
    assert made["result"]["rent"] == 120050
    assert made["result"]["due"] == 1798711200000
    assert made["result"]["lines"][0]["price"] == 1250
    assert made["events"][0]["name"] == "demo.rental.Opened"
    assert made["events"][0]["sentence"]["zh"].endswith(" 已开立。")
    assert made["receipt"] == str(receipt)
    assert tally("verify", receipt).code == 0


@pytest.mark.usefixtures("node", "terminal")
def test_a_terminal_shows_the_author_s_labels(tally: Tally) -> None:
    """In the language of the command."""
    made = tally(*OPEN, *NEEDED, "--lang", "zh", "--no-input", "--no-progress").out
    assert "编号" in made
    assert "租金" in made
    assert "1200.50" in made


@pytest.mark.usefixtures("node")
def test_a_refusal_is_told_in_the_contract_s_words(tally: Tally) -> None:
    """Exit code 5, with the sentence filled."""
    words = (*OPEN, "--rent", "20000", *NEEDED[2:])
    outcome = tally(*words)
    assert outcome.code == 5
    assert "error[RENT-1] 20,000.00 is too much." in outcome.err
    assert "租金 20,000.00 过高" in tally(*words, "--lang", "zh").err
    assert tally(*words, "--json").json["error"]["facts"] == {"rent": 2000000}


@pytest.mark.usefixtures("node")
def test_a_dry_run_shows_what_it_would_do(tally: Tally) -> None:
    """Result, events, records and readers, as the node foresees them; nothing is sent."""
    before = tally("tx", "list", "--json").json
    made = tally(*OPEN, *NEEDED, "--dry-run", "--json")
    assert made.code == 0
    assert made.json["args"]["terms"] == {"deposit": 5, "until": "2027-01-31"}
    assert (made.json["contract"], made.json["code"]) == ("demo.rental", "ok")
    assert made.json["error"] is None
    assert {one["change"] for one in made.json["changes"]} >= {"added"}
    assert made.json["readers"]["sealed"] == []
    words = tally(*OPEN, *NEEDED, "--dry-run", "--lang", "zh")
    assert "新增" in words.out
    assert "未提交" in words.err
    assert tally("tx", "list", "--json").json == before


@pytest.mark.usefixtures("node")
def test_a_dry_run_that_would_be_refused_ends_with_5(tally: Tally) -> None:
    """With the sentence of the rule, or the argument at fault."""
    words = (*OPEN, "--rent", "20000", *NEEDED[2:], "--dry-run")
    refused = tally(*words)
    assert refused.code == 5
    assert "refused: 20,000.00 is too much." in refused.out
    told = tally(*words, "--json")
    assert (told.code, told.json["code"], told.json["changes"]) == (5, "RENT-1", [])
    assert told.json["error"]["facts"][0]["value"] == 2000000


@pytest.mark.usefixtures("node")
def test_an_action_may_answer_nothing_or_a_plain_value(tally: Tally) -> None:
    """And need not be waited for."""
    assert "result" not in tally("demo.rental", "touch").out
    counted = tally("demo.rental", "count", "--words", "a", "--words", "b").out
    assert "result\t2\n" in counted
    sent = tally("demo.rental", "touch", "--no-wait", "--json").json
    assert set(sent) == {"transaction_id", "level"}


@pytest.mark.usefixtures("node")
def test_queries_answer_with_records_lists_and_values(tally: Tally) -> None:
    """What is not there is an empty result; what does not exist is exit code 3."""
    words = ("--words", "a", "--words", "b", "--mark", "ff", "--is-loud", "--times", "2")
    assert tally("demo.rental", "echo", *words).out.split() == ["a", "b", "ff", "True", "2"]
    assert tally("demo.rental", "echo", "--words", "a", "--json").json[0] == {"result": "a"}
    assert tally("demo.rental", "half", "--rent", "3").out == "result\t1.50\n"
    assert tally("demo.rental", "half", "--rent-minor", "3", "--json").json == {"result": 1}
    assert tally("demo.rental", "nothing").out == "result\t\n"
    assert tally("demo.rental", "show", "--id", "LE-1").code == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "--rent is missing"),
        (NEEDED[:4], "--terms-deposit is missing"),
        ((*NEEDED, "--rent-minor", "3"), "--rent and --rent-minor exclude each other"),
        (("--rent", "1.234"), "expected  1200, 1200.50"),
        (("--due", "noon"), "is not a time"),
        (("--terms-until", "31.12."), "expected  2026-12-31"),
        (("--mark", "xy"), "expected  0a1b2c"),
        (("--lines", "{"), "@FILE.csv"),
        (("--lines", '[{"heading": 1}]'), "heading"),
        (("--kind", "rom"), "room, car"),
    ],
)
def test_wrong_arguments_are_named_before_anything_is_sent(
    words: tuple[str, ...], says: str, tally: Tally
) -> None:
    """Exit code 2, with the option; no node is needed to say so."""
    outcome = tally(*OPEN, *words)
    assert outcome.code == 2
    assert says in outcome.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("heading,price\n", 'unknown column "heading"'),
        ("title,price\nLamp,x\n", "--lines (2)"),
        ("title,price\nLamp\n", "--price is missing"),
        ("title,price\nLamp,1,2\n", "--lines (2)"),
    ],
)
def test_a_wrong_list_names_the_line(content: str, says: str, tally: Tally, tmp_path: Path) -> None:
    """And the column."""
    file = tmp_path / "lines.csv"
    file.write_text(content)
    outcome = tally(*OPEN, *NEEDED, "--lines", f"@{file}")
    assert outcome.code == 2
    assert says in outcome.err


def test_files_that_cannot_be_read_are_named(tally: Tally, tmp_path: Path) -> None:
    """Missing ones, and those that are not text."""
    gone = tmp_path / "gone"
    for option in ("--lines", "--mark"):
        assert f"{gone}:" in tally(*OPEN, *NEEDED, option, f"@{gone}").err
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\xfd")
    outcome = tally(*OPEN, *NEEDED, "--lines", f"@{tmp_path / 'binary.csv'}")
    assert "UTF-8" in outcome.err


@pytest.mark.usefixtures("node")
def test_bytes_and_lists_come_from_files_and_standard_input(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`@FILE`, and `@-`."""
    (tmp_path / "mark").write_bytes(b"\x01\x02")
    (tmp_path / "lines.json").write_text('[{"title": "Lamp", "price": 1}]')
    words = ("--mark", f"@{tmp_path / 'mark'}", "--lines", f"@{tmp_path / 'lines.json'}")
    made = tally(*OPEN, *NEEDED, *words, "--json").json["result"]
    assert (made["mark"], made["lines"][0]["price"]) == ("0102", 1)
    monkeypatch.setattr(sys, "stdin", io.StringIO('[{"title": "Rug", "price": 2}]'))
    made = tally(*OPEN, *NEEDED, "--lines", "@-", "--json").json["result"]
    assert made["lines"][0]["title"] == "Rug"


def test_the_tree_holds_the_verbs_of_the_contracts_it_is_built_for() -> None:
    """The parser sees what was asked for, no more."""
    assert "demo.rental" not in build_app()
    assert "open-lease" in build_app(("demo.rental",))["demo.rental"]
    assert say("help.contract")
