# SPDX-License-Identifier: Apache-2.0
"""Flows that read a contract's statistics and alerts: the node's word, not a proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tallystick.client.exchange import Ask, Flow, fetch_json
from tallystick.client.reading import Filter, Listing, segment, text_filters
from tallystick.client.records import Item


def statistics(contract: str) -> Listing[Item]:
    """Return the list of a contract's statistics, each with its total."""
    return Listing(f"/v1/contracts/{segment(contract)}/statistics", (), Item, is_paged=False)


def fetch_statistic(contract: str, statistic: str, period: str | None) -> Flow[Item]:
    """Return a statistic with its cells; raises `NotFound`."""
    path = f"/v1/contracts/{segment(contract)}/statistics/{segment(statistic)}"
    ask = Ask("GET", path, text_filters({"period": period}))
    return Item((yield from fetch_json(ask, dict[str, Any])))


def fetch_stretches(
    contract: str, statistic: str, stretches: int, filters: Mapping[str, Filter]
) -> Flow[Item]:
    """Return a statistic over a time in equal stretches; raises as the node says."""
    path = f"/v1/contracts/{segment(contract)}/statistics/{segment(statistic)}/stretches"
    ask = Ask("GET", path, text_filters({"stretches": stretches, **filters}))
    return Item((yield from fetch_json(ask, dict[str, Any])))


def alerts(contract: str, filters: Mapping[str, Filter]) -> Listing[Item]:
    """Return the list of a contract's alerts, newest first."""
    return Listing(f"/v1/contracts/{segment(contract)}/alerts", text_filters(filters), Item)
