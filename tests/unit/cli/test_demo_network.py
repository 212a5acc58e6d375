# SPDX-License-Identifier: Apache-2.0
"""`tally demo NAME --network`: who founds, who is voted in, who calls through which node.

Here one node that orders alone stands for the four; with four engines it is told in
`tests/unit/cli/test_four_demos.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Final, cast

import pytest

from tallystick.api import HttpServer
from tallystick.cli.demo import four_theatre
from tallystick.cli.demo.consortium import member_key
from tallystick.cli.demo.sites import Site, compare, stop_all
from tallystick.cli.demo.theatre import Theatre
from tallystick.cli.founding import now_ms
from tallystick.cli.local import keep_trust_file
from tallystick.client import Identity, KeyStore
from tallystick.contracts import Label
from tallystick.crypto import SecretKey
from tallystick.errors import Unverified
from tallystick.model import GenesisDocument, LogKey, Member, Name, Organization
from tallystick.node import FIRST_MEMBERS, NodeConfig, create_network, open_node
from tests.unit.cli.conftest import Tally

CODES: Final = (
    "53110000MADEM1010Y",
    "11110000MADEM1020A",
    "12110108MADEM10402",
    "91310000MADEM1030G",
    "91110108MADEM1050X",
    "91110108MADEM1060Y",
)


def _part(number: int, member: str) -> SimpleNamespace:
    label = Label(zh=f"机构{number}", en=f"Organisation {number}")
    return SimpleNamespace(
        code=CODES[number], organization=label, member=member, name=label, role="depositor"
    )


class Story:
    """A story of six organisations; the first has two people, and each deposits something."""

    CONTRACT = "evidence"

    def __init__(self, count: int = 6) -> None:
        """Have so many organisations."""
        self._parts = [_part(0, "second"), *(_part(one, f"clerk-{one}") for one in range(count))]

    def parts(self) -> tuple[SimpleNamespace, ...]:
        """Return everybody."""
        return tuple(self._parts)

    def tell(self, theatre: Theatre) -> dict[str, Any]:
        """Let each deposit; return the number of the last deposit."""
        made = [
            theatre.act(one.member, "deposit", sha256=f"{number:064x}", size=1, title=one.member)
            for number, one in enumerate(self._parts)
        ]
        shown = theatre.ask("show", id=made[-1]["id"])
        theatre.check(
            holds=shown["title"] == self._parts[-1].member,
            claim=Label(zh="可查询", en="it can be read"),
        )
        return {"last": shown["id"]}


def as_module(story: Story) -> ModuleType:
    """Return a story as the module that an entry point would load."""
    return cast(ModuleType, story)


@contextmanager
def _one_for_four(base: Path, organizations: Sequence[Organization]) -> Iterator[list[Site]]:
    """Serve one node of four founding organisations, each of which takes it for its own."""
    now, log_secret = now_ms(), SecretKey.generate()
    members, keys, sites = [], [], []
    for number, one in enumerate(organizations):
        site = Site(one, base / f"organization-{number + 1}", 0, 0)
        store = KeyStore(site.home / "keys")
        for name, (label, roles) in FIRST_MEMBERS.items():
            secret = SecretKey.generate()
            members.append(Member(organization=one.id, id=name, name=label, roles=roles))
            keys.append(member_key(members[-1], secret.public_key, now))
            store.save(f"{one.id}-{name}", Identity(one.id, name, secret))
        sites.append(site)
    genesis = GenesisDocument(
        name="tally-story",
        created=now,
        organizations=tuple(organizations),
        members=tuple(members),
        keys=tuple(keys),
        log_keys=(LogKey(organization=organizations[0].id, public_key=log_secret.public_key),),
        contracts=("evidence",),
    )
    create_network(base / "ledger", genesis, log_secret)
    trust = keep_trust_file(base / "ledger").read_bytes()
    node = open_node(NodeConfig(data=base / "ledger", workers=False))
    with ExitStack() as stack:
        stack.callback(node.stop)
        node.start()
        server = stack.enter_context(HttpServer(node, port=0))
        for site in sites:
            site.port = server.port
            site.data.mkdir(parents=True)
            site.trust.write_bytes(trust)
        yield sites


@pytest.fixture
def _one_node(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one node stand for four: no engine, no ceremony, nothing to start or stop.

    Without validators a receipt does not prove a key that was enrolled later: they are counted.
    """
    monkeypatch.setattr(Theatre, "count_verified", lambda theatre: len(theatre.receipts))
    monkeypatch.setattr(four_theatre, "four_sites", _one_for_four)
    monkeypatch.setattr(four_theatre, "find_engine", lambda: "none")
    monkeypatch.setattr(four_theatre, "found_together", lambda *_, **__: "tally-story")
    for name in ("start_all", "stop_all"):
        monkeypatch.setattr(four_theatre, name, lambda _: None)


