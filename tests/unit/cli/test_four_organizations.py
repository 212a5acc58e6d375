# SPDX-License-Identifier: Apache-2.0
"""Four `tally up` processes on this machine: the ceremony, operation, leaving, and the story."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tallystick.cli.demo.sites import (
    Site,
    contribute,
    four_sites,
    free_ports,
    hold_ceremony,
    wait_level,
)
from tallystick.cli.network_view import fetch_network
from tallystick.errors import EngineFailed
from tallystick.model import Name, Organization
from tallystick.node import parse_invite
from tests.factories import BANK
from tests.processes import processes_of

pytestmark = [
    pytest.mark.engine,
    pytest.mark.slow,
    pytest.mark.timeout(900),
    pytest.mark.usefixtures("engine_program"),
]

NEWCOMER = Organization(id=BANK, name=Name(zh="示例银行", en="Example Newcomer"))
STORY = (sys.executable, "-m", "tallystick.cli", "network", "demo")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Site]]:
    """Give four running organisations that held a ceremony; the tests below go in order."""
    base = tmp_path_factory.mktemp("four")
    with four_sites(base) as found:
        hold_ceremony(found, base)
        for site in found:
            site.start()
        for site in found:
            site.wait_ready()
        yield found


def run_tally(site: Site, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command as one of the organisations, whatever its exit code."""
    return subprocess.run(
        [sys.executable, "-m", "tallystick.cli", *words, "--json", "--no-input"],
        env=site.environment,
        capture_output=True,
        check=False,
        timeout=300,
    )


def test_a_network_of_four_is_founded_run_left_and_stopped(sites: list[Site]) -> None:
    """One test, because each step needs the one before: a network's life."""
    _status_names_everybody(sites)
    _health_and_doctor_are_content(sites)
    _an_invite_to_the_running_network_is_whole(sites)
    _a_stopped_peer_is_told(sites)
    _a_newcomer_is_voted_in_joins_and_validates(sites)
    _an_organization_leaves_and_the_others_go_on(sites)


def _status_names_everybody(sites: list[Site]) -> None:
    _wait_for(lambda: all(one.connected for one in fetch_network(sites[0].url).peers))
    found = sites[0].run("network", "status", "--url", sites[0].url)
    assert found["organization"] == sites[0].organization.id
    assert len(found["peers_connected"]) == 3
    assert found["peers_missing"] == []
    assert len(found["validators_in_force"]) == 4
    assert found["is_validator"] is True
    assert found["may_fail"] == 1
    assert found["engine"]["version"] == "v0.40.0"
    assert found["keys_ending"] == []
    assert set(found["peer_heights"]) == {site.organization.id for site in sites[1:]}


def _health_and_doctor_are_content(sites: list[Site]) -> None:
    wait_level(sites)
    health = sites[1].run("node", "health", "--data", str(sites[1].data))
    assert health["ok"] is True
    assert {one["name"] for one in health["checks"]} == {
        "ready",
        "peers",
        "views",
        "store",
        "space",
    }
    doctor = sites[1].run("doctor", "--data", str(sites[1].data))
    results = {one["name"]: one["result"] for one in doctor["checks"]}
    for name in ("engine", "keys", "signer", "p2p_port", "peers", "peer_clock", "heights"):
        assert results[name] == "ok", doctor["checks"]
    assert results["same_result"] == "ok", doctor["checks"]


def _an_invite_to_the_running_network_is_whole(sites: list[Site]) -> None:
    path = sites[2].folder / "running.invite.json"
    words = ("--data", str(sites[2].data), "--url", sites[2].url, "--out", str(path))
    made = sites[2].run("network", "invite", "--state-sync", *words)
    invite = parse_invite(path.read_bytes())
    assert made["genesis_hash"] == invite.genesis_hash
    assert {one.organization for one in invite.peers} == {one.organization.id for one in sites}
    assert invite.state_sync is not None
    assert invite.state_sync.height == made["state_sync_height"]
    assert len(invite.state_sync.servers) == 4
    again = run_tally(sites[2], "network", "invite", *words)
    assert again.returncode == 2


def _a_stopped_peer_is_told(sites: list[Site]) -> None:
    assert sites[3].stop() == 0
    doctor = json.loads(run_tally(sites[0], "doctor", "--data", str(sites[0].data)).stdout)
    peers = next(one for one in doctor["checks"] if one["name"] == "peers")
    assert peers["result"] == "warning"
    assert sites[3].organization.id in peers["evidence"]
    sites[3].start()
    sites[3].wait_ready()


