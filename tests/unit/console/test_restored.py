# SPDX-License-Identifier: Apache-2.0
"""A console that was lost comes back from a backup: people sign in, and sign as before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tallystick.api import create_app
from tallystick.client import Identity
from tallystick.console import ConsoleOptions, create_console
from tallystick.console.records import Records, records_path, vault_key_path
from tallystick.errors import DataFolderProblem
from tallystick.node import Node, NodeConfig, open_node
from tallystick.storage import backup, restore
from tallystick.storage.backup_format import CONSOLE_PART, VAULT_KEY_PART
from tests.factories import CLERK, COURT, LIFETIME
from tests.networks import now
from tests.unit.console.conftest import Reader, reading
from tests.unit.console.test_acting import form_key
from tests.unit.console.test_joining import PASSWORD, key_file, open_account, site_in
from tests.unit.node.node_kit import deposit, found


@contextmanager
def running(folder: Path) -> Iterator[Node]:
    """Run a node in this process."""
    node = open_node(NodeConfig(data=folder, workers=False))
    node.start()
    try:
        yield node
    finally:
        node.stop()


def enter(reader: Reader) -> int:
    """Sign in by the password; return what came of it."""
    key = form_key(reader.get("/sign-in").text)
    sent = {"form_key": key, "login": "clerk", "password": PASSWORD}
    return reader.post("/sign-in", data=sent).status_code


def sign(reader: Reader) -> int:
    """Put something on record with the key in the vault; return what came of it."""
    key = form_key(reader.get("/do/evidence/deposit").text)
    what = {
        "form_key": key,
        "sha256": "ab" * 32,
        "size": "1",
        "title": "t",
        "media_type": "text/plain",
        "method": "upload",
        "kind": "document",
    }
    place = reader.post("/do/evidence/deposit", data=what).headers["location"]
    return reader.post(place, data={"form_key": key, "password": PASSWORD}).status_code


@pytest.fixture
def lost(tmp_path: Path) -> Path:
    """Return the place of a node's folder that is gone; its backups are beside it."""
    folder = tmp_path / "node"
    found(folder, "solo")
    with running(folder) as node:
        node.submit([deposit(0, valid_until=now() + LIFETIME // 2)]).result(30)
        for site in site_in(node, folder):
            files = key_file(tmp_path / "key", Identity(COURT, "clerk", CLERK))
            assert open_account(site, site.link, files).status_code == 303
            backup(folder, tmp_path / "all.tar", include_keys=True, include_console=True)
            backup(folder, tmp_path / "plain.tar", include_console=True)
    shutil.rmtree(folder)
    return folder


def test_people_sign_in_and_sign_after_a_restore(lost: Path) -> None:
    """P14: the account, its password, and its key in the vault are those of the backup."""
    restore(lost.with_name("all.tar"), lost, include_console=True)
    with running(lost) as node, reading(node, ConsoleOptions(data=lost)) as reader:
        assert enter(reader) == 303
        assert "王芳" in reader.get("/admin/accounts").text
        assert "王芳" in reader.get("/admin/audit").text, "the trail is that of the backup too"
        assert sign(reader) == 303


def test_a_vault_is_not_begun_anew_over_keys_that_it_would_not_open(lost: Path) -> None:
    """The console says what is missing, and makes no key: what is sealed stays to be opened."""
    restore(lost.with_name("all.tar"), lost, include_console=True)
    vault_key_path(lost).unlink()
    with running(lost) as node, pytest.raises(DataFolderProblem, match="vault is missing"):
        create_console(create_app(node), ConsoleOptions(data=lost))
    assert not vault_key_path(lost).exists()


def test_a_copy_of_the_records_alone_opens_nothing(lost: Path) -> None:
    """S7: no password, and not the key that opens the vault, is in a backup without keys."""
    content = lost.with_name("plain.tar").read_bytes()
    assert "王芳".encode() in content, "what it does hold, it holds in clear"
    assert PASSWORD.encode() not in content
    assert b"AGE-SECRET-KEY" not in content
    assert b"AGE-SECRET-KEY" in lost.with_name("all.tar").read_bytes()


def test_storage_and_console_mean_the_same_files(tmp_path: Path) -> None:
    """Neither room imports the other; their names for these two files are the same."""
    assert records_path(tmp_path) == tmp_path / CONSOLE_PART
    assert vault_key_path(tmp_path) == tmp_path / VAULT_KEY_PART
    Records(records_path(tmp_path)).close()
