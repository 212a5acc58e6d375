# SPDX-License-Identifier: Apache-2.0
"""`openapi-spec-validator` judges /openapi.json, `schemathesis` a running node by it.

    judge.py NODE_URL FOLDER

The description must be valid and altered copies must not be; at least 2,000 requests must bring no
5xx, no undocumented status, media type or body; and one undocumented answer that is planted
(planted.py) must be found.
"""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.interop.openapi.planted import PLANTED_PATH, planted

CASES_MIN: Final = 2_000
EXAMPLES: Final = 20
"""Generated requests for each operation, at most; some operations have fewer to generate."""
CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)
ALL_PHASES: Final = ("--phases", "examples,coverage,fuzzing")
ENDLESS: Final = "/v1/events"
"""A stream that does not end; the tests of `api` read it."""
ALIKE: Final = (
    r"^/v1/contracts/"
    r"(charity|custody|documents|inventory|justice|preservation|sealing_keys|seals)/"
)
"""Paths that follow from a schema as those of the other contracts do, with the same code behind
them; hundreds more of them take hours and try nothing new. Their description is judged."""


def schemathesis(url: str, examples: int, log: Path, *options: str) -> tuple[int, int]:
    """Run it on a server; return its exit status and how many requests it made."""
    asked = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{url}/openapi.json"),
        *("--checks", ",".join(CHECKS)),
        *("--seed", os.environ.get("INTEROP_SEED", "20261122"), "-n", str(examples)),
        *("--request-timeout", "20", "--warnings", "off", "--continue-on-failure"),
        # A key of two parts is hard to hit by chance; what is filtered out is no verdict.
        *("--suppress-health-check", "filter_too_much"),
        *options,
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tests.interop.openapi.hooks"}
    with log.open("wb") as output:
        found = subprocess.run(
            asked, stdout=output, stderr=output, env=environment, cwd=log.parent, check=False
        )
    counts = re.findall(r"(\d[\d,]*) generated", log.read_text(encoding="utf-8"))
    return found.returncode, int(counts[-1].replace(",", "")) if counts else 0


def altered_descriptions(description: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return copies that are not valid OpenAPI, by what is wrong with them."""
    changes: dict[str, Callable[[dict[str, Any]], object]] = {
        "no version": lambda copied: copied.pop("openapi"),
        "no paths, components or webhooks": lambda copied: [
            copied.pop(name, None) for name in ("paths", "components", "webhooks")
        ],
        "path parameter not declared": lambda copied: copied["paths"]["/v1/blocks/{height}"][
            "get"
        ].pop("parameters"),
        "operation id twice": lambda copied: copied["paths"]["/v1/status"]["get"].update(
            operationId=copied["paths"]["/v1/genesis"]["get"]["operationId"]
        ),
        "reference to nothing": lambda copied: copied["components"]["schemas"].update(
            Broken={"$ref": "#/components/schemas/Missing"}
        ),
    }
    found = {}
    for what, change in changes.items():
        copied = copy.deepcopy(description)
        change(copied)
        found[what] = copied
    return found


class Verdicts:
    """Prints verdicts and counts surprises."""

    def __init__(self) -> None:
        """Start at none."""
        self.right = self.wrong = 0

    def say(self, what: str, *, accepted: bool, must: bool, why: str = "") -> None:
        """Print one verdict."""
        words = {True: "accepted", False: "refused"}
        is_right = accepted == must
        self.right, self.wrong = self.right + is_right, self.wrong + (not is_right)
        mark = "ok   " if is_right else "WRONG"
        print(f"{mark} openapi: {what}, {words[accepted]}, must be {words[must]}{why}", flush=True)


def judge_description(description: dict[str, Any], folder: Path, verdicts: Verdicts) -> None:
    """Have the description and altered copies validated."""
    versions = {"description": description, **altered_descriptions(description)}
    for what, version in versions.items():
        path = folder / f"openapi-{what.replace(' ', '-')}.json"
        path.write_text(json.dumps(version), encoding="utf-8")
        asked = [sys.executable, "-m", "openapi_spec_validator", str(path)]
        found = subprocess.run(asked, capture_output=True, text=True, check=False)
        accepted, must = found.returncode == 0, version is description
        verdicts.say(f"openapi-spec-validator: {what}", accepted=accepted, must=must)


def judge_node(url: str, folder: Path, verdicts: Verdicts) -> None:
    """Have a node tried, and the same node with a fault planted."""
    log = folder / "schemathesis.log"
    left_out = ("--exclude-path", ENDLESS, "--exclude-path-regex", ALIKE)
    status, count = schemathesis(url, EXAMPLES, log, *ALL_PHASES, *left_out)
    accepted = status == 0 and count >= CASES_MIN
    verdicts.say(
        "schemathesis: the node", accepted=accepted, must=True, why=f" ({count} requests; {log})"
    )
    if not accepted:
        print(log.read_text(encoding="utf-8")[-6_000:])
    log = folder / "schemathesis-planted.log"
    with planted(url) as faulty:
        only = ("--phases", "fuzzing", "--include-path", PLANTED_PATH)
        status, count = schemathesis(faulty, 5, log, *only)
    noticed = status != 0 and "Undocumented status code" in log.read_text(encoding="utf-8")
    verdicts.say("schemathesis: a planted status 418", accepted=not noticed, must=False)


def main() -> None:
    """Judge, and end with status 1 if anything was a surprise."""
    url, folder = sys.argv[1].rstrip("/"), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    address = f"{url}/openapi.json"
    with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310  # a test node
        description = json.loads(answer.read())
    verdicts = Verdicts()
    judge_description(description, folder, verdicts)
    judge_node(url, folder, verdicts)
    print(f"openapi: {verdicts.right} passed, {verdicts.wrong} failed")
    sys.exit(int(verdicts.wrong > 0))


if __name__ == "__main__":
    main()
