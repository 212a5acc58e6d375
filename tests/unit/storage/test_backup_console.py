# SPDX-License-Identifier: Apache-2.0
"""The console's records go into a backup whole, and come out only when they are what they say."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tallystick.errors import Corrupted, FileProblem
from tallystick.storage import backup, console_records, restore
from tallystick.storage.backup_format import CONSOLE_PART, VAULT_KEY_PART
from tests.unit.storage.test_backup import Parts, info_with, rebuilt

VAULT_KEY = b"-- the key of the vault --"


@pytest.fixture
def records(data: Path) -> Path:
    """Return the records of a console: one row of one table, and the vault's key beside them."""
    path = data / CONSOLE_PART
    path.parent.mkdir(mode=0o700)
    (data / VAULT_KEY_PART).write_bytes(VAULT_KEY)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE accounts (login TEXT)")
        database.execute("INSERT INTO accounts VALUES ('clerk')")
    return path


def logins(path: Path) -> list[str]:
    """Return who is in the records."""
    with closing(sqlite3.connect(path)) as database:
        return [login for (login,) in database.execute("SELECT login FROM accounts")]


def test_records_are_copied_while_they_are_written(
    tmp_path: Path, data: Path, records: Path
) -> None:
    """P14: what was kept is in it, though it is not in the main file yet; what was not, is not."""
    with closing(sqlite3.connect(records)) as writer:
        writer.execute("INSERT INTO accounts VALUES ('kept')")
        writer.commit()
        writer.execute("INSERT INTO accounts VALUES ('half done')")
        made = backup(data, tmp_path / "backup.tar", include_console=True)
        writer.rollback()
    assert made.info.has_console
    assert restore(tmp_path / "backup.tar", tmp_path / "new", include_console=True) == made
    assert logins(tmp_path / "new" / CONSOLE_PART) == ["clerk", "kept"]
    assert stat.S_IMODE((tmp_path / "new" / CONSOLE_PART).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new" / "console").stat().st_mode) == 0o700
    assert not (tmp_path / "new" / VAULT_KEY_PART).exists()
    left = [path.name for path in tmp_path.iterdir()]
    assert not [name for name in left if name.startswith(".")], "nothing of the copying stays"


@pytest.mark.usefixtures("records")
def test_the_vaults_key_is_a_secret_key(tmp_path: Path, data: Path) -> None:
    """S7: it is in a backup only with the others, and is restored as they are."""
    backup(data, tmp_path / "plain.tar", include_console=True)
    assert VAULT_KEY not in (tmp_path / "plain.tar").read_bytes()
    backup(data, tmp_path / "keys.tar", include_keys=True, include_console=True)
    restore(tmp_path / "keys.tar", tmp_path / "new", include_console=True)
    assert (tmp_path / "new" / VAULT_KEY_PART).read_bytes() == VAULT_KEY
    assert stat.S_IMODE((tmp_path / "new" / VAULT_KEY_PART).stat().st_mode) == 0o600


@pytest.mark.usefixtures("records")
def test_a_ledger_is_given_away_without_accounts(tmp_path: Path, data: Path) -> None:
    """Neither the writer nor the reader takes them unless asked."""
    assert not backup(data, tmp_path / "ledger.tar").info.has_console
    assert b"clerk" not in (tmp_path / "ledger.tar").read_bytes()
    made = backup(data, tmp_path / "all.tar", include_keys=True, include_console=True)
    assert restore(tmp_path / "all.tar", tmp_path / "new") == made
    assert not (tmp_path / "new" / "console").exists()


def test_a_node_without_a_console_has_a_backup_without_one(tmp_path: Path, data: Path) -> None:
    """And it is restored by who asks for the console too."""
    assert not backup(data, tmp_path / "backup.tar", include_console=True).info.has_console
    restore(tmp_path / "backup.tar", tmp_path / "new", include_console=True)
    assert not (tmp_path / "new" / CONSOLE_PART).exists()


def test_damaged_records_make_no_backup(tmp_path: Path, data: Path, records: Path) -> None:
    """As damaged blocks make none: nobody finds out on the day of the restore."""
    records.write_bytes(b"no database at all, but long enough to be taken for one" * 9)
    with pytest.raises(Corrupted, match="console's records cannot be trusted"):
        backup(data, tmp_path / "backup.tar", include_console=True)
    records.unlink()
    records.mkdir()
    assert not backup(data, tmp_path / "other.tar", include_console=True).info.has_console
    assert [path.name for path in tmp_path.glob("*.tar")] == ["other.tar"]


def test_records_that_cannot_be_opened_are_named(
    tmp_path: Path, data: Path, records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locked for longer than a copy waits: no backup, and the message says why."""
    monkeypatch.setattr(console_records, "_WAIT_S", 0)
    with closing(sqlite3.connect(records, isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode=DELETE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(FileProblem, match="locked"):
            backup(data, tmp_path / "backup.tar", include_console=True)
    assert not list(tmp_path.glob("*.tar"))


def _with_trigger(body: bytes, folder: Path) -> bytes:
    path = folder / "forged.sqlite"
    path.write_bytes(body)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(
            "CREATE TRIGGER more AFTER INSERT ON accounts BEGIN DELETE FROM accounts; END"
        )
    return path.read_bytes()


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize(
    ("forged", "match"),
    [
        ("trigger", "they have a trigger"),
        ("bytes", "console's records cannot be trusted"),
        ("missing", "the console's records are missing"),
        ("unannounced", "an unexpected part"),
    ],
)
def test_records_from_elsewhere_are_judged_before_they_count(
    tmp_path: Path, data: Path, forged: str, match: str
) -> None:
    """U6: code in them, no database, no records, or records not spoken of: nothing is left."""
    whole = tmp_path / "console.tar"
    backup(data, whole, include_console=True)
    restore(whole, tmp_path / "source", include_console=True)
    body = (tmp_path / "source" / CONSOLE_PART).read_bytes()

    def change(parts: Parts) -> Parts:
        if forged == "missing":
            return info_with(parts, has_console=True)
        part = {"bytes": body[:20] + bytes(len(body) - 20), "unannounced": body}.get(forged)
        part = part if part is not None else _with_trigger(body, tmp_path)
        added = {**parts, CONSOLE_PART: part}
        return added if forged == "unannounced" else info_with(added, has_console=True)

    rebuilt(tmp_path, data, change)
    with pytest.raises(Corrupted, match=match):
        restore(tmp_path / "backup.tar", tmp_path / "new", include_console=True)
    assert list((tmp_path / "new").iterdir()) == []
