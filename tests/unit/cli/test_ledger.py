# SPDX-License-Identifier: Apache-2.0
"""Reading commands, log, backup, views and doctor, against a real node and its folder."""

from __future__ import annotations

import re
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from tallystick.cli import linking
from tallystick.cli.answers import Mark
from tallystick.cli.doctor import folder as folders
from tallystick.cli.doctor import machine
from tallystick.cli.doctor import node as nodes
from tallystick.cli.founding import found_demo
from tallystick.cli.linking import transaction_of_leaf
from tallystick.cli.runfile import RunFile, RunRecord
from tallystick.client import Status, connect
from tallystick.console.records import Records, records_path
from tallystick.errors import NotFound, UsageError
from tallystick.storage import Finding, Severity
from tests.unit.cli.conftest import Running, Tally


@pytest.fixture
def deposit(
    tally: Tally, running: Running, tmp_path: Path, request: pytest.FixtureRequest
) -> dict[str, str]:
    """Make one deposit and return what was said about it."""
    path = tmp_path / "file.txt"
    path.write_text(str(request.node.name), encoding="utf-8")
    case = str(request.node.name)[:60]
    made: dict[str, str] = tally("evidence", "deposit", path, "--case", case, "--json").json
    assert running.url
    return made


def test_the_status_names_the_network_and_its_height(
    tally: Tally, deposit: dict[str, str], running: Running
) -> None:
    """Times are texts beside the milliseconds."""
    status = tally("status", "--json").json
    assert status["url"] == running.url
    assert status["network"] == running.node.network
    assert status["height"] >= int(deposit["height"])
    assert status["block_time"].endswith("Z")
    assert running.node.network in tally("status", "--fields", "network").out


def test_transactions_are_listed_filtered_and_shown(tally: Tally, deposit: dict[str, str]) -> None:
    """Decoded, with the sentence in the language asked for."""
    rows = tally("tx", "list", "--contract", "evidence", "--code", "ok", "-n", 5, "--json").json
    row = next(one for one in rows if one["id"] == deposit["transaction_id"])
    assert re.fullmatch(r".*T.*\.\d{3}Z", row["time"])
    shown = tally("tx", "show", deposit["transaction_id"].upper(), "--json").json
    assert shown["result"]["id"] == deposit["id"]
    assert deposit["id"] in {one["key"] for one in shown["changes"]}
    changes = tally("tx", "show", deposit["transaction_id"], "--fields", "changes").out
    assert f"add Deposits {deposit['id']}: " in changes
    words = ("tx", "show", deposit["transaction_id"], "--fields", "sentence")
    assert "存证" in tally(*words, "--lang", "zh").out
    assert "deposited" in tally(*words).out
    assert tally("tx", "list", "--code", "E_NO_SUCH").out == ""
    assert tally("tx", "show", "0" * 64).code == 3


def test_waiting_ends_with_the_outcome(tally: Tally, deposit: dict[str, str]) -> None:
    """Final at once, refused (5), or not in time (8)."""
    assert tally("tx", "wait", deposit["transaction_id"]).code == 0
    path = Path(deposit["path"])
    case = tally("evidence", "show", deposit["id"], "--json").json["case_number"]
    refused = tally("evidence", "deposit", path, "--case", case, "--json").json["error"]
    assert tally("tx", "wait", refused["transaction"]).code == 5
    assert tally("tx", "wait", "0" * 64, "--timeout", "0.01").code == 8


def test_blocks_are_listed_and_shown(tally: Tally, deposit: dict[str, str]) -> None:
    """A block names its transactions."""
    assert tally("block", "list", "-n", 1, "--json").json[0]["height"] >= deposit["height"]
    shown = tally("block", "show", deposit["height"], "--json").json
    assert shown["transaction_ids"] == [deposit["transaction_id"]]
    assert tally("block", "show", 10**9).code == 3


def test_organisations_are_shown_with_members(tally: Tally, running: Running) -> None:
    """People read one line for each member, programs all fields."""
    court = running.node.genesis.organizations[0].id
    assert "Zhang Wei" in tally("org", "show", court).out
    assert "张伟" in tally("org", "show", court, "--lang", "zh").out
    members = tally("org", "show", court, "--json").json["members"]
    assert {member["id"] for member in members} == {"zhang-wei", "li-na"}
    assert tally("org", "show", "91110108MADEM0039D").code in {1, 3}