@pytest.mark.usefixtures("_one_node")
def test_four_found_the_others_are_voted_in_and_clerks_enrolled(tmp_path: Path) -> None:
    """Six organisations, seven people: the fifth and sixth have no entry, and play all the same."""
    facts = four_theatre.tell_on_four(tmp_path, as_module(Story()))
    assert facts["receipts"] == 7
    assert isinstance(facts["heights"], list)
    assert len(set(facts["heights"])) == 1
    for number, code in enumerate(CODES, start=1):
        names = KeyStore(tmp_path / f"organization-{number}" / "people" / "keys").names()
        own = {name for name in names if not name.startswith(code)}
        assert own == {f"clerk-{number - 1}"} | ({"second"} if number == 1 else set())
    applications = sorted(one.name[:18] for one in tmp_path.glob("*.application.json"))
    assert applications == sorted(CODES[4:])
    secrets = [path for path in tmp_path.glob("*") if path.is_file()]
    assert all(b"secret" not in path.read_bytes() for path in secrets)


@pytest.mark.usefixtures("_one_node")
def test_a_small_story_is_told_among_the_demonstrations_organizations(tmp_path: Path) -> None:
    """Three organisations are too few for four nodes: one of the demonstration's founds too."""
    facts = four_theatre.tell_on_four(tmp_path, as_module(Story(3)))
    assert facts["receipts"] == 4
    assert not list(tmp_path.glob("*.application.json"))


def test_guests_are_spread_over_the_nodes(tmp_path: Path) -> None:
    """Founders ask their own node; those who have none do not all ask the same."""
    cast_ = four_theatre._organizations(as_module(Story()))
    sites = [Site(one, tmp_path / one.id, 1000 + n, 0) for n, one in enumerate(cast_[:4])]
    houses = four_theatre._make_houses(tmp_path, cast_, sites)
    assert [house.site.port for house in houses] == [1000, 1001, 1002, 1003, 1000, 1001]
    assert [house.is_guest for house in houses] == [False] * 4 + [True] * 2


def test_without_the_engine_nothing_is_made(
    tally: Tally, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual message with the command that installs it, exit code 7, and an empty folder."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("TALLY_COMETBFT", raising=False)
    for name in ("GOBIN", "GOPATH"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "story"
    done = tally("demo", "charity", "--network", "--data", place, "--json")
    assert done.code == 7
    assert "cometbft@v" in done.err + done.out
    assert not place.exists()


def test_a_used_folder_is_refused(tally: Tally, tmp_path: Path) -> None:
    """Nothing is put among somebody's files."""
    (tmp_path / "mine").write_text("mine")
    done = tally("demo", "charity", "--network", "--data", tmp_path)
    assert done.code == 1
    assert "not empty" in done.err


def test_app_hashes_that_differ_end_the_story(monkeypatch: pytest.MonkeyPatch) -> None:
    """And a node that did not stop well."""
    organization = Organization(id=CODES[0], name=Name(zh="一", en="One"))
    sites = [Site(organization, Path("nowhere"), 0, 0) for _ in range(2)]
    monkeypatch.setattr("tallystick.cli.demo.sites.wait_level", lambda _: [(5, "aa"), (5, "bb")])
    with pytest.raises(Unverified, match="differ"):
        compare(sites)
    with pytest.raises(Unverified, match="cleanly"):
        stop_all(sites)  # they never ran
