# SPDX-License-Identifier: Apache-2.0
"""Four organisations on one machine, each with folder, keys, engine, ports, process of its own.

What they do goes through the commands and the client that everybody uses. The steps that every
story of four organisations has, from the ceremony to a clean stop, say what they do.
"""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tallystick.cli.catalogue import say
from tallystick.cli.demo.consortium import ORGANIZATIONS
from tallystick.cli.network_view import fetch_network
from tallystick.cli.stage import default_environment, stage
from tallystick.cli.talk import note, step
from tallystick.client import Identity, KeyStore, Net, connect
from tallystick.errors import EngineFailed, Unavailable, Unverified
from tallystick.model import Organization
from tallystick.node import find_engine_program

NETWORK_NAME: Final = "four"
START_S: Final = 180.0
"""How long an organisation's node may take to answer, and the four to agree."""
STOP_S: Final = 60.0
_PAUSE_S: Final = 0.05
_COMMAND_S: Final = 120.0
_LOG_SHOWN: Final = 2_000
_HASH_SHOWN: Final = 16


@dataclass(slots=True)
class Site:
    """One organisation's machine, as far as one machine can play four."""

    organization: Organization
    folder: Path
    """Everything of it: data folder, key store, log."""
    port: int
    p2p_port: int
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        """Its data folder."""
        return self.folder / "node"

    @property
    def home(self) -> Path:
        """Its people's keys and pins."""
        return self.folder / "people"

    @property
    def log(self) -> Path:
        """What its node said."""
        return self.folder / "node.log"

    @property
    def url(self) -> str:
        """Where its node answers."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What its commands see: nothing of this user's own settings."""
        kept = {
            name: value
            for name, value in default_environment().items()
            if not name.startswith("TALLY_") or name == "TALLY_COMETBFT"
        }
        return kept | {"TALLY_HOME": str(self.home)}

    def run(self, *words: str) -> dict[str, Any]:
        """Run a command of this organisation and return its answer.

        Raises:
            EngineFailed: it did not end well.
        """
        done = subprocess.run(  # our own program with our own words
            [sys.executable, "-m", "tallystick.cli", *words, "--json", "--no-input"],
            env=self.environment,
            capture_output=True,
            check=False,
            timeout=_COMMAND_S,
        )
        if done.returncode != 0:
            raise EngineFailed(
                say("four.command_failed", command=" ".join(words[:2]), code=done.returncode),
                found=(done.stdout + done.stderr)[-_LOG_SHOWN:].decode("utf-8", "replace"),
            )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def start(self) -> None:
        """Start its node; it is not ready then."""
        words = ["up", "--data", str(self.data), "--port", str(self.port), "--no-input"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tallystick.cli", *words],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def wait_ready(self) -> None:
        """Return once its node answers and has caught up.

        Raises:
            EngineFailed: it ended, or did not answer in time.
        """
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            ended = self.process is None or self.process.poll() is not None
            if ended or time.monotonic() > deadline:
                text = self.log.read_bytes()[-_LOG_SHOWN:].decode("utf-8", "replace")
                raise EngineFailed(
                    say("four.not_ready", organization=self.organization.id), found=text
                )
            time.sleep(_PAUSE_S)

    def stop(self) -> int | None:
        """Ask its node to end, wait, and return the exit status; None if it was not running."""
        process, self.process = self.process, None
        if process is None:
            return None
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            return process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()

    @property
    def trust(self) -> Path:
        """The trust file of its node."""
        return self.data / "trust.json"

    @contextmanager
    def net(self, member: str = "administrator") -> Iterator[Net]:
        """Talk to its node as one of its founding members, trusting only its own trust file."""
        with connect(
            self.url, identity=self.identity(member), trust=self.trust, home=self.home
        ) as net:
            yield net

    def identity(self, member: str = "administrator") -> Identity:
        """Return one of its founding members; the administrator may also deposit."""
        return KeyStore(self.home / "keys").load(f"{self.organization.id}-{member}")

    def _is_ready(self) -> bool:
        try:
            report = fetch_network(self.url)
        except Unavailable:
            return False
        return report.engine is not None and not report.engine.catching_up


@contextmanager
def four_sites(
    base: Path, organizations: Sequence[Organization] = ORGANIZATIONS
) -> Iterator[list[Site]]:
    """Give four organisations, each with a place of its own; their nodes are stopped at the end."""
    with ExitStack() as stack:
        sites = _make_sites(base, organizations)
        for site in sites:
            stack.callback(site.stop)
        yield sites


def hold_ceremony(
    sites: Sequence[Site], base: Path, *, name: str = NETWORK_NAME, contracts: Sequence[str] = ()
) -> dict[str, Any]:
    """Let each organisation make its keys and entry, compose the genesis, and have all join.

    Without contracts the network has those that a new network usually has.
    """
    entries = [base / f"{site.organization.id}.entry.json" for site in sites]
    invite = base / "invite.json"
    with ThreadPoolExecutor(len(sites), "tally-site") as at_once:
        list(at_once.map(contribute, sites, entries))
        words = ["network", "init", name, *map(str, entries), "--out", str(invite)]
        if contracts:
            words += ["--contracts", ",".join(contracts)]
        made = sites[0].run(*words)
        list(at_once.map(lambda site: _join(site, invite, str(made["genesis_hash"])), sites))
    return made


def contribute(site: Site, path: Path) -> None:
    """Let an organisation make its keys, and its entry at `path`."""
    name = site.organization.name
    site.run(
        "network",
        "entry",
        *("--organization", site.organization.id),
        *("--name-zh", name.zh, "--name-en", name.en),
        *("--p2p", f"127.0.0.1:{site.p2p_port}", "--api", site.url),
        *("--data", str(site.data), "--out", str(path)),
    )


def _join(site: Site, invite: Path, digest: str) -> None:
    site.run("network", "join", str(invite), "--data", str(site.data), "--accept", digest)


def wait_level(sites: Sequence[Site]) -> list[tuple[int, str]]:
    """Return height and app hash of every node once all are at one height.

    Raises:
        EngineFailed: they were not, for too long.
    """
    deadline = time.monotonic() + START_S
    while True:
        reports = [fetch_network(site.url) for site in sites]
        found = [(one.height, one.app_hash) for one in reports]
        if len({height for height, _ in found}) == 1:
            return found
        if time.monotonic() > deadline:
            raise EngineFailed(say("four.not_level"), found=str(found))
        time.sleep(_PAUSE_S)


def _make_sites(base: Path, organizations: Sequence[Organization]) -> list[Site]:
    base.mkdir(parents=True, exist_ok=True)
    ports = free_ports(2 * len(organizations))
    sites = []
    for number, organization in enumerate(organizations):
        folder = base / f"organization-{number + 1}"
        folder.mkdir(mode=0o700, exist_ok=True)
        sites.append(Site(organization, folder, ports[2 * number], ports[2 * number + 1]))
    return sites


def free_ports(count: int) -> list[int]:
    """Return ports of this machine that nobody listens on now."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)
        ]
        return [server.getsockname()[1] for server in servers]


def find_engine() -> str:
    """Say which consensus engine is used, and return its version.

    Raises:
        EngineMissing: it is not installed.
    """
    program = find_engine_program()
    step(say("four.engine", version=program.version, path=program.path))
    return program.version


def found_together(
    sites: Sequence[Site], base: Path, *, name: str = NETWORK_NAME, contracts: Sequence[str] = ()
) -> str:
    """Hold the ceremony and say so; return the network's id."""
    began = time.monotonic()
    made = hold_ceremony(sites, base, name=name, contracts=contracts)
    took = time.monotonic() - began
    step(say("four.ceremony", count=len(sites), network=made["network"]), took_s=took)
    note("    " + say("four.no_keys", path=base))
    return str(made["network"])


def start_all(sites: Sequence[Site]) -> None:
    """Start the nodes and wait until all are ready."""
    began = time.monotonic()
    for site in sites:
        site.start()
    for site in sites:
        site.wait_ready()
    step(say("four.started", count=len(sites)), took_s=time.monotonic() - began)
    for site in sites:
        pid = site.process.pid if site.process else 0
        note(f"    {name_of(site)}: {site.url}, p2p {site.p2p_port}, pid {pid}")


def compare(sites: Sequence[Site]) -> list[tuple[int, str]]:
    """Return height and app hash of each node, once all are at one height; they must be equal.

    Raises:
        Unverified: the app hashes differ.
    """
    levels = wait_level(sites)
    require(len(set(levels)) == 1, "four.differ")
    step(say("four.same", height=levels[0][0]))
    for site, (height, app_hash) in zip(sites, levels, strict=True):
        note(f"    {name_of(site)}: {height}  {app_hash[:_HASH_SHOWN]}…")
    return levels


def stop_all(sites: Sequence[Site]) -> None:
    """Stop the nodes that run.

    Raises:
        Unverified: one did not end well.
    """
    statuses = [site.stop() for site in sites]
    require(all(status == 0 for status in statuses), "four.unclean")
    step(say("four.stopped"))


def name_of(site: Site) -> str:
    """Return the name of a site's organisation in the user's language."""
    name = site.organization.name
    return name.zh if stage().language == "zh" else name.en


def require(holds: bool, key: str) -> None:  # noqa: FBT001
    """Raise `Unverified` where the story does not go as it must."""
    if not holds:
        raise Unverified(say("demo.failed", reason=say(key)))