def test_organisations_are_listed(tally: Tally, running: Running) -> None:
    """All four of the demonstration."""
    listed = {row["id"] for row in tally("org", "list", "--json").json}
    assert listed == {one.id for one in running.node.genesis.organizations}


def test_a_leaf_leads_to_its_transaction(running: Running, deposit: dict[str, str]) -> None:
    """By bisecting the blocks."""
    with connect(running.url) as net:
        leaf = net.transaction(deposit["transaction_id"]).leaf_index
        assert transaction_of_leaf(net, leaf) == deposit["transaction_id"]
        with pytest.raises(NotFound):
            transaction_of_leaf(net, 10**9)


def test_the_openapi_document_is_printed_as_it_is(tally: Tally, running: Running) -> None:
    """And is unreachable (7) without a node."""
    assert running.url
    assert tally("openapi").json["openapi"].startswith("3.1")
    assert tally("openapi", "--url", "http://localhost:1").code == 7


def test_an_unreachable_node_is_exit_code_7(tally: Tally) -> None:
    """With the address that was tried."""
    outcome = tally("status", "--url", "http://localhost:1")
    assert outcome.code == 7
    assert "http://localhost:1" in outcome.err


def test_the_whole_log_is_checked_from_the_folder(
    tally: Tally, running: Running, deposit: dict[str, str]
) -> None:
    """Chain, entries, signatures, roots; while the node runs."""
    outcome = tally("log", "verify", "--json")
    assert outcome.code == 0
    assert outcome.json["blocks"] >= int(deposit["height"])
    assert outcome.json["network"] == running.node.network
    lines = tally("log", "verify").out.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("ok") for line in lines)


def test_the_nodes_checkpoint_is_checked_from_outside(
    tally: Tally, running: Running, deposit: dict[str, str]
) -> None:
    """Signature, and that the log only grew."""
    assert running.url
    outcome = tally("log", "verify", "--remote", "--json")
    assert outcome.code == 0
    assert outcome.json["transactions"] > 0
    assert deposit["id"]


