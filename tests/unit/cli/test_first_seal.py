# SPDX-License-Identifier: Apache-2.0
"""The seal that the first start of a founded network makes and publishes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tallystick.cli import serving
from tallystick.cli.demo.sites import free_ports
from tallystick.cli.first_seal import (
    NOTE,
    FirstSeal,
    note_first_seal,
    publish_first_seal,
    seals_of,
)
from tallystick.cli.founding import found_own
from tallystick.cli.serving import Serving, serve_folder
from tallystick.node import Node, NodeConfig
from tests.unit.cli.conftest import Tally

CODE = "91110108MADEM0038D"


def test_a_founded_organisation_has_a_seal_in_force_and_certificates_need_no_ceremony(
    tally: Tally,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first start makes and publishes it, and never again; what hinders it is only said."""
    monkeypatch.setattr(serving, "NodeConfig", lambda **given: NodeConfig(workers=False, **given))
    (port,) = free_ports(1)
    folder, trust = tmp_path / "node", tmp_path / "node" / "trust.json"
    found = found_own(folder, network="own", organization=CODE, name="示范法院")
    note_first_seal(folder, FirstSeal(CODE, "示范法院", found.key_name))
    seen: list[str] = []

    def guest(_node: Node) -> None:
        url = f"http://localhost:{port}"
        for _ in range(2):
            publish_first_seal(folder, url, trust)
        shown = tally("seal", "show", CODE, "--url", url, "--json").json
        seen.extend((shown["fingerprint"], str(shown["version"])))
        note_first_seal(folder, FirstSeal(CODE, "x", "no-such-key"))
        publish_first_seal(folder, url, trust)

    serve_folder(Serving(folder, "localhost", port), guest, once=True)
    assert seen[1] == "1"
    assert seals_of(folder).load(CODE, seen[0], lambda: "").fingerprint == seen[0]
    assert not (folder / NOTE).exists()
