# SPDX-License-Identifier: Apache-2.0
"""Files for systemd and for containers: whole, hardened, of the pinned engine; nothing is run."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tallystick.cli.app import TREE
from tallystick.consensus.cometbft.binary import ENGINE_VERSION

PACKAGING = Path(__file__).resolve().parents[2] / "packaging"
UNIT = PACKAGING / "systemd" / "tallystick@.service"
COMPOSE = PACKAGING / "compose" / "compose.yaml"
DOCKERFILE = PACKAGING / "compose" / "Dockerfile"


class _Unit(configparser.RawConfigParser):
    """Unit files keep their case and may repeat a setting."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def test_the_unit_is_hardened_and_restarts_after_a_failure_only() -> None:
    """What an operator looks for first."""
    unit = _Unit(strict=False)
    unit.read_string(UNIT.read_text(encoding="utf-8"))
    service = unit["Service"]
    for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["Restart"] == "on-failure"
    assert service["KillSignal"] == "SIGTERM"
    words = service["ExecStart"].split()
    assert words[:2] == ["/opt/tallystick/bin/tally", "up"]
    assert words[1] in TREE


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify`, with a program that exists in the place of ours."""
    copy = tmp_path / "tallystick@court.service"
    text = UNIT.read_text(encoding="utf-8").replace("/opt/tallystick/bin/tally", "/bin/true")
    copy.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        check=False,
        timeout=60,
    )
    said = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, said
    assert "tallystick" not in said, said


def test_the_container_has_the_pinned_engine_and_checks_the_nodes_health() -> None:
    """One place decides the version; the health check is the command for it."""
    text = DOCKERFILE.read_text(encoding="utf-8")
    assert f"ARG COMETBFT={ENGINE_VERSION}\n" in text
    assert '"tally", "node", "health"' in text
    assert "--require-hashes" in text
    assert "\nUSER tallystick\n" in text
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (PACKAGING.parent / name).exists(), name


def test_the_compose_file_is_laid_out_as_yaml() -> None:
    """No YAML library is needed for this: two spaces a level, keys or items, no tabs."""
    lines = COMPOSE.read_text(encoding="utf-8").splitlines()
    depth = 0
    for line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        indent = len(line) - len(line.lstrip(" "))
        assert "\t" not in line
        assert indent % 2 == 0
        assert indent <= depth + 2, line
        assert re.fullmatch(r" *(- .+|[a-z_-]+:( .+)?)", line), line
        depth = indent
    text = "\n".join(lines)
    for setting in ("read_only: true", "- ALL", "no-new-privileges:true", "stop_grace_period"):
        assert setting in text
