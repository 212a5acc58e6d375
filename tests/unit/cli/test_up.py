# SPDX-License-Identifier: Apache-2.0
"""`tally up` and `down`: founding, serving, the demonstration, background processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from scripts import make_demo_files
from tallystick.cli import background, linking, serving
from tallystick.cli.demo import consortium, story
from tallystick.cli.demo.everybody import whole_cast
from tallystick.cli.founding import found_demo, found_own
from tallystick.cli.linking import pin
from tallystick.cli.local import keep_trust_file
from tallystick.cli.runfile import LOG_NAME, RunFile, RunRecord
from tallystick.cli.serving import Host, Serving, serve_folder
from tallystick.client import KeyStore, Trust, TrustState
from tallystick.crypto import SecretKey
from tallystick.errors import (
    NotFinal,
    StorageFailed,
    TallystickError,
    Unavailable,
    Unverified,
    UsageError,
)
from tallystick.model import check_organization_id, decode_genesis, open_checkpoint, sign_checkpoint
from tallystick.node import Node
from tallystick.units import TimeMs
from tests.unit.cli.conftest import Running, Tally

CODE = "91110108MADEM0038D"


@pytest.fixture
def port() -> int:
    """Return a port that is free now."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        found: int = server.getsockname()[1]
    return found


def test_the_consortium_is_well_formed() -> None:
    """Four organisations with valid codes, names in two languages, every member with a key."""
    assert len(consortium.ORGANIZATIONS) == 4
    for organization in consortium.ORGANIZATIONS:
        assert check_organization_id(organization.id)
        assert organization.name.zh != organization.name.en
    keys = {one.key_name: SecretKey.generate() for one in consortium.PEOPLE}
    log_key, created = SecretKey.generate().public_key, TimeMs(1_800_000_000_000)
    genesis = consortium.build_genesis(consortium.CONSORTIUM, keys, log_key, created, ["evidence"])
    again = decode_genesis(genesis.encode())
    assert {key.member for key in again.keys} == {one.member.id for one in consortium.PEOPLE}
    roles = {role for one in consortium.PEOPLE for role in one.member.roles}
    assert {"administrator", "depositor", "auditor"} <= roles
    for organization in consortium.ORGANIZATIONS:
        own = [
            one.member for one in consortium.PEOPLE if one.member.organization == organization.id
        ]
        assert any("administrator" in member.roles for member in own)


def test_two_demonstrations_share_no_key(tmp_path: Path) -> None:
    """Keys are made at the first start, never shipped."""
    first, second = found_demo(tmp_path / "a"), found_demo(tmp_path / "b")
    assert not {key.public_key for key in first.keys} & {key.public_key for key in second.keys}
    for name in KeyStore(tmp_path / "a" / "demo-keys").names():
        assert (tmp_path / "a" / "demo-keys" / f"{name}.json").stat().st_mode & 0o077 == 0


def test_the_bundled_files_are_what_their_script_makes() -> None:
    """`scripts/make_demo_files.py --check`."""
    for name, data in make_demo_files.files().items():
        assert (make_demo_files.FOLDER / name).read_bytes() == data
    assert make_demo_files.pdf().startswith(b"%PDF-1.7")


def test_an_own_network_has_one_administrator(tmp_path: Path) -> None:
    """Whose key is in the user's store before the network exists."""
    founded = found_own(tmp_path / "own", network="mine", organization=CODE, name="Example")
    identity = KeyStore().load(founded.key_name)
    trust = Trust.load(keep_trust_file(tmp_path / "own"))
    assert trust.network == founded.network
    assert trust.member_key(identity.public_key) is not None
    with pytest.raises(UsageError) as caught:
        found_own(tmp_path / "other", network="mine", organization=CODE, name="Example")
    assert caught.value.field == "--network"


def test_a_lost_trust_file_is_written_again(tmp_path: Path) -> None:
    """It only repeats the genesis document."""
    found_demo(tmp_path / "d")
    before = (tmp_path / "d" / "trust.json").read_bytes()
    (tmp_path / "d" / "trust.json").unlink()
    assert keep_trust_file(tmp_path / "d").read_bytes() == before


@pytest.mark.usefixtures("in_process")
def test_the_demonstration_tells_its_story_and_ends(
    tally: Tally, tmp_path: Path, port: int
) -> None:
    """Deposits, receipts, offline verification, a forgery found out; exit code 0."""
    words = ("up", "--demo", "--once", "--data", tmp_path / "d", "--port", port)
    outcome = tally(*words)
    assert outcome.code == 0, outcome.err
    for says in (
        f"{len(whole_cast().organizations)} organisations",
        f"Console: http://localhost:{port}",
        "EV-2",
        "a folder of 5 files",
        "verified offline",
        "altered copy",
    ):
        assert says in outcome.err
    assert f"url\thttp://localhost:{port}" in outcome.out
    assert len(list((tmp_path / "d").rglob("*.receipt.json"))) == 7
    again = tally(*words, "--lang", "zh", "--json")
    assert again.code == 0
    assert again.json["verified"] is True
    assert again.json["deposit"].startswith("EV-")


