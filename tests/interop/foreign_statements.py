# SPDX-License-Identifier: Apache-2.0
"""Our verifier judges statements that `scitt-cose` made: python -m ... FOLDER."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tallystick.client import statement_verification
from tallystick.interchange.transparency import read_services


def main() -> None:
    """Judge every statement of the folder; the exit status is 1 if a verdict was a surprise."""
    folder = Path(sys.argv[1])
    services = read_services((folder / "services.json").read_bytes())
    right = wrong = 0
    for case in json.loads((folder / "statements.json").read_bytes()):
        found = statement_verification((folder / case["file"]).read_bytes(), None, services)
        said = "accepted" if found.ok else "refused"
        must = "accepted" if case["accept"] else "refused"
        right, wrong = right + (said == must), wrong + (said != must)
        print(f"{'ok   ' if said == must else 'WRONG'} tallystick: {case['file']}, {said}")
        if said != must:
            print(found.text())
    print(f"tallystick: {right} passed, {wrong} failed")
    sys.exit(int(wrong > 0 or right == 0))


if __name__ == "__main__":
    main()