def _a_newcomer_is_voted_in_joins_and_validates(sites: list[Site]) -> None:
    base = sites[0].folder.parent
    api, p2p = free_ports(2)
    newcomer = Site(NEWCOMER, base / "organization-5", api, p2p)
    newcomer.folder.mkdir(mode=0o700)
    contribute(newcomer, base / "five.entry.json")
    key = f"{NEWCOMER.id}-administrator"
    application = base / "application.json"
    member = ("--url", sites[0].url)
    newcomer.run(
        *("governance", "apply", NEWCOMER.name.en, "--name-zh", NEWCOMER.name.zh, "--key", key),
        *("--no-vote", "--validator-key", str(newcomer.data / "keys" / "validator.key")),
        *("--out", str(application), *member),
    )
    proposed = _as_governor(sites[0], "propose", "admit", str(application))
    for site in sites[1:3]:
        _as_governor(site, "vote", proposed["id"], "--approve")
    newcomer.run("network", "register", "--data", str(newcomer.data), "--as", key, *member)
    again = newcomer.run("network", "register", "--data", str(newcomer.data), "--as", key, *member)
    assert again["organization"] == NEWCOMER.id
    invite = base / "five.invite.json"
    made = sites[0].run(
        *("network", "invite", "--data", str(sites[0].data), "--out", str(invite), *member)
    )
    joined = newcomer.run(
        *("network", "join", str(invite), "--data", str(newcomer.data)),
        *("--accept", str(made["genesis_hash"])),
    )
    assert joined["is_founder"] is False
    try:
        newcomer.start()
        newcomer.wait_ready()
        five = [*sites, newcomer]
        assert len({app_hash for _, app_hash in wait_level(five)}) == 1
        report = fetch_network(newcomer.url)
        assert report.organization == NEWCOMER.id
        assert report.is_validator
        _wait_for(lambda: all(one.connected for one in fetch_network(newcomer.url).peers))
        path = base / "five.txt"
        path.write_text("five validators", encoding="utf-8")
        with sites[0].net() as net:
            done = net.evidence.deposit(path, title="five")
        wait_level(five)
        _a_newcomers_receipt_is_witnessed(newcomer, done.transaction.id, path)
        # Its own node is as good as a founder's by now: the validators vouch for its log key.
        left = newcomer.run("network", "leave", "--as", key, "--yes", "--url", newcomer.url)
        assert left["validators"] == 4
    finally:
        assert newcomer.stop() == 0


def _a_newcomers_receipt_is_witnessed(newcomer: Site, transaction: str, path: Path) -> None:
    receipt = path.with_name("five.receipt.json")
    words = ("--witnesses", "2")
    got = newcomer.run(
        *("receipt", "get", transaction, "--out", str(receipt), "--url", newcomer.url), *words
    )
    assert got["level"] == "witnessed"
    assert len(got["witnesses"]) >= 2
    trust = ("--trust", str(newcomer.data / "trust.json"))
    checked = newcomer.run(
        "verify", str(path), "--receipt", str(receipt), "--offline", *trust, *words
    )
    assert checked["results"][0]["result"] == "match", checked


def _as_governor(site: Site, *words: str) -> dict[str, Any]:
    """Let an organisation's governor do something through its own node."""
    key = f"{site.organization.id}-governor"
    return site.run("governance", *words, "--as", key, "--url", site.url)


def _an_organization_leaves_and_the_others_go_on(sites: list[Site]) -> None:
    leaver = sites[3]
    key = f"{leaver.organization.id}-administrator"
    left = leaver.run("network", "leave", "--as", key, "--yes", "--url", leaver.url)
    assert left["may_stop"] is True
    assert left["validators"] == 3
    assert leaver.stop() == 0
    path = sites[0].folder / "after.txt"
    path.write_text("after it left", encoding="utf-8")
    with sites[0].net() as net:
        done = net.evidence.deposit(path, title="after")
    assert done.transaction.level == "committed"
    assert len({app_hash for _, app_hash in wait_level(sites[:3])}) == 1
    report = fetch_network(sites[0].url)
    assert {one.organization for one in report.validators} == {
        one.organization.id for one in sites[:3]
    }


def test_a_command_that_fails_is_told_with_its_words(sites: list[Site]) -> None:
    """The story does not go on after a step that did not work."""
    with pytest.raises(EngineFailed) as caught:
        sites[0].run("network", "join", "no-such-invite.json")
    assert "network join" in caught.value.message


def test_the_story_ends_well_and_by_itself(tmp_path: Path) -> None:
    """`make network`: exit code 0, the same app hash on all four, one pending deposit kept."""
    done = subprocess.run(
        [*STORY, "--json", "--data", str(tmp_path / "four")],
        capture_output=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr.decode()
    facts = json.loads(done.stdout)
    assert facts["ok"] is True
    assert len(set(facts["heights"])) == 1
    assert facts["height_with_one_stopped"] <= facts["height_with_two_stopped"]
    assert facts["height_with_two_stopped"] < facts["height_after"]
    _wait_for(lambda: not processes_of(tmp_path))


def test_a_story_that_is_stopped_leaves_no_process(tmp_path: Path) -> None:
    """SIGTERM in the middle: the nodes and their engines end with it."""
    story = subprocess.Popen(
        [*STORY, "--data", str(tmp_path / "four")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 300
        while not list((tmp_path / "four").glob("*/node/engine/data/blockstore.db")):
            assert story.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        story.send_signal(signal.SIGTERM)
        assert story.wait(120) == 130
    finally:
        story.kill()
    # Workers of a node that was stopped while it started end when they see that it is gone.
    _wait_for(lambda: not processes_of(tmp_path))


def _wait_for(condition: Callable[[], bool]) -> None:
    """Return once a condition holds; fail if it does not in three minutes."""
    deadline = time.monotonic() + 180
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