@pytest.mark.usefixtures("in_process")
def test_a_story_that_goes_wrong_ends_with_exit_code_6(
    tally: Tally, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A demonstration that proves nothing must not look well."""
    monkeypatch.setattr(story, "_verify_alone", lambda _: {"ok": False})
    outcome = tally("up", "--demo", "--once", "--data", tmp_path / "d", "--port", port)
    assert outcome.code == 6
    assert "offline verification failed" in outcome.err


def test_an_altered_copy_that_passes_is_an_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The story checks its own claim."""
    story.copy_files(tmp_path)
    (tmp_path / "sample-contract.pdf.receipt.json").write_text("{}", encoding="utf-8")
    (tmp_path / "trust.json").write_text("{}", encoding="utf-8")
    monkeypatch.setattr(story, "_verify_alone", lambda _: {"ok": True, "results": []})
    told = story.Story(None, tmp_path, tmp_path / "trust.json")  # type: ignore[arg-type]
    with pytest.raises(Unverified, match="altered copy was accepted"):
        told.refuse_forgery()


def test_an_island_that_does_not_speak_json_has_verified_nothing(tmp_path: Path) -> None:
    """Whatever the child prints, only its JSON counts."""
    assert story._verify_alone(tmp_path).get("ok") is not True


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--once",), "--once needs --demo"),
        (("--demo", "--once", "--detach"), "--once and --detach exclude each other"),
        (("--expose-demo",), "--expose-demo needs --demo"),
        (("--demo", "--organization", CODE), "--demo and --organization exclude each other"),
        (("--organization", CODE), "--organization needs --organization-name"),
        (("--organization-name", "X"), "--organization-name needs --organization"),
        ((), "there is no network"),
    ],
)
def test_options_that_contradict_each_other_are_refused(
    words: tuple[str, ...], says: str, tally: Tally, tmp_path: Path, port: int
) -> None:
    """Before anything is made."""
    outcome = tally("up", *words, "--data", tmp_path / "d", "--port", port)
    assert outcome.code == 2
    assert says in outcome.err
    assert not (tmp_path / "d").exists()


def test_a_taken_port_is_said_before_anything_is_made(
    tally: Tally, tmp_path: Path, running: Running
) -> None:
    """E_PORT with a hint; no folder is left behind."""
    taken = running.url.rpartition(":")[2]
    outcome = tally("up", "--demo", "--data", tmp_path / "d", "--port", taken)
    assert outcome.code == 1
    assert "E_PORT" in outcome.err
    assert not (tmp_path / "d").exists()


def test_a_folder_in_use_is_refused(tally: Tally, running: Running, port: int) -> None:
    """With the address where its node answers."""
    outcome = tally("up", "--demo", "--port", port)
    assert outcome.code == 1
    assert running.url in outcome.err


def test_real_networks_and_demonstrations_do_not_mix(
    tally: Tally, tmp_path: Path, port: int
) -> None:
    """Neither is taken for the other, and no network is founded twice."""
    found_own(tmp_path / "own", network="mine", organization=CODE, name="Example")
    words = ("--data", tmp_path / "own", "--port", port)
    assert "not a demonstration" in tally("up", "--demo", *words).err
    twice = tally("up", "--organization", CODE, "--organization-name", "X", *words)
    assert "holds a network already" in twice.err


