# SPDX-License-Identifier: Apache-2.0
"""`tally dev`: every save is taken, a broken one leaves the last good version serving.

The command runs in a process of its own: it forks, which a test's process with threads may not.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Self

import pytest
from msgspec.structs import replace

from tallystick.cli.contract_new import write_contract
from tallystick.cli.contract_project import error_place, find_project
from tallystick.cli.dev import generation
from tallystick.cli.dev.changes import TableChange, missing_migrations
from tallystick.cli.dev.generation import preload_installed
from tallystick.cli.dev.names import NETWORK_NAME
from tallystick.cli.dev.network import ORGANIZATIONS, found_dev, roles_of
from tallystick.cli.dev.watching import changed, look
from tallystick.cli.founding import found_own
from tallystick.contracts import Contract, schema_of
from tallystick.errors import InvalidContract
from tallystick.model import check_organization_id, decode_genesis
from tests.unit.cli.conftest import Tally
from tests.unit.cli.rental import Rental

WAIT_S = 60.0
MIGRATION = '''
    @migration(from_version=1, table="items")
    def move(self, old: OldItem) -> Item:
        return Item(id=old.id, note="was " + old.title, title=old.title, holder=old.holder)

    @action(role=KEEPER, label=Label(zh="登记物品"'''
OLD_ITEM = """
class OldItem(Record):
    id: str
    title: str
    holder: str


KEEPER ="""


def batched(words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield words two by two."""
    return zip(words[::2], words[1::2], strict=True)


class Author:
    """Somebody at a desk: `tally dev` in one window, the contract's files in another."""

    def __init__(self, folder: Path, data: Path, port: int, *options: str) -> None:
        words = ["dev", str(folder), "--data", str(data), "--port", str(port), *options]
        self.folder = folder
        self.url = f"http://localhost:{port}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tallystick.cli", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def wait_for(self, text: str) -> str:
        """Return the next line that has `text` in it."""
        while True:
            try:
                line = self._lines.get(timeout=WAIT_S)
            except queue.Empty:
                raise AssertionError(f"{text!r} was not said:\n{''.join(self.said)}") from None
            if text in line:
                return line

    def change(self, file: str, *changes: str) -> None:
        """Save a file with changes: old, new, old, new."""
        path = self.folder / "src" / "gear" / file
        text = path.read_text(encoding="utf-8")
        for old, new in batched(changes):
            assert old in text
            text = text.replace(old, new)
        fresh = path.with_suffix(".new")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)

    def stop(self) -> int:
        """Press Ctrl-C and wait."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(WAIT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            self._lines.put(line)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a new contract."""
    place = tmp_path / "gear"
    write_contract("gear", place)
    return place


@pytest.fixture
def author(folder: Path, tmp_path: Path, free_port: int) -> Iterator[Author]:
    """Return an author whose node serves."""
    with Author(folder, tmp_path / "data", free_port) as desk:
        desk.wait_for("save a file and it takes over")
        yield desk


@pytest.fixture
def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def spare_port(free_port: int) -> int:
    """Return another one."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            if probe.getsockname()[1] != free_port:
                return int(probe.getsockname()[1])


def register(tally: Tally, author: Author) -> str:
    """Register an item as the core enterprise; return its number."""
    words = ("--args", '{"title": "Lamp"}', "--as", "core", "--url", author.url, "--json")
    made = tally("contract", "call", "gear", "register", *words)
    assert made.code == 0, made.out + made.err
    return str(made.json["result"]["id"])


@pytest.fixture
def home_of_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the development folder be the one that commands look for."""
    monkeypatch.setenv("TALLY_DATA", str(tmp_path / "data"))


def shown(tally: Tally, author: Author, number: int) -> dict[str, str]:
    """Return an item as the contract tells it."""
    words = ("gear", "show", "--args", json.dumps({"id": f"IT-2026-{number:06}"}))
    told = tally("contract", "query", *words, "--url", author.url, "--json")
    assert told.code == 0, told.out + told.err
    found: dict[str, str] = told.json
    return found


