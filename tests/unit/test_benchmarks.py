# SPDX-License-Identifier: Apache-2.0
"""What measures the product still fits it: a benchmark that cannot run is noticed here."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import call, console, contract_tests, documents, report, stages


def test_the_stages_of_the_budget_are_all_there(tmp_path: Path) -> None:
    """They are functions of the product, wrapped by name; each takes some time."""
    found = stages.run(tmp_path / "world", accounts=100, batches=1)
    assert found["accounts"] == 100
    assert len(found["us_per_tx"]) == 13
    assert set(found["us_per_tx"]) >= {
        "decode transaction",
        "state tree",
        "block log, encode and write",
    }


def test_a_call_costs_the_platform_something_and_the_author_something() -> None:
    """Both sides run the same function of the same contract."""
    found = call.run(calls=50, repeat=1)
    assert found["whole_us"] > 0
    assert found["author_us"] > 0
    assert (found["reads"], found["writes"]) == (2, 2)


def test_the_speed_of_contract_tests_can_be_measured() -> None:
    """Its test passes, twice and once executed, and its invariant holds."""
    found = contract_tests.run(count=3, repeat=1)
    assert len(found) == 3
    assert all(figure > 0 for one in found.values() for figure in one.values())


def test_sealing_and_opening_a_document_can_be_measured(tmp_path: Path) -> None:
    """What is opened is what was sealed, or it fails; other tools are measured where they are."""
    found = documents.run(tmp_path / "world", size_mib=1, repeat=1)
    assert found["size_mib"] == 1
    assert found["seal_and_store_mib_s"] > 0
    assert found["fetch_and_open_mib_s"] > 0


def test_figures_of_files_stand_beside_those_of_other_programs() -> None:
    """What was measured is in the table, with the ratio; what was not is not, and says so."""
    assert report.files_table({}) == "No figures yet.\n"
    documents_found = {
        "size_mib": 512,
        **dict.fromkeys(("seal_mib_s", "seal_and_store_mib_s", "fetch_and_open_mib_s"), 100),
        "address_mib_s": 200,
        "age_seal_mib_s": 130,
        "age_open_mib_s": 50,
    }
    machine = {
        "cpu": "some",
        "cores": 2,
        "kernel": "6",
        "python": "3.11",
        "date": "2026-11-28",
        "verify_us": 49.6,
    }
    table = report.files_table(
        {"documents": documents_found, "machines": {"documents": machine, "pipeline": {}}}
    )
    assert "some, 2 cores, Linux 6, Python 3.11, 2026-11-28; one signature" in table
    assert "| seal and store a file of 512 MiB | 100 MiB/s | `age` 130 MiB/s, 1.30 times |" in table
    assert "| fetch and open a file of 512 MiB | 100 MiB/s | `age` 50 MiB/s, 0.50 times |" in table
    assert "| 200 MiB/s | Kubo was not installed |" in table
    assert "deposit" not in table


@pytest.mark.slow
def test_readers_and_writers_use_the_console_at_once_without_an_error(tmp_path: Path) -> None:
    """The short form of the console's benchmark: every page they open answers, all is written."""
    found = console.run(tmp_path, seconds=20, deposits=50, readers=20, writers=4)
    assert found["errors"] == {}
    assert found["pages"] >= 20
    assert found["written"] >= 4
