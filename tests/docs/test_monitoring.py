# SPDX-License-Identifier: Apache-2.0
"""Alarms and dashboard name measurements that exist, and speak both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[2]
RULES: Final = (ROOT / "docs" / "operator" / "prometheus-rules.yml").read_text("utf-8")
DASHBOARD: Final = (ROOT / "docs" / "operator" / "grafana-dashboard.json").read_text("utf-8")
CAPTURED: Final = ROOT / "tests" / "unit" / "consensus" / "cometbft" / "engine_metrics.txt"
CHINESE: Final = re.compile("[\u4e00-\u9fff]")

_NAME: Final = re.compile(r"\b(?:cometbft|tallystick)_[a-z0-9_]+")
_PARTS: Final = ("_bucket", "_sum", "_count")


def engine_names() -> set[str]:
    """Return what a running engine was seen to measure, histograms by their parts."""
    names: set[str] = set()
    for line in CAPTURED.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            name, kind = line.split()
            names |= {name + part for part in _PARTS} if kind == "histogram" else {name}
    return names


def node_names() -> set[str]:
    """Return what the node measures, from the page that a test compares with the node."""
    page = (ROOT / "docs" / "operator" / "metrics.md").read_text("utf-8")
    return set(re.findall(r"^\| `(tallystick_\w+)`", page, re.MULTILINE))


def expressions(text: str) -> list[str]:
    """Return what is asked of Prometheus in the rules or in the dashboard."""
    if text.startswith("{"):
        panels = json.loads(text)["panels"]
        return [target["expr"] for panel in panels for target in panel.get("targets", ())]
    return re.findall(r"^ +expr: (.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("text", [RULES, DASHBOARD], ids=["rules", "dashboard"])
def test_every_measurement_that_is_asked_for_exists(text: str) -> None:
    """An alarm on a name that nobody measures never rings."""
    asked = {name for one in expressions(text) for name in _NAME.findall(one)}
    assert len(asked) > 15
    assert asked - engine_names() - node_names() == set()


def test_every_alarm_says_what_it_means_in_both_languages() -> None:
    """Whoever is called at night reads one of them."""
    alarms = RULES.split("- alert: ")[1:]
    assert len(alarms) == len(expressions(RULES)) > 12
    for alarm in alarms:
        fields = dict(re.findall(r"^ +(\w+): (.+)$", alarm, re.MULTILINE))
        assert "severity: critical" in alarm or "severity: warning" in alarm
        assert not CHINESE.search(fields["summary"])
        assert CHINESE.search(fields["summary_zh"])
        assert ": " not in fields["summary"] + fields["summary_zh"], "YAML would misread it"


def test_every_panel_has_a_place_of_its_own_and_both_languages() -> None:
    """Grafana draws what overlaps on top of each other."""
    panels = json.loads(DASHBOARD)["panels"]
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        taken |= cells
        assert CHINESE.search(panel["title"])
    assert len({panel["id"] for panel in panels}) == len(panels)


def test_the_limits_in_the_alarms_are_those_of_the_code() -> None:
    """A threshold means something only beside the limit it is near."""
    from tallystick.consensus.cometbft import configuration

    assert '"size": 20_000' in Path(configuration.__file__).read_text("utf-8")
    assert "tallystick_transactions_in_flight > 30000" in RULES