@pytest.mark.usefixtures("home_of_keys")
def test_a_save_takes_over_and_the_ledger_stays(author: Author, tally: Tally) -> None:
    """A new query works on the records that were there; numbers go on; new roles are granted."""
    assert "development." in "".join(author.said)
    for name in ("core", "supplier", "bank", "regulator"):
        assert any(line.startswith(f"{name}\t") for line in author.said)
    assert register(tally, author) == "IT-2026-000001"
    author.change("contract.py", "def show(", "def look_at(")
    author.wait_for("reloaded gear v1")
    words = ("--args", '{"id": "IT-2026-000001"}', "--url", author.url)
    assert "Lamp" in tally("contract", "query", "gear", "look_at", *words).out
    assert tally("contract", "query", "gear", "show", *words).code == 3
    author.change("contract.py", 'KEEPER = "keeper"', 'KEEPER = "warden"')
    author.wait_for("reloaded gear v1")
    assert register(tally, author) == "IT-2026-000002"
    assert author.stop() == 0
    assert "node stopped" in "".join(author.said)


@pytest.mark.slow
@pytest.mark.usefixtures("home_of_keys")
def test_what_is_wrong_with_a_save_is_said_and_the_old_goes_on(
    author: Author, tally: Tally
) -> None:
    """The linter's findings, errors of import with their place, tables without a migration."""
    register(tally, author)
    author.change(
        "records.py", "from typing import Annotated", "import time\nfrom typing import Annotated"
    )
    assert "records.py:3:1 TL101" in author.wait_for("TL101")
    author.wait_for("the last good version goes on")
    author.change("records.py", "import time\n", "")
    author.wait_for("reloaded")
    author.change("contract.py", "class Gear(", "MISSING = NOWHERE\n\n\nclass Gear(")
    assert "NameError" in author.wait_for("contract.py:")
    author.wait_for("the last good version goes on")
    author.change("contract.py", "MISSING = NOWHERE\n\n\n", "")
    author.wait_for("reloaded")
    author.change("records.py", "    title: Annotated", "    note: str\n    title: Annotated")
    line = author.wait_for("migration")
    assert 'gear: @migration(from_version=1, table="items")' in line
    assert "+note" in line
    author.wait_for("the last good version goes on")
    assert register(tally, author) == "IT-2026-000002"
    author.change("contract.py", 'name="gear"', 'name="tackle"')
    author.wait_for("founded without tackle")
    assert register(tally, author) == "IT-2026-000003"


@pytest.mark.slow
@pytest.mark.usefixtures("home_of_keys")
def test_a_migration_moves_the_records_by_vote_and_they_are_kept(
    author: Author, tally: Tally
) -> None:
    """Asked for by name, run when it is there; later versions take over by vote as well."""
    register(tally, author)
    author.change("records.py", "    title: Annotated", "    note: str\n    title: Annotated")
    assert '@migration(from_version=1, table="items")' in author.wait_for("is missing")
    author.wait_for("the last good version goes on")
    author.change(
        "contract.py",
        *("version=1", "version=2", "    Context,", "    Context,\n    Record,\n    migration,"),
        *("KEEPER =", OLD_ITEM, "title=title, holder", 'note="new", title=title, holder'),
        *('    @action(role=KEEPER, label=Label(zh="登记物品"', MIGRATION),
    )
    assert "moved to the new version: 1" in author.wait_for("moved")
    author.wait_for("reloaded gear v2")
    assert shown(tally, author, 1)["note"] == "was Lamp"
    assert register(tally, author) == "IT-2026-000002"
    author.change("contract.py", "version=2", "version=3")
    author.wait_for("reloaded gear v3")
    assert shown(tally, author, 2)["note"] == "new"
    # A fault of the migration itself: nothing is lost, the next save goes on.
    author.change("records.py", "note: str", "remark: str")
    author.wait_for("@migration(from_version=3")
    author.change(
        "contract.py",
        *("version=3", "version=4", "from_version=1", "from_version=3", 'note="new"', 'remark="-"'),
        *(
            'note="was " + old.title',
            "remark=str(int(old.note))",
            "    title: str",
            "    note: str\n    title: str",
        ),
    )
    author.wait_for("the migration failed")
    author.wait_for("reloaded gear v4")
    author.change("contract.py", "remark=str(int(old.note))", "remark=old.note")
    assert "moved to the new version: 2" in author.wait_for("moved")
    author.wait_for("reloaded gear v4")
    assert [shown(tally, author, number)["remark"] for number in (1, 2)] == ["was Lamp", "new"]
    author.change("contract.py", "version=4", "version=3", "from_version=3", "from_version=2")
    assert "version 3" in author.wait_for("is older")
    author.wait_for("the last good version goes on")


