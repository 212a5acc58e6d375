# SPDX-License-Identifier: Apache-2.0
"""The data folder: made once, one network, one process, no newer format, no network disk."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tallystick.errors import Corrupted, DataFolderProblem, Malformed, StorageFailed
from tallystick.storage import DataFolder, Severity, data_folder, mounts
from tallystick.storage.mounts import Footing, file_system_kind, footing
from tests.unit.storage.chain import GENESIS, NETWORK, OTHER_GENESIS


def test_a_folder_is_made_and_opened_again(tmp_path: Path) -> None:
    """What was made is what is opened: network, genesis, and closed keys."""
    path = tmp_path / "deep" / "node"
    with DataFolder.create(path, GENESIS) as made:
        assert made.network == NETWORK
    with DataFolder.open(path, network=NETWORK) as opened:
        assert (opened.network, opened.genesis_bytes) == (NETWORK, GENESIS)
        assert stat.S_IMODE(opened.keys.stat().st_mode) == 0o700
        assert {inside.name for inside in path.iterdir()} == {
            "blocks", "format.json", "genesis.cbor", "keys", "lock", "state",
        }  # fmt: skip


def test_a_folder_that_is_open_is_refused_with_its_process(tmp_path: Path) -> None:
    """S12: the second process learns which one has the folder."""
    with DataFolder.create(tmp_path / "a", GENESIS):
        with pytest.raises(DataFolderProblem, match=f"process {os.getpid()}") as raised:
            DataFolder.open(tmp_path / "a")
        assert raised.value.found == str(os.getpid())
    DataFolder.open(tmp_path / "a").close()


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    """S12: the lock is the system's, so it cannot be left behind."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    code = (
        "import os, sys; from pathlib import Path; from tallystick.storage import DataFolder; "
        "DataFolder.open(Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=False)
    assert done.returncode == -9
    DataFolder.open(tmp_path / "a").close()


def test_two_who_make_the_same_folder_do_not_overwrite_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second to get the lock sees that the folder is no longer empty."""
    lock = data_folder._lock

    def lock_late(path: Path) -> int:
        monkeypatch.setattr(data_folder, "_lock", lock)
        DataFolder.create(path, OTHER_GENESIS).close()
        return lock(path)

    monkeypatch.setattr(data_folder, "_lock", lock_late)
    monkeypatch.setattr(
        data_folder, "prepare_folder", lambda path, **_: path.mkdir(exist_ok=True, parents=True)
    )
    with pytest.raises(DataFolderProblem, match="not empty"):
        DataFolder.create(tmp_path / "a", GENESIS)
    with DataFolder.open(tmp_path / "a") as folder:
        assert folder.genesis_bytes == OTHER_GENESIS


def test_a_folder_with_something_in_it_is_not_taken(tmp_path: Path) -> None:
    """Nobody's files are mixed with ours."""
    (tmp_path / "note.txt").write_text("mine")
    with pytest.raises(DataFolderProblem, match="not empty"):
        DataFolder.create(tmp_path, GENESIS)
    with pytest.raises(DataFolderProblem, match="not a folder"):
        DataFolder.create(tmp_path / "note.txt", GENESIS)


def test_a_bad_genesis_document_makes_no_folder(tmp_path: Path) -> None:
    """Checked before anything is written."""
    with pytest.raises(Malformed):
        DataFolder.create(tmp_path / "a", b"\x00")
    assert not (tmp_path / "a").exists()


def test_a_creation_that_was_cut_short_is_no_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The format file is written last, so half a folder is none."""

    def fail(*_: object) -> None:
        raise StorageFailed("full")

    with monkeypatch.context() as patched:
        patched.setattr(data_folder, "write_format", fail)
        with pytest.raises(StorageFailed):
            DataFolder.create(tmp_path / "a", GENESIS)
    with pytest.raises(DataFolderProblem, match="not a data folder"):
        DataFolder.open(tmp_path / "a")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        (b"", "cannot be read"),
        (b"{}", "cannot be read"),
        (b'{"format": "\xff"}', "cannot be read"),
        (b'{"format": "else", "version": 1, "network": "n"}', "not a data folder"),
        (b'{"format": "tallystick.data", "version": 2, "network": "n"}', "newer"),
        (b'{"format": "tallystick.data", "version": 0, "network": "n"}', "newer"),
    ],
)
def test_a_format_file_of_another_kind_is_refused(
    tmp_path: Path, content: bytes, match: str
) -> None:
    """INV-P13: newer data is refused instead of guessed at."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    (tmp_path / "a" / "format.json").write_bytes(content)
    with pytest.raises(DataFolderProblem, match=match):
        DataFolder.open(tmp_path / "a")


def test_a_format_file_may_say_more_than_we_know(tmp_path: Path) -> None:
    """Within a version, fields may be added."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    path = tmp_path / "a" / "format.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "note": "x"}))
    DataFolder.open(tmp_path / "a").close()


def test_another_network_is_refused(tmp_path: Path) -> None:
    """The caller says which network it means."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    with pytest.raises(DataFolderProblem, match="another network"):
        DataFolder.open(tmp_path / "a", network="other.0000")


