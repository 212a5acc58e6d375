# SPDX-License-Identifier: Apache-2.0
"""`tally NAME export`: what is saved is what the node's tables say, or nothing is."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tallystick.cli import linking
from tallystick.cli.installed import exports_of, has_exports
from tallystick.errors import UnknownContract, Unverified
from tests.unit.cli.conftest import Tally
from tests.unit.industries.charity.scene import Scene, row

AT = datetime(2026, 9, 21, tzinfo=UTC)


class FakeTable:
    """A table of a scene, as the client shows it: with columns that the views add."""

    def __init__(self, scene: Scene, name: str, equal: dict[str, str] | None = None) -> None:
        """Show a table."""
        self.scene, self.name, self.equal = scene, name, equal or {}

    def where(self, **equal: str) -> FakeTable:
        """Narrow it down."""
        return FakeTable(self.scene, self.name, equal)

    def __iter__(self) -> Iterator[Any]:
        for found in self.scene.ledger.state.records("charity", self.name).values():
            assert isinstance(found, dict)
            if all(found[name] == value for name, value in self.equal.items()):
                yield _Row({**found, "_created_leaf": 1})

    def find(self, key: str) -> Any:
        """Return a row by its key."""
        return self.scene.ledger.state.records("charity", self.name).get(key)

    def history(self, key: str) -> Iterator[Any]:
        """Yield a transaction of its own for each table, and one that all of them share."""
        yield transaction(f"{self.name}-{key}", 2)
        yield transaction("shared", 1)


class _Row(dict[str, Any]):
    def to_dict(self) -> dict[str, Any]:
        return dict(self)


def transaction(id_: str, height: int) -> Any:
    """Return a transaction with an event that a spreadsheet would compute."""
    texts = SimpleNamespace(zh="捐赠", en="=1+1")
    events = [
        SimpleNamespace(name="charity.Gift", fields={"amount": 5}, sentence=texts),
        SimpleNamespace(name="charity.Plain", fields={}, sentence=None),
    ]
    facts = {"id": id_, "height": height, "index": 0, "time": AT, "organization": "O"}
    return SimpleNamespace(**facts, member="m", method="give", code="ok", events=events)


class FakeNet:
    """A node's client over a scene."""

    def __init__(self, scene: Scene) -> None:
        """Serve a scene."""
        self.scene, self.is_honest = scene, True

    def table(self, name: str) -> FakeTable:
        """Return a table."""
        return FakeTable(self.scene, name.removeprefix("charity."))

    def transaction(self, id_: str) -> Any:
        """Return a transaction with its events."""
        return transaction(id_, 1)

    def receipt(self, id_: str) -> Any:
        """Return a receipt that was checked."""
        if not self.is_honest:
            raise Unverified("the receipt does not check out")
        return SimpleNamespace(record=SimpleNamespace(to_json=lambda: json.dumps({"id": id_})))


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> FakeNet:
    """Let a scene with five payouts be what the node says."""
    scene = Scene()
    names = [f"p{number}" for number in range(5)]
    batch = scene.approved(scene.campaign(), [row(name, 100) for name in names])
    for number, name in enumerate(names, start=1):
        scene.paid(f"{batch}-{number:05d}", name)
    made = FakeNet(scene)

    @contextmanager
    def opened(_address: object) -> Iterator[FakeNet]:
        yield made

    monkeypatch.setattr(linking, "open_net", opened)
    return made


@pytest.mark.usefixtures("net")
@pytest.mark.parametrize("kind", ["disclosure", "360giving-csv"])
def test_a_table_is_saved(tally: Tally, tmp_path: Path, kind: str) -> None:
    """With the sums of the book."""
    out = tmp_path / "out.csv"
    done = tally("charity", "export", kind, "CP-2026-000001", "--out", out, "--json").json
    assert (done["file"], done["size"]) == (str(out), out.stat().st_size)
    (saved,) = csv.DictReader(io.StringIO(out.read_text("utf-8-sig"), newline=""))
    assert saved["paid" if kind == "disclosure" else "Amount Awarded"] == "5.00"


@pytest.mark.usefixtures("net")
def test_a_package_of_grants_is_saved(tally: Tally, tmp_path: Path) -> None:
    """One grant for the list."""
    out = tmp_path / "grants.json"
    tally("charity", "export", "360giving", "CP-2026-000001", "-o", out)
    assert [one["amountAwarded"] for one in json.loads(out.read_text())["grants"]] == [5]


@pytest.mark.usefixtures("net")
def test_an_audit_package_has_every_transaction_once_with_its_receipt(
    tally: Tally, tmp_path: Path
) -> None:
    """In the order of the ledger; the same history gives the same bytes."""
    packages = []
    for name in ("one.zip", "two.zip"):
        tally("charity", "export", "audit", "CP-2026-000001", "-o", tmp_path / name)
        packages.append((tmp_path / name).read_bytes())
    assert packages[0] == packages[1]
    with zipfile.ZipFile(io.BytesIO(packages[0])) as archive:
        receipts = [name for name in archive.namelist() if name.startswith("receipts/")]
        rows = list(csv.DictReader(io.StringIO(archive.read("events.csv").decode("utf-8-sig"))))
    assert receipts[0] == "receipts/shared.receipt.json"
    assert len(receipts) == len(set(receipts)) == 1 + 2 + 1 + 5
    assert len(rows) == 2 * len(receipts)
    assert (rows[0]["en"], rows[0]["fields"], rows[1]["en"]) == ("'=1+1", '{"amount": 5}', "")


def test_what_is_altered_or_missing_is_refused_and_nothing_saved(
    tally: Tally, tmp_path: Path, net: FakeNet
) -> None:
    """A payout that is gone, a receipt that does not check out, a campaign that is not there."""
    out = tmp_path / "out"
    for kind in ("disclosure", "audit"):
        assert tally("charity", "export", kind, "CP-1", "-o", out).code == 3
    net.is_honest = False
    assert tally("charity", "export", "audit", "CP-2026-000001", "-o", out).code == 6
    missing = tmp_path / "none" / "out"
    told = tally("charity", "export", "disclosure", "CP-2026-000001", "-o", missing)
    assert (told.code, "E_FILE" in told.err) == (1, True)
    key = next(key for key in net.scene.ledger.state.values if b"payouts" in bytes(key))
    del net.scene.ledger.state.values[key]
    told = tally("charity", "export", "disclosure", "CP-2026-000001", "-o", out)
    assert (told.code, "add up to 400" in told.err) == (6, True)
    assert not out.exists()


def test_a_kind_of_file_that_there_is_not_is_named(
    tally: Tally, tmp_path: Path, net: FakeNet
) -> None:
    """With those that there are; nothing is asked of the node."""
    told = tally("charity", "export", "nothing", "CP-2026-000001", "-o", tmp_path / "out")
    assert (told.code, "360giving-csv" in told.err) == (2, True)
    assert net.is_honest


def test_only_contracts_with_files_to_take_away_have_the_verb(tally: Tally) -> None:
    """The platform stands without its industries, and names none."""
    assert "export" in tally("charity", "--help").out
    assert not has_exports("calendars")
    with pytest.raises(UnknownContract):
        exports_of("calendars")
    shown = tally("charity", "export", "--help", "--lang", "zh").out
    assert "历次信息公开" in shown