@pytest.mark.slow
@pytest.mark.usefixtures("home_of_keys")
def test_tally_down_ends_it_and_a_restart_finds_everything(
    author: Author, tally: Tally, tmp_path: Path, spare_port: int
) -> None:
    """A stopped node is no fault; the ledger is there again; `--fresh` throws it away."""
    register(tally, author)
    assert tally("down").code == 0
    assert author.process.wait(WAIT_S) == 0
    data, port = tmp_path / "data", int(author.url.rpartition(":")[2])
    with Author(author.folder, data, port) as again:
        again.wait_for("save a file")
        assert register(tally, again) == "IT-2026-000002"
        beside = tally("dev", author.folder, "--data", data, "--fresh", "--port", spare_port)
        assert "serves" in beside.err
        assert again.stop() == 0
    with Author(author.folder, data, port, "--fresh") as anew:
        anew.wait_for("save a file")
        assert register(tally, anew) == "IT-2026-000001"
        assert anew.stop() == 0


def test_a_node_that_dies_ends_the_watching(author: Author, tmp_path: Path) -> None:
    """Nobody should go on writing for a node that is gone."""
    record = json.loads((tmp_path / "data" / "run.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)
    assert author.process.wait(WAIT_S) == 7


def test_contracts_that_never_served_end_it(folder: Path, tmp_path: Path, free_port: int) -> None:
    """There is no last good version; nothing is founded."""
    (folder / "src" / "gear" / "records.py").write_text("x = (\n")
    with Author(folder, tmp_path / "data", free_port) as desk:
        desk.wait_for("cannot be served as they are")
        assert desk.process.wait(WAIT_S) == 1
    assert not (tmp_path / "data").exists()


def test_other_data_folders_are_left_alone(
    tally: Tally, tmp_path: Path, folder: Path, spare_port: int
) -> None:
    """A real network's, and that of another project, even with --fresh."""
    found_own(tmp_path / "real", network="ledger", organization="91110108MADEX0C1AK", name="X")
    real = tally("dev", folder, "--data", tmp_path / "real", "--fresh", "--port", spare_port)
    assert (real.code, "real network" in real.err) == (1, True)
    found_dev(tmp_path / "dev", tmp_path / "elsewhere", [schema_of(Rental)])
    other = tally("dev", folder, "--data", tmp_path / "dev", "--port", spare_port)
    assert (other.code, "elsewhere" in other.err) == (1, True)


# --- its parts ----------------------------------------------------------------------------------


def test_the_network_says_that_it_is_of_development(tmp_path: Path) -> None:
    """In its name, which every receipt carries; its organisations are well-formed."""
    found_dev(tmp_path / "dev", tmp_path, [schema_of(Rental)])
    genesis = decode_genesis((tmp_path / "dev" / "genesis.cbor").read_bytes())
    assert genesis.name == NETWORK_NAME == "development"
    assert genesis.contracts == ("demo.rental",)
    assert {one.id for one in genesis.organizations} == {one.id for one in ORGANIZATIONS.values()}
    for one in ORGANIZATIONS.values():
        check_organization_id(one.id)
    assert all(one.roles == ("administrator", "depositor", "governor") for one in genesis.members)
    assert roles_of([]) == ("administrator", "governor")


def test_a_change_of_records_in_use_is_named_field_by_field() -> None:
    """Added, removed, of another type, another key; an empty table needs no migration."""
    before = schema_of(Rental)
    lease = before.tables[0]
    kept = [one for one in lease.fields if one.name not in {"mark", "rent"}]
    rent = next(one for one in lease.fields if one.name == "rent")
    other = replace(rent, type=kept[0].type)
    added = replace(rent, name="fee")
    harmless = replace(rent, name="note", is_required=False)
    table = replace(lease, fields=(*kept, other, added, harmless), key=("id", "due"))
    after = replace(before, tables=(table,))
    found = missing_migrations([before], [after], lambda *_: True)
    assert found == [
        TableChange("demo.rental", 3, "leases", ("~rent", "-mark", "+fee", "~key(id, due)"))
    ]
    assert found[0].migration == 'demo.rental: @migration(from_version=3, table="leases")'
    assert missing_migrations([before], [after], lambda *_: False) == []
    assert missing_migrations([before], [before], lambda *_: True) == []
    assert missing_migrations([before], [], lambda *_: True) == []
    assert missing_migrations([before], [replace(before, tables=())], lambda *_: True) == []


def test_saves_are_noticed_by_time_and_size(folder: Path) -> None:
    """Files that come and go too; tests are none of the node's business."""
    project = find_project(folder)
    before = look(project)
    assert changed(before, look(project)) == []
    records = folder / "src" / "gear" / "records.py"
    os.utime(records, ns=(1, 1))
    fresh = folder / "src" / "gear" / "rules.py"
    fresh.write_text("")
    (folder / "tests" / "test_more.py").write_text("")
    assert changed(before, look(project)) == [records, fresh]
    (folder / "pyproject.toml").unlink()
    assert folder / "pyproject.toml" in changed(before, look(project))


def test_an_error_is_told_with_the_place_in_the_author_s_folder(tmp_path: Path) -> None:
    """The last line of the author's own code, not the platform's."""
    file = tmp_path / "bad.py"
    file.write_text("x = 1\nint('a')\n")
    with pytest.raises(ValueError, match="invalid literal") as caught:
        exec(compile(file.read_text(), str(file), "exec"))  # noqa: S102  # the test's own text
    assert error_place(caught.value, tmp_path).startswith(f"{file}:2: ValueError: invalid literal")
    assert error_place(caught.value, tmp_path / "x").startswith("ValueError: ")
    wrong = SyntaxError("invalid syntax", ("a.py", 3, 1, "x"))
    assert error_place(wrong, tmp_path) == "a.py:3: invalid syntax"
    refused = InvalidContract("no role", expected="a role")
    assert error_place(refused, tmp_path) == "[E_DEFINITION] no role (a role)"


def test_the_author_s_own_package_is_not_loaded_before_it_is_forked(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else every later save would meet the modules of the first; installed ones are loaded once."""
    points = entry_points(group="tallystick.contracts", name="evidence")
    own = EntryPoint("gear", "gear:Gear", "tallystick.contracts")
    gone = EntryPoint("gone", "nothing_of_this_name:Gone", "tallystick.contracts")
    monkeypatch.setattr(generation, "entry_points", lambda **_: (own, gone, *points))
    monkeypatch.syspath_prepend(str(folder / "src"))
    loaded: list[type[Contract]] = []
    monkeypatch.setattr(generation, "schema_of", loaded.append)
    preload_installed(find_project(folder))
    assert [one.name for one in loaded] == ["evidence"]
    assert "gear" not in sys.modules