@pytest.mark.parametrize("content", [None, b"", GENESIS[:-1], OTHER_GENESIS])
def test_a_genesis_document_that_is_not_the_networks_is_damage(
    tmp_path: Path, content: bytes | None
) -> None:
    """The network id is the hash of the document."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    path = tmp_path / "a" / "genesis.cbor"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    for _ in range(2):  # the failed opening lets go of the lock
        with pytest.raises(Corrupted, match=r"genesis\.cbor"):
            DataFolder.open(tmp_path / "a")


MOUNTS = """\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
30 22 0:25 / /srv rw - nfs4 server:/srv rw
31 30 8:2 / /srv/local rw - xfs /dev/sdb rw
32 22 0:26 / /srv2 rw - tmpfs tmpfs rw
33 22 0:27 / /with\\040space rw - fuse.sshfs host: rw
34 22 8:3 / /under rw - ext4 /dev/sdc rw
35 34 0:28 / /under rw - vfat /dev/sdd rw
a line that is none
"""


@pytest.mark.parametrize(
    ("folder", "kind", "expected"),
    [
        ("/", "ext4", Footing.SOUND),
        ("/srvother/x", "ext4", Footing.SOUND),
        ("/srv", "nfs4", Footing.NETWORK),
        ("/srv/a/b", "nfs4", Footing.NETWORK),
        ("/srv/local/a", "xfs", Footing.SOUND),
        ("/srv2/a", "tmpfs", Footing.VOLATILE),
        ("/with space/a", "fuse.sshfs", Footing.NETWORK),
        ("/under/a", "vfat", Footing.UNTESTED),
    ],
)
def test_the_file_system_is_that_of_the_nearest_mount(
    tmp_path: Path, folder: str, kind: str, expected: Footing
) -> None:
    """S13: the longest mount point decides, and of equals the one on top."""
    table = tmp_path / "mountinfo"
    table.write_text(MOUNTS)
    assert file_system_kind(Path(folder), mounts=table) == kind
    assert footing(kind) is expected


def test_where_there_is_no_mount_table_nothing_is_said(tmp_path: Path) -> None:
    """Other systems have none; that is no reason to refuse."""
    assert file_system_kind(tmp_path, mounts=tmp_path / "none") is None
    (tmp_path / "empty").write_text("")
    assert file_system_kind(tmp_path, mounts=tmp_path / "empty") is None
    assert footing(None) is Footing.SOUND


def test_this_machines_own_table_is_understood(tmp_path: Path) -> None:
    """The real table has a line for every folder."""
    if mounts.MOUNTS.exists():
        assert file_system_kind(tmp_path)


def test_a_network_disk_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """S13: neither made nor opened there."""
    DataFolder.create(tmp_path / "a", GENESIS).close()
    monkeypatch.setattr(data_folder, "file_system_kind", lambda _: "nfs4")
    with pytest.raises(DataFolderProblem, match="network file system"):
        DataFolder.open(tmp_path / "a")
    with pytest.raises(DataFolderProblem, match="network file system"):
        DataFolder.create(tmp_path / "b", GENESIS)


@pytest.mark.parametrize("kind", ["tmpfs", "exfat"])
def test_a_doubtful_disk_is_used_with_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """S13: the operator decides, and is told in two languages."""
    monkeypatch.setattr(data_folder, "file_system_kind", lambda _: kind)
    with DataFolder.create(tmp_path / "a", GENESIS) as folder:
        (finding,) = folder.findings
    assert finding.severity is Severity.NOTE
    assert kind in finding.text_en
    assert kind in finding.text_zh


def test_a_lock_that_cannot_be_written_is_a_storage_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk at the very start has a name too, and leaves no lock."""
    DataFolder.create(tmp_path / "a", GENESIS).close()

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patched:
        patched.setattr(os, "ftruncate", fail)
        with pytest.raises(StorageFailed):
            DataFolder.open(tmp_path / "a")
    with DataFolder.open(tmp_path / "a") as folder:
        folder.close()
        folder.close()


def test_a_key_is_kept_for_this_user_only(tmp_path: Path) -> None:
    """Secret keys are written whole, and nobody else can read them."""
    with DataFolder.create(tmp_path / "a", GENESIS) as folder:
        folder.write_key("log.key", b"secret")
        assert folder.read_key("log.key") == b"secret"
        assert stat.S_IMODE((folder.keys / "log.key").stat().st_mode) == 0o600
        with pytest.raises(DataFolderProblem, match="cannot be read"):
            folder.read_key("other.key")


@pytest.mark.parametrize("mode", [0o640, 0o602, 0o777])
def test_a_key_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    """With the command that closes it, as ssh does."""
    with DataFolder.create(tmp_path / "a", GENESIS) as folder:
        folder.write_key("log.key", b"secret")
        (folder.keys / "log.key").chmod(mode)
        with pytest.raises(DataFolderProblem, match="other users may read or change") as caught:
            folder.read_key("log.key")
        assert f"chmod 600 {folder.keys / 'log.key'}" in str(caught.value.hint)
