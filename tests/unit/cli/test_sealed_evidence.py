# SPDX-License-Identifier: Apache-2.0
"""JUD-8 through a real node: the content of evidence, in the matter of `tally demo justice`.

Two companies made the agreement; a mediator, then a court, hold the matter. Everybody else has a
sealing key as well, and a part in the story.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from tallystick.cli.demo.theatre import Theatre, found, open_nets
from tallystick.client import Net, PrivatePlace
from tallystick.contracts import Label, Player
from tallystick.crypto import SealingKey
from tallystick.errors import RoleMissing
from tallystick.industries.justice import demo, demo_cast
from tallystick.model import ROLE_ADMINISTRATOR
from tallystick.node import NodeConfig
from tallystick.storage import backup
from tests.canaries import canaries_of, search_for
from tests.serving import served_node

COURIER = "送达凭证原文：收件人王小明，身份证 11010519491231002X canary-evidence".encode()
NOTE = "和解底价 800.00 元，电话 13800138000 canary-note".encode()
CANARIES = (
    *(COURIER, NOTE, b"canary-evidence", b"canary-note"),
    *(one.encode() for one in ("王小明", "11010519491231002X", "13800138000", "和解底价")),
)
PARTY, MEDIATOR, COURT = demo_cast.PLATFORM_HOUSE, demo_cast.MEDIATION, demo_cast.COURT
STRANGERS = tuple(
    dict.fromkeys(one.code for one in demo.parts() if one.code not in {PARTY, MEDIATOR, COURT})
)
"""The bank, the certificate and identity services, the credit centre."""


class Playbill:
    """Everybody of the story, and somebody of each organisation who publishes its sealing key."""

    def parts(self) -> tuple[Player, ...]:
        """Return who signs."""
        parts = demo.parts()
        firsts = {one.code: one for one in reversed(parts)}
        name = Label(zh="管理员", en="Administrator")
        heads = (
            Player(code, one.organization, f"head-{code}", name, ROLE_ADMINISTRATOR)
            for code, one in firsts.items()
        )
        return (*parts, *heads)


class Sealed(Theatre):
    """The story, in which a party seals the content of an exhibit and a note on it."""

    def begin(self, nets: dict[str, Net]) -> None:
        """Publish a sealing key of every organisation."""
        self.heads = {
            name.removeprefix("head-"): net for name, net in nets.items() if "head-" in name
        }
        self.nets = nets
        self.secrets = {code: SealingKey.generate() for code in self.heads}
        for code, net in self.heads.items():
            net.call("sealing_keys", "publish", public_key=self.secrets[code].public_key)
        self.matters: list[str] = []
        self.seen: list[tuple[str, str]] = []

    def act(self, member: str, method: str, **arguments: Any) -> Any:
        """Do what the story says, and seal or read where the matter is passed on."""
        result = super().act(member, method, **arguments)
        if method == "take_mediation":
            self.seal_for_the_mediator(str(result["agreement"]))
        elif method == "file_case":
            self.let_the_court_read()
        return result

    def seal_for_the_mediator(self, agreement: str) -> None:
        """JUD-8: the mediator who holds the matter may read; a court that does not, may not."""
        exhibit = self.ask("show_agreement", agreement=agreement)["agreement"]["exhibits"][0]
        for record, clear, readers in (("P-1", COURIER, [MEDIATOR]), ("P-2", NOTE, [])):
            made = self.nets[demo_cast.CLERK].private.seal(record, clear, readers)
            stated = {"agreement": agreement, "paper": record, "kind": "content"}
            named = {"sealed": made.declaration, "readers": readers, "deposit": exhibit}
            for other in (COURT, *STRANGERS):
                worse = named | {"readers": [other]}
                self.refused("E_ROLE", demo_cast.CLERK, "declare_paper", **stated, **worse)
            super().act(demo_cast.CLERK, "declare_paper", **stated, **named)
            self.nets[demo_cast.CLERK].private.put(place_of(record), made.package)
        self.only("P-1", COURIER, PARTY, MEDIATOR)
        self.only("P-2", NOTE, PARTY)
        for other in STRANGERS:
            opened = {"paper": "P-1", "reader": other}
            self.refused("E_ROLE", demo_cast.CLERK, "open_paper", **opened)

    def let_the_court_read(self) -> None:
        """JUD-8: the court reads when the case is filed there, and what its owner opens to it."""
        super().act(demo_cast.CLERK, "open_paper", paper="P-1", reader=COURT)
        clerk, keys = self.nets[demo_cast.CLERK].private, [self.secrets[PARTY]]
        clerk.put(place_of("P-1"), clerk.share(place_of("P-1"), keys, COURT))
        self.only("P-1", COURIER, PARTY, MEDIATOR, COURT)
        self.only("P-2", NOTE, PARTY)

    def only(self, record: str, clear: bytes, *readers: str) -> None:
        """Check that these organisations open a record, and that no other is given it."""
        for code, net in self.heads.items():
            keys = [self.secrets[code]]
            if code in readers:
                assert net.private.get(place_of(record), keys) == clear
            else:
                with pytest.raises(RoleMissing):
                    net.private.get(place_of(record), keys)
            self.seen.append((record, code))


def place_of(record: str) -> PrivatePlace:
    """Return where the contract has a sealed paper."""
    return PrivatePlace("justice", "papers", record)


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> Sealed:
    """Tell the story on a node that is stopped afterwards, with everything it logs kept."""
    monkeypatch.setenv("TALLY_HOME", str(tmp_path / "home"))
    caplog.set_level(logging.DEBUG)
    folder = tmp_path / "node"
    found(folder, Playbill())
    with (
        served_node(NodeConfig(data=folder, workers=False)) as served,
        open_nets(folder, served.url) as nets,
    ):
        theatre = Sealed(folder, demo, nets)
        theatre.begin(nets)
        assert demo.tell(theatre)["case"]
    return theatre


def test_jud_8_evidence_is_opened_by_parties_and_who_holds_the_case_and_is_clear_nowhere(
    told: Sealed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """JUD-8: each of seven organisations tried; then every byte of node, backup and log is read."""
    assert {code for _, code in told.seen} == {PARTY, MEDIATOR, COURT, *STRANGERS}
    assert len(STRANGERS) == 4
    backup(tmp_path / "node", tmp_path / "node.backup")
    (tmp_path / "log").write_text(caplog.text, encoding="utf-8")
    canaries = canaries_of(*CANARIES)
    for place in ("node", "node.backup", "log"):
        search_for(tmp_path / place, canaries)
    (tmp_path / "control").write_bytes(b"..." + COURIER)
    with pytest.raises(AssertionError):
        search_for(tmp_path / "control", canaries)
