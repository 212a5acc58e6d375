# SPDX-License-Identifier: Apache-2.0
"""What pages offer to be copied runs as it stands: a command, a program, a request."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.conftest import Open

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("kind", ["transaction", "block"])
def test_what_is_copied_runs(window: Open, tmp_path: Path, kind: str) -> None:
    """Each line ends well and tells of the thing whose page offered it."""
    here = window()
    newest = json.loads(here.context.request.get(f"{here.base}/t.json").body())
    # A refused one has a receipt too, of which a program is told by an error.
    item = next(one for one in newest["transactions"]["items"] if one["code"] == "ok")
    named = item["id"] if kind == "transaction" else str(item["height"])
    page = here.go(f"/t/{named}" if kind == "transaction" else f"/b/{named}")
    offered = page.locator(".copy-as [data-copy]").evaluate_all(
        "buttons => buttons.map((one) => one.dataset.copy)"
    )
    assert len(offered) == (3 if kind == "transaction" else 2)
    for line in offered:
        done = run(line, tmp_path)
        assert done.returncode == 0, done.stderr
        assert named[:16] in done.stdout, line


def run(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run what was copied: a command, or a program of Python."""
    environment = {**os.environ, "TALLY_HOME": str(home), "NO_COLOR": "1"}
    if line.startswith("from "):
        arguments = [sys.executable, "-c", line]
    else:
        arguments = shlex.split(line)
        if arguments[0] == "tally":
            arguments[0] = str(Path(sys.executable).with_name("tally"))
        else:
            arguments[0] = shutil.which(arguments[0]) or pytest.skip("no curl on this machine")
    return subprocess.run(  # what our own page says
        arguments, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
