# SPDX-License-Identifier: Apache-2.0
"""How much happened over time, all members at once, and blocks by their hash."""

from __future__ import annotations

import pytest

from tests.factories import BANK, COURT, START
from tests.unit.api.caller import Caller
from tests.unit.api.test_reads import written

__all__ = ["written"]


@pytest.mark.usefixtures("written")
def test_activity_is_told_by_equal_stretches(caller: Caller) -> None:
    """Every block is in one of them; a refusal is a transaction too."""
    query = f"from={START}&to={START + 4_000}&stretches=4"
    found = caller.get(f"/v1/activity?{query}").json
    figures = [(one["blocks"], one["transactions"], one["refused"]) for one in found["items"]]
    assert figures == [(0, 0, 0), (1, 2, 0), (1, 1, 0), (1, 1, 1)]
    assert found["items"][1]["begin_ms"] == found["items"][0]["end_ms"] == START + 1_000
    assert found["height"] == 3


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    "query", ["", f"from={START}", "from=5&to=4", "from=0&to=9&stretches=10", "from=x&to=9"]
)
def test_activity_of_no_time_is_refused(caller: Caller, query: str) -> None:
    """The answer names the field."""
    refused = caller.get(f"/v1/activity?{query}")
    assert refused.status in {400, 422}
    assert refused.json["field"] in {"from", "to"}


@pytest.mark.usefixtures("written")
def test_all_members_are_listed_with_their_keys(caller: Caller) -> None:
    """As on the pages of their organisations, each with whose it is."""
    listed = caller.get("/v1/members").json["items"]
    assert {one["organization"] for one in listed} == {COURT, BANK}
    for code in (COURT, BANK):
        own = [one for one in listed if one.get("organization") == code]
        for one in own:
            del one["organization"]
        assert own == caller.get(f"/v1/organizations/{code}").json["members"]


@pytest.mark.usefixtures("written")
def test_a_block_is_listed_by_its_hash(caller: Caller) -> None:
    """Its beginning is enough."""
    whole = caller.get("/v1/blocks/2").json["hash"]
    found = caller.get(f"/v1/blocks?hash={whole[:8]}").json["items"]
    assert [one["height"] for one in found] == [2]
