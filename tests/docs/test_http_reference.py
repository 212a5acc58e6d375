# SPDX-License-Identifier: Apache-2.0
"""docs/reference/http.md tells of every route, and is as fresh as the route table."""

from __future__ import annotations

from scripts import generate_http_reference
from tallystick.api import ROUTES, Limits


def test_the_reference_is_fresh() -> None:
    """`make docs` refreshes it."""
    page = generate_http_reference.page()
    assert generate_http_reference.PAGE.read_text(encoding="utf-8") == page


def test_the_reference_names_every_route_parameter_and_limit() -> None:
    """What is not described does not exist for users."""
    page = generate_http_reference.page()
    for route in ROUTES:
        assert f"### {route.method} {route.path.replace(':path}', '}')}\n" in page
        for parameter in route.parameters:
            assert f"| `{parameter.name}` |" in page
    for name in Limits.__slots__:
        assert f"| `{name}` |" in page
    assert {route.tag for route in ROUTES} == set(generate_http_reference.TAGS)
