# SPDX-License-Identifier: Apache-2.0
"""Backups from the console: made, tried, listed; and nothing outside the one folder."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tallystick.cli import console_backups
from tallystick.cli.backup_work import trial_folder
from tallystick.cli.console_backups import ROOM_LEFT_BYTES, BackupFolder
from tallystick.console import ConsoleOptions, Work
from tallystick.errors import Unavailable
from tallystick.node import Node
from tallystick.storage import backup, read_backup_info, restore
from tests.networks import wait_until
from tests.unit.console.administrators import Administrator, administering

PLACE = "/admin/backups"


class Site(NamedTuple):
    """An administrator, and where backups lie."""

    head: Administrator
    folder: Path
    data: Path

    def page(self) -> dict[str, Any]:
        """Return what the page shows."""
        shown = self.head.get(f"{PLACE}.json").json()
        return dict(shown)

    def finish(self) -> dict[str, Any]:
        """Return what the page shows when the work is over."""
        wait_until(lambda: "every 1s" not in self.head.get(PLACE).text, "the work on a backup")
        return self.page()


@pytest.fixture
def site(node: Node, node_folder: Path, tmp_path: Path) -> Iterator[Site]:
    """Serve a console that looks after the backups of a running node."""
    options = ConsoleOptions(data=tmp_path, backups=partial(BackupFolder, node_folder))
    with administering(node, options) as head:
        yield Site(head, tmp_path / "backups", node_folder)


def test_a_backup_is_made_while_the_node_runs_and_tried(site: Site) -> None:
    """What the button makes is a backup that `restore` takes, and the page knows that it was."""
    assert "No backups yet" in site.head.get(PLACE).text
    assert site.head.send(PLACE).headers["location"] == PLACE
    shown = site.finish()
    assert shown["work"]["problem"] is None, shown
    (made,) = shown["backups"]
    path = site.folder / made["name"]
    info = read_backup_info(path)
    assert (made["height"], made["bytes"]) == (info.height, path.stat().st_size)
    assert (made["check"], info.has_keys, path.stat().st_mode & 0o077) == (None, False, 0)
    assert "not tried yet" in site.head.get(PLACE).text

    site.head.send(f"{PLACE}/verify", name=made["name"])
    (tried,) = site.finish()["backups"]
    assert tried["check"]["code"] == ""
    page = site.head.get(PLACE).text
    assert "restored on trial" in page
    assert f"tally restore {path} --data NEW_FOLDER" in page
    assert [one.name for one in site.folder.iterdir()] == [made["name"]]  # the trial is gone
    assert restore(path, site.folder / "again").info == info
    kinds = ("backup-made", "backup-tried")
    assert [deed for deed in site.head.deeds() if deed[0] in kinds] == [
        (kind, subject) for kind in kinds for subject in (made["name"], f"{made['name']}: done")
    ]


def test_a_damaged_backup_is_told_from_a_good_one(site: Site) -> None:
    """A byte that turned makes the trial fail, in both languages, until the file is another one."""
    site.folder.mkdir()
    path = site.folder / "old.tar"
    backup(site.data, path)
    good = path.read_bytes()
    path.write_bytes(good[:-5000] + bytes([good[-5000] ^ 1]) + good[-4999:])
    site.head.send(f"{PLACE}/verify", name="old.tar")
    shown = site.finish()
    assert shown["work"]["problem"]["code"] == "E_CORRUPT", shown["work"]
    assert shown["backups"][0]["check"]["code"] == "E_CORRUPT"
    assert "cannot be restored" in site.head.get(PLACE).text
    assert "无法恢复" in site.head.get(f"{PLACE}?lang=zh").text
    assert not trial_folder(site.data, path).exists()
    path.write_bytes(good)
    assert site.page()["backups"][0]["check"] is None


def test_nothing_outside_the_folder_is_listed_or_tried(site: Site, tmp_path: Path) -> None:
    """Names that lead out, links, folders and other files are no backups (ASVS 5.0, 5.3.2)."""
    outside = tmp_path / "outside.tar"
    backup(site.data, outside)
    site.folder.mkdir()
    (site.folder / "link.tar").symlink_to(outside)
    (site.folder / "folder.tar").mkdir()
    (site.folder / "notes.txt").write_text("not a backup")
    (site.folder / "noise.tar").write_text("not a backup")
    assert [(one["name"], one["network"]) for one in site.page()["backups"]] == [
        ("noise.tar", None)
    ]
    for name in ("../outside.tar", str(outside), "link.tar", "folder.tar", "notes.txt", ""):
        assert site.head.send(f"{PLACE}/verify", name=name).status_code == 404, name
    assert site.page()["work"] is None


def test_one_thing_at_a_time(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second backup waits for nobody: it is refused while the first is being made."""
    gate: list[int] = []

    def slow(_work: Work, _data: Path, _path: Path) -> None:
        wait_until(lambda: bool(gate), "the end of the test")

    monkeypatch.setattr(console_backups, "_run", slow)
    assert site.head.send(PLACE).status_code == 303
    assert site.head.send(PLACE).status_code == 503
    moving = site.head.get(PLACE).text
    assert 'hx-trigger="every 1s"' in moving
    assert "Make a backup now" not in moving
    gate.append(1)
    site.finish()
    assert site.head.send(PLACE).status_code == 303
    site.finish()


def test_a_backup_leaves_room_on_the_disk(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A node whose disk is full stops, so a backup that would fill it is not begun."""
    usage = shutil.disk_usage(site.data)._replace(free=ROOM_LEFT_BYTES)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    answer = site.head.send(PLACE)
    assert answer.status_code == 400
    assert "too little room" in answer.text
    assert site.page()["work"] is None


def test_a_process_that_dies_is_told_of(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work whose process was killed is over and says so; it never seems to go on for ever."""
    monkeypatch.setattr(sys, "executable", shutil.which("false"))
    site.head.send(PLACE)
    assert site.finish()["work"]["problem"]["code"] == Unavailable.code
    ends = [subject for kind, subject in site.head.deeds() if kind == "backup-made"]
    assert any(subject.endswith(f": {Unavailable.code}") for subject in ends)


def test_a_folder_that_cannot_be_made_is_told_of(site: Site) -> None:
    """A file in the place of the folder: the page says what is wrong, and nothing is begun."""
    site.folder.write_text("in the way")
    assert site.head.get(PLACE).status_code == 400
    assert "cannot be made" in site.head.send(PLACE).text


def test_only_administrators_reach_backups(node: Node, tmp_path: Path) -> None:
    """Whoever else has signed in is refused; a console without backups says so (ASVS 8.2.1)."""
    options = ConsoleOptions(data=tmp_path)
    with administering(node, options, is_administrator=False) as clerk:
        assert clerk.get(PLACE).status_code == 403
        assert clerk.send(PLACE).status_code == 403
    with administering(node, ConsoleOptions(data=tmp_path / "other")) as head:
        assert "does not look after backups" in head.get(PLACE).text
        assert head.send(PLACE).status_code == 404