def test_an_altered_log_is_found_out(
    tally: Tally, tmp_path: Path, deposit: dict[str, str], running: Running
) -> None:
    """A block whose writes were changed leads to another state: exit code 6."""
    assert deposit["id"]
    target = tmp_path / "b.backup"
    folder = tmp_path / "restored"
    assert tally("backup", target).code == 0
    assert tally("restore", target, "--data", folder).code == 0
    assert tally("log", "verify", "--data", folder).code == 0
    segment = next((folder / "blocks").glob("*.log"))
    data = bytearray(segment.read_bytes())
    data[len(data) // 2] ^= 1
    segment.write_bytes(data)
    outcome = tally("log", "verify", "--data", folder, "--json")
    assert outcome.code == 6
    assert outcome.json["ok"] is False
    assert "E_CORRUPT" in tally("log", "verify", "--data", folder).out
    doctor = tally("doctor", "--data", folder, "--url", running.url, "--json")
    assert doctor.code == 1
    assert "failed" in {one["result"] for one in doctor.json["checks"] if one["name"] == "storage"}


def test_a_backup_is_one_file_and_never_overwrites(
    tally: Tally, tmp_path: Path, deposit: dict[str, str]
) -> None:
    """Keys are in it only if asked for."""
    assert deposit["id"]
    target = tmp_path / "b.backup"
    assert tally("backup", target, "--json").json["has_keys"] is False
    assert tally("backup", target).code == 1
    guarded = tally("backup", tmp_path / "k.backup", "--include-keys")
    assert "secret keys" in guarded.err
    folder = tmp_path / "restored"
    restored = tally("restore", target, "--data", folder)
    assert "put it into" in restored.err
    assert (folder / "trust.json").is_file()
    assert tally("restore", target, "--data", folder).code == 1
    assert tally("restore", target).code == 2


def test_a_backup_says_that_it_holds_the_consoles_accounts(
    tally: Tally, tmp_path: Path, running: Running, deposit: dict[str, str]
) -> None:
    """They are in it unless left out, and a restore says whose word they are."""
    assert deposit["id"]
    records = Records(records_path(running.folder))
    records.close()
    target, bare, folder = tmp_path / "b.backup", tmp_path / "c.backup", tmp_path / "restored"
    made = tally("backup", target, "--json")
    assert made.json["has_console"] is True
    assert "--without-console" in made.err
    assert tally("backup", bare, "--without-console", "--json").json["has_console"] is False
    restored = tally("restore", target, "--data", folder)
    assert "vault.key" in restored.err
    assert records_path(folder).is_file()
    tally("restore", target, "--data", tmp_path / "other", "--without-console")
    assert not (tmp_path / "other" / "console").exists()


def test_views_are_rebuilt_only_when_nobody_uses_them(
    tally: Tally, tmp_path: Path, deposit: dict[str, str]
) -> None:
    """A running node is named; a stopped one's tables come out at the same height."""
    assert "tally down" in tally("views", "rebuild").err
    target, folder = tmp_path / "b.backup", tmp_path / "restored"
    tally("backup", target)
    tally("restore", target, "--data", folder)
    rebuilt = tally("views", "rebuild", "--data", folder, "--json").json
    assert rebuilt["height"] >= int(deposit["height"])


@pytest.mark.parametrize("words", [("log", "verify"), ("backup", "x"), ("views", "rebuild")])
def test_a_folder_without_a_network_is_named(
    words: tuple[str, ...], tally: Tally, tmp_path: Path
) -> None:
    """With what to do about it."""
    outcome = tally(*words, "--data", tmp_path)
    assert outcome.code == 1
    assert "tally up --demo" in outcome.err


def test_an_empty_log_holds(tally: Tally, tmp_path: Path) -> None:
    """A network without transactions has nothing that could be wrong."""
    found_demo(tmp_path / "d")
    assert tally("log", "verify", "--data", tmp_path / "d", "--json").json["blocks"] == 0


def test_doctor_finds_a_running_node_in_order(
    tally: Tally, running: Running, deposit: dict[str, str]
) -> None:
    """Every line is ok; names of checks are the same in every language."""
    assert deposit["id"]
    outcome = tally("doctor", "--json")
    assert outcome.code == 0, outcome.out
    checks = {one["name"]: one["result"] for one in outcome.json["checks"]}
    assert {"python", "packages", "clock", "folder", "lock", "port", "node", "views"} <= set(checks)
    assert checks["node"] == checks["lock"] == "ok"
    assert tally("doctor", "--json", "--lang", "zh").json["checks"][0]["name"] == "python"
    assert str(running.folder) in tally("doctor").out


def test_doctor_without_anything_warns_and_advises(tally: Tally, tmp_path: Path) -> None:
    """Warnings are not failures."""
    outcome = tally("doctor", "--data", tmp_path / "none", "--port", 1, "--json")
    checks = {one["name"]: one for one in outcome.json["checks"]}
    assert checks["folder"]["result"] == "warning"
    assert "tally up --demo" in checks["folder"]["advice"]


def test_the_machine_is_checked(monkeypatch: pytest.MonkeyPatch, running: Running) -> None:
    """Old Python, missing packages, a wrong clock, a terminal without Chinese, a taken port."""
    assert machine.check_packages().mark is Mark.OK
    monkeypatch.setattr(machine, "PYTHON_MIN", (9, 0))
    monkeypatch.setattr(machine, "requires", lambda _: ["no-such-package>=1", "x; extra == 'y'"])
    monkeypatch.setattr(machine, "find_installed_contracts", lambda: ())
    port = int(running.url.rpartition(":")[2])
    failed = (
        machine.check_python(),
        machine.check_packages(),
        machine.check_contracts(),
        machine.check_clock(10**14),
        machine.check_port("localhost", port, is_ours=False),
        machine.check_port("localhost", 0, is_ours=False),
    )
    assert {line.mark for line in failed} == {Mark.FAILED}
    assert all(line.advice for line in failed)
    assert machine.check_terminal("latin-1").mark is Mark.WARNING
    assert machine.check_port("localhost", port, is_ours=True).mark is Mark.OK
    monkeypatch.setattr(machine, "time", SimpleNamespace(time_ns=lambda: 0))
    assert machine.check_clock().mark is Mark.FAILED
    monkeypatch.undo()
    jumping = iter((time.time_ns(), time.time_ns(), time.time_ns() + 10**11))
    clock = SimpleNamespace(
        time_ns=lambda: next(jumping), monotonic_ns=lambda: 0, sleep=lambda _: None
    )
    monkeypatch.setattr(machine, "time", clock)
    assert machine.check_clock().mark is Mark.WARNING


def test_a_distribution_without_its_module_is_not_usable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half an installation is found out."""
    monkeypatch.setattr(machine, "find_spec", lambda _: None)
    assert "msgspec" in machine.check_packages().evidence


def test_the_disk_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not writable, or nearly full; a folder that is not there yet has its parent's disk."""
    assert folders.check_folder(tmp_path, is_founded=True).mark is Mark.OK
    assert folders.check_folder(tmp_path, is_founded=False).mark is Mark.WARNING
    for free, mark in ((0, Mark.FAILED), (500 * 2**20, Mark.WARNING), (2**40, Mark.OK)):
        usage = SimpleNamespace(free=free)
        monkeypatch.setattr(folders, "shutil", SimpleNamespace(disk_usage=lambda _, u=usage: u))
        assert folders.check_space(tmp_path / "deep" / "er").mark is mark
    no_rights = SimpleNamespace(access=lambda *_: False, W_OK=2, X_OK=1)
    monkeypatch.setattr(folders, "os", no_rights)
    assert folders.check_folder(tmp_path, is_founded=True).mark is Mark.FAILED


def test_a_folder_of_a_newer_version_or_a_damaged_one_is_named(tmp_path: Path) -> None:
    """Older software does not guess."""
    place = tmp_path / "format.json"
    place.write_text('{"version": 1, "network": "n.1"}', encoding="utf-8")
    assert folders.check_format(tmp_path).mark is Mark.OK
    place.write_text('{"version": 9, "network": "n.1"}', encoding="utf-8")
    assert folders.check_format(tmp_path).mark is Mark.FAILED
    place.write_text("{", encoding="utf-8")
    assert folders.check_format(tmp_path).mark is Mark.FAILED


def test_network_file_systems_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locks and syncs differ there; the longest mount point decides."""
    mounts = tmp_path / "mounts"
    place = str(tmp_path).replace(" ", "\\040")
    mounts.write_text(f"a / ext4 rw 0 0\nb {place} nfs4 rw 0 0\n", encoding="utf-8")
    assert folders.file_system(tmp_path / "x", mounts) == "nfs4"
    assert folders.file_system(Path("/"), mounts) == "ext4"
    assert folders.file_system(tmp_path, tmp_path / "gone") == "?"
    monkeypatch.setattr(folders, "file_system", lambda _: "nfs4")
    assert folders.check_file_system(tmp_path).mark is Mark.FAILED


def test_a_node_that_did_not_end_cleanly_is_mentioned(tmp_path: Path) -> None:
    """The next start mends it."""
    RunFile(tmp_path).write(RunRecord(1, "http://localhost:1"))
    assert folders.check_lock(tmp_path).mark is Mark.WARNING


def test_lagging_views_and_findings_are_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with the file and what to read."""
    status = Status(network="n", height=1000, log_size=1000, views_height=1)
    assert nodes.check_views(status).mark is Mark.WARNING
    found = [
        Finding(Severity.NOTE, "state", "running", "运行"),
        Finding(Severity.NOTE, "disk", "tmpfs", "内存盘"),
        Finding(Severity.DAMAGE, "blocks/1", "damaged", "损坏"),
    ]
    monkeypatch.setattr(nodes, "check_storage", lambda _: found)
    marks = [line.mark for line in nodes.check_stored(tmp_path)]
    assert marks == [Mark.OK, Mark.WARNING, Mark.FAILED]
    monkeypatch.undo()
    (line,) = nodes.check_stored(tmp_path)
    assert line.mark is Mark.FAILED


def test_the_timeout_is_milliseconds_for_the_client() -> None:
    """Never zero, which would mean for ever."""
    assert linking.timeout_ms(1.5) == 1500
    assert linking.timeout_ms(0) == 1
    for never in (float("nan"), float("inf"), -1.0):
        with pytest.raises(UsageError):
            linking.timeout_ms(never)