@pytest.fixture
def guests(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Let `serve_folder` run the guest only; return what it was asked to serve."""
    seen: list[dict[str, Any]] = []

    class Stub:
        network = "net.x"

    def serve(what: Serving, guest: Any, *, once: bool) -> None:
        seen.append({"url": what.url, "once": once})
        guest(Stub())

    monkeypatch.setattr(serving, "serve_folder", serve)
    return seen


def test_an_own_network_is_founded_pinned_and_served(
    tally: Tally,
    tmp_path: Path,
    port: int,
    guests: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The answer is printed when the node answers, not when it ends."""
    pinned: list[str] = []
    monkeypatch.setattr(linking, "pin", lambda url, _trust: pinned.append(url))
    words = ("--organization", CODE, "--organization-name", "Example", "--network", "mine")
    outcome = tally("up", *words, "--data", tmp_path / "own", "--port", port)
    assert outcome.code == 0
    assert pinned == [f"http://localhost:{port}"]
    assert "network\tnet.x" in outcome.out
    assert "administrator's key stored as mine-administrator" in outcome.err
    assert guests == [{"url": f"http://localhost:{port}", "once": False}]


def test_listening_to_everybody_is_said(
    tally: Tally,
    tmp_path: Path,
    port: int,
    guests: list[dict[str, Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The demonstration too warns that its keys are in the folder."""
    monkeypatch.setattr(story, "tell", lambda *_, **__: {})
    found_demo(tmp_path / "d")
    words = ("--data", tmp_path / "d", "--port", port, "--host", "0.0.0.0")  # noqa: S104
    refused = tally("up", "--demo", *words)
    assert (refused.code, guests) == (2, [])
    assert "--expose-demo" in refused.err
    outcome = tally("up", "--demo", "--expose-demo", *words)
    assert "everybody who reaches this machine" in outcome.err
    assert "demonstration network" in outcome.err
    assert guests[0]["url"] == f"http://localhost:{port}"


def test_a_node_with_an_unregistered_log_key_runs_without_being_pinned(
    running: Running, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither genesis nor the ledger knows its key: that is said, and nothing is believed."""
    note = running.node.checkpoint()
    shown = open_checkpoint(note, _log_key(running), origin=running.node.network)
    signed = sign_checkpoint(shown, SecretKey.generate())
    monkeypatch.setattr(running.node, "checkpoint", lambda: signed)
    pin(running.url, running.folder / "trust.json")
    assert "register it" in capsys.readouterr().err
    assert TrustState().trust_at(running.url) is None


def _log_key(running: Running) -> bytes:
    return running.node.genesis.log_keys[0].public_key


def test_this_machines_own_node_replaces_an_old_pin(running: Running) -> None:
    """A folder that was replaced must not look like a node that was."""
    pin(running.url, running.folder / "trust.json")
    pinned = TrustState().trust_at(running.url)
    assert pinned is not None
    assert pinned.network == running.node.network


@pytest.mark.usefixtures("in_process")
def test_a_guest_that_fails_stops_the_node(tmp_path: Path, port: int) -> None:
    """And its error is the one that is told."""
    found_demo(tmp_path / "d")

    def guest(_: Node) -> None:
        raise Unavailable("guest")

    with pytest.raises(Unavailable, match="guest"):
        serve_folder(Serving(tmp_path / "d", "localhost", port), guest, once=False)
    assert RunFile(tmp_path / "d").read() is None


@pytest.mark.usefixtures("in_process")
def test_a_guest_sees_a_node_that_is_ready_only_after_it(tmp_path: Path, port: int) -> None:
    """Whoever started the process in the background waits for the story to end."""
    found_demo(tmp_path / "d")
    seen: list[bool] = []

    def guest(_: Node) -> None:
        record = RunFile(tmp_path / "d").read()
        seen.append(record is not None and record.ready)

    serve_folder(Serving(tmp_path / "d", "localhost", port), guest, once=True)
    assert seen == [False]


@pytest.mark.usefixtures("in_process")
def test_a_node_that_cannot_open_is_told_as_it_is(tmp_path: Path, port: int) -> None:
    """The error of opening, not one of cleaning up."""
    tmp_path.joinpath("d").mkdir()
    with pytest.raises(TallystickError):
        serve_folder(Serving(tmp_path / "d", "localhost", port), lambda _: None, once=True)


@pytest.mark.usefixtures("in_process")
def test_a_port_taken_meanwhile_stops_the_node(tmp_path: Path, running: Running) -> None:
    """The node is stopped again, and the lock is free."""
    found_demo(tmp_path / "d")
    taken = int(running.url.rpartition(":")[2])
    with pytest.raises(TallystickError) as caught:
        serve_folder(Serving(tmp_path / "d", "localhost", taken), lambda _: None, once=True)
    assert caught.value.code == "E_PORT"
    assert not RunFile(tmp_path / "d").is_held()


def test_a_fault_of_the_node_ends_the_service(tmp_path: Path) -> None:
    """What halted the node is raised, whatever stopping says."""

    class Broken:
        def stop(self) -> None:
            raise StorageFailed("stop")

    host = Host(Serving(tmp_path, "localhost", 1), lambda _: None, RunFile(tmp_path), once=False)
    host.halt(StorageFailed("disk"))
    with pytest.raises(StorageFailed, match="disk"):
        host.stop(Broken())  # type: ignore[arg-type]
    late = Host(Serving(tmp_path, "localhost", 1), lambda _: None, RunFile(tmp_path), once=False)
    with pytest.raises(StorageFailed, match="stop"):
        late.stop(Broken())  # type: ignore[arg-type]


def stand_in(folder: Path, *lines: str) -> list[str]:
    """Return the arguments of a Python that plays the node on `folder`."""
    head = (
        "import sys, time, os, signal, pathlib\n"
        "from tallystick.cli.runfile import RunFile, RunRecord\n"
        f"run = RunFile(pathlib.Path({str(folder)!r}))\n"
        "record = lambda ready: RunRecord(os.getpid(), 'http://localhost:1', ready=ready)\n"
    )
    return ["-c", head + "\n".join(lines)]


@pytest.fixture
def as_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `background.start` run plain Python instead of the command."""
    popen = subprocess.Popen

    def start(words: list[str], **given: Any) -> Any:
        return popen([sys.executable, *words[3:]], **given)

    monkeypatch.setattr(subprocess, "Popen", start)


@pytest.mark.usefixtures("as_node")
def test_a_background_node_is_waited_for_and_stopped(tally: Tally, tmp_path: Path) -> None:
    """`down` sends SIGTERM and waits until the lock is free."""
    lines = (
        "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))",
        "with run.hold(record(False)):",
        "    time.sleep(0.2); run.mark_ready(); time.sleep(60)",
    )
    started = background.start(tmp_path, stand_in(tmp_path, *lines))
    assert started.ready
    outcome = tally("down", "--data", tmp_path, "--json")
    assert outcome.code == 0
    assert outcome.json["pid"] == started.pid
    assert tally("down", "--data", tmp_path).code == 3
    os.waitpid(started.pid, 0)


@pytest.mark.usefixtures("as_node")
def test_a_node_that_dies_while_starting_shows_its_log(tmp_path: Path) -> None:
    """The end of the log is the reason."""
    lines = ("print('the disk is gone', file=sys.stderr)", "sys.exit(1)")
    with pytest.raises(Unavailable) as caught:
        background.start(tmp_path, stand_in(tmp_path, *lines))
    assert "the disk is gone" in (caught.value.found or "")
    assert str(tmp_path / LOG_NAME) in caught.value.message


@pytest.mark.usefixtures("as_node")
def test_a_node_that_starts_slowly_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes on; the command says that it is not final yet."""
    monkeypatch.setattr(background, "READY_WAIT_S", 0.3)
    lines = ("with run.hold(record(False)):", "    time.sleep(60)")
    with pytest.raises(NotFinal):
        background.start(tmp_path, stand_in(tmp_path, *lines))
    assert background.wait_until(lambda: RunFile(tmp_path).is_held(), 10)
    record = RunFile(tmp_path).read()
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)


def test_a_node_that_does_not_end_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit code 7; nothing is killed."""
    monkeypatch.setattr(os, "kill", lambda *_: None)
    with (
        RunFile(tmp_path).hold(RunRecord(os.getpid(), "u")),
        pytest.raises(Unavailable, match="did not end"),
    ):
        background.stop(tmp_path, 0.01)


@pytest.mark.parametrize("error", [ProcessLookupError(), PermissionError(1, "not yours")])
def test_a_process_that_is_gone_or_not_ours(
    error: OSError, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone is as good as stopped; somebody else's is said."""

    def kill(*_: object) -> None:
        raise error

    monkeypatch.setattr(os, "kill", kill)
    with RunFile(tmp_path).hold(RunRecord(os.getpid(), "u")):
        if isinstance(error, ProcessLookupError):
            assert background.stop(tmp_path, 1) == os.getpid()
        else:
            with pytest.raises(TallystickError, match="not yours"):
                background.stop(tmp_path, 1)


def test_a_left_over_record_is_cleared_by_down(tally: Tally, tmp_path: Path) -> None:
    """Exit code 3: nothing ran there."""
    RunFile(tmp_path).write(RunRecord(1, "u"))
    outcome = tally("down", "--data", tmp_path)
    assert outcome.code == 3
    assert "left-over" in outcome.err
    assert not RunFile(tmp_path).is_stale()


@pytest.mark.usefixtures("in_process")
def test_detaching_founds_here_and_serves_there(
    tally: Tally, tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What can go wrong in founding is said in the foreground."""
    seen: list[list[str]] = []

    def start(_folder: Path, words: list[str], *, typed: str | None) -> RunRecord:
        assert typed is None
        seen.append(words)
        return RunRecord(4711, f"http://localhost:{port}", ready=True)

    monkeypatch.setattr(background, "start", start)
    outcome = tally("up", "--demo", "--detach", "--data", tmp_path / "d", "--port", port, "--json")
    assert outcome.json["pid"] == 4711
    assert "--demo" in seen[0]
    assert (tmp_path / "d" / "genesis.cbor").exists()
    found_own(tmp_path / "own", network="mine", organization=CODE, name="Example")
    assert tally("up", "--detach", "--data", tmp_path / "own", "--port", port).code == 0
    assert "--demo" not in seen[1]


def test_waiting_ends_when_the_condition_holds() -> None:
    """Or when the time is over."""
    flag = threading.Event()
    threading.Timer(0.05, flag.set).start()
    assert background.wait_until(flag.is_set, 60)
    assert not background.wait_until(lambda: False, 0)
